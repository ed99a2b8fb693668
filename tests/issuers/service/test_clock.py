"""The clockwork: five years of papers that run out and are renewed, warnings told once, and no way round any need."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from greencredit.issuers import jobs, queries, service
from greencredit.kernel.access import Role, Scope, ScopeKind, clockwork
from greencredit.kernel.clock import StandingClock, civil_date, now
from greencredit.kernel.database import Database
from greencredit.kernel.errors import Refusal
from greencredit.ledger import queries as ledger
from greencredit.notices import queries as notices
from greencredit.schemas.issuers import Grade, LifeState, LifeStep, Reason, Verdict
from tests.factories.issuers import (
    WHY,
    admin_of,
    certifier_of,
    make_assessed,
    make_filing,
    make_issuer,
    new_assessment,
    new_certificate,
    new_statement,
    regulator,
)
from tests.factories.ledger import earn, make_earning, make_terms
from tests.factories.messages import a_job
from tests.factories.people import make_account_with

STEPS: Final = ("submit", "return_", "refuse", "activate", "restrict", "suspend", "lift", "ease", "withdraw")
"""Verbs that need nothing but a reason."""

FIVE_YEARS: Final = 5 * 365
LATE: Final = {1: 0, 2: 3, 3: 0, 4: 10, 5: 0}
"""In each year, how many days after their end papers are renewed."""


def look(database: Database) -> None:
    """Let one tick of the scheduler be done."""
    jobs.keep_watch(database, a_job(database, jobs.KEEP_WATCH))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.proves("ISS-2", "ISS-5")
def test_five_years_of_expiry_and_renewal_day_by_day(session: Session, clock: StandingClock) -> None:
    issuer_id = make_issuer(session).issuer_id
    began = civil_date(now(session))
    ends, renewals = began + timedelta(days=364), 0
    days_issuing, expected = 0, 0

    for _ in range(FIVE_YEARS):
        clock.move(timedelta(days=1))
        today = civil_date(now(session))
        if today == ends + timedelta(days=1 + LATE[renewals + 1]):
            service.certify(session, certifier_of(issuer_id), issuer_id, new_certificate(today), reason=WHY)
            make_assessed(session, issuer_id, new_assessment(today))
            service.state_guarantee(session, admin_of(issuer_id), issuer_id, new_statement(today), reason=WHY)
            ends, renewals = today + timedelta(days=364), min(renewals + 1, 4)

        state = service.look(session, issuer_id).state

        in_date = today <= ends
        expected += in_date
        days_issuing += state is LifeState.ACTIVE
        assert state is (LifeState.ACTIVE if in_date else LifeState.RESTRICTED), today
        if abs((today - ends).days) <= 1:
            assert queries.may_issue(session, issuer_id).allowed is in_date, today

    steps = [one for one in queries.history(session, issuer_id) if one.role == Role.SYSTEM]
    assert (days_issuing, renewals) == (expected, 4)
    assert [(one.step, one.about) for one in steps[:6]] == [
        ("restrict", "certificate"),
        ("restrict", "assessment"),
        ("restrict", "coverage"),
        ("relieve", "certificate"),
        ("relieve", "assessment"),
        ("lift", "coverage"),
    ]
    assert {one.step for one in steps} == {LifeStep.RESTRICT, LifeStep.RELIEVE, LifeStep.LIFT}


@pytest.mark.proves("ISS-5")
def test_the_issuers_people_are_warned_sixty_thirty_and_seven_days_before_each_once(
    database: Database, clock: StandingClock
) -> None:
    with database.writing() as session:
        issuer_id = make_issuer(session).issuer_id
        here = Scope(ScopeKind.ISSUER, issuer_id)
        told = make_account_with(session, Role.ISSUER_MANAGER, here, login="示例业务员").account_id
        other = make_account_with(session, Role.ISSUER_MANAGER, Scope(ScopeKind.ISSUER, "iss_x"), login="示例外人")
        assert told is not None
        assert other.account_id is not None
    clock.move(timedelta(days=364 - 62))
    for _ in range(63):
        look(database)
        look(database)
        clock.move(timedelta(days=1))

    with database.reading() as session:
        found = notices.inbox(session, told, limit=100).notices
        warned = [(one.facts["paper"][:4], one.facts["days"]) for one in reversed(found)]
        assert sorted(warned) == sorted(
            [("信用认证", days) for days in (60, 30, 7)]
            + [("第三方评", days) for days in (60, 30, 7)]
            + [("存管说明", days) for days in (60, 30, 7)]
        )
        assert notices.inbox(session, other.account_id).notices == ()


def test_a_stage_that_was_missed_is_told_once_and_none_before_it(database: Database, clock: StandingClock) -> None:
    with database.writing() as session:
        issuer_id = make_issuer(session).issuer_id
        here = Scope(ScopeKind.ISSUER, issuer_id)
        told = make_account_with(session, Role.ISSUER_ADMIN, here, login="示例管理员").account_id
        assert told is not None
    clock.move(timedelta(days=364 - 5))

    look(database)

    with database.reading() as session:
        # Of one instant: which of them stands first says nothing.
        assert sorted(one.facts["days"] for one in notices.inbox(session, told).notices) == [5, 5, 7]


def test_only_issuers_with_a_new_day_or_a_new_step_are_looked_at(database: Database, clock: StandingClock) -> None:
    with database.writing() as session:
        first = make_issuer(session).issuer_id
        second = make_issuer(session, number=2).issuer_id
    look(database)
    with database.writing() as session:
        assert service.due(session) == []
        service.restrict(session, regulator(), second, reason=WHY)
        assert service.due(session) == [second]
    clock.move(timedelta(days=1))
    with database.reading() as session:
        assert service.due(session) == sorted([first, second])


def test_a_look_at_an_issuer_that_is_in_order_changes_nothing_of_its_life(session: Session) -> None:
    issuer_id = make_issuer(session).issuer_id
    before = queries.history(session, issuer_id)

    service.look(session, issuer_id)
    service.look(session, issuer_id)

    assert queries.history(session, issuer_id) == before


@pytest.mark.proves("ISS-5")
def test_nobody_is_granted_to_be_the_clockwork(session: Session) -> None:
    issuer_id = make_issuer(session).issuer_id

    with pytest.raises(Refusal) as no:
        make_account_with(session, Role.SYSTEM, Scope(ScopeKind.PLATFORM), login="示例时钟")

    assert no.value.code == "people.not_grantable"
    assert queries.issuer(session, issuer_id).state is LifeState.ACTIVE


class Lives(RuleBasedStateMachine):
    """Whatever steps are tried in whatever order by whomever: issuing needs all that it needs."""

    database: Database
    number = 0

    def __init__(self) -> None:
        super().__init__()
        self._writing = self.database.writing()
        self.session = self._writing.__enter__()
        self._undone = self.session.begin_nested()
        Lives.number += 1
        self.issuer_id = make_issuer(self.session, LifeState.DRAFT, number=1000 + Lives.number).issuer_id

    def teardown(self) -> None:
        """Undo the life."""
        self._undone.rollback()
        self._writing.__exit__(None, None, None)

    @contextmanager
    def _tried(self) -> Iterator[None]:
        try:
            with self.session.begin_nested():
                yield
        except Refusal:
            pass

    @property
    def today(self) -> date:
        """Give the day on which the next step is tried."""
        return civil_date(now(self.session))

    @rule(days=st.sampled_from([0, 1, 7, 90, 365]))
    def time_goes_by(self, days: int) -> None:
        """Let days pass, and the clockwork look, as it does every minute."""
        self.session.info["clock"].move(timedelta(days=days))
        service.look(self.session, self.issuer_id)

    @rule(
        step=st.sampled_from(STEPS),
        by=st.sampled_from(["regulator", "admin", "clock"]),
    )
    def somebody_takes_a_step(self, step: str, by: str) -> None:
        """Try a plain step."""
        actor = {
            "regulator": regulator(),
            "admin": admin_of(self.issuer_id),
            "clock": clockwork(now(self.session)),
        }[by]
        with self._tried():
            getattr(service, step)(self.session, actor, self.issuer_id, reason=WHY)

    @rule(grade=st.sampled_from([Grade.AA, Grade.C]), days=st.sampled_from([-1, 5, 400]))
    def certified(self, grade: Grade, days: int) -> None:
        """Try a certificate."""
        with self._tried():
            paper = new_certificate(self.today, grade=grade, days=days)
            service.certify(self.session, certifier_of(self.issuer_id), self.issuer_id, paper, reason=WHY)

    @rule(verdict=st.sampled_from([Verdict.PASS, Verdict.FAIL]), days=st.sampled_from([1, 400]))
    def assessed(self, verdict: Verdict, days: int) -> None:
        """Try an assessment."""
        with self._tried():
            paper = new_assessment(self.today, verdict=verdict, days=days)
            make_assessed(self.session, self.issuer_id, paper)

    @rule()
    def filed(self) -> None:
        """Try a filing that is accepted at once."""
        with self._tried():
            filing: Any = make_filing(self.session, self.issuer_id)
            service.accept_filing(
                self.session, regulator(), filing.filing_id, f"N{filing.filing_id}", digest=filing.digest, reason=WHY
            )

    @rule(amount_fen=st.sampled_from([0, 10, 10_000]), age=st.sampled_from([-1, 0, 300, 400]))
    def guaranteed(self, amount_fen: int, age: int) -> None:
        """Try a custodian's statement."""
        with self._tried():
            statement = new_statement(self.today - timedelta(days=age), amount_fen=amount_fen)
            service.state_guarantee(self.session, admin_of(self.issuer_id), self.issuer_id, statement, reason=WHY)

    @rule(credits_=st.integers(1, 500))
    def awarded(self, credits_: int) -> None:
        """Issue where it is allowed; the clockwork measures afterwards, as it does every minute."""
        if queries.may_issue(self.session, self.issuer_id).allowed:
            key = f"{self.issuer_id}:{ledger_key(self.session)}"
            earn(self.session, make_earning(self.session, credits_=credits_, key=key, terms=make_terms(self.issuer_id)))
            for one in service.uncovered(self.session):
                service.measure(self.session, one.issuer_id)
            service.look(self.session, self.issuer_id)

    @invariant()
    def whoever_may_issue_has_all_it_needs(self) -> None:
        """Look at papers, filing and guarantee themselves, not at what the gate says of them."""
        if not queries.may_issue(self.session, self.issuer_id).allowed:
            return
        today = self.today
        covering = [one for one in queries.certificates(self.session, self.issuer_id) if today in one.valid]
        judged = queries.newest_assessment(self.session, self.issuer_id)
        statement = queries.newest_statement(self.session, self.issuer_id)
        fresh = queries.coverage_now(self.session, self.issuer_id)
        assert queries.issuer(self.session, self.issuer_id).state is LifeState.ACTIVE
        assert covering
        assert covering[-1].grade.reaches(Grade.BBB)
        assert judged is not None
        assert judged.verdict is Verdict.PASS
        assert today in judged.valid
        assert queries.filing_in_force(self.session, self.issuer_id, today) is not None
        assert statement is not None
        assert (today - statement.as_of).days <= 366
        assert fresh is not None
        assert fresh.kept
        assert queries.open_reasons(self.session, self.issuer_id) == []

    @invariant()
    def reasons_stand_exactly_where_it_is_restricted(self) -> None:
        """Restricted means that something stands against it, and active that nothing does."""
        state = queries.issuer(self.session, self.issuer_id).state
        standing = queries.open_reasons(self.session, self.issuer_id)
        assert state is not LifeState.RESTRICTED or standing != []
        assert state is not LifeState.ACTIVE or standing == []
        assert {one.reason for one in standing} <= set(Reason)


def ledger_key(session: Session) -> int:
    """Give a number that no award of this life had before."""
    return ledger.last_event(session)


@pytest.mark.proves("ISS-5", "ISS-6")
def test_no_sequence_of_steps_reaches_issuing_without_all_that_it_needs(database: Database) -> None:
    Lives.database = database

    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
