"""学校环境行动报告: what a school with its grades and classes did together, out of its published figures."""

from typing import Any, Final

from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.issuers import queries as issuers
from greencredit.kernel.access import ScopeKind
from greencredit.organisations import queries as organisations
from greencredit.organisations import rules as groups
from greencredit.reports import rules
from greencredit.reports.catalogue import ReportKind, Sheet
from greencredit.schemas.organisations import OrganisationKind
from greencredit.schemas.reports import SchoolReport
from greencredit.schemas.values import Period, Words

_KINDS: Final = (OrganisationKind.SCHOOL,)


def gather(session: Session, subject_id: str, period: Period, shared: Any = None) -> SchoolReport:  # noqa: ANN401 - as every kind
    """Collect the facts of an organisation, or of one of its units; nothing is counted that was not published."""
    del shared
    found = organisations.group_facts(session, subject_id, period)
    rules.require_kind("school", found, _KINDS)
    return rules.group_report(
        SchoolReport,
        found,
        actions=actions.action,
        titles={(factor.id, factor.version): factor.title for factor in actions.factor_versions(session)},
        legal=issuers.legal_basis("school", period.last_day),
        before=groups.period_before(period),
        whole=organisations.organisation(session, found.figures.organisation_id),
    )


REPORT = ReportKind(
    name="school",
    title=Words(zh="学校环境行动报告", en="School Environmental Action Report"),
    facts=SchoolReport,
    sheet=Sheet(file_name="figures.csv", columns=rules.GROUP_COLUMNS, rows=rules.group_rows),
    gather=gather,
    about=ScopeKind.ORGANISATION,
)
