"""The laws of the ledger, as tables and pure functions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greencredit.ledger import queries, rules
from greencredit.schemas.ledger import LeafKind, Verb

leaf_numbers = st.integers(min_value=1, max_value=20)
movements = st.lists(st.tuples(leaf_numbers, leaf_numbers, st.integers(min_value=1, max_value=10**9)))


@pytest.mark.proves("LED-1")
@given(movements)
def test_no_credit_appears_or_vanishes_whatever_moves(moved: list[tuple[int, int, int]]) -> None:
    assert sum(rules.leaf_balances(moved).values()) == 0


@pytest.mark.proves("LED-1")
def test_every_verb_has_one_path_and_reversing_walks_an_award_backwards() -> None:
    assert set(rules.PATHS) == set(Verb)
    assert rules.PATHS[Verb.REVERSE] == tuple(reversed(rules.PATHS[Verb.EARN]))


def test_only_the_issued_counter_leaf_goes_below_zero() -> None:
    assert {kind: rules.SIGNS[kind] for kind in LeafKind} == {LeafKind.AVAILABLE: 1, LeafKind.ISSUED: -1}


def test_every_invariant_that_is_promised_is_checked() -> None:
    assert set(queries.CHECKS) == set(rules.INVARIANTS)


def test_a_fingerprint_is_the_same_for_the_same_payload_on_every_machine() -> None:
    assert rules.fingerprint(Verb.EARN, 1, 2, 300).hex() == "cdd34e5db58af465c374e15841882c22"


@given(
    st.tuples(*[st.integers(min_value=0, max_value=2**63)] * 4),
    st.tuples(*[st.integers(min_value=0, max_value=2**63)] * 4),
)
def test_two_payloads_that_differ_have_two_fingerprints(
    one: tuple[int, int, int, int], other: tuple[int, int, int, int]
) -> None:
    same = rules.fingerprint(Verb.EARN, *one) == rules.fingerprint(Verb.EARN, *other)

    assert same == (one == other)
