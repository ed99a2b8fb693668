"""What this room refuses."""

from collections.abc import Iterable

from greencredit.kernel.errors import Conflict, NotFound, Refused
from greencredit.schemas.organisations import AgeBand, Level, OrganisationKind
from greencredit.schemas.values import Period


class UnknownOrganisation(NotFound):
    """查无此组织: there is no organisation with this id."""

    code = "organisations.unknown_organisation"

    def __init__(self, organisation_id: str) -> None:
        super().__init__(f"there is no organisation {organisation_id}", organisation_id=organisation_id)


class UnknownUnit(NotFound):
    """查无此单元: there is no unit with this id in this organisation."""

    code = "organisations.unknown_unit"

    def __init__(self, unit_id: str) -> None:
        super().__init__(f"there is no unit {unit_id}", unit_id=unit_id)


class UnknownMembership(NotFound):
    """查无此成员关系: there is no membership with this id."""

    code = "organisations.unknown_membership"

    def __init__(self, membership_id: str) -> None:
        super().__init__(f"there is no membership {membership_id}", membership_id=membership_id)


class NotPublished(NotFound):
    """尚未发布: no figures of this organisation were published for this period."""

    code = "organisations.not_published"

    def __init__(self, organisation_id: str, period: Period) -> None:
        super().__init__(
            f"{organisation_id} has published nothing for {period.since} to {period.last_day}",
            organisation_id=organisation_id,
            since=period.since.isoformat(),
            until=period.until.isoformat(),
        )


class CodeWanted(Refused):
    """缺少统一社会信用代码: an enterprise has one, no other kind of organisation is asked for it."""

    code = "organisations.code_wanted"

    def __init__(self, kind: OrganisationKind, *, found: str | None) -> None:
        wanted = "a unified social credit code" if kind is OrganisationKind.ENTERPRISE else "none"
        super().__init__(f"{kind} with the code {found}, wanted {wanted}", kind=kind, found=found, wanted=wanted)


class WrongLevel(Refused):
    """层级不符: nothing lies below the last level of an organisation."""

    code = "organisations.wrong_level"

    def __init__(self, kind: OrganisationKind, *, found: Level, wanted: Iterable[Level]) -> None:
        levels = [level.value for level in wanted]
        super().__init__(
            f"in a {kind} units lie below {' or '.join(levels)}, found {found}", kind=kind, found=found, wanted=levels
        )


class Closed(Conflict):
    """已撤销: the organisation or unit was closed, nobody joins it and nothing is added."""

    code = "organisations.closed"

    def __init__(self, closed_id: str) -> None:
        super().__init__(f"{closed_id} was closed", closed_id=closed_id)


class WrongJoinCode(Refused):
    """加入码不正确: no open unit hands out this code."""

    code = "organisations.wrong_join_code"

    def __init__(self) -> None:
        super().__init__("no open unit hands out this code")


class NoticeOutdated(Refused):
    """告知书版本不符: the consent is to another version of the notice than the one in force."""

    code = "organisations.notice_outdated"

    def __init__(self, *, found: str, wanted: str) -> None:
        super().__init__(
            f"the notice in force is version {wanted}, the consent is to {found}", found=found, wanted=wanted
        )


class GuardianWanted(Refused):
    """须监护人同意: for a child under 14 a guardian agrees (PIPL art. 31)."""

    code = "organisations.guardian_wanted"

    def __init__(self, *, age: AgeBand, for_children: bool) -> None:
        super().__init__(
            f"a guardian agrees for a child under 14, found the person's own consent (age {age}, "
            f"{'a unit of children' if for_children else 'no unit of children'})",
            age=age,
            for_children=for_children,
        )


class OwnConsentWanted(Refused):
    """须本人同意: from 14 on nobody agrees for a person but he himself."""

    code = "organisations.own_consent_wanted"

    def __init__(self, *, age: AgeBand) -> None:
        super().__init__(f"the person's own consent was wanted, found a guardian's (age {age})", age=age)


class MemberAlready(Conflict):
    """已是成员: a person belongs to one unit of an organisation at a time, and leaves it before joining another."""

    code = "organisations.member_already"

    def __init__(self, consumer_id: str, *, unit_id: str) -> None:
        super().__init__(f"{consumer_id} belongs to {unit_id} already", consumer_id=consumer_id, unit_id=unit_id)


class NotAMember(Refused):
    """非本单位成员: the person does not belong to this organisation today."""

    code = "organisations.not_a_member"

    def __init__(self, consumer_id: str, organisation_id: str) -> None:
        super().__init__(
            f"{consumer_id} does not belong to {organisation_id} today",
            consumer_id=consumer_id,
            organisation_id=organisation_id,
        )


class NotAnEnterprise(Refused):
    """非企业: only an enterprise holds credits of its own."""

    code = "organisations.not_an_enterprise"

    def __init__(self, organisation_id: str, *, found: OrganisationKind) -> None:
        super().__init__(
            f"{organisation_id} is a {found}, an enterprise was wanted", organisation_id=organisation_id, found=found
        )


class NotWholeMonths(Refused):
    """周期须为整月: figures of groups are of whole calendar months, two years at most."""

    code = "organisations.not_whole_months"

    def __init__(self, period: Period) -> None:
        super().__init__(
            f"whole months were wanted, two years at most, found {period.since} to {period.last_day}",
            since=period.since.isoformat(),
            until=period.until.isoformat(),
        )


class PeriodNotOver(Refused):
    """周期未结束: figures of a group are published when the period is over, never while they change day by day."""

    code = "organisations.period_not_over"

    def __init__(self, period: Period, *, today: str) -> None:
        super().__init__(
            f"the period ends on {period.last_day}, today is {today}", until=period.until.isoformat(), today=today
        )
