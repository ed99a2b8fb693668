"""Which papers count, who is independent, and what a shape refuses."""

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from greencredit.issuers import rules
from greencredit.issuers.errors import (
    NotIndependent,
)
from greencredit.schemas.awards import EarningRule
from greencredit.schemas.issuers import (
    Certificate,
    ClawbackPolicy,
    ClawbackTerms,
    Condition,
    CustodyKind,
    Guarantee,
    Scheme,
    StandardRef,
    Validity,
    Verdict,
)
from greencredit.schemas.values import Credits, Words
from tests.factories.issuers import example_rule, new_assessment, new_certificate, new_scheme

DAY = date(2026, 3, 2)


def _certificate(number: int, *, days: int) -> Certificate:
    return Certificate(
        **dict(new_certificate(DAY, days=days)),
        certificate_id=f"crt_{number}",
        issuer_id="iss_1",
        number=number,
        recorded_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def test_the_newest_certificate_that_covers_the_day_counts() -> None:
    first, second, over = _certificate(1, days=90), _certificate(2, days=30), _certificate(3, days=-10)

    assert rules.certificate_on([first, second, over], DAY) == second
    assert rules.certificate_on([over], DAY) is None
    assert rules.certificate_on([first], first.valid.last_day) == first
    assert rules.certificate_on([first], first.valid.until) is None


@pytest.mark.proves("ISS-2")
def test_only_an_approved_body_certifies_all_others_evaluate() -> None:
    approved = new_certificate(DAY, approval_number="示例-批准-1")

    assert (approved.title.zh, new_certificate(DAY).title.zh) == ("信用认证", "信用评价")


def test_an_assessor_tied_to_the_issuer_is_not_independent() -> None:
    with pytest.raises(NotIndependent) as no:
        rules.require_independent("assessor", codes=frozenset({"A", "B"}), issuer_codes=frozenset({"B", "C"}))

    assert no.value.facts == {"body": "assessor", "tie": "same unified social credit code", "found": "B"}


def test_weights_of_indicators_come_to_100_percent() -> None:
    light = tuple(one.model_copy(update={"weight_percent": 30}) for one in new_assessment(DAY).indicators)

    with pytest.raises(ValidationError, match="come to 100 percent, found 60"):
        type(new_assessment(DAY)).model_validate({**dict(new_assessment(DAY)), "indicators": light})


def test_the_weighted_score_is_exact() -> None:
    assert new_assessment(DAY).score_hundredths == 60 * 91 + 40 * 85


def test_conditions_belong_to_a_conditional_verdict_and_to_no_other() -> None:
    condition = Condition(text="示例条件", due_on=DAY)

    with pytest.raises(ValidationError, match="found pass"):
        new_assessment(DAY, conditions=(condition,))
    with pytest.raises(ValidationError, match="found conditional"):
        new_assessment(DAY, verdict=Verdict.CONDITIONAL)


@pytest.mark.proves("ISS-7")
def test_a_payment_reserve_account_can_not_be_named_as_a_guarantee() -> None:
    assert {kind.value for kind in CustodyKind} == {"custody_account", "bank_guarantee", "surety_insurance"}
    with pytest.raises(ValidationError, match="custody_kind"):
        Guarantee.model_validate({"amount_fen": 1, "bank": "示例银行", "custody_kind": "payment_reserve"})


@pytest.mark.parametrize(
    ("number", "verified", "printed"),
    [
        (None, False, "编号待核实"),
        ("T/EX 1", False, "编号待核实"),
        (None, True, "编号待核实"),
        ("T/EX 1", True, "T/EX 1"),
    ],
)
def test_the_number_of_a_standard_is_printed_only_when_it_was_seen(
    number: str | None, verified: bool, printed: str
) -> None:
    declared = StandardRef(title="示例标准", publisher="示例协会", number=number, verified=verified)

    assert declared.number_title.zh == printed


def test_a_filing_without_a_declared_standard_or_a_rule_is_no_filing() -> None:
    fields = new_scheme().model_dump()

    for name in ("standards", "rules", "redemption_terms"):
        with pytest.raises(ValidationError, match=name):
            type(new_scheme()).model_validate({**fields, name: ()})


@pytest.mark.parametrize("cap_credits", [None, 0, -1])
def test_a_shortage_without_a_cap_above_zero_is_no_policy(cap_credits: int | None) -> None:
    with pytest.raises(ValidationError, match="cap"):
        ClawbackTerms.model_validate({"policy": "shortage", "cap_credits": cap_credits})


def test_a_cap_where_nobody_owes_anything_is_refused() -> None:
    with pytest.raises(ValidationError, match="a cap belongs to the policy shortage"):
        ClawbackTerms.model_validate({"cap_credits": 500})


@pytest.mark.parametrize("days", [None, -1, 1.5, 36_501])
def test_a_filing_says_itself_how_long_late_refunds_are_usable(days: float | None) -> None:
    fields = new_scheme().model_dump()
    given = {} if days is None else {"refund_grace_days": days}

    with pytest.raises(ValidationError, match="refund_grace_days"):
        Scheme.model_validate({name: one for name, one in fields.items() if name != "refund_grace_days"} | given)


@pytest.mark.parametrize(
    ("terms", "zh", "en"),
    [
        (
            ClawbackTerms(),
            "只扣回尚未使用的部分；已经用掉的不追回，也不欠",
            "Only what is still unspent is taken back; what was spent is neither recovered nor owed",
        ),
        (
            ClawbackTerms(policy=ClawbackPolicy.SHORTAGE, cap_credits=Credits(1_500)),
            "先扣回尚未使用的部分；已经用掉的记为待追回，从以后获得的积分中抵回，每位持有人最多 1,500 分，超出的不追回",
            (
                "What is still unspent is taken back; what was spent is owed and repaid from later awards, "
                "at most 1,500 credits a holder; what lies beyond is not recovered"
            ),
        ),
    ],
)
def test_how_far_an_award_is_taken_back_is_said_in_words(terms: ClawbackTerms, zh: str, en: str) -> None:
    assert terms.title == Words(zh=zh, en=en)


@pytest.mark.parametrize(
    ("months", "days", "zh", "en"),
    [
        (
            None,
            0,
            "积分终身有效，什么时候退回都按原条款使用",
            "Credits are valid for life: whenever they are refunded, they are usable on their original terms",
        ),
        (
            12,
            0,
            "退回时已到期的不能再用；退回与到期都记入明细",
            "Those that expired before the refund can't be used again; refund and expiry are both recorded",
        ),
        (
            12,
            1,
            "退回时已到期的，自退回之日起宽限 1 天，按原条款使用",
            "Those that expired before the refund are usable for 1 day more on their original terms",
        ),
        (
            12,
            30,
            "退回时已到期的，自退回之日起宽限 30 天，按原条款使用",
            "Those that expired before the refund are usable for 30 days more on their original terms",
        ),
    ],
)
def test_what_becomes_of_late_refunds_is_said_in_words(months: int | None, days: int, zh: str, en: str) -> None:
    scheme = new_scheme().model_copy(update={"validity": Validity(months=months), "refund_grace_days": days})

    assert scheme.refund_title == Words(zh=zh, en=en)


def test_rules_in_a_filing_are_kept_as_they_were_filed() -> None:
    rule: EarningRule = example_rule(date(2025, 1, 1))

    assert rules.scheme_of(rules.sections_of(new_scheme(rule))).rules == (rule,)


def test_credits_are_worth_their_face_value_rounded_down_to_the_fen() -> None:
    scheme = new_scheme(fen_per_100=33)

    assert [scheme.worth_fen(credits_held) for credits_held in (0, 1, 3, 4, 100)] == [0, 0, 0, 1, 33]
