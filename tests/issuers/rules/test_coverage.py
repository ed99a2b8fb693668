"""Coverage in whole numbers, accounts that may not be named, and every verb counted once in what is owed."""

from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from greencredit.issuers import rules
from greencredit.issuers.errors import PaymentReserveNamed, StatementFromTheFuture
from greencredit.issuers.rules import coverage
from greencredit.schemas.issuers import AccountKind, CustodyStatement, NewCustodyStatement, Scheme
from greencredit.schemas.ledger import Verb
from greencredit.schemas.values import Period
from tests.factories.issuers import new_scheme, new_statement

TODAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def on_file(number: int, new: NewCustodyStatement) -> CustodyStatement:
    """Put a statement on file as far as rules need it."""
    return CustodyStatement(
        **dict(new),
        statement_id=f"cus_{number}",
        issuer_id="iss_example",
        number=number,
        recorded_at=AT,
        recorded_by="acc_admin",
    )


@pytest.mark.parametrize(
    ("credits_", "face", "worth"), [(0, 100, 0), (1, 100, 1), (1, 1, 1), (101, 50, 51), (7, 33, 3)]
)
def test_what_is_owed_is_rounded_up_to_the_fen(credits_: int, face: int, worth: int) -> None:
    assert rules.worth_fen(credits_, face) == worth


@pytest.mark.proves("ISS-6")
@given(
    owed=st.dictionaries(st.integers(1, 4), st.integers(0, 10**12), max_size=4),
    held=st.integers(0, 10**13),
    filed=st.integers(1, 20_000),
)
def test_the_filed_ratio_is_kept_exactly_when_the_whole_numbers_say_so(
    owed: dict[int, int], held: int, filed: int
) -> None:
    promises = {version: rules.Promise(50 * version, filed) for version in range(1, 5)}
    statement = on_file(1, new_statement(TODAY, amount_fen=held))

    found = rules.coverage_of("iss_example", statement, owed, promises, filed_basis_points=filed, as_of_event=9, at=AT)

    worth = sum(-(-credits_ * 50 * version // 100) for version, credits_ in owed.items())
    assert found.worth_fen == worth
    assert found.kept is (held * 10_000 >= worth * filed)
    assert found.basis_points == (held * 10_000 // worth if worth else None)
    assert found.basis_points is None or found.basis_points * worth <= held * 10_000


@pytest.mark.proves("ISS-6")
@given(ratios=st.lists(st.tuples(st.integers(1, 20_000), st.booleans()), max_size=6))
def test_a_ratio_never_falls_for_credits_that_were_issued(ratios: list[tuple[int, bool]]) -> None:
    accepted = [
        rules.Promised(version, rules.Promise(100, ratio), begun)
        for version, (ratio, begun) in enumerate(ratios, start=1)
    ]

    over_time = [rules.promises_of(accepted[:known]) for known in range(len(accepted) + 1)]

    for before, after in pairwise(over_time):
        assert all(after[version].basis_points >= promise.basis_points for version, promise in before.items())
    assert all(over_time[-1][one.version].basis_points >= one.promise.basis_points for one in accepted)


@pytest.mark.proves("ISS-6")
def test_without_a_statement_nothing_is_covered_even_where_nothing_is_owed() -> None:
    found = rules.coverage_of(
        "iss_example", None, {}, {1: rules.Promise(100, 1)}, filed_basis_points=1, as_of_event=0, at=AT
    )

    assert (found.kept, found.guarantee_fen, found.basis_points) == (False, 0, None)


@pytest.mark.proves("ISS-7")
@pytest.mark.parametrize(
    "changes",
    [
        {"account_kind": AccountKind.PAYMENT_RESERVE},
        {"account_title": "示例支付有限公司备付金专户"},
        {"account_title": "客户 备 付 金 集中存管"},
        {"account_title": "Example Payment-Reserve Account"},
        {"account_title": "示例公司備付金"},
        {"bank": "示例银行（备付金存管行）"},
    ],
)
def test_a_payment_reserve_account_is_refused_by_kind_and_by_name(changes: dict[str, Any]) -> None:
    statement = new_statement(TODAY, **changes)

    with pytest.raises(PaymentReserveNamed) as no:
        rules.require_no_reserve(statement)

    (field,) = changes
    assert (no.value.code, no.value.facts["field"]) == ("issuers.payment_reserve_named", field)


@pytest.mark.parametrize("kind", [one for one in AccountKind if one is not AccountKind.PAYMENT_RESERVE])
def test_other_accounts_may_be_named(kind: AccountKind) -> None:
    rules.require_no_reserve(new_statement(TODAY, account_kind=kind))


def test_a_statement_of_tomorrow_is_refused_and_one_of_today_is_not() -> None:
    rules.require_not_future(TODAY, TODAY)

    with pytest.raises(StatementFromTheFuture) as no:
        rules.require_not_future(date(2026, 3, 3), TODAY)

    assert no.value.facts == {"found": "2026-03-03", "wanted": "2026-03-02"}


@pytest.mark.parametrize("wrong", ["", "123", "12345", "12a4", "\uff11\uff12\uff13\uff14"])
def test_only_the_last_four_digits_of_an_account_are_taken(wrong: str) -> None:
    with pytest.raises(ValidationError):
        new_statement(TODAY, account_last4=wrong)


@pytest.mark.parametrize("wrong", [0, -1])
def test_a_face_value_of_zero_can_not_be_written_down(wrong: int) -> None:
    with pytest.raises(ValidationError):
        Scheme.model_validate(dict(new_scheme()) | {"face_value_fen_per_100_credits": wrong})


def test_the_statement_that_counts_is_of_the_latest_day_whenever_it_was_put_on_file() -> None:
    march, february = on_file(1, new_statement(TODAY)), on_file(2, new_statement(date(2026, 2, 1)))

    assert rules.newest_of([march, february]) == march
    assert rules.newest_of([]) is None


def test_every_verb_that_changes_what_is_owed_stands_in_exactly_one_line_of_the_roll_forward() -> None:
    lines = (
        coverage.GRANTED,
        coverage.REDEEMED,
        coverage.EXPIRED,
        coverage.RESTORED,
        coverage.DONATED,
        coverage.REVERSED,
        coverage.CORRECTED,
    )

    assert sorted(verb for line in lines for verb in line) == sorted(coverage.CHANGES)


@given(
    before=st.lists(st.tuples(st.sampled_from(Verb), st.integers(1, 10**6))),
    within=st.lists(st.tuples(st.sampled_from(Verb), st.integers(1, 10**6))),
)
def test_opening_granted_redeemed_expired_and_adjusted_give_closing(
    before: list[tuple[Verb, int]], within: list[tuple[Verb, int]]
) -> None:
    period = Period(since=TODAY, until=date(2026, 4, 1))

    one = rules.roll_forward_of(period, before, within, (3, 9))
    following = rules.roll_forward_of(period, [*before, *within], (), (10, 9))

    assert one.opening + one.granted - one.redeemed - one.expired + one.adjusted == one.closing
    assert following.opening == following.closing == one.closing
