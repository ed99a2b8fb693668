"""Papers, checks, differences and decisions of an issuer, as a dossier says them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Final

from greencredit.issuers import rules as issuing
from greencredit.kernel.clock import civil_date
from greencredit.schemas.issuers import (
    Assessment,
    Certificate,
    CheckReport,
    Clocks,
    Comparison,
    Completeness,
    Filing,
    FrozenSum,
    Issuer,
    OpenReason,
    Ruling,
    SectionName,
)
from greencredit.schemas.reports import AssessmentNote, CertificateNote, ConditionNote, IndicatorNote, Verdict
from greencredit.schemas.reports.filing_papers import (
    ChangeLine,
    CheckLine,
    CheckSummary,
    CodeOverride,
    Difference,
    FieldNote,
    FrozenNote,
    OpinionLine,
    PaperLine,
    PastPaper,
    PlacingNote,
    ReasonLine,
    SectionLine,
)
from greencredit.schemas.values import Words

_VERDICTS: Final = {
    "pass": Words(zh="通过", en="Pass"),
    "conditional": Words(zh="附条件通过", en="Conditional pass"),
    "fail": Words(zh="不通过", en="Fail"),
}
_RULINGS: Final = {
    Ruling.ACCEPT: Words(zh="同意备案", en="Accept"),
    Ruling.RETURN: Words(zh="退回补正", en="Return"),
    Ruling.REFUSE: Words(zh="不予备案", en="Refuse"),
}
_SECTIONS: Final = {
    SectionName.VALUE: Words(zh="名称与面值", en="Title and face value"),
    SectionName.VALIDITY: Words(zh="有效期", en="Validity"),
    SectionName.GUARANTEE: Words(zh="价值保障", en="Guarantee"),
    SectionName.RULES: Words(zh="积分获取规则", en="Earning rules"),
    SectionName.REDEMPTION: Words(zh="兑换与赔付", en="Redemption and compensation"),
    SectionName.COMPLAINTS: Words(zh="投诉渠道", en="Complaints"),
    SectionName.STANDARDS: Words(zh="执行标准", en="Standards"),
    SectionName.PARTICULARS: Words(zh="特别事项", en="Particulars"),
    SectionName.PROMISES: Words(zh="公示、推荐、宣传与数据", en="Notices, referrals, advertising and data"),
}


def paper_lines(asked: Completeness, issuer: Issuer) -> tuple[PaperLine, ...]:
    """Say of every paper that the issuer's kind registers with whether it is there."""
    held = {one.paper: one.digest for one in issuer.documents}
    return tuple(PaperLine(title=one.title, basis=one.basis, sha256=held.get(one.name)) for one in asked.required)


def code_override(issuer: Issuer) -> CodeOverride | None:
    """Say on whose paper a failing code was taken; none: the code passes."""
    review = issuer.code_review
    if review is None:
        return None
    return CodeOverride(
        reason=review.reason, found=review.found, wanted=review.wanted, document_sha256=review.document.digest
    )


def certificate_note(found: Certificate) -> CertificateNote:
    """Say who vouches for the issuer's credit standing, and until when."""
    return CertificateNote(
        body_name=found.body_name,
        body_uscc=found.body_code,
        approval_number=found.approval_number,
        certificate_number=found.certificate_number,
        grade=found.grade.value,
        score=found.score,
        scope=found.scope,
        valid=found.valid,
        document_sha256=found.document.digest,
    )


def assessment_note(found: Assessment) -> AssessmentNote:
    """Say what an independent assessor found, condition by condition."""
    met = {one.number: civil_date(one.at) for one in found.met}
    return AssessmentNote(
        assessor_name=found.assessor_name,
        assessor_uscc=found.assessor_code,
        criteria_version=found.criteria_version,
        signed_on=found.signed_on,
        valid=found.valid,
        indicators=tuple(
            IndicatorNote.model_validate(one.model_dump(include=set(IndicatorNote.model_fields)))
            for one in found.indicators
        ),
        score_hundredths=found.score_hundredths,
        verdict=Verdict(found.verdict.value),
        two_persons=found.reviewer_id not in {None, found.assessor_id},
        conditions=tuple(
            ConditionNote(text=one.text, due_on=one.due_on, closed_on=met.get(number))
            for number, one in enumerate(found.conditions, start=1)
        ),
        document_sha256=found.document.digest,
    )


def past_papers(
    certificates: Sequence[Certificate], assessments: Sequence[Assessment], shown: Iterable[str]
) -> tuple[PastPaper, ...]:
    """List what was on file before the papers that are shown whole, newest first."""
    printed = set(shown)
    found = [
        PastPaper(
            title=Words(zh="信用认证", en="Credit certification")
            if one.approval_number
            else Words(zh="信用评价", en="Credit evaluation"),
            by=one.body_name,
            number=one.certificate_number,
            outcome=Words(zh=one.grade.value, en=one.grade.value),
            valid=one.valid,
        )
        for one in certificates
        if one.certificate_id not in printed
    ]
    found += [
        PastPaper(
            title=Words(zh="第三方评估", en="Third-party assessment"),
            by=one.assessor_name,
            number=None,
            outcome=_VERDICTS[one.verdict.value],
            valid=one.valid,
        )
        for one in assessments
        if one.assessment_id not in printed
    ]
    return tuple(sorted(found, key=lambda one: (one.valid.since, one.title.en), reverse=True))


def placing_note(filing: Filing, clocks: Clocks) -> PlacingNote | None:
    """Say which authority decides on a version, and until when; none: it was never submitted."""
    placing = filing.placing
    if placing is None:
        return None
    return PlacingNote(
        tier=placing.tier_title,
        authority=placing.authority_title,
        authority_region=placing.authority,
        acceptance_workdays=placing.acceptance_workdays,
        decision_workdays=placing.decision_workdays,
        four_eyes=placing.four_eyes,
        submitted_on=_day(filing.submitted_at),
        admitted_on=_day(filing.admitted_at),
        due_on=clocks.decision.day if clocks.decision else None,
        decided_on=_day(filing.decided_at),
    )


def _day(at: datetime | None) -> date | None:
    return None if at is None else civil_date(at)


def check_summary(report: CheckReport, report_sha256: str) -> CheckSummary:
    """Say rule by rule what the automatic checks found: what failed first, then what must hold, then the rest."""
    order = ("failed", "passed", "not_applicable")
    lines = [
        CheckLine(
            title=one.title,
            must=one.severity.value == "must",
            outcome=one.outcome.value,
            basis=tuple(dict.fromkeys(each.title for each in one.basis)),
            found=tuple(f"{each.path}: {each.found}" for each in one.findings),
        )
        for one in report.results
    ]
    lines.sort(key=lambda line: (order.index(line.outcome), not line.must, line.title.zh))
    return CheckSummary(on=report.on, report_sha256=report_sha256, passed=report.passed, lines=tuple(lines))


def section_lines(filing: Filing) -> tuple[SectionLine, ...]:
    """List the sections of a filed document with what the rooms that own them found."""
    return tuple(
        SectionLine(
            title=_SECTIONS[one.name],
            digest=one.digest,
            passed=one.report.passed if one.report else None,
            by=one.report.made_by if one.report else None,
            summary=one.report.summary if one.report else None,
            report_sha256=one.report.report_digest if one.report else None,
        )
        for one in filing.sections
    )


def difference(compared: Comparison) -> Difference | None:
    """Say what a version changes; none: there was nothing before it."""
    if compared.against_version is None:
        return None
    return Difference(
        version=compared.version,
        against=compared.against_version,
        changes=tuple(
            ChangeLine(
                title=one.title,
                before=one.before,
                after=one.after,
                effect=one.effect.value,
                effect_title=one.effect.words,
                sentence=one.sentence,
            )
            for one in compared.changes
        ),
    )


def opinion_lines(filings: Iterable[Filing], name_of: Callable[[str], Words]) -> tuple[OpinionLine, ...]:
    """List what the authority said to every version, newest first."""
    found = [
        OpinionLine(
            version=filing.version,
            verdict=_RULINGS[one.verdict],
            at=one.at,
            by=name_of(one.actor_id),
            reason=one.reason,
            fields=tuple(FieldNote(title=_title(each.path), path=each.path, reason=each.reason) for each in one.fields),
        )
        for filing in filings
        for one in filing.opinions
    ]
    return tuple(sorted(found, key=lambda line: (line.at, line.version), reverse=True))


def _title(path: str) -> Words:
    """Give what a field is called; a place inside a list goes by the list."""
    plain = path.partition("[")[0]
    while plain and plain not in issuing.TITLES:
        plain = plain.rpartition(".")[0]
    return issuing.TITLES.get(plain, Words(zh=path, en=path))


def reason_lines(reasons: Iterable[OpenReason]) -> tuple[ReasonLine, ...]:
    """List what stands against issuing, with since when."""
    return tuple(ReasonLine(title=one.title, since=one.since, because=one.because) for one in reasons)


def frozen_note(frozen: FrozenSum) -> FrozenNote | None:
    """Say what suspensions froze; none: nothing ever was."""
    return FrozenNote.model_validate(frozen.model_dump()) if frozen.awards else None
