"""A check report as the consoles lay it out: what failed first, each finding at a place that has a name (检查报告)."""

from greencredit.schemas.consoles import CheckLine, FoundAt, ReportView
from greencredit.schemas.issuers import CheckReport, CheckResult, Outcome
from greencredit.schemas.values import Words
from greencredit.web.issuing import spoken

_NOTHING = Words(zh="未填写", en="not stated")


def view_of(report: CheckReport | None) -> ReportView | None:
    """Lay a report out, if there is one."""
    if report is None:
        return None
    lines = [(one, _line(one)) for one in report.results]
    return ReportView(
        passed=report.passed,
        stopping=len(report.stopping),
        on=report.on,
        failed=tuple(line for one, line in lines if one.outcome is Outcome.FAILED),
        others=tuple(line for one, line in lines if one.outcome is not Outcome.FAILED),
    )


def _line(one: CheckResult) -> CheckLine:
    failed = one.outcome is Outcome.FAILED
    return CheckLine(
        title=one.title,
        outcome=one.outcome,
        outcome_title=one.outcome.words,
        severity_title=one.severity.words if failed else None,
        stops=one.stops,
        findings=tuple(FoundAt(where=spoken.label(each.path), found=found(each.found)) for each in one.findings),
        wanted=one.wanted if failed else None,
        basis=one.basis,
    )


def found(text: str) -> Words:
    """Write what a check found; nothing is said to be nothing."""
    return _NOTHING if text in {"null", "[]", "", "None", "()"} else Words(zh=text, en=text)
