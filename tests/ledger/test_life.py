"""Any sequence of verbs against a model of twenty lines: balances, answers and the audit always agree."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import DatabaseInside
from greencredit.kernel.errors import Refusal
from greencredit.kernel.ids import seeded_entropy
from greencredit.ledger import queries
from tests.conftest import NOON
from tests.factories.ledger import earn, make_earning, make_terms, reverse

HOLDERS = ("con_li", "con_wu", "con_ma")
KEYS = [f"key{number}" for number in range(6)]
CAP = 500


class Life(RuleBasedStateMachine):
    """Awards and reversals in any order, with keys that come again."""

    connection: Connection

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = self.connection.begin_nested()
        clock, entropy = StandingClock(NOON), seeded_entropy("life")
        self.database = DatabaseInside(self.connection, clock=clock, entropy=entropy)
        self.balances: Counter[str] = Counter()
        self.awards: dict[str, tuple[int, str, int]] = {}
        self.left: Counter[int] = Counter()
        self.reversals: dict[str, tuple[int, int]] = {}
        self.given = 0

    def teardown(self) -> None:
        """Undo everything."""
        self.savepoint.rollback()

    @rule(
        asked=st.lists(
            st.tuples(st.sampled_from(KEYS), st.sampled_from(HOLDERS), st.integers(min_value=-1, max_value=120)),
            min_size=1,
            max_size=4,
        )
    )
    def awards_come(self, asked: list[tuple[str, str, int]]) -> None:
        """Post a batch; the model says whether it can be, and what it leaves."""
        expected = self._expected_awards(asked)
        try:
            with self.database.writing() as session:
                terms = make_terms(cap=CAP)
                earnings = [
                    make_earning(session, holder, credits_=credits_, key=key, terms=terms)
                    for key, holder, credits_ in asked
                ]
                posted = earn(session, *earnings)
        except Refusal as refusal:
            assert refusal.code == expected  # noqa: PT017 - the model foretells which refusal
            return
        assert expected is None
        for (key, holder, credits_), answer in zip(asked, posted, strict=True):
            assert answer.repeated == (key in self.awards)
            if not answer.repeated:
                self.awards[key] = (answer.event_id, holder, credits_)
                self.balances[holder] += credits_
                self.left[answer.event_id] = credits_
                self.given += credits_
            assert answer.event_id == self.awards[key][0]

    def _expected_awards(self, asked: list[tuple[str, str, int]]) -> str | None:
        if any(credits_ <= 0 for _, _, credits_ in asked):
            return "ledger.not_positive"
        seen = {key: (holder, credits_) for key, (_, holder, credits_) in self.awards.items()}
        new = 0
        clash = False
        for key, holder, credits_ in asked:
            if key not in seen:
                seen[key] = (holder, credits_)
                new += credits_
            clash = clash or seen[key] != (holder, credits_)
        if self.given + new > CAP and new:
            return "ledger.cap_reached"
        return "ledger.key_reused" if clash else None

    @rule(
        key=st.sampled_from(KEYS),
        award=st.integers(min_value=1, max_value=8),
        credits_=st.integers(min_value=1, max_value=150),
    )
    def a_reversal_comes(self, key: str, award: int, credits_: int) -> None:
        """Take credits back; the model says whether they are there."""
        expected = self._expected_reversal(key, award, credits_)
        try:
            with self.database.writing() as session:
                answer = reverse(session, award, credits_, key=key, caller="reversals")
        except Refusal as refusal:
            assert refusal.code == expected  # noqa: PT017 - the model foretells which refusal
            return
        assert expected is None
        if not answer.repeated:
            self.reversals[key] = (award, credits_)
            self.left[award] -= credits_
            holder = next(who for number, who, _ in self.awards.values() if number == award)
            self.balances[holder] -= credits_

    def _expected_reversal(self, key: str, award: int, credits_: int) -> str | None:
        numbers = {number for number, _, _ in self.awards.values()}
        if award not in numbers:
            return "ledger.not_an_award" if award <= len(numbers) + len(self.reversals) else "ledger.no_such_event"
        if key in self.reversals:
            return None if self.reversals[key] == (award, credits_) else "ledger.key_reused"
        return "ledger.already_reversed" if credits_ > self.left[award] else None

    @invariant()
    def what_is_owed_is_what_the_model_says(self) -> None:
        """Compare every balance with the model, and let the audit rebuild everything."""
        with self.database.reading() as session:
            found = {holder: _balance(session, holder) for holder in HOLDERS}
            broken = [finding.name for finding in queries.audit(session) if not finding.holds]
        assert found == {holder: self.balances[holder] for holder in HOLDERS}
        assert broken == []


def _balance(session: Session, holder: str) -> int:
    return sum(one.available for one in queries.balances_of(session, holder))


@pytest.mark.proves("LED-1", "LED-3")
def test_no_sequence_of_verbs_leaves_the_model(connection: Connection) -> None:
    machine = type("LifeHere", (Life,), {"connection": connection})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )
