"""What follows from a suspension and an exit: awards that wait, holders that are told, an end that owes nothing."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from greencredit.issuers import jobs, queries, service
from greencredit.issuers.errors import CreditsOutstanding, NotActive, NothingFrozen, ReasonStands
from greencredit.issuers.service import cascade
from greencredit.kernel.access import AccessDenied
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.messages import queue
from greencredit.ledger import queries as ledger
from greencredit.ledger import service as posting
from greencredit.ledger.rules import key_of
from greencredit.notices import queries as notices
from greencredit.schemas.issuers import FrozenOutcome, LifeState, Reason
from greencredit.schemas.ledger import Accrual
from tests.factories.issuers import (
    WHY,
    admin_of,
    certifier_of,
    make_issuer,
    new_certificate,
    new_statement,
    operator,
    regulator,
)
from tests.factories.ledger import earn, holder_of, make_earning, make_terms, redeem
from tests.factories.people import make_consumer


def accrue(session: Session, issuer_id: str, credits_: int, *, holder: str = "con_li", key: str = "w") -> int:
    """Book an award that waits, and give its event."""
    series = posting.series(session, make_terms(issuer_id))
    command = Accrual(holder_of(session, holder), series, credits_, key_of(key))
    return posting.post_one(session, posting.caller(session, "tests"), command).event_id


def carried_out(database: Database, kind: str) -> None:
    """Do the only job of a kind as a worker would."""
    with database.reading() as session:
        (job,) = [one for one in queue.listed(session) if one.kind == kind]
    {jobs.SETTLE_FROZEN: jobs.settle_frozen, jobs.TELL_HOLDERS: jobs.tell_holders}[kind](database, job)


def suspended_with_waiting(session: Session) -> tuple[str, list[int]]:
    """Give a suspended issuer, and two awards that waited when it was suspended."""
    issuer_id = make_issuer(session).issuer_id
    events = [accrue(session, issuer_id, 30, key="w1"), accrue(session, issuer_id, 12, holder="con_wu", key="w2")]
    earn(session, make_earning(session, credits_=5, terms=make_terms(issuer_id)))
    service.suspend(session, regulator(), issuer_id, reason=WHY)
    return issuer_id, events


@pytest.mark.proves("ISS-5")
def test_a_suspension_freezes_what_waits_stops_issuing_and_leaves_redemption_open(session: Session) -> None:
    issuer_id, events = suspended_with_waiting(session)

    assert [(one.event_id, one.credits, one.outcome) for one in queries.frozen_awards(session, issuer_id)] == [
        (events[0], 30, None),
        (events[1], 12, None),
    ]
    with pytest.raises(NotActive):
        service.require_may_issue(session, issuer_id)
    redeem(session, 5)
    assert ledger.position_of(session, issuer_id).redeemed == 5


@pytest.mark.proves("ISS-5")
@pytest.mark.parametrize(("outcome", "available"), [(FrozenOutcome.ACTIVATED, 30), (FrozenOutcome.REVERSED, 0)])
def test_once_it_is_lifted_what_was_frozen_takes_effect_or_is_taken_back_with_a_reason(
    database: Database, outcome: FrozenOutcome, available: int
) -> None:
    with database.writing() as session:
        issuer_id, _ = suspended_with_waiting(session)
        redeem(session, 5)
        service.lift(session, regulator(), issuer_id, reason=WHY)
        found = service.decide_frozen(session, regulator(), issuer_id, outcome, reason="示例：核查完毕")
    assert (found.open_awards, found.open_credits) == (2, 42)

    carried_out(database, jobs.SETTLE_FROZEN)
    carried_out(database, jobs.SETTLE_FROZEN)

    with database.reading() as session:
        assert sum(one.available for one in ledger.balances_of(session, "con_li")) == available
        assert [(one.outcome, one.reason) for one in queries.frozen_awards(session, issuer_id)] == [
            (outcome.value, "示例：核查完毕")
        ] * 2
        assert queries.frozen_sum(session, issuer_id).open_awards == 0


def test_while_it_is_suspended_nothing_frozen_takes_effect_and_nobody_else_decides(session: Session) -> None:
    issuer_id, _ = suspended_with_waiting(session)

    with pytest.raises(ReasonStands):
        service.decide_frozen(session, regulator(), issuer_id, FrozenOutcome.ACTIVATED, reason=WHY)
    for actor in (operator(), admin_of(issuer_id)):
        with pytest.raises(AccessDenied):
            service.decide_frozen(session, actor, issuer_id, FrozenOutcome.REVERSED, reason=WHY)

    assert queries.frozen_sum(session, issuer_id).open_awards == 2
    other = make_issuer(session, number=2).issuer_id
    with pytest.raises(NothingFrozen):
        service.decide_frozen(session, regulator(), other, FrozenOutcome.REVERSED, reason=WHY)


@pytest.mark.proves("ISS-5")
def test_a_suspension_is_eased_to_what_still_stands_against_issuing(session: Session, clock: StandingClock) -> None:
    issuer_id = make_issuer(session, LifeState.SUSPENDED).issuer_id
    with pytest.raises(ReasonStands):
        service.ease(session, regulator(), issuer_id, reason=WHY)
    clock.move(timedelta(days=366))

    eased = service.ease(session, regulator(), issuer_id, reason=WHY)

    assert eased.state is LifeState.RESTRICTED
    assert [one.reason for one in queries.open_reasons(session, issuer_id)] == [Reason.CERTIFICATE, Reason.ASSESSMENT]


@pytest.mark.proves("ISS-5")
def test_every_holder_is_told_of_an_exit_once_page_by_page(database: Database) -> None:
    with database.writing() as session:
        issuer_id = make_issuer(session).issuer_id
        people = [make_consumer(session, display_name=f"示例{number}").id for number in range(5)]
        for place, one in enumerate(people):
            terms = make_terms(issuer_id)
            earn(session, make_earning(session, one, credits_=place + 1, key=one, terms=terms))
        redeem(session, 1, holder=people[0])
        service.suspend(session, regulator(), issuer_id, reason=WHY)
        service.withdraw(session, admin_of(issuer_id), issuer_id, reason=WHY)
    with database.writing() as session:  # a run that stops after its first page
        assert cascade.tell_holders(session, issuer_id, limit=2) == cascade.Page(2, over=False)

    carried_out(database, jobs.TELL_HOLDERS)
    carried_out(database, jobs.TELL_HOLDERS)

    with database.reading() as session:
        told = [notices.inbox(session, one).notices for one in people]
        assert [[(one.kind, one.facts["credits"]) for one in found] for found in told] == [
            [],
            *([("issuer_leaving", credits_)] for credits_ in (2, 3, 4, 5)),
        ]


@pytest.mark.proves("ISS-5", "ISS-6")
def test_who_leaves_closes_only_when_everything_was_honoured(session: Session, clock: StandingClock) -> None:
    issuer_id = make_issuer(session).issuer_id
    earn(session, make_earning(session, credits_=9, terms=make_terms(issuer_id)))
    service.suspend(session, regulator(), issuer_id, reason=WHY)
    service.withdraw(session, admin_of(issuer_id), issuer_id, reason=WHY)
    clock.move(timedelta(days=31))
    with pytest.raises(CreditsOutstanding) as no:
        service.close(session, regulator(), issuer_id, reason=WHY)
    today = new_statement((clock.now()).date(), amount_fen=9)
    service.state_guarantee(session, admin_of(issuer_id), issuer_id, today, reason=WHY)
    redeem(session, 9)

    closed = service.close(session, regulator(), issuer_id, reason=WHY)

    assert no.value.facts["found"] == 9
    assert closed.state is LifeState.CLOSED


def test_papers_renewed_in_a_suspension_let_it_be_lifted_whole(session: Session, clock: StandingClock) -> None:
    issuer_id = make_issuer(session).issuer_id
    service.restrict(session, regulator(), issuer_id, reason=WHY)
    service.suspend(session, regulator(), issuer_id, reason=WHY)
    service.certify(session, certifier_of(issuer_id), issuer_id, new_certificate(clock.now().date()), reason=WHY)

    lifted = service.lift(session, regulator(), issuer_id, reason=WHY)

    assert (lifted.state, queries.open_reasons(session, issuer_id)) == (LifeState.ACTIVE, [])
