"""Where credits can go: every verb has one path, and none leads from one person to another."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greencredit.ledger import queries, routes, rules, service
from greencredit.ledger.rules.paths import ALL_SERIES, FROM_ISSUER, Owner, ends_of
from greencredit.schemas.ledger import Allotment, Command, LeafKind, Passing, Verb

people = st.integers(min_value=1, max_value=2**31 - 1)
series_numbers = st.integers(min_value=1, max_value=ALL_SERIES)


@pytest.mark.proves("LED-1")
def test_every_verb_has_one_path_between_two_different_kinds_or_owners() -> None:
    assert set(rules.PATHS) == set(Verb)
    assert [verb for verb, path in rules.PATHS.items() if path[:2] == path[2:]] == []


@pytest.mark.proves("LED-1")
def test_no_path_leads_from_one_person_to_another() -> None:
    """Regulation POL-07: credits are neither sold nor resold, and none passes from person to person.

    The notice of 5 January 2026 (《关于实施绿色消费推进行动的通知》) strictly forbids
    to buy or resell credits (购买或倒卖积分), as it was read in a press report of it. That there is no way between
    persons at all is how this platform keeps it.
    """
    between = [
        verb
        for verb, path in rules.PATHS.items()
        if path.source in rules.PERSONAL and path.target in rules.PERSONAL and path.source_of is not path.target_of
    ]
    of_a_party = [
        verb
        for verb, path in rules.PATHS.items()
        if (path.source in rules.PERSONAL and path.source_of is not Owner.HOLDER)
        or (path.target in rules.PERSONAL and path.target_of is not Owner.HOLDER)
    ]
    from_a_person_to_a_wallet = [
        verb for verb, path in rules.PATHS.items() if path.source in rules.PERSONAL and path.target is LeafKind.WALLET
    ]

    assert (between, of_a_party, from_a_person_to_a_wallet) == ([], [], [])


@pytest.mark.proves("LED-1")
@given(st.sampled_from(sorted(Verb)), series_numbers, people, people)
def test_the_two_leaves_of_any_event_are_never_of_two_persons(verb: Verb, series: int, holder: int, party: int) -> None:
    (source, series_left, left), (target, series_entered, entered) = map(
        rules.parts_of, ends_of(verb, series, holder, party)
    )

    assert series_left == series_entered == series
    if source in rules.PERSONAL and target in rules.PERSONAL:
        assert left == entered == holder


@pytest.mark.proves("LED-1")
def test_nobody_can_ask_for_a_sale_or_a_transfer() -> None:
    """Regulation POL-07: there is no verb, no command, no service and no route for it."""
    forbidden = ("sell", "sale", "buy", "purchase", "transfer", "trade", "gift", "cash", "swap")
    words = [
        *(verb.name for verb in Verb),
        *(command.__name__ for command in get_args(Command)),
        *service.__all__,
        *(str(getattr(route, "path", "")) for route in routes.router.routes),
    ]

    assert [word for word in words if any(part in word.lower() for part in forbidden)] == []


def test_only_an_enterprise_can_name_whom_it_gives_to() -> None:
    owners = {"holder", "enterprise", "giver", "receiver"}
    two = {command for command in get_args(Command) if len(owners & set(command._fields)) > 1}

    assert two == {Allotment, Passing}
    assert {verb for verb, path in rules.PATHS.items() if path.source_of is Owner.PARTY} == {
        Verb.ALLOT,
        Verb.PASS,
        Verb.RESTORE,
    }


def test_credits_come_from_and_go_to_the_issuer_by_these_verbs_only() -> None:
    assert {verb.name for verb, sign in FROM_ISSUER.items() if sign > 0} == {
        "EARN", "ACCRUE", "ADJUST_UP", "COMPENSATE", "FUND", "REVIVE_IN", "SETTLE", "WAIVE",
    }  # fmt: skip
    assert {verb.name for verb, sign in FROM_ISSUER.items() if sign < 0} == {
        "REVERSE", "REVERSE_PENDING", "REVERSE_FUND", "ADJUST_DOWN", "REPAY", "REVIVE_OUT", "FALL_SHORT",
    }  # fmt: skip


@given(st.sampled_from(sorted(LeafKind)), series_numbers, st.integers(min_value=0, max_value=2**31 - 1))
def test_a_leafs_number_says_what_it_is_and_lies_with_its_holders(kind: LeafKind, series: int, holder: int) -> None:
    leaf = rules.leaf_of(kind, series, holder)
    first, beyond = rules.leaves_of(holder)

    assert rules.parts_of(leaf) == (kind, series, holder)
    assert first <= leaf < beyond <= 2**63


def test_the_numbers_on_disk_are_for_ever() -> None:
    assert [kind.name for kind in LeafKind] == [
        "ISSUED", "AVAILABLE", "PENDING", "HELD", "FROZEN", "WALLET", "OWED", "REDEEMED", "DONATED", "EXPIRED",
    ]  # fmt: skip
    assert [verb.name for verb in Verb] == [
        "EARN", "REVERSE", "ACCRUE", "ACTIVATE", "REVERSE_PENDING", "HOLD", "RELEASE", "CAPTURE", "REDEEM", "RESTORE",
        "EXPIRE", "FREEZE", "UNFREEZE", "FALL_SHORT", "REPAY", "SETTLE", "ADJUST_UP", "ADJUST_DOWN", "COMPENSATE",
        "DONATE", "CAPTURE_DONATION", "REVIVE_OUT", "REVIVE_IN", "FUND", "ALLOT", "PASS", "REVERSE_FUND", "WAIVE",
    ]  # fmt: skip
    assert [int(verb) for verb in Verb] == list(range(1, 29))
    assert rules.leaf_of(LeafKind.AVAILABLE, 3, 5) == 5 << 28 | 3 << 4 | 1


def test_every_invariant_that_is_promised_is_checked() -> None:
    assert set(queries.CHECKS) == set(rules.INVARIANTS)
