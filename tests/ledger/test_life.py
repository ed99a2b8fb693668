# ruff: noqa: ANN401, D102 - rules are named as what happens, and draw commands of any kind
"""Any sequence of verbs, on both engines at once, against a model: answers, balances, debts, audit, rows and roots."""

import copy
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, ClassVar, Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import instant
from greencredit.kernel.database import throwaway_engine
from greencredit.ledger import service
from greencredit.ledger.rules import NEVER, key_of
from greencredit.schemas.ledger import (
    Accrual,
    Activation,
    Adjustment,
    Allotment,
    Capture,
    Compensation,
    Earning,
    Freeze,
    Funding,
    Hold,
    Passing,
    Reason,
    Redemption,
    Release,
    Restoration,
    Reversal,
    Unfreeze,
    Waiver,
    Withdrawal,
)
from tests.conftest import NOON
from tests.factories.ledger import make_terms
from tests.ledger.model import PROMISED, Model, No, Series, promised
from tests.ledger.worlds import World, ask, broken, events, log_root, standing, told
from tests.postgres import Cluster

SUBJECTS: Final = ["con_li", "con_wu", "mer_tea", "prj_trees", "ent_mill", "ent_shop", "con_zhou"]
TERMS: Final = [
    make_terms("iss_a", cap=400, clawback_cap=10_000),
    make_terms("iss_a", cap=400, clawback_cap=10_000, refund_grace_days=1, expires_at=NOON + timedelta(days=2)),
    make_terms("iss_a", cap=400, clawback_cap=25, expires_at=NOON + timedelta(days=6), award_month=202604),
    make_terms("iss_b", cap=400, clawback_cap=0),
    make_terms("iss_b", cap=400, clawback_cap=10, refund_grace_days=30, expires_at=NOON + timedelta(days=4)),
]
REASON: Final = Reason("acc_operator", "退货", "a" * 64)


def often(*usual: Any, seldom: tuple[Any, ...] = ()) -> st.SearchStrategy[Any]:
    """Draw what is usual, and now and then what is wrong."""
    return st.sampled_from([*usual * (1 + 20 * len(seldom) // len(usual)), *seldom])


persons = often(1, 1, 1, 2, 7)
anybody = often(1, 1, 1, 1, 2, 7, seldom=(3, 5, 99))
parties = often(3, 3, 4, seldom=(2, 99))
enterprises = often(5, 5, 6, seldom=(1, 99))
series = often(1, 2, 3, 4, 5, seldom=(19,))
amounts = often(*range(1, 31), seldom=(0, -3))
much = often(*range(20, 80), seldom=(0,))
issuers = often(None, None, "iss_a", "iss_b", seldom=("iss_unknown",))
fresh: st.SearchStrategy[bytes] = st.just(b"")
because = st.just(REASON)
picks = st.sampled_from([0, 0, 0, 1, 1, 2, *range(30)])

awards = st.builds(Earning, anybody, series, amounts, fresh)
spending = st.builds(Redemption, persons, much, parties, fresh, issuers, often(False, False, True))
taking_back = st.builds(Reversal, picks, much, fresh, because)
giving_back = st.builds(Restoration, picks, amounts, fresh)
setting_aside = st.one_of(
    st.builds(Hold, persons, much, fresh, issuers),
    st.builds(Freeze, persons, amounts, fresh, because, st.none() | series),
    spending,
)
setting_free = st.one_of(
    st.builds(Capture, picks, amounts, parties, fresh, st.booleans()),
    st.builds(Release, picks, amounts, fresh),
    st.builds(Unfreeze, picks, amounts, fresh, because),
    taking_back,
    giving_back,
)
others: Final[tuple[st.SearchStrategy[Any], ...]] = (
    st.builds(Accrual, anybody, series, amounts, fresh),
    st.builds(Activation, picks, fresh),
    st.builds(Waiver, persons, series, amounts, fresh, because),
    setting_aside,
    setting_free,
    st.builds(Compensation, anybody, series, amounts, fresh, because),
    st.builds(Funding, enterprises, series, amounts, fresh, because),
    st.builds(Allotment, enterprises, anybody, amounts, fresh, because, issuers),
    st.builds(Passing, enterprises, enterprises, amounts, fresh, because, issuers),
    st.builds(Withdrawal, picks, amounts, fresh, because),
)
commands: Final[st.SearchStrategy[Any]] = st.one_of(awards, spending, taking_back, giving_back, *others)


class Life(RuleBasedStateMachine):
    """Everything that can be asked, in any order, with requests that come again, late, and in batches."""

    connections: ClassVar[list[Connection]]

    def __init__(self) -> None:
        super().__init__()
        self.worlds = [World(connection) for connection in self.connections]
        self.all(lambda world: world.found(SUBJECTS, TERMS, ["tests", "other"]))
        terms = [promised(one) for one in TERMS]
        kinds = {number: subject[:3] for number, subject in enumerate(SUBJECTS, 1)}
        self.model = Model(NOON, dict(enumerate(terms, 1)), kinds)
        self.asked: list[tuple[int, Any]] = []
        self.steps = 0

    def teardown(self) -> None:
        """Both engines wrote the same bytes and sealed the same tree; then undo everything."""
        try:
            assert self.all(lambda world: world.see(broken)) == []
            self.all(lambda world: world.see(events))
            self.all(lambda world: world.see(log_root))
            self.all(lambda world: world.see(_batches))
        finally:
            for world in self.worlds:
                world.close()

    def all(self, act: Callable[[World], Any]) -> Any:
        """Do the same everywhere; the answers are the same."""
        answers = [act(world) for world in self.worlds]
        for answer in answers[1:]:
            assert answer == answers[0]
        return answers[0]

    def named(self, command: Any) -> Any:
        """Give a command a key of its own; mostly, what it names is there and of what it asks for there is enough."""
        known = {
            "award": {n: one["left"] for n, one in self.model.awards.items() if one["verb"] != "fund"},
            "funding": {n: one["left"] for n, one in self.model.awards.items() if one["verb"] == "fund"},
            "hold": self.left_of("hold"),
            "redemption": self.left_of("redemption"),
            "freeze": self.left_of("freeze"),
        }
        for field in known.keys() & set(command._fields):
            pick = getattr(command, field)
            there = [number for number, left in known[field].items() if left or pick % 7 == 0]
            if there and pick % 30 < 29:
                number = there[-1 - pick % len(there)]
                command = self.fitting(command._replace(**{field: number}), known[field][number], pick)
        if isinstance(command, Hold | Redemption | Freeze | Allotment | Passing):
            state, whose = ("available", command[0]) if hasattr(command, "holder") else ("wallet", command[0])
            state = "wallet" if isinstance(command, Allotment) else state
            there = [n for (kind, holder, _), n in self.model.has.items() if (kind, holder) == (state, whose)]
            command = self.fitting(command, sum(there), command.credits)
        if not command.key:
            command = command._replace(key=key_of(f"key {len(self.asked)}"))
        return command

    def left_of(self, kind: str) -> dict[int, int]:
        """Give what is left of each hold, freeze or redemption."""
        taken = {number: one for number, one in self.model.taken.items() if one.kind == kind}
        return {number: sum(left for _, left in one.parts) for number, one in taken.items()}

    @staticmethod
    def fitting(command: Any, left: int, pick: int) -> Any:
        """Ask for no more than there is, mostly."""
        if left > 0 and pick % 9 and getattr(command, "credits", 0) > left:
            return command._replace(credits=1 + command.credits % left)
        return command

    def ask_one(self, caller: int, command: Any) -> None:
        """Ask the ledgers, then the model, and compare."""
        answer = self.all(lambda world: world.do(ask(caller, command)))
        assert answer == self.model_answer(self.model, caller, command, answer)
        self.asked.append((caller, command))
        self.learn()

    def model_answer(self, model: Model, caller: int, command: Any, found: Any) -> Any:
        """Give the model's answer in the form of the ledger's."""
        number = found[0] if isinstance(found, tuple) else 0
        try:
            event_id, repeated, sums = model.ask(caller, command, number)
        except No as no:
            return no.args[0]
        sums_told = isinstance(found, tuple) and len(found) > 2
        return (event_id, repeated, sums) if sums_told else (event_id, repeated)

    def learn(self) -> None:
        """Tell the model which numbers there are: it names nothing itself."""
        rows = self.worlds[0].see(_numbers)
        self.model.whose = {number: holder for number, _, holder in rows}
        self.model.firsts = {number for number, group, _ in rows if group is None}
        self.model.owed_in = self.worlds[0].see(standing)[1]

    @initialize(first=st.lists(awards, min_size=3, max_size=6), funded=amounts)
    def everybody_has_something(self, first: list[Any], funded: int) -> None:
        for command in first:
            self.ask_one(1, self.named(command))
        self.ask_one(1, self.named(Funding(5, 3, funded, b"", REASON)))

    @rule(asked=st.lists(commands, min_size=3, max_size=6))
    def something_is_asked(self, asked: list[Any]) -> None:
        for command in asked:
            self.ask_one(1, self.named(command))

    @rule(asked=st.lists(st.one_of(awards, spending, taking_back, giving_back), min_size=4, max_size=8))
    def things_are_bought_and_given_back(self, asked: list[Any]) -> None:
        for command in asked:
            self.ask_one(1, self.named(command))

    @rule(asked=st.lists(st.one_of(awards, setting_aside, setting_free), min_size=4, max_size=8))
    def things_are_set_aside_and_free_again(self, asked: list[Any]) -> None:
        for command in asked:
            self.ask_one(1, self.named(command))

    @rule(pick=picks, caller=st.sampled_from([1, 1, 2]), other=st.none() | commands)
    def a_request_comes_again(self, pick: int, caller: int, other: Any) -> None:
        """The same from the same caller or from another; or its key with something else."""
        command = self.asked[-1 - pick % len(self.asked)][1]
        self.ask_one(caller, command if other is None else self.named(other)._replace(key=command.key))

    @rule(drawn=st.lists(commands, min_size=3, max_size=6), atomic=st.booleans(), again=picks)
    def a_batch_comes(self, drawn: list[Any], atomic: bool, again: int) -> None:
        """All or nothing, or each for itself; in each third one an earlier request is repeated."""
        batch = [self.named(command)._replace(key=key_of(f"{len(self.asked)}.{n}")) for n, command in enumerate(drawn)]
        if again % 3 == 0:
            batch.insert(1, self.asked[-1 - again % len(self.asked)][1])
        self.compare(
            batch, self.all(lambda world: world.do(lambda session: service.post(session, 1, batch, atomic=atomic)))
        )

    def compare(self, batch: list[Any], outcomes: Any) -> None:
        """Hold the outcomes of a batch against the model's, item by item."""
        trial = copy.deepcopy(self.model)
        found = outcomes if isinstance(outcomes, list) else [(0, False)] * len(batch)
        expected = [self.model_answer(trial, 1, command, one) for command, one in zip(batch, found, strict=True)]
        if isinstance(outcomes, list):
            assert outcomes == expected
            self.model = trial
        else:
            refused = next(place for place, one in enumerate(expected) if isinstance(one, str))
            assert outcomes == ("item refused", refused, expected[refused])
        self.asked += [(1, command) for command, one in zip(batch, found, strict=True) if one[0]]
        self.learn()

    @rule(drawn=st.lists(awards, min_size=2, max_size=5))
    def awards_come_in_bulk(self, drawn: list[Any]) -> None:
        batch = [command._replace(key=key_of(f"{len(self.asked)}.{n}")) for n, command in enumerate(drawn)]
        self.compare(batch, self.all(lambda world: world.do(lambda session: service.earn_each(session, 1, batch))))

    @rule(holder=anybody, one=series, amount=amounts, alone=st.sampled_from([False, False, False, True]))
    def a_correction_is_asked_for(self, holder: int, one: int, amount: int, alone: bool) -> None:
        def correct(session: Session) -> Any:
            proposal = service.propose(session, holder, one, -amount, REASON)
            decided_by = REASON.actor_id if alone else "acc_second"
            return service.decide(session, proposal, decided_by=decided_by, approved=True), proposal

        answer = self.all(lambda world: world.do(correct))
        expected: Any
        if amount == 0 or one not in self.model.series or alone:
            expected = "ledger.second_person_needed" if amount and one in self.model.series else None
            expected = expected or ("ledger.not_positive" if amount == 0 else "ledger.no_such_series")
        else:
            number, proposal = answer if isinstance(answer, tuple) else (0, 0)
            command = Adjustment(holder, one, -amount, key_of(f"adjustment:{proposal}"), REASON)
            expected = self.model_answer(self.model, 1, command, (number, False))
            expected = (number, proposal) if isinstance(expected, tuple) else expected
        assert answer == expected
        self.learn()

    @rule(hours=st.sampled_from([60, 30, 1, 100]), swept=st.booleans(), forgotten=often(False, seldom=(True,)))
    def time_passes(self, hours: int, swept: bool, forgotten: bool) -> None:
        """The clock jumps; the sweep has run or is late; somebody may have asked to be forgotten."""
        for world in self.worlds:
            world.clock.move(timedelta(hours=hours))
        self.model.now += timedelta(hours=hours)
        if swept:
            assert self.all(lambda world: world.do(self.sweep)) == self.model.sweep()
        if forgotten:
            self.forget()
        self.learn()

    def sweep(self, session: Session) -> int:
        """Expire what has ended."""
        return service.expire(session, 1, until=self.model.now).credits

    def forget(self) -> None:
        """Erase one person, who keeps what he has under a number that leads to nobody."""
        answer = self.all(lambda world: world.do(lambda session: service.erase(session, "con_zhou")))
        if 7 in self.model.erased:
            assert answer == "ledger.no_such_holder"
        self.model.erased.add(7)

    @invariant()
    def balances_and_debts_are_the_models(self) -> None:
        """Compare every leaf, and what everybody owes every issuer."""
        has, owed = self.all(lambda world: world.see(standing))
        terms = self.worlds[0].see(_terms)  # by terms: under which number a revived series is opened is nobody's matter
        owes: Counter[tuple[int, str]] = Counter()
        for (holder, one), credits_ in owed.items():
            owes[holder, terms[one].issuer] += credits_
        found = {(state, holder, terms[one]): credits_ for (state, holder, one), credits_ in has.items()}
        expected = {
            (state, holder, self.model.series[one]): credits_
            for (state, holder, one), credits_ in self.model.has.items()
            if credits_
        }
        assert found == expected
        self.steps += 1
        if self.steps % 8 == 0:  # and once more at the end; the audit costs more than everything else
            assert self.worlds[0].see(broken) == []
        assert owes == {debt: credits_ for debt, credits_ in self.model.owes.items() if credits_}


def _numbers(session: Session) -> list[tuple[int, int | None, int]]:
    return [tuple(row) for row in session.execute(text("SELECT id, grp, holder FROM ledger_event"))]


def _terms(session: Session) -> dict[int, Series]:
    rows = session.execute(text(f"SELECT id, {PROMISED} FROM ledger_series"))
    return {row[0]: Series(row[1], row[2], None if row[3] == NEVER else instant(row[3]), *row[4:]) for row in rows}


def _batches(session: Session) -> list[Any]:
    return told([tuple(row) for row in session.execute(text("SELECT * FROM ledger_batch ORDER BY id"))])  # type: ignore[no-any-return]


@pytest.fixture
def connections(request: pytest.FixtureRequest, cluster: Cluster) -> Iterator[list[Connection]]:
    """Open a transaction on each engine that was asked for, and undo it at the end."""
    asked = request.config.getoption("database")
    urls = []
    if asked != "postgres":
        urls.append(f"sqlite:///{request.getfixturevalue('_migrated_file')}")
    if asked != "sqlite":
        urls.append(cluster.create("life"))
    with ExitStack() as stack:
        opened = []
        for url in urls:
            engine = throwaway_engine(url)
            stack.callback(engine.dispose)
            connection = stack.enter_context(engine.connect())
            stack.callback(connection.begin().rollback)
            opened.append(connection)
        yield opened
    if asked != "sqlite":
        cluster.drop("life")


def live(connections: list[Connection], *, examples: int, steps: int) -> None:
    """Run so many lives; a failing one prints what happened, and the line that replays it."""
    machine = type("LifeHere", (Life,), {"connections": connections})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            phases=set(Phase) - {Phase.explain},
            stateful_step_count=steps,
            deadline=None,
            print_blob=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )


@pytest.mark.proves("LED-1", "LED-2", "LED-3")
def test_no_sequence_of_verbs_leaves_the_model_and_both_engines_write_the_same(connections: list[Connection]) -> None:
    live(connections, examples=8, steps=16)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.proves("LED-1", "LED-3")
def test_no_long_sequence_of_verbs_leaves_the_model(connections: list[Connection]) -> None:
    live(connections, examples=150, steps=40)
