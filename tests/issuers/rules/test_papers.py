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
    Condition,
    CustodyKind,
    Guarantee,
    StandardRef,
    Verdict,
)
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


def test_rules_in_a_filing_are_kept_as_they_were_filed() -> None:
    rule: EarningRule = example_rule(date(2025, 1, 1))

    assert rules.scheme_of(rules.sections_of(new_scheme(rule))).rules == (rule,)


def test_credits_are_worth_their_face_value_rounded_down_to_the_fen() -> None:
    scheme = new_scheme(fen_per_100=33)

    assert [scheme.worth_fen(credits_held) for credits_held in (0, 1, 3, 4, 100)] == [0, 0, 0, 1, 33]
