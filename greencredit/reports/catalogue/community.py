"""社区环境行动报告: what a community with its buildings did together, or a district with its communities."""

from typing import Any, Final

from sqlalchemy.orm import Session

from greencredit.reports.catalogue import gather_group, group_kind
from greencredit.schemas.organisations import OrganisationKind
from greencredit.schemas.reports import CommunityReport
from greencredit.schemas.values import Period, Words

_OF: Final = (OrganisationKind.DISTRICT, OrganisationKind.COMMUNITY)


def gather(session: Session, subject_id: str, period: Period, shared: Any = None) -> CommunityReport:  # noqa: ANN401 - as every kind
    """Collect the facts of a district, of a community or of a building."""
    del shared
    return gather_group(CommunityReport, session, subject_id, period, kind="community", of=_OF)


REPORT = group_kind(
    "community", Words(zh="社区环境行动报告", en="Community Environmental Action Report"), CommunityReport, gather
)
