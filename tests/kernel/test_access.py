"""The policy's promises: scopes, suspension, keys, segregation; and one rule for one thing and for lists."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Text, literal, select
from sqlalchemy.orm import Session

from greencredit.kernel import access
from greencredit.kernel.access import (
    APART,
    PLATFORM,
    POLICY,
    AccessDenied,
    Actor,
    Audience,
    Grant,
    OwnFiling,
    Role,
    Scope,
    ScopeKind,
    SignInFirst,
    Via,
    may,
    may_somewhere,
    visible,
)
from tests.factories.people import make_actor

NOON: Final = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SHOP: Final = Scope(ScopeKind.ISSUER, "iss_shop")
BANK: Final = Scope(ScopeKind.ISSUER, "iss_bank")
SHANGHAI: Final = Scope(ScopeKind.REGION, "CN-SH")
PUDONG: Final = Scope(ScopeKind.REGION, "CN-SH-PD")
SHANXI: Final = Scope(ScopeKind.REGION, "CN-SX")
LI: Final = Scope(ScopeKind.CONSUMER, "con_li")
WU: Final = Scope(ScopeKind.CONSUMER, "con_wu")


@pytest.mark.proves("SEC-1")
def test_a_role_counts_in_its_own_place_only() -> None:
    manager = make_actor(Role.ISSUER_MANAGER, ScopeKind.ISSUER, "iss_shop")

    assert may(manager, "evidence.take_in", SHANGHAI, SHOP)
    assert not may(manager, "evidence.take_in", SHANGHAI, BANK)
    assert not may(manager, "evidence.take_in")
    assert not may(manager, "issuer.decide", SHANGHAI, SHOP)


@pytest.mark.proves("SEC-1")
def test_a_region_reaches_the_regions_inside_it_and_no_other_that_begins_alike() -> None:
    city = make_actor(Role.REGULATOR, ScopeKind.REGION, "CN-SH")
    country = make_actor(Role.REGULATOR, ScopeKind.REGION, "CN")
    district = make_actor(Role.REGULATOR, ScopeKind.REGION, "CN-SH-PD")

    assert [may(city, "issuer.decide", place) for place in (SHANGHAI, PUDONG, SHANXI)] == [True, True, False]
    assert [may(country, "issuer.decide", place) for place in (SHANGHAI, PUDONG, SHANXI)] == [True, True, True]
    assert [may(district, "issuer.decide", place) for place in (SHANGHAI, PUDONG, SHANXI)] == [False, True, False]
    assert not may(city, "issuer.decide", Scope(ScopeKind.REGION, "CN-SHX"))


@pytest.mark.proves("SEC-1")
def test_a_consumer_sees_himself_and_nobody_else() -> None:
    li = make_actor(Role.CONSUMER, ScopeKind.CONSUMER, "con_li")

    assert may(li, "consumer.read", LI)
    assert not may(li, "consumer.read", WU)


@pytest.mark.proves("SEC-1")
def test_a_stranger_may_only_what_is_open_to_the_world_and_is_asked_to_sign_in() -> None:
    stranger = access.anonymous(NOON)

    assert {action for action in POLICY if may_somewhere(stranger, action)} == {
        "public.read",
        "session.open",
        "checkpoint.cosign",  # witnesses and logs prove themselves by their signatures
        "cosignature.hand_in",
    }
    with pytest.raises(SignInFirst) as no:
        access.require(stranger, "issuer.read", SHOP)
    assert (no.value.code, no.value.facts) == ("access.sign_in_first", {"action": "issuer.read"})


@pytest.mark.proves("SEC-1")
def test_a_refusal_names_the_action_the_places_and_what_was_held() -> None:
    viewer = make_actor(Role.ISSUER_VIEWER, ScopeKind.ISSUER, "iss_shop")

    with pytest.raises(AccessDenied) as no:
        access.require(viewer, "issuer.file", SHANGHAI, SHOP)

    assert no.value.code == "access.denied"
    assert no.value.message == (
        "issuer.file needs a grant in region CN-SH, issuer iss_shop, found issuer_viewer of issuer iss_shop"
    )
    assert no.value.facts == {
        "action": "issuer.file",
        "places": ["region:CN-SH", "issuer:iss_shop"],
        "via": Via.SESSION,
        "suspended": False,
    }


@pytest.mark.proves("SEC-1")
def test_a_grant_counts_from_its_first_instant_until_just_before_its_last() -> None:
    auditor = Grant(Role.AUDITOR, PLATFORM, NOON, NOON + timedelta(days=30))

    def at(instant: datetime) -> bool:
        return may(Actor(at=instant, via=Via.SESSION, grants=(auditor,)), "issuer.read", SHOP)

    assert [at(NOON - timedelta(microseconds=1)), at(NOON)] == [False, True]
    assert [at(NOON + timedelta(days=30, microseconds=-1)), at(NOON + timedelta(days=30))] == [True, False]


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize("role", Role)
def test_the_suspended_read_what_they_could_and_change_nothing(role: Role) -> None:
    allowed = {(action, kind) for action, rule in POLICY.items() for holder, kind in rule.holders if holder is role}
    for action, kind in allowed:
        active = make_actor(role, kind, "" if kind is ScopeKind.PLATFORM else "here")
        suspended = Actor(at=active.at, via=active.via, grants=active.grants, suspended=True)

        assert may(active, action, Scope(kind, "here"))
        assert may(suspended, action, Scope(kind, "here")) is not POLICY[action].writes


@pytest.mark.proves("SEC-1")
def test_a_key_does_what_both_it_and_its_owner_may() -> None:
    operator = make_actor(Role.OPERATOR)
    key = Actor(
        at=operator.at,
        via=Via.API_KEY,
        grants=operator.grants,
        api_scopes=frozenset({"evidence.take_in", "issuer.decide", "key.make"}),
    )

    assert may(key, "evidence.take_in", SHOP)
    assert not may(key, "evidence.read", SHOP), "the owner may, the key does not carry it"
    assert not may(key, "issuer.decide", SHOP), "the key carries it, the owner may not"
    assert not may(key, "key.make"), "no key makes keys"
    assert {action for action in POLICY if may_somewhere(key, action)} == {
        "public.read",
        "session.open",
        "checkpoint.cosign",
        "cosignature.hand_in",
        "evidence.take_in",
    }


@pytest.mark.proves("SEC-1")
def test_nobody_approves_what_he_filed() -> None:
    wang = make_actor(Role.REGULATOR, account_id="acc_wang")

    access.require_another(wang, "acc_li")
    with pytest.raises(OwnFiling) as no:
        access.require_another(wang, "acc_wang")
    assert (no.value.code, no.value.facts) == (
        "access.own_filing",
        {"filed_by": "acc_wang", "account_id": "acc_wang"},
    )


def test_nobody_without_a_name_approves_and_nothing_filed_by_nobody_is_approved() -> None:
    with pytest.raises(OwnFiling):
        access.require_another(access.operator_at_the_machine(NOON), "acc_li")
    with pytest.raises(OwnFiling):
        access.require_another(make_actor(Role.REGULATOR), None)


def test_every_role_has_something_to_do_in_every_place_the_policy_names_for_it() -> None:
    acting = {role for rule in POLICY.values() for role, _ in rule.holders}

    assert acting == set(Role)


def test_only_actions_for_holders_name_holders() -> None:
    odd = [name for name, rule in POLICY.items() if bool(rule.holders) is not (rule.audience is Audience.HOLDERS)]

    assert odd == []


def test_whoever_judges_an_issuer_never_acts_for_one() -> None:
    judging = {
        role for name in ("issuer.certify", "issuer.assess", "issuer.decide") for role, _ in POLICY[name].holders
    }
    acting = {role for name in ("issuer.submit", "issuer.file", "rule.file") for role, _ in POLICY[name].holders}

    assert {frozenset({one, other}) for one in judging for other in acting} <= APART


_CODES: Final = ("CN", "CN-S", "CN-SH", "CN-SH-PD", "CN-SHX", "cn-sh", "CN-SH-", "CN_SH-PD", "CN-%")
_PLACES: Final[dict[ScopeKind, tuple[str, ...]]] = {
    ScopeKind.PLATFORM: ("",),
    ScopeKind.REGION: _CODES,
    ScopeKind.ISSUER: ("iss_a", "iss_b", "ISS_A", "iss_a-x", "%"),
    ScopeKind.ORGANISATION: ("org_a", "org_b", "unt_a", "ORG_A", "%"),
    ScopeKind.AGENCY: ("91000000000000900X", "91000000000000901X", "iss_a"),
    ScopeKind.CONSUMER: ("con_li", "con_wu", "iss_a"),
}
_IDS: Final = {kind: st.sampled_from(places) for kind, places in _PLACES.items()}


def _is_shown(session: Session, actor: Actor, action: str, row: dict[ScopeKind, str | None]) -> bool:
    columns = {kind: literal(place, Text) for kind, place in row.items()}
    return session.scalar(select(literal(1)).where(visible(actor, action, columns))) == 1


def _path(row: dict[ScopeKind, str | None]) -> list[Scope]:
    return [Scope(kind, place) for kind, place in row.items() if place is not None]


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize(
    ("action", "role", "kind"),
    [
        ("issuer.read", Role.REGULATOR, ScopeKind.REGION),
        ("issuer.read", Role.REGULATOR, ScopeKind.PLATFORM),
        ("issuer.read", Role.ISSUER_VIEWER, ScopeKind.ISSUER),
        ("consumer.read", Role.CONSUMER, ScopeKind.CONSUMER),
    ],
)
def test_a_list_and_one_thing_agree_on_every_pair_of_places(
    session: Session, action: str, role: Role, kind: ScopeKind
) -> None:
    rows: list[dict[ScopeKind, str | None]] = [
        {where: place} for where in _PLACES if where is not ScopeKind.PLATFORM for place in (*_PLACES[where], None)
    ]
    for granted, row in product(_PLACES[kind], rows):
        actor = make_actor(role, kind, granted)

        assert _is_shown(session, actor, action, row) is may(actor, action, *_path(row)), (granted, row)


_scopes = st.sampled_from(ScopeKind).flatmap(lambda kind: st.builds(Scope, st.just(kind), _IDS[kind]))


@st.composite
def _asked(draw: st.DrawFn) -> tuple[Actor, str]:
    """Draw an action and an actor whose grants mostly allow it somewhere: chance alone would nearly always refuse."""
    action = draw(st.sampled_from(sorted(POLICY)))
    holders = sorted(POLICY[action].holders) or [(Role.OPERATOR, ScopeKind.PLATFORM)]
    others = [(role, kind) for role in Role for kind in ScopeKind]
    grants = []
    for _ in range(draw(st.integers(0, 3))):
        role, kind = draw(st.sampled_from(holders) | st.sampled_from(others))
        since = draw(st.sampled_from((NOON, NOON, NOON + timedelta(days=1))))
        until = draw(st.sampled_from((None, NOON, NOON + timedelta(days=1))))
        grants.append(Grant(role, Scope(kind, draw(_IDS[kind])), since, until))
    actor = Actor(
        at=NOON,
        via=draw(st.sampled_from(Via)),
        grants=tuple(grants),
        api_scopes=draw(st.none() | st.just(frozenset({action})) | st.frozensets(st.sampled_from(sorted(POLICY)))),
        suspended=draw(st.sampled_from((False, False, True))),
    )
    return actor, action


_rows = st.fixed_dictionaries({kind: st.none() | _IDS[kind] for kind in ScopeKind if kind is not ScopeKind.PLATFORM})


@pytest.mark.proves("SEC-1")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(asked=_asked(), row=_rows)
def test_a_list_shows_exactly_the_rows_that_one_by_one_may_be_seen(
    session: Session, asked: tuple[Actor, str], row: dict[ScopeKind, str | None]
) -> None:
    actor, action = asked

    assert _is_shown(session, actor, action, row) is may(actor, action, *_path(row))


@given(asked=_asked(), path=st.lists(_scopes, max_size=3))
def test_what_may_be_done_in_a_place_may_be_done_somewhere(asked: tuple[Actor, str], path: list[Scope]) -> None:
    actor, action = asked

    assert may_somewhere(actor, action) or not may(actor, action, *path)
