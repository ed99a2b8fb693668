"""The automatic checks: every phrase of the corpus as expected, every structural check both ways, sources by day."""

import re
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greencredit.issuers import rules
from greencredit.issuers.catalogue.checks import checks
from greencredit.schemas.awards import Caps, EarningRule, Ground, PerAction
from greencredit.schemas.issuers import (
    OWN_RULE,
    CardOccasion,
    CardOffer,
    Check,
    CheckReport,
    CustodyTerms,
    DataTerms,
    Draw,
    ExistingCredits,
    Finding,
    IssuerKind,
    MarketingText,
    NoticePromise,
    Outcome,
    Promotion,
    Referral,
    Scheme,
    Severity,
    StandardRef,
    Validity,
)
from greencredit.schemas.values import Credits, Words
from tests.factories.issuers import example_rule, new_scheme

DAY: Final = date(2026, 3, 2)
_CORPUS: Final = Path(__file__).parents[1] / "corpus"
FORBIDDEN: Final = tomllib.loads((_CORPUS / "forbidden.toml").read_text(encoding="utf-8"))["phrase"]
ALLOWED: Final = tomllib.loads((_CORPUS / "allowed.toml").read_text(encoding="utf-8"))["phrases"]


def advertised(text: str) -> Scheme:
    """Give a scheme that is advertised with a text."""
    return new_scheme().model_copy(
        update={"marketing": (MarketingText(place="门店海报", text=Words(zh=text, en="x")),)}
    )


def report_on(
    scheme: Scheme, kind: IssuerKind = IssuerKind.RETAILER, on: date = DAY, before: Scheme | None = None
) -> CheckReport:
    """Check a scheme by all checks."""
    return rules.check_scheme(scheme, checks(), kind=kind, on=on, before=before)


def failures(report: CheckReport) -> dict[str, tuple[Finding, ...]]:
    """Give what was found against a scheme, without what banks must state beyond the rest."""
    return {one.name: one.findings for one in report.results if one.stops and one.name != "particulars"}


def test_the_corpus_is_large_enough() -> None:
    assert len({one["text"] for one in FORBIDDEN}) == len(FORBIDDEN) >= 60
    assert len(set(ALLOWED)) == len(ALLOWED) >= 60
    words = {one.name for one in checks() if one.method in {"words", "green_claims_have_figures"}}
    assert {one["check"] for one in FORBIDDEN} == words


@pytest.mark.proves("ISS-4", "SUP-1")
@pytest.mark.parametrize("phrase", FORBIDDEN, ids=lambda phrase: phrase["text"])
def test_a_forbidden_phrase_is_found_by_its_check_and_no_other(phrase: dict[str, str]) -> None:
    found = failures(report_on(advertised(phrase["text"]), IssuerKind(phrase.get("kind", "retailer"))))

    assert list(found) == [phrase["check"]]
    assert {one.path for one in found[phrase["check"]]} == {"marketing[0].text.zh"}
    assert all(one.found and one.found in phrase["text"] for one in found[phrase["check"]])


@pytest.mark.proves("ISS-4")
@pytest.mark.parametrize("kind", [IssuerKind.RETAILER, IssuerKind.BANK])
@pytest.mark.parametrize("phrase", ALLOWED)
def test_an_allowed_phrase_passes_every_check(phrase: str, kind: IssuerKind) -> None:
    assert failures(report_on(advertised(phrase), kind)) == {}


def test_bait_for_cards_is_looked_for_in_card_issuers_alone() -> None:
    report = report_on(advertised("新户开卡礼：送 5000 积分"))

    outcome = {one.name: one.outcome for one in report.results}
    assert (outcome["card_bait"], outcome["card_occasions"]) == (Outcome.NOT_APPLICABLE, Outcome.NOT_APPLICABLE)
    assert report.passed


@given(st.lists(st.sampled_from(" 　·-*_，、\u200b"), max_size=3), st.integers(min_value=1, max_value=4))
def test_a_term_is_found_whatever_is_put_between_its_letters(put: list[str], place: int) -> None:
    term = "最终解释权"
    hidden = term[:place] + "".join(put) + term[place:]

    assert list(failures(report_on(advertised(f"{hidden}归本公司")))) == ["final_interpretation"]


def test_the_example_scheme_passes_and_is_told_what_it_could_do_better() -> None:
    report = report_on(new_scheme())

    assert report.passed
    assert {one.name for one in report.results if one.outcome is Outcome.FAILED} == {
        "compensation",
        "guarantee_document",
        "rights_growth",
    }
    assert report.stopping == ()


def _with(**fields: Any) -> Scheme:  # noqa: ANN401 - any field of a scheme
    return new_scheme().model_copy(update=fields)


def _referral(**fields: Any) -> Scheme:  # noqa: ANN401 - as above
    base = {"title": Words(zh="推荐有礼", en="Referral"), "credits_each": 50, "most_credits": 500}
    return _with(referral=Referral.model_validate(base | fields))


def _draw(**fields: Any) -> Scheme:  # noqa: ANN401 - as above
    base = {"name": "wheel", "title": Words(zh="转盘", en="Wheel"), "top_prize_fen": 5_000_000}
    return _with(draws=(Draw.model_validate(base | fields),))


_WORDS: Final = Words(zh="示例", en="Example")
_OFFER: Final = CardOffer(title=_WORDS, occasion=CardOccasion.SETTLED_SPENDING, credits_each=Credits(1))
_PROMOTION: Final = Promotion(name="spring", title=_WORDS, most_credits_each=Credits(1), since=date(2026, 1, 1))
_CUSTODY: Final = CustodyTerms(account_name="示例客户备付金专户")


def _second(**fields: Any) -> Any:  # noqa: ANN401 - any field of a rule
    return example_rule().model_copy(update=fields)


def _stated() -> Scheme:
    texts = [{"name": one, "text": _WORDS} for one in rules.PARTICULARS[IssuerKind.AIRLINE]]
    return Scheme.model_validate({**new_scheme().model_dump(), "particulars": texts})


def _referring(*, credits_: int, most: int) -> Scheme:
    """Give a scheme whose terms say ten credits for a referral, thirty in all, and a rule for them."""
    rule = EarningRule(
        name="referral",
        version=1,
        title=Words(zh="示例推荐", en="Example referral"),
        ground=Ground.REFERRAL,
        rate=PerAction(credits=Credits(credits_)),
        caps=Caps(per_person=Credits(most)),
        since=date(2024, 1, 1),
    )
    terms = Referral(title=Words(zh="推荐有礼", en="Referral"), credits_each=Credits(10), most_credits=Credits(30))
    return new_scheme(rule).model_copy(update={"referral": terms})


STRUCTURAL: Final[tuple[tuple[str, str, IssuerKind, Callable[[], Scheme], Callable[[], Scheme]], ...]] = (
    (
        "notice_period",
        "notices.change_days",
        IssuerKind.RETAILER,
        lambda: _with(notices=NoticePromise(change_days=7)),
        lambda: _with(notices=NoticePromise(change_days=6)),
    ),
    (
        "closing_notice",
        "notices.closing_days",
        IssuerKind.RETAILER,
        lambda: _with(notices=NoticePromise(closing_days=30)),
        lambda: _with(notices=NoticePromise(closing_days=29)),
    ),
    ("funding_split", "funding", IssuerKind.RETAILER, _with, lambda: _with(funding="nobody")),
    (
        "referral_rules",
        "rules[0].rate",
        IssuerKind.RETAILER,
        lambda: _referring(credits_=10, most=30),
        lambda: _referring(credits_=11, most=30),
    ),
    (
        "referral_rules",
        "rules[0].caps.per_person",
        IssuerKind.RETAILER,
        lambda: _referring(credits_=10, most=30),
        lambda: _referring(credits_=10, most=31),
    ),
    (
        "referral_rules",
        "rules[0].ground",
        IssuerKind.RETAILER,
        lambda: _referring(credits_=10, most=30),
        lambda: _referring(credits_=10, most=30).model_copy(update={"referral": None}),
    ),
    ("referral_depth", "referral.levels", IssuerKind.RETAILER, _referral, lambda: _referral(levels=2)),
    (
        "referral_depth",
        "referral.tied_to_spending",
        IssuerKind.RETAILER,
        _referral,
        lambda: _referral(tied_to_spending=True),
    ),
    ("referral_depth", "referral.in_money", IssuerKind.RETAILER, _referral, lambda: _referral(in_money=True)),
    ("referral_depth", "referral.entry_fee_fen", IssuerKind.RETAILER, _referral, lambda: _referral(entry_fee_fen=1)),
    ("referral_cap", "referral.most_credits", IssuerKind.RETAILER, _referral, lambda: _referral(most_credits=None)),
    *(
        (
            "card_occasions",
            "card_offers[0].occasion",
            IssuerKind.BANK,
            lambda: _with(card_offers=(_OFFER,)),
            lambda occasion=occasion: _with(card_offers=(_OFFER.model_copy(update={"occasion": occasion}),)),
        )
        for occasion in CardOccasion
        if occasion is not CardOccasion.SETTLED_SPENDING
    ),
    ("card_occasions", "promotions[0]", IssuerKind.BANK, new_scheme, lambda: _with(promotions=(_PROMOTION,))),
    ("draw_stakes", "draws[0].stake_fen", IssuerKind.RETAILER, _draw, lambda: _draw(stake_fen=1)),
    (
        "draw_stakes",
        "draws[0].stake_credits",
        IssuerKind.RETAILER,
        lambda: _draw(stake_credits=5),
        lambda: _draw(stake_credits=5, prizes_are_credits=True),
    ),
    ("draw_cap", "draws[0].top_prize_fen", IssuerKind.RETAILER, _draw, lambda: _draw(top_prize_fen=5_000_001)),
    (
        "existing_terms",
        "existing_credits",
        IssuerKind.RETAILER,
        lambda: _with(existing_credits=ExistingCredits.BETTER_OF_BOTH),
        lambda: _with(existing_credits=ExistingCredits.TAKE_NEW_TERMS),
    ),
    (
        "data_sharing",
        "data.sharing_is_voluntary",
        IssuerKind.RETAILER,
        new_scheme,
        lambda: _with(data=DataTerms(sharing_is_voluntary=False)),
    ),
    (
        "blank_texts",
        "title.en",
        IssuerKind.RETAILER,
        new_scheme,
        lambda: _with(title=Words(zh="示例方案", en="  ")),
    ),
    (
        "reserve_account",
        "custody.account_name",
        IssuerKind.RETAILER,
        lambda: _with(custody=CustodyTerms(account_name="示例绿色积分保障专户")),
        lambda: _with(custody=_CUSTODY),
    ),
    (
        "standard_numbers",
        "standards[0].number",
        IssuerKind.RETAILER,
        new_scheme,
        lambda: _with(standards=(StandardRef(title="示例标准", publisher="示例协会", number="示例-1", verified=True),)),
    ),
    (
        "complaint_days",
        "complaints.answer_days",
        IssuerKind.RETAILER,
        new_scheme,
        lambda: _with(complaints=new_scheme().complaints.model_copy(update={"answer_days": 16})),
    ),
    (
        "validity_length",
        "validity.months",
        IssuerKind.RETAILER,
        lambda: _with(validity=Validity(months=36)),
        lambda: _with(validity=Validity(months=35)),
    ),
    (
        "full_coverage",
        "guarantee.coverage_basis_points",
        IssuerKind.RETAILER,
        new_scheme,
        lambda: _with(guarantee=new_scheme().guarantee.model_copy(update={"coverage_basis_points": 9_999})),
    ),
    ("particulars", "particulars", IssuerKind.AIRLINE, _stated, new_scheme),
    (
        "rules_overlap",
        "rules[1].since",
        IssuerKind.RETAILER,
        lambda: new_scheme(example_rule(), _second(version=2, since=date(2025, 1, 1))),
        lambda: new_scheme(example_rule(), _second(version=1, since=date(2025, 1, 1))),
    ),
)


@pytest.mark.proves("ISS-4", "ISS-7")
@pytest.mark.parametrize(
    ("name", "path", "kind", "good", "bad"),
    STRUCTURAL,
    ids=[f"{one[0]}-{one[1]}-{at}" for at, one in enumerate(STRUCTURAL)],
)
def test_a_structural_check_finds_its_field_and_lets_the_limit_itself_pass(
    name: str, path: str, kind: IssuerKind, good: Callable[[], Scheme], bad: Callable[[], Scheme]
) -> None:
    passed, failed = (next(one for one in report_on(make(), kind).results if one.name == name) for make in (good, bad))

    assert (passed.outcome, passed.findings) == (Outcome.PASSED, ())
    assert failed.outcome is Outcome.FAILED
    assert path in {one.path for one in failed.findings}


@pytest.mark.parametrize(
    ("since", "until", "version", "overlaps"),
    [
        (date(2025, 1, 1), None, 2, False),
        (date(2024, 1, 1), None, 2, True),
        (date(2023, 1, 1), None, 2, True),
        (date(2023, 1, 1), date(2024, 1, 1), 2, True),
        (date(2025, 1, 1), None, 1, True),
    ],
    ids=["a later version", "the same day", "an older day", "an older day that ends", "the same version"],
)
def test_versions_of_a_rule_follow_each_other(since: date, until: date | None, version: int, *, overlaps: bool) -> None:
    report = report_on(new_scheme(example_rule(), _second(version=version, since=since, until=until)))

    assert ("rules_overlap" in report.stopping) is overlaps


def test_a_version_that_runs_into_the_next_one_overlaps() -> None:
    long = _second(until=date(2025, 2, 1))
    short = _second(until=date(2025, 1, 1))
    following = _second(version=2, since=date(2025, 1, 1))

    assert "rules_overlap" in report_on(new_scheme(long, following)).stopping
    assert "rules_overlap" not in report_on(new_scheme(short, following)).stopping


@pytest.mark.proves("ISS-6")
def test_worse_terms_for_existing_credits_are_named_one_by_one() -> None:
    new = new_scheme(fen_per_100=80).model_copy(update={"existing_credits": ExistingCredits.TAKE_NEW_TERMS})

    found = failures(report_on(new, before=new_scheme(fen_per_100=100)))

    (finding,) = found["existing_terms"]
    assert finding.found == "face_value_fen_per_100_credits, existing_credits"


@pytest.mark.parametrize("check", checks(), ids=lambda check: check.name)
def test_a_check_says_in_two_languages_what_it_wants_and_on_what_ground(check: Check) -> None:
    assert all((check.title.zh, check.title.en, check.wanted.zh, check.wanted.en))
    assert check.method in rules.METHODS
    assert bool(check.terms) is (check.method in {"words", "green_claims_have_figures"})
    assert check.fields == () or set(check.fields) <= set(Scheme.model_fields)
    for term in (*check.terms, *check.unless):
        assert re.compile(term).pattern == term
        assert not re.search(r"(?<!\\)[\s，。、]", term), "texts are read without spaces and punctuation"
    for basis in check.basis:
        assert (basis.law is None) is (basis.article is None)
        assert (basis.title == OWN_RULE) is (basis.law is None)
    assert min(one.since for one in check.basis) == date(2020, 1, 1)
    assert all(check.basis_on(one.until) for one in check.basis if one.until), "asked for without gaps"
    assert check.basis_on(date(2199, 1, 1))


def test_the_ground_of_a_check_is_that_of_the_day() -> None:
    (check,) = (one for one in checks() if one.name == "draw_cap")

    before, since = check.basis_on(date(2025, 10, 14)), check.basis_on(date(2025, 10, 15))

    assert [one.title.zh for one in before] == ["平台规则"]
    assert [one.title.zh for one in since] == ["《反不正当竞争法》第十一条"]
    assert check.basis_on(date(2019, 12, 31)) == ()


def test_a_report_is_the_same_for_the_same_scheme_and_tells_the_version_it_is_about() -> None:
    one, again, other = (report_on(scheme) for scheme in (new_scheme(), new_scheme(), new_scheme(fen_per_100=99)))

    assert rules.report_digest(one) == rules.report_digest(again)
    assert one.filing_digest == rules.scheme_digest(new_scheme())
    assert (one.filing_digest == other.filing_digest, one.catalogue_digest == other.catalogue_digest) == (False, True)
    assert CheckReport.model_validate_json(rules.report_document(one)) == one


def test_only_what_must_be_kept_stops_a_filing() -> None:
    report = report_on(_referral(most_credits=None))

    result = next(one for one in report.results if one.name == "referral_cap")
    assert (result.outcome, result.severity, result.stops, report.passed) == (
        Outcome.FAILED,
        Severity.SHOULD,
        False,
        True,
    )
