"""The guarantee: what a custodian states, and issuing that stops and begins again by itself, redemption never."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from greencredit.issuers import jobs, queries, service
from greencredit.issuers.errors import NotActive, PaymentReserveNamed, ReasonStands, StatementFromTheFuture
from greencredit.kernel.access import AccessDenied, Role, Scope, ScopeKind
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.ledger import queries as ledger
from greencredit.notices import queries as notices
from greencredit.proofs import queries as log
from greencredit.schemas.issuers import AccountKind, LifeState, Reason
from tests.factories.issuers import WHY, admin_of, make_issuer, new_scheme, new_statement, operator, regulator
from tests.factories.ledger import earn, make_earning, make_terms, redeem
from tests.factories.messages import a_job
from tests.factories.people import make_account_with

TODAY = date(2026, 3, 2)


def a_tick(database: Database) -> None:
    """Do what the scheduler has done every minute."""
    jobs.keep_watch(database, a_job(database, jobs.KEEP_WATCH))


def state(session: Session, issuer_id: str, amount_fen: int, on: date = TODAY) -> None:
    """Put a statement on file."""
    service.state_guarantee(
        session, admin_of(issuer_id), issuer_id, new_statement(on, amount_fen=amount_fen), reason=WHY
    )


def standing(database: Database, issuer_id: str) -> tuple[LifeState, list[Reason]]:
    """Give the state of an issuer and what stands against its issuing."""
    with database.reading() as session:
        return queries.issuer(session, issuer_id).state, [
            one.reason for one in queries.open_reasons(session, issuer_id)
        ]


@pytest.mark.proves("ISS-6")
def test_a_statement_is_kept_with_its_paper_and_coverage_is_measured_at_once(session: Session) -> None:
    issuer_id = make_issuer(session).issuer_id
    earn(session, make_earning(session, credits_=1_000, terms=make_terms(issuer_id)))

    state(session, issuer_id, 900)

    newest = queries.newest_statement(session, issuer_id)
    measured = queries.newest_coverage(session, issuer_id)
    assert newest is not None
    assert measured is not None
    assert (newest.amount_fen, newest.account_last4, newest.recorded_by) == (900, "0000", "acc_admin")
    assert (measured.outstanding, measured.worth_fen, measured.basis_points, measured.kept) == (
        1_000,
        1_000,
        9_000,
        False,
    )
    assert measured.as_of_event == ledger.last_event(session)
    assert queries.history(session, issuer_id)[-1].about == newest.statement_id


@pytest.mark.proves("ISS-6", "ISS-7")
def test_reserve_money_and_days_to_come_are_refused_and_nothing_is_kept(session: Session) -> None:
    issuer_id = make_issuer(session).issuer_id
    before = queries.history(session, issuer_id)

    for wrong, refusal in (
        (new_statement(TODAY, account_kind=AccountKind.PAYMENT_RESERVE), PaymentReserveNamed),
        (new_statement(TODAY, account_title="示例备付金"), PaymentReserveNamed),
        (new_statement(TODAY + timedelta(days=1)), StatementFromTheFuture),
    ):
        with pytest.raises(refusal):
            service.state_guarantee(session, admin_of(issuer_id), issuer_id, wrong, reason=WHY)

    assert queries.history(session, issuer_id) == before
    assert len(queries.statements(session, issuer_id)) == 1


@pytest.mark.proves("ISS-7")
def test_the_database_itself_knows_no_reserve_account(session: Session) -> None:
    issuer_id = make_issuer(session).issuer_id
    columns = "number, amount_fen, as_of, bank, account_kind, account_title, account_last4, document, recorded_at"

    for kind, title in (("payment_reserve", "示例"), ("custody_account", "示例备付金专户")):
        with pytest.raises(DBAPIError, match="issuers_statement"), session.begin_nested():
            session.execute(
                text(
                    f"INSERT INTO issuers_statement (id, issuer_id, {columns}, recorded_by) "
                    "SELECT 'cus_x', issuer_id, 99, amount_fen, as_of, bank, :kind, :title, account_last4, document, "
                    "recorded_at, recorded_by FROM issuers_statement WHERE issuer_id = :issuer"
                ),
                {"kind": kind, "title": title, "issuer": issuer_id},
            )


@pytest.mark.parametrize("actor", [operator, regulator, lambda: admin_of("iss_other")])
def test_only_the_issuers_own_administrator_states_a_guarantee(session: Session, actor: Callable[[], object]) -> None:
    issuer_id = make_issuer(session).issuer_id

    with pytest.raises(AccessDenied):
        service.state_guarantee(session, actor(), issuer_id, new_statement(TODAY), reason=WHY)  # type: ignore[arg-type] # an actor

    assert len(queries.statements(session, issuer_id)) == 1


@pytest.mark.proves("ISS-6")
def test_short_coverage_stops_issuing_within_a_tick_and_a_better_statement_resumes_it(
    database: Database, clock: StandingClock
) -> None:
    with database.writing() as session:
        issuer_id = make_issuer(session, scheme=new_scheme()).issuer_id
        watcher = make_account_with(
            session, Role.REGULATOR, Scope(ScopeKind.REGION, "CN-SH"), login="示例监管"
        ).account_id
        assert watcher is not None
        state(session, issuer_id, 1_000)
    a_tick(database)
    assert standing(database, issuer_id) == (LifeState.ACTIVE, [])
    with database.writing() as session:
        earn(session, make_earning(session, credits_=1_001, terms=make_terms(issuer_id)))
    clock.move(timedelta(seconds=60))

    a_tick(database)

    assert standing(database, issuer_id) == (LifeState.RESTRICTED, [Reason.COVERAGE])
    with database.writing() as session:
        with pytest.raises(NotActive):
            service.require_may_issue(session, issuer_id)
        redeem(session, 1)  # what was issued stays usable
        (told,) = notices.inbox(session, watcher).notices
        assert told.kind == "issuing_stopped"
        step = queries.history(session, issuer_id)[-1]
        assert (step.step, step.role, step.actor_id, step.about) == ("restrict", "system", "system", "coverage")
    clock.move(timedelta(seconds=60))
    a_tick(database)
    assert standing(database, issuer_id) == (LifeState.ACTIVE, [])
    with database.reading() as session:
        assert [one.kept for one in queries.coverages(session, issuer_id)][:2] == [True, False]


@pytest.mark.proves("ISS-5")
def test_the_clockwork_lifts_what_it_set_and_never_what_the_regulator_decided(database: Database) -> None:
    with database.writing() as session:
        issuer_id = make_issuer(session).issuer_id
        earn(session, make_earning(session, credits_=1_000, terms=make_terms(issuer_id)))
        service.restrict(session, regulator(), issuer_id, reason=WHY)
        state(session, issuer_id, 999)
    a_tick(database)
    assert standing(database, issuer_id) == (LifeState.RESTRICTED, [Reason.SUPERVISION, Reason.COVERAGE])

    with database.writing() as session:
        eased = service.lift(session, regulator(), issuer_id, reason=WHY)
    assert (eased.state, standing(database, issuer_id)[1]) == (LifeState.RESTRICTED, [Reason.COVERAGE])
    with database.writing() as session, pytest.raises(ReasonStands) as no:
        service.restrict(session, regulator(), issuer_id, reason=WHY, because=Reason.COVERAGE)
    assert no.value.facts["found"] == "coverage"
    with database.writing() as session:
        service.restrict(session, regulator(), issuer_id, reason=WHY)
        state(session, issuer_id, 1_000)
    a_tick(database)

    assert standing(database, issuer_id) == (LifeState.RESTRICTED, [Reason.SUPERVISION])
    with database.writing() as session:
        assert service.lift(session, regulator(), issuer_id, reason=WHY).state is LifeState.ACTIVE


@pytest.mark.proves("ISS-6")
def test_what_is_owed_since_the_last_measurement_is_what_the_balances_say(database: Database) -> None:
    with database.writing() as session:
        issuer_id = make_issuer(session).issuer_id
        state(session, issuer_id, 10)
        for number in range(5):
            earn(
                session,
                make_earning(
                    session, f"con_{number}", credits_=30 + number, key=f"e{number}", terms=make_terms(issuer_id)
                ),
            )
        redeem(session, 7, holder="con_1")
        measured = queries.newest_coverage(session, issuer_id)
        assert measured is not None

        owed = queries.owed_at(session, issuer_id, ledger.last_event(session))

        fresh = queries.coverage_now(session, issuer_id)
        assert fresh is not None
        assert owed == {1: 153}
        assert fresh.outstanding == 153


def test_coverage_is_kept_once_a_day_and_said_in_the_public_log(database: Database, clock: StandingClock) -> None:
    with database.writing() as session:
        issuer_id = make_issuer(session).issuer_id
    for _ in range(3):
        a_tick(database)
        a_tick(database)
        clock.move(timedelta(days=1))

    with database.writing() as session:
        waiting = session.execute(text("SELECT COUNT(*) FROM proofs_pending WHERE kind = 'coverage'")).scalar_one()
        assert waiting == 3
        assert log.size(session) >= 0
        assert queries.newest_coverage(session, issuer_id) is not None
