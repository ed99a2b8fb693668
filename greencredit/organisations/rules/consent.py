"""Who agrees for whom: a person for himself, for a child under 14 a guardian (PIPL art. 31)."""

from greencredit.organisations.errors import GuardianWanted, NoticeOutdated, OwnConsentWanted
from greencredit.schemas.organisations import AgeBand, Joining


def needs_guardian(age: AgeBand, *, for_children: bool) -> bool:
    """Tell whether a guardian has to agree; in a unit of children the stated age changes nothing."""
    return for_children or age is AgeBand.UNDER_14


def require_consent(joining: Joining, *, for_children: bool, by_guardian: bool, notice_version: str) -> None:
    """Refuse a consent to another notice than the one in force, a child's own, and a guardian's from 14 on."""
    if joining.notice_version != notice_version:
        raise NoticeOutdated(found=joining.notice_version, wanted=notice_version)
    if needs_guardian(joining.age, for_children=for_children) and not by_guardian:
        raise GuardianWanted(age=joining.age, for_children=for_children)
    if by_guardian and not needs_guardian(joining.age, for_children=for_children):
        raise OwnConsentWanted(age=joining.age)
