"""学校环境行动报告: what a school with its grades and classes did together, out of its published figures."""

from typing import Any

from sqlalchemy.orm import Session

from greencredit.reports.catalogue import gather_group, group_kind
from greencredit.schemas.organisations import OrganisationKind
from greencredit.schemas.reports import SchoolReport
from greencredit.schemas.values import Period, Words


def gather(session: Session, subject_id: str, period: Period, shared: Any = None) -> SchoolReport:  # noqa: ANN401 - as every kind
    """Collect the facts of a school, of a grade or of a class."""
    del shared
    return gather_group(SchoolReport, session, subject_id, period, kind="school", of=(OrganisationKind.SCHOOL,))


REPORT = group_kind(
    "school", Words(zh="学校环境行动报告", en="School Environmental Action Report"), SchoolReport, gather
)
