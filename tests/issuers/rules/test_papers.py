"""Which papers count, who is independent, and what a shape refuses."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest
from pydantic import ValidationError

from greencredit.issuers import rules
from greencredit.issuers.catalogue.indicators import indicator_set_on
from greencredit.issuers.errors import VerdictNotBorneOut, WrongIndicators
from greencredit.schemas.awards import EarningRule
from greencredit.schemas.issuers import (
    Agency,
    AgencyKind,
    AgencyStanding,
    AgencyState,
    Certificate,
    ClawbackPolicy,
    ClawbackTerms,
    Condition,
    CustodyKind,
    Fees,
    Guarantee,
    IndicatorSet,
    NewAssessment,
    Scheme,
    StandardRef,
    Validity,
    Verdict,
)
from greencredit.schemas.values import Credits, Fen, Words
from tests.factories.issuers import APPROVAL, example_rule, new_assessment, new_certificate, new_scheme

DAY = date(2026, 3, 2)


OTHERS: Final = rules.Party("A", "B", "示例甲")
NO_FEES: Final = Fees(from_issuer_fen=Fen(0), income_fen=Fen(100))


def _certificate(number: int, *, days: int = 365, lapsed_on: date | None = None) -> Certificate:
    new = new_certificate(DAY, days=days)
    return Certificate(
        **dict(new),
        certificate_id=f"crt_{number}",
        issuer_id="iss_1",
        number=number,
        body_name="示例信用服务有限公司",
        recorded_at=datetime(2026, 3, 1, tzinfo=UTC),
        lapsed_on=lapsed_on,
    )


def test_the_newest_certificate_that_covers_the_day_counts() -> None:
    first, second, over = _certificate(1, days=90), _certificate(2, days=30), _certificate(3, days=-10)

    assert rules.certificate_on([first, second, over], DAY) == second
    assert rules.certificate_on([over], DAY) is None
    assert rules.certificate_on([first], first.valid.last_day) == first
    assert rules.certificate_on([first], first.valid.until) is None


@pytest.mark.proves("ISS-2")
def test_a_certificate_counts_until_the_day_on_which_its_agency_is_withdrawn() -> None:
    lapsing = _certificate(2, lapsed_on=DAY)
    other = _certificate(1)

    assert rules.certificate_on([other, lapsing], DAY - timedelta(days=1)) == lapsing
    assert rules.certificate_on([other, lapsing], DAY) == other
    assert rules.certificate_on([lapsing], DAY) is None
    assert rules.lapsed_certificate_on([lapsing], DAY) == lapsing
    assert rules.lapsed_certificate_on([lapsing], lapsing.valid.until) is None


@pytest.mark.proves("ISS-2")
def test_only_an_approved_body_certifies_all_others_evaluate() -> None:
    approved = _certificate(1).model_copy(update={"approval_number": APPROVAL})

    assert (approved.title.zh, _certificate(1).title.zh) == ("信用认证", "信用评价")


# ---- Independence ----------------------------------------------------------------------------------------------------


@pytest.mark.proves("ISS-3")
@pytest.mark.parametrize(
    ("agency", "found"),
    [
        (rules.Party("A", None, "示例乙"), ["issuers.tie_same_code"]),
        (rules.Party("B", None, "示例乙"), ["issuers.tie_controlling_shareholder"]),
        (rules.Party("C", "A", "示例乙"), ["issuers.tie_controlling_shareholder"]),
        (rules.Party("C", "B", "示例乙"), ["issuers.tie_controlling_shareholder"]),
        (rules.Party("C", "D", " 示例 甲"), ["issuers.tie_legal_representative"]),
        (rules.Party("C", "D", "示例乙"), []),
        (rules.Party("C", None, "示例乙"), []),
        (
            rules.Party("B", None, "示例甲"),
            ["issuers.tie_legal_representative", "issuers.tie_controlling_shareholder"],
        ),
    ],
)
def test_every_tie_of_code_person_and_group_is_found(agency: rules.Party, found: list[str]) -> None:
    ties = rules.ties("示例机构", agency, OTHERS, NO_FEES, most_basis_points=1500)

    assert [one.code for one in ties] == found


@pytest.mark.proves("ISS-3")
@pytest.mark.parametrize(
    ("from_issuer_fen", "income_fen", "found"),
    [(0, 1, None), (15, 100, None), (1501, 10_000, "15.01%"), (100, 100, "100.00%"), (2 * 10**15, 10**16, "20.00%")],
)
def test_an_agency_that_lives_on_one_client_is_not_independent(
    from_issuer_fen: int, income_fen: int, found: str | None
) -> None:
    fees = Fees(from_issuer_fen=Fen(from_issuer_fen), income_fen=Fen(income_fen))

    ties = rules.ties("示例机构", rules.Party("C", None, "示例乙"), OTHERS, fees, most_basis_points=1500)

    wanted = [] if found is None else [{"body": "示例机构", "found": found, "wanted": "at most 15.00%"}]
    assert [one.facts for one in ties] == wanted


def test_a_refusal_for_one_legal_representative_names_nobody() -> None:
    (tie,) = rules.ties("示例机构", rules.Party("C", None, "示例甲"), OTHERS, NO_FEES, most_basis_points=1500)

    assert "示例甲" not in f"{tie.message} {tie.facts}"


# ---- The register over time ------------------------------------------------------------------------------------------


def _agency(*standings: tuple[str, date]) -> Agency:
    return Agency(
        agency_id="agc_1",
        kind=AgencyKind.CREDIT,
        name="示例信用服务有限公司",
        code="A",
        legal_representative="示例乙",
        controlling_code=None,
        standings=tuple(
            AgencyStanding(
                number=number,
                state=AgencyState(state),
                since=since,
                approval_number=None,
                reason="示例",
                actor_id="acc_operator",
                at=datetime(2026, 3, 1, tzinfo=UTC),
            )
            for number, (state, since) in enumerate(standings, start=1)
        ),
    )


_LISTED = ("listed", date(2020, 1, 1))
_MAY, _JULY = date(2026, 5, 1), date(2026, 7, 1)


@pytest.mark.parametrize(
    ("standings", "lapsed_on", "listed_in_august"),
    [
        ((_LISTED,), None, True),
        ((_LISTED, ("withdrawn", _MAY)), _MAY, False),
        # Being listed again makes new papers possible and brings no old one back …
        ((_LISTED, ("withdrawn", _MAY), ("listed", _JULY)), _MAY, True),
        # … unless the withdrawal is taken back from its very day.
        ((_LISTED, ("withdrawn", _MAY), ("listed", _MAY)), None, True),
        ((_LISTED, ("withdrawn", date(2025, 1, 1))), DAY, False),
        ((_LISTED, ("withdrawn", date(2025, 1, 1)), ("listed", date(2026, 1, 1))), None, True),
        ((_LISTED, ("withdrawn", _JULY), ("withdrawn", _MAY)), _MAY, False),
    ],
)
def test_what_an_agency_gave_counts_until_its_withdrawal(
    standings: tuple[tuple[str, date], ...], lapsed_on: date | None, *, listed_in_august: bool
) -> None:
    agency = _agency(*standings)

    assert agency.withdrawn_since(DAY) == lapsed_on
    assert agency.listed_on(date(2026, 8, 1)) is listed_in_august
    assert not agency.listed_on(date(2019, 12, 31))


# ---- Scores ----------------------------------------------------------------------------------------------------------


def _scored(*scores: int) -> NewAssessment:
    new = new_assessment(DAY)
    given = zip(new.scores, scores, strict=True)
    return new.model_copy(update={"scores": tuple(one.model_copy(update={"score": score}) for one, score in given)})


@pytest.mark.proves("ISS-3")
def test_scores_are_joined_with_titles_and_weights_of_the_set_in_force() -> None:
    indicators = rules.indicators_of(new_assessment(DAY), indicator_set_on(DAY))

    assert [(one.name, one.weight_percent, one.score) for one in indicators] == [
        ("clear_rules", 30, 91),
        ("guarantee", 30, 85),
        ("evidence", 20, 88),
        ("complaints", 20, 80),
    ]
    assert all(one.finding and one.evidence for one in indicators)


@pytest.mark.proves("ISS-3")
def test_scores_of_another_version_or_of_other_indicators_are_refused() -> None:
    marks, new = indicator_set_on(DAY), new_assessment(DAY)
    doubled = new.model_copy(update={"scores": (*new.scores[:3], new.scores[0])})
    short = new.model_copy(update={"scores": new.scores[:3]})
    other = new.model_copy(update={"criteria_version": "GCI-0"})

    found = []
    for paper in (other, doubled, short):
        with pytest.raises(WrongIndicators) as no:
            rules.indicators_of(paper, marks)
        found.append(no.value.facts["found"])

    assert found == [
        ["GCI-0"],
        ["clear_rules", "clear_rules", "evidence", "guarantee"],
        ["clear_rules", "evidence", "guarantee"],
    ]


@pytest.mark.proves("ISS-3")
@pytest.mark.parametrize(
    ("verdict", "scores", "wanted"),
    [
        (Verdict.PASS, (75, 75, 75, 75), None),
        (Verdict.PASS, (75, 75, 75, 74), 7500),
        (Verdict.CONDITIONAL, (60, 60, 60, 60), None),
        (Verdict.CONDITIONAL, (60, 59, 60, 60), 6000),
        (Verdict.FAIL, (0, 0, 0, 0), None),
        (Verdict.FAIL, (100, 100, 100, 100), None),
    ],
)
def test_a_verdict_is_no_better_than_the_weighted_score_allows(
    verdict: Verdict, scores: tuple[int, ...], wanted: int | None
) -> None:
    marks = indicator_set_on(DAY)
    indicators = rules.indicators_of(_scored(*scores), marks)

    if wanted is None:
        rules.require_borne_out(verdict, indicators, marks)
        return
    with pytest.raises(VerdictNotBorneOut) as no:
        rules.require_borne_out(verdict, indicators, marks)
    assert no.value.facts["wanted"] == wanted


def test_weights_of_a_published_set_come_to_100_percent() -> None:
    fields = indicator_set_on(DAY).model_dump()
    light = [one | {"weight_percent": 20} for one in fields["indicator"]]

    with pytest.raises(ValidationError, match="come to 100 percent, found 80"):
        IndicatorSet.model_validate(fields | {"indicator": light})


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
