"""May it issue? Only while active, and only while certificate, assessment and filing cover the very day."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from greencredit.issuers import queries, service
from greencredit.issuers.errors import CertificateNotInDate, NotActive, UnknownIssuer
from greencredit.kernel.clock import StandingClock
from greencredit.schemas.issuers import Bar, LifeState
from greencredit.schemas.values import Words
from tests.factories.issuers import make_issuer


@pytest.mark.proves("ISS-5")
@pytest.mark.parametrize("state", [state for state in LifeState if state is not LifeState.ACTIVE])
def test_issuing_while_not_active_is_refused_with_the_state_found(session: Session, state: LifeState) -> None:
    issuer_id = make_issuer(session, state).issuer_id

    with pytest.raises(NotActive) as no:
        service.require_may_issue(session, issuer_id)

    assert (no.value.code, no.value.facts) == (
        "issuers.not_active",
        {"issuer_id": issuer_id, "found": state, "wanted": "active"},
    )
    assert not queries.may_issue(session, issuer_id).allowed


def test_an_active_issuer_may_issue(session: Session) -> None:
    issuer_id = make_issuer(session).issuer_id

    queries.require_may_issue(session, issuer_id)

    assert queries.may_issue(session, issuer_id).bars == ()


@pytest.mark.proves("ISS-2")
def test_a_certificate_that_runs_out_bars_issuing_by_itself_from_the_next_day(
    session: Session, clock: StandingClock
) -> None:
    issuer_id = make_issuer(session).issuer_id

    clock.move(timedelta(days=364))
    assert queries.may_issue(session, issuer_id).allowed
    clock.move(timedelta(days=1))

    with pytest.raises(CertificateNotInDate):
        queries.require_may_issue(session, issuer_id)
    assert queries.issuer(session, issuer_id).state is LifeState.ACTIVE
    assert queries.may_issue(session, issuer_id).bars == (
        Bar(
            code="issuers.certificate_not_in_date",
            found="示例-XY-0001 valid until 2027-03-01",
            wanted="2027-03-02",
            title=Words(zh="信用认证不在有效期", en="no certificate covers the day."),
        ),
        Bar(
            code="issuers.assessment_not_passed",
            found="one valid from 2026-03-02 to 2027-03-01",
            wanted="2027-03-02",
            title=Words(zh="第三方评估未通过或已过期", en="no passed assessment covers the day."),
        ),
    )


def test_everything_that_stands_against_a_draft_is_told_at_once(session: Session) -> None:
    bars = queries.may_issue(session, make_issuer(session, LifeState.DRAFT).issuer_id).bars

    assert [(bar.code, bar.found) for bar in bars] == [
        ("issuers.not_active", "draft"),
        ("issuers.certificate_not_in_date", "none"),
        ("issuers.assessment_not_passed", "none"),
        ("issuers.no_filing_in_force", "none"),
        ("issuers.coverage_short", "none"),
    ]


def test_an_issuer_nobody_knows_may_not_issue(session: Session) -> None:
    with pytest.raises(UnknownIssuer):
        queries.require_may_issue(session, "iss_nobody")
