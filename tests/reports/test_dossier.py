"""A filing dossier tells the whole of it: papers, checks, sections, decisions, differences, guarantee, life."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from greencredit.issuers import queries, service
from greencredit.issuers.catalogue.checks import checks
from greencredit.kernel.access import may
from greencredit.kernel.clock import StandingClock
from greencredit.ledger import queries as ledger
from greencredit.reports import queries as reports
from greencredit.reports.catalogue import issuer_filing
from greencredit.schemas.issuers import FieldReason, LifeState
from greencredit.schemas.reports import IssuerFiling
from greencredit.schemas.reports.filing_papers import FieldNote
from greencredit.schemas.values import Period, Words
from tests.factories.issuers import WHY, admin_of, make_filing, make_issuer, new_scheme, new_statement, regulator
from tests.factories.ledger import earn, make_earning, make_terms, redeem
from tests.reports.paper import page_of, words_of

SPRING = Period(since=date(2026, 3, 1), until=date(2026, 6, 1))
WRONG = (FieldReason(path="guarantee.bank", reason="请写明存管银行全称"),)


def dossier_of(session: Session, issuer_id: str) -> IssuerFiling:
    """Gather the dossier of an issuer."""
    return issuer_filing.gather(session, issuer_id, SPRING)


@pytest.mark.proves("REP-4", "ISS-1")
def test_it_names_every_paper_of_registration_and_which_is_missing(session: Session) -> None:
    issuer = make_issuer(session, LifeState.DRAFT)
    asked = queries.completeness(session, issuer.issuer_id)

    found = dossier_of(session, issuer.issuer_id)

    assert [one.title for one in found.papers] == [one.title for one in asked.required]
    assert [one.sha256 for one in found.papers] == [one.digest for one in issuer.documents]
    missing = found.papers[0].model_copy(update={"sha256": None})
    assert "缺" in words_of(page_of(found.model_copy(update={"papers": (missing,)}), "zh"))


@pytest.mark.proves("REP-4", "ISS-4", "SUP-1")
def test_it_tells_rule_by_rule_what_the_checks_found_and_on_what_ground(session: Session) -> None:
    issuer_id = make_issuer(session).issuer_id
    filing = queries.filings(session, issuer_id)[0]
    report = queries.check_report(session, filing.filing_id)

    found = dossier_of(session, issuer_id).check

    assert found is not None
    assert report is not None
    assert filing.check is not None
    assert len(found.lines) == len(checks()) == sum(map(found.count, ("passed", "failed", "not_applicable")))
    assert (found.passed, found.report_sha256) == (report.passed, filing.check.report_digest)
    (reserve,) = (line for line in found.lines if line.title.en == "No payment-reserve account")
    assert (reserve.must, reserve.basis) == (
        True,
        (
            Words(
                zh="《非银行支付机构监督管理条例》第二十七条、第二十九条",
                en="Regulation on Non-Bank Payment Institutions, articles 27 and 29",
            ),
        ),
    )


@pytest.mark.proves("REP-4", "ISS-4")
def test_it_tells_each_decision_with_its_reasons_and_each_version_beside_the_one_before(
    session: Session, clock: StandingClock
) -> None:
    issuer_id = make_issuer(session).issuer_id
    first = make_filing(session, issuer_id, new_scheme(fen_per_100=120))
    service.return_filing(session, regulator(), first.filing_id, reason="一处需要补正", fields=WRONG)
    clock.move(timedelta(days=1))
    second = make_filing(session, issuer_id, new_scheme(fen_per_100=130))
    service.accept_filing(session, regulator(), second.filing_id, "N2", digest=second.digest, reason=WHY)

    found = dossier_of(session, issuer_id)

    said = [(one.version, one.verdict.en, one.fields) for one in found.opinions]
    field = FieldNote(title=Words(zh="存管机构", en="Custodian"), path="guarantee.bank", reason="请写明存管银行全称")
    assert said[:2] == [(3, "Accept", ()), (2, "Return", (field,))]
    assert [(one.version, one.against) for one in found.differences] == [(3, 1), (2, 1)]
    value = [one for one in found.differences[0].changes if one.title.en.startswith("Face value")]
    assert [(one.before, one.after, one.effect) for one in value] == [("100", "130", "better")]
    assert [section.passed for section in found.sections] == [
        None if one.report is None else one.report.passed for one in queries.filings(session, issuer_id)[0].sections
    ]
    page = words_of(page_of(found, "zh"))
    for words in ("第 3 版与第 1 版对比", "请写明存管银行全称", "更有利", "审查意见与决定", "法律依据"):
        assert words in page


@pytest.mark.proves("REP-4", "SUP-1")
def test_it_names_the_authority_and_its_clock(session: Session, clock: StandingClock) -> None:
    issuer = make_issuer(session, LifeState.ASSESSED)
    filed = make_filing(session, issuer.issuer_id)
    service.admit_filing(session, regulator(), filed.filing_id, digest=filed.digest, reason=WHY)
    clock.move(timedelta(days=2))

    placing = dossier_of(session, issuer.issuer_id).placing

    assert placing is not None
    assert (placing.authority_region, placing.authority.zh) == ("CN-SH", "上海市备案主管部门")
    assert (placing.submitted_on, placing.admitted_on) == (date(2026, 3, 2), date(2026, 3, 2))
    assert (placing.due_on, placing.decided_on) == (date(2026, 3, 23), None)


@pytest.mark.proves("REP-4", "ISS-5", "ISS-6", "LED-1")
def test_life_guarantee_and_liability_are_those_of_the_room_and_of_the_ledger(
    session: Session, clock: StandingClock
) -> None:
    issuer_id = make_issuer(session).issuer_id
    earn(session, make_earning(session, "con_a", credits_=40, key="a", terms=make_terms(issuer_id)))
    redeem(session, 11, holder="con_a", key="r")
    clock.move(timedelta(days=1))
    statement = new_statement(clock.now().date(), amount_fen=70_000)
    service.state_guarantee(session, admin_of(issuer_id), issuer_id, statement, reason=WHY)
    service.restrict(session, regulator(), issuer_id, reason="示例：核查中")

    found = dossier_of(session, issuer_id)

    assert found.state == LifeState.RESTRICTED.words
    assert [one.because for one in found.reasons] == ["示例：核查中"]
    assert found.statements[0].amount_fen == 70_000
    assert found.coverage is not None
    assert found.coverage.guarantee_fen == 70_000
    assert found.liability[-1].closing == found.figures.outstanding == 29
    assert ledger.position_of(session, issuer_id).outstanding == 29
    assert len(found.history) == len(queries.history(session, issuer_id))
    assert "示例：核查中" in words_of(page_of(found, "zh"))


@pytest.mark.proves("REP-4", "SEC-1")
def test_the_supervisor_of_its_region_may_have_it_and_that_of_another_may_not(session: Session) -> None:
    issuer = make_issuer(session, LifeState.DRAFT)
    places = tuple(reports.places_of(session, "issuer_filing", issuer.issuer_id))

    found = [
        may(actor, action, *places)
        for action in ("report.issue", "report.read")
        for actor in (regulator("CN-SH"), regulator("CN"), regulator("CN-BJ"), admin_of(issuer.issuer_id))
    ]

    assert found == [True, True, False, True] * 2


@pytest.mark.proves("REP-4", "ISS-2", "ISS-3")
def test_an_assessment_signed_by_a_second_person_says_so(session: Session) -> None:
    found = dossier_of(session, make_issuer(session).issuer_id)

    assert found.assessment is not None
    assert found.assessment.two_persons
    assert found.past_papers == ()
    assert found.legal == queries.legal_basis("issuer_filing", date(2026, 5, 31)) != ()
