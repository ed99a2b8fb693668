"""Worked cases are stored with a draft and replayed before it is filed: one that fails stops it, by name."""

import json
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.awards.errors import CaseTwice
from greencredit.awards.queries.cases import cases_of, is_signed, suggested
from greencredit.awards.service.cases import check_cases, store_cases
from greencredit.issuers import queries as issuers
from greencredit.issuers import service as issuing
from greencredit.issuers.errors import FilingStepNotAllowed, SectionFailed, SectionReportMissing
from greencredit.issuers.rules import digest_of
from greencredit.schemas.awards import Caps
from greencredit.schemas.awards.trials import CasesReport, Expected, Fact, GoldenCase, SignedReport
from greencredit.schemas.issuers import Filing, FilingState, LifeState, SectionName
from greencredit.schemas.values import Credits, Words
from tests.factories.awards import purchase_rule
from tests.factories.issuers import WHY, admin_of, make_issuer, new_scheme

TEA = Fact(holder="示例甲", on=date(2026, 1, 5), subject="organic_produce", spent_fen=3650)


def a_case(credits_: int = 36, **changes: object) -> GoldenCase:
    """Describe what ¥36.50 of organic produce must earn."""
    facts: dict[str, object] = {
        "name": "plain_purchase",
        "title": Words(zh="普通消费", en="A plain purchase"),
        "fact": TEA,
        "expected": Expected(credits=Credits(credits_), outcomes={"organic": "granted"}),
    }
    return GoldenCase.model_validate(facts | changes)


def draft(session: Session) -> Filing:
    """Give a draft with a cap of fifty a day."""
    issuer_id = make_issuer(session, LifeState.ASSESSED).issuer_id
    scheme = new_scheme(purchase_rule(caps=Caps(per_day=50)))
    return issuing.draft_filing(session, admin_of(issuer_id), issuer_id, scheme, reason=WHY)


def store(session: Session, filing: Filing, *cases: GoldenCase) -> CasesReport:
    """Store cases for the issuer's administrator."""
    return store_cases(session, admin_of(filing.issuer_id), filing.filing_id, cases)


def submit(session: Session, filing: Filing) -> Filing:
    """Hand a draft in."""
    return issuing.submit_filing(session, admin_of(filing.issuer_id), filing.filing_id, reason=WHY)


CAPPED = a_case(
    14,
    name="second_of_a_day",
    before=(TEA,),
    expected=Expected(
        credits=Credits(14),
        given={"organic": Credits(14)},
        sentences=(
            Words(
                zh="每人每日封顶只余 14 分，从 36 分减为 14 分。",
                en="The cap for one person and day still allowed 14: cut from 36 to 14 credits.",
            ),
        ),
    ),
)


@pytest.mark.proves("ISS-4", "AWD-2")
def test_cases_that_come_out_are_signed_and_attached_and_the_draft_is_submitted(session: Session) -> None:
    filing = draft(session)

    report = store(session, filing, a_case(), CAPPED)

    assert (report.passed, [one.name for one in report.results]) == (True, ["plain_purchase", "second_of_a_day"])
    assert cases_of(session, filing.filing_id) == (a_case(), CAPPED)
    (found,) = issuers.findings(session, filing.filing_id)
    (section,) = (one for one in issuers.filing(session, filing.filing_id).sections if one.name is SectionName.RULES)
    assert section.report is not None
    assert (section.report.made_by, section.report.report_digest) == ("awards", digest_of(found.report))
    signed = SignedReport.model_validate_json(found.report)
    assert is_signed(signed)
    assert CasesReport.model_validate_json(signed.report) == report
    assert submit(session, filing).state is FilingState.SUBMITTED


@pytest.mark.proves("ISS-4")
def test_a_case_that_fails_stops_the_submission_and_is_named(session: Session) -> None:
    filing = draft(session)

    report = store(session, filing, a_case(), CAPPED, a_case(99, name="too_much"))
    with pytest.raises(SectionFailed) as no:
        submit(session, filing)

    assert [one.name for one in report.results if not one.passed] == ["too_much"]
    assert [one.zh for one in report.results[2].faults] == ["样例应得 99 分，实得 36 分。"]
    assert no.value.facts["found"] == ["rules"]
    assert no.value.facts["said"] == ["样例未通过：too_much · worked cases that did not come out: too_much"]
    assert issuers.filing(session, filing.filing_id).state is FilingState.DRAFT


@pytest.mark.proves("ISS-4")
def test_cases_are_corrected_by_another_edition_and_can_be_replayed_again(session: Session) -> None:
    filing = draft(session)
    store(session, filing, a_case(99))

    store(session, filing, a_case())
    again = check_cases(session, admin_of(filing.issuer_id), filing.filing_id)

    assert again.passed
    assert session.scalar(text("SELECT COUNT(*) FROM awards_case")) == 2
    assert len(issuers.findings(session, filing.filing_id)) == 3
    assert submit(session, filing).state is FilingState.SUBMITTED


@pytest.mark.parametrize(
    ("expected", "fault"),
    [
        ({"credits": 36, "given": {"other": 36}}, "各条规则应给：other 36；实给：organic 36。"),
        ({"credits": 36, "outcomes": {"organic": "capped"}}, "规则 organic 的结果应为 capped，实为 granted。"),
        ({"credits": 36, "sentences": [{"zh": "别的。", "en": "Else."}]}, "没有说到：别的。"),
    ],
)
def test_a_case_fails_on_anything_that_it_expects(session: Session, expected: dict[str, object], fault: str) -> None:
    filing = draft(session)

    report = store(session, filing, a_case(expected=Expected.model_validate(expected)))

    assert (report.passed, [one.zh for one in report.results[0].faults]) == (False, [fault])


def test_two_cases_of_one_name_are_refused_and_nothing_is_kept(session: Session) -> None:
    filing = draft(session)

    with pytest.raises(CaseTwice) as no:
        store(session, filing, a_case(), a_case(1))

    assert (no.value.code, no.value.facts["found"]) == ("awards.case_twice", ["plain_purchase"])
    assert (cases_of(session, filing.filing_id), issuers.findings(session, filing.filing_id)) == ((), [])


def test_what_is_submitted_takes_no_more_cases(session: Session) -> None:
    filing = draft(session)
    store(session, filing, a_case())
    submit(session, filing)

    with pytest.raises(FilingStepNotAllowed):
        store(session, filing, a_case(), CAPPED)

    assert cases_of(session, filing.filing_id) == (a_case(),)


@pytest.mark.proves("ISS-4")
def test_a_scheme_without_worked_cases_is_not_submitted(session: Session) -> None:
    filing = draft(session)
    with pytest.raises(SectionReportMissing) as none:
        submit(session, filing)
    report = store(session, filing)

    with pytest.raises(SectionFailed):
        submit(session, filing)

    assert none.value.facts["found"] == "none"
    assert (report.passed, report.results) == (False, ())
    assert issuers.filing(session, filing.filing_id).state is FilingState.DRAFT


@pytest.mark.proves("AWD-3")
def test_the_report_says_what_a_dry_run_over_the_latest_evidence_came_to(session: Session) -> None:
    filing = draft(session)

    trial = store(session, filing, a_case()).trial

    assert trial is not None
    assert (trial.evidence, trial.credits, trial.credits_in_force) == (0, 0, 0)
    assert (trial.period.since, trial.period.last_day) == (date(2026, 1, 31), date(2026, 3, 2))


def test_cases_that_are_suggested_come_out(session: Session) -> None:
    filing = draft(session)

    report = store(session, filing, *suggested(filing.scheme))

    assert report.passed
    assert [(one.name, one.found.credits) for one in report.results] == [("plain_organic", 50)]


def test_a_report_that_was_changed_is_not_signed(session: Session) -> None:
    filing = draft(session)
    store(session, filing, a_case(99))
    signed = SignedReport.model_validate_json(issuers.findings(session, filing.filing_id)[0].report)
    better = json.loads(signed.report) | {"passed": True}

    assert not is_signed(signed.model_copy(update={"report": json.dumps(better)}))
