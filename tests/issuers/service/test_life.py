"""The rest of a life: guards before issuing begins again, and an end that owes nobody anything."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from greencredit.issuers import queries, service
from greencredit.issuers.errors import (
    AssessmentNotPassed,
    CertificateNotInDate,
    CoverageShort,
    CreditsOutstanding,
    GradeBelowFloor,
    NoFilingInForce,
    NoticeNotOver,
)
from greencredit.kernel.clock import StandingClock, civil_date, now
from greencredit.schemas.issuers import Grade, LifeState
from tests.factories.issuers import (
    WHY,
    admin_of,
    certifier_of,
    make_assessed,
    make_filing,
    make_issuer,
    new_assessment,
    new_certificate,
    new_scheme,
    new_statement,
    regulator,
)
from tests.factories.ledger import earn, make_earning, make_terms

TODAY = date(2026, 3, 2)


@pytest.mark.proves("ISS-5")
def test_an_issuer_is_restricted_suspended_lifted_and_leaves_through_a_public_notice(
    session: Session, clock: StandingClock
) -> None:
    issuer_id = make_issuer(session, LifeState.ACTIVE).issuer_id
    admin = admin_of(issuer_id)

    lived = [
        service.restrict(session, regulator(), issuer_id, reason=WHY),
        service.lift(session, regulator(), issuer_id, reason=WHY),
        service.suspend(session, regulator(), issuer_id, reason=WHY),
        service.lift(session, regulator(), issuer_id, reason=WHY),
        service.suspend(session, admin, issuer_id, reason="自行停发"),
        service.withdraw(session, admin, issuer_id, reason="申请退出"),
    ]
    clock.move(timedelta(days=30))
    lived.append(service.close(session, regulator(), issuer_id, reason=WHY))

    assert [one.state.value for one in lived] == [
        "restricted",
        "active",
        "suspended",
        "active",
        "suspended",
        "withdrawing",
        "closed",
    ]


def test_an_issuer_closes_only_after_thirty_days_of_notice(session: Session, clock: StandingClock) -> None:
    issuer_id = make_issuer(session, LifeState.WITHDRAWING).issuer_id
    clock.move(timedelta(days=29))

    with pytest.raises(NoticeNotOver) as no:
        service.close(session, regulator(), issuer_id, reason=WHY)

    assert no.value.facts == {"issuer_id": issuer_id, "found": "2026-03-31", "wanted": "2026-04-01"}
    assert queries.issuer(session, issuer_id).state is LifeState.WITHDRAWING


def test_an_issuer_that_owes_credits_does_not_close(session: Session, clock: StandingClock) -> None:
    issuer_id = make_issuer(session, LifeState.ACTIVE).issuer_id
    earn(session, make_earning(session, credits_=7, terms=make_terms(issuer_id)))
    service.suspend(session, regulator(), issuer_id, reason=WHY)
    service.withdraw(session, admin_of(issuer_id), issuer_id, reason=WHY)
    clock.move(timedelta(days=40))

    with pytest.raises(CreditsOutstanding) as no:
        service.close(session, regulator(), issuer_id, reason=WHY)

    assert no.value.facts == {"issuer_id": issuer_id, "found": 7, "wanted": 0}
    assert queries.issuer(session, issuer_id).state is LifeState.WITHDRAWING


@pytest.mark.proves("ISS-2")
def test_an_issuer_is_not_activated_on_a_certificate_that_has_run_out(session: Session, clock: StandingClock) -> None:
    issuer_id = make_issuer(session, LifeState.FILED).issuer_id
    clock.move(timedelta(days=365))

    with pytest.raises(CertificateNotInDate) as no:
        service.activate(session, regulator(), issuer_id, reason=WHY)

    assert no.value.facts["found"] == "示例-XY-0001 valid until 2027-03-01"
    assert queries.issuer(session, issuer_id).state is LifeState.FILED


def test_an_issuer_is_not_activated_before_its_filing_takes_effect(session: Session, clock: StandingClock) -> None:
    issuer_id = make_issuer(session, LifeState.ASSESSED).issuer_id
    filed = make_filing(session, issuer_id)
    later = TODAY + timedelta(days=3)
    service.accept_filing(
        session, regulator(), filed.filing_id, "N1", digest=filed.digest, effective_on=later, reason=WHY
    )

    with pytest.raises(NoFilingInForce) as no:
        service.activate(session, regulator(), issuer_id, reason=WHY)
    clock.move(timedelta(days=3))
    with pytest.raises(CoverageShort) as uncovered:
        service.activate(session, regulator(), issuer_id, reason=WHY)
    statement = new_statement(later)
    service.state_guarantee(session, admin_of(issuer_id), issuer_id, statement, reason=WHY)
    active = service.activate(session, regulator(), issuer_id, reason=WHY)

    assert uncovered.value.facts["found"] == "none"
    assert no.value.facts["found"] == "version 1, accepted, effective 2026-03-05"
    assert active.state is LifeState.ACTIVE


def test_a_suspended_issuer_comes_back_only_when_its_papers_are_in_order(
    session: Session, clock: StandingClock
) -> None:
    issuer_id = make_issuer(session, LifeState.SUSPENDED).issuer_id
    clock.move(timedelta(days=400))
    today = TODAY + timedelta(days=400)

    with pytest.raises(CertificateNotInDate):
        service.lift(session, regulator(), issuer_id, reason=WHY)
    service.certify(session, certifier_of(issuer_id), issuer_id, new_certificate(today), reason=WHY)
    with pytest.raises(AssessmentNotPassed):
        service.lift(session, regulator(), issuer_id, reason=WHY)
    make_assessed(session, issuer_id, new_assessment(today))
    with pytest.raises(CoverageShort):
        service.lift(session, regulator(), issuer_id, reason=WHY)
    service.state_guarantee(session, admin_of(issuer_id), issuer_id, new_statement(today), reason=WHY)

    assert service.lift(session, regulator(), issuer_id, reason=WHY).state is LifeState.ACTIVE


@pytest.mark.proves("ISS-2", "ISS-5")
def test_a_scheme_asks_for_a_grade_of_its_own_and_issuing_stops_below_it(session: Session) -> None:
    asking = new_scheme().model_copy(update={"grade_floor": Grade.AA})
    issuer_id = make_issuer(session, scheme=asking).issuer_id
    other_id = make_issuer(session, number=2).issuer_id
    today = civil_date(now(session))

    with pytest.raises(GradeBelowFloor) as no:
        service.certify(session, certifier_of(issuer_id), issuer_id, new_certificate(today, grade=Grade.A), reason=WHY)
    service.certify(session, certifier_of(other_id), other_id, new_certificate(today, grade=Grade.A), reason=WHY)

    assert (no.value.facts["found"], no.value.facts["wanted"]) == ("A", "AA")
    assert queries.papers_in_force(session, issuer_id, today).grade_floor is Grade.AA
    assert queries.papers_in_force(session, other_id, today).grade_floor is Grade.BBB


@pytest.mark.proves("ISS-2", "ISS-4")
def test_a_scheme_that_asks_for_more_than_its_issuer_has_is_not_accepted(session: Session) -> None:
    issuer_id = make_issuer(session).issuer_id
    too_high = make_filing(session, issuer_id, new_scheme().model_copy(update={"grade_floor": Grade.AAA}))
    before = queries.filing(session, too_high.filing_id)

    with pytest.raises(GradeBelowFloor):
        service.accept_filing(session, regulator(), too_high.filing_id, "N2", digest=too_high.digest, reason=WHY)

    assert queries.filing(session, too_high.filing_id) == before
