"""People belong to a unit because they agreed, a child because a guardian did; they leave when they want."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.access import Role, Scope, ScopeKind
from greencredit.kernel.clock import StandingClock, now
from greencredit.kernel.errors import Refusal
from greencredit.organisations import queries, service
from greencredit.organisations.errors import (
    Closed,
    CodeWanted,
    GuardianWanted,
    MemberAlready,
    NoticeOutdated,
    OwnConsentWanted,
    UnknownMembership,
    UnknownUnit,
    WrongJoinCode,
    WrongLevel,
)
from greencredit.people import queries as people
from greencredit.people.errors import EnterpriseRegistered
from greencredit.schemas.organisations import AgeBand, Level, NewKeeper, NewOrganisation, NewUnit, OrganisationKind
from tests.factories.issuers import synthetic_code
from tests.factories.organisations import add, guardian_of, joining, make_organisation, own_actor
from tests.factories.people import make_account, make_account_with, make_consumer


def _class(session: Session, *, for_children: bool = True) -> tuple[str, str]:
    """Give the id and the code of a class."""
    whole = make_organisation(session)
    grade = add(session, whole.organisation_id, whole.units[0].unit_id, "一年级", for_children=for_children)
    unit = add(session, whole.organisation_id, grade, "一班")
    return unit, service.invite(session, unit).code


def _memberships(session: Session) -> int:
    return int(session.scalar(text("SELECT COUNT(*) FROM organisations_membership")) or 0)


@pytest.mark.proves("ORG-1")
def test_a_school_has_grades_and_classes_and_nothing_below(session: Session) -> None:
    unit, _ = _class(session)
    whole = queries.organisation(session, queries.unit(session, unit).organisation_id)

    with pytest.raises(WrongLevel) as no:
        service.add_unit(session, whole.organisation_id, NewUnit(parent_id=unit, name="一组"))

    assert [one.level for one in whole.units] == [Level.SCHOOL, Level.GRADE, Level.CLASS]
    assert [one.for_children for one in whole.units] == [False, True, True]
    assert no.value.facts == {"kind": "school", "found": "class", "wanted": ["school", "grade"]}
    assert queries.organisation(session, whole.organisation_id) == whole


@pytest.mark.proves("ORG-1")
@pytest.mark.parametrize(
    ("kind", "levels"),
    [
        (OrganisationKind.DISTRICT, [Level.DISTRICT, Level.COMMUNITY, Level.BUILDING]),
        (OrganisationKind.COMMUNITY, [Level.COMMUNITY, Level.BUILDING]),
    ],
)
def test_a_district_has_communities_and_a_community_buildings(
    session: Session, kind: OrganisationKind, levels: list[Level]
) -> None:
    whole = make_organisation(session, kind, name="示例片区")
    parent = whole.units[0].unit_id
    for level in levels[1:]:
        parent = add(session, whole.organisation_id, parent, level.words.zh)

    assert [one.level for one in queries.organisation(session, whole.organisation_id).units] == levels


@pytest.mark.proves("ORG-1", "AWD-5")
def test_an_enterprise_is_a_holder_by_its_checked_code_and_is_registered_once(session: Session) -> None:
    whole = make_organisation(session, OrganisationKind.ENTERPRISE, name="示例纺织厂", code=synthetic_code(71))
    enterprise = str(whole.enterprise_id)

    refused: list[Refusal] = []
    for new in (
        NewOrganisation(kind=OrganisationKind.ENTERPRISE, name="示例同号厂", region="CN-SH", code=synthetic_code(71)),
        NewOrganisation(kind=OrganisationKind.ENTERPRISE, name="示例无号厂", region="CN-SH"),
        NewOrganisation(kind=OrganisationKind.SCHOOL, name="示例小学", region="CN-SH", code=synthetic_code(72)),
    ):
        with pytest.raises((EnterpriseRegistered, CodeWanted)) as no:
            service.found(session, new)
        refused.append(no.value)

    assert people.enterprises(session, [enterprise])[enterprise].code == synthetic_code(71)
    assert [one.code for one in refused] == ["people.enterprise_registered"] + ["organisations.code_wanted"] * 2
    assert session.scalar(text("SELECT COUNT(*) FROM people_enterprise")) == 1


@pytest.mark.proves("ORG-1", "ORG-4")
def test_a_child_belongs_to_a_class_when_a_guardian_agreed_and_that_is_kept(session: Session) -> None:
    unit, code = _class(session)
    child = make_consumer(session, display_name="示例学生").id

    joined = service.join(session, guardian_of(child, now(session)), child, joining(code))

    assert (joined.unit_id, joined.by_guardian, joined.agreed_by, joined.since, joined.until) == (
        unit,
        True,
        "acc_guardian",
        date(2026, 3, 2),
        None,
    )
    assert [(one.display_name, one.consumer_id) for one in queries.roster(session, unit)] == [("示例学生", child)]
    (consent,) = people.consents(session, child)
    assert (consent.purpose, consent.version, consent.withdrawn_at) == (
        joined.organisation_id,
        queries.notice().version,
        None,
    )


@pytest.mark.proves("ORG-4")
@pytest.mark.parametrize("age", list(AgeBand))
def test_a_child_does_not_agree_for_himself_whatever_age_he_states_in_a_class_of_children(
    session: Session, age: AgeBand
) -> None:
    _, code = _class(session)
    child = make_consumer(session).id

    with pytest.raises(GuardianWanted) as no:
        service.join(session, own_actor(child, now(session)), child, joining(code, age=age))

    assert no.value.facts == {"age": age, "for_children": True}
    assert (_memberships(session), people.consents(session, child)) == (0, [])


@pytest.mark.proves("ORG-4")
def test_from_14_on_a_person_agrees_himself_and_nobody_for_him(session: Session) -> None:
    _, code = _class(session, for_children=False)
    pupil = make_consumer(session).id
    grown = joining(code, age=AgeBand.FROM_14)

    with pytest.raises(OwnConsentWanted):
        service.join(session, guardian_of(pupil, now(session)), pupil, grown)
    joined = service.join(session, own_actor(pupil, now(session)), pupil, grown)

    assert (joined.by_guardian, joined.age) == (False, AgeBand.FROM_14)


@pytest.mark.proves("ORG-1")
def test_nobody_joins_by_a_wrong_or_an_old_code_or_under_an_old_notice(session: Session) -> None:
    unit, old = _class(session)
    child = make_consumer(session).id
    guardian = guardian_of(child, now(session))
    code = service.invite(session, unit).code

    for wrong in ("0000000000000000", old):
        with pytest.raises(WrongJoinCode):
            service.join(session, guardian, child, joining(wrong))
    with pytest.raises(NoticeOutdated) as no:
        service.join(session, guardian, child, joining(code).model_copy(update={"notice_version": "2020-01"}))

    assert no.value.facts == {"found": "2020-01", "wanted": queries.notice().version}
    assert _memberships(session) == 0


@pytest.mark.proves("ORG-1")
def test_a_person_leaves_at_any_time_and_joins_again_but_never_belongs_to_two_units(
    session: Session, clock: StandingClock
) -> None:
    unit, code = _class(session)
    child, other = make_consumer(session).id, make_consumer(session).id
    guardian = guardian_of(child, now(session))
    first = service.join(session, guardian, child, joining(code))

    with pytest.raises(MemberAlready) as no:
        service.join(session, guardian, child, joining(code))
    with pytest.raises(UnknownMembership):
        service.leave(session, other, first.membership_id)
    clock.move(timedelta(days=3))
    left = service.leave(session, child, first.membership_id)
    clock.move(timedelta(days=1))
    again = service.leave(session, child, first.membership_id)
    back = service.join(session, guardian, child, joining(code))

    assert no.value.facts == {"consumer_id": child, "unit_id": unit}
    assert (left.since, left.until, again) == (date(2026, 3, 2), date(2026, 3, 5), left)
    assert (back.since, back.until) == (date(2026, 3, 6), None)
    assert [one.withdrawn_at is None for one in people.consents(session, child)] == [False, True]
    assert queries.memberships_of(session, child) == [left, back]


@pytest.mark.proves("ORG-1")
def test_with_a_class_or_a_school_that_is_closed_its_members_leave_and_nobody_joins(session: Session) -> None:
    unit, code = _class(session)
    child, late = make_consumer(session).id, make_consumer(session).id
    service.join(session, guardian_of(child, now(session)), child, joining(code))
    whole = queries.organisation(session, queries.unit(session, unit).organisation_id)

    closed = service.close(session, whole.organisation_id)

    assert service.close(session, whole.organisation_id) == closed
    assert {one.closed_at for one in closed.units} == {closed.closed_at} == {now(session)}
    assert (queries.roster(session, unit), queries.memberships_of(session, child)[0].until) == ([], date(2026, 3, 2))
    with pytest.raises(WrongJoinCode):
        service.join(session, guardian_of(late, now(session)), late, joining(code))
    with pytest.raises(Closed):
        service.invite(session, unit)
    with pytest.raises(Closed):
        add(session, whole.organisation_id, whole.units[0].unit_id, "二年级")
    with pytest.raises(UnknownUnit):
        service.close_unit(session, whole.units[0].unit_id)


@pytest.mark.proves("ORG-1")
def test_the_administrator_of_a_school_names_the_keeper_of_a_class_and_of_no_other_school(session: Session) -> None:
    unit, _ = _class(session)
    whole = queries.organisation(session, queries.unit(session, unit).organisation_id)
    here = Scope(ScopeKind.ORGANISATION, whole.organisation_id)
    head = make_account_with(session, Role.ORGANISATION_ADMIN, here, login="head")
    stranger = make_account_with(
        session, Role.ORGANISATION_ADMIN, Scope(ScopeKind.ORGANISATION, "org_elsewhere"), login="stranger"
    )
    teacher = make_account(session, login="teacher", display_name="示例老师").id
    new = NewKeeper(account_id=teacher, because="示例：一班班主任")

    with pytest.raises(Refusal) as no:
        service.appoint(session, stranger, unit, new)
    given = service.appoint(session, head, unit, new)

    assert no.value.code == "access.denied"
    assert (given.role, given.scope_kind, given.scope_id, given.account_id) == (
        Role.UNIT_KEEPER,
        ScopeKind.ORGANISATION,
        unit,
        teacher,
    )
