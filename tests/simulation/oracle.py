"""The oracle of a simulation: it reads what the database kept, has the model do the same, and compares."""

import json
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import instant
from greencredit.kernel.database import Database
from greencredit.kernel.errors import NotNow, Refusal
from greencredit.kernel.writer import BatchUndone, OutcomeUnknown
from greencredit.ledger import queries, rules
from greencredit.ledger.rules.paths import EFFECTS, PATHS
from greencredit.proofs import queries as proofs
from greencredit.proofs.rules.policy import Policy
from greencredit.proofs.rules.tree import verify_consistency
from greencredit.proofs.rules.verify_log import verify_log
from greencredit.schemas.ledger import Adjustment, LeafKind, Verb
from tests.ledger.model import PROMISED, Model, No, Series
from tests.ledger.worlds import standing, told
from tests.simulation.requests import CORRECTIONS, REASON
from tests.simulation.shaky import Call, Transaction
from tests.simulation.verbs import Decision, Request


class Oracle:
    """What is known of a world by somebody who believes nobody in it."""

    folder: Path
    eye: Database
    model: Model
    history: list[Transaction]
    requests: list[Request]
    pending: list[tuple[Any, list[Request], Any, bool]]
    acknowledged: dict[int, Any]
    """What was answered since the model was last told, by identity."""
    denied: set[int]
    unknown: set[int]
    """The numbers of requests that were told meanwhile that surely nothing was written."""
    deaths: int
    events: list[tuple[int, int, Verb, int, int, int]]
    read: int
    known: int
    roots: list[tuple[int, bytes]]

    def gather(self) -> None:
        """Take the answers that came."""
        left = []
        for sent in self.pending:
            _, requests, future, many = sent
            if not future.done():
                left.append(sent)
            elif not future.cancelled():
                error = future.exception()
                answered = [error] * len(requests)
                if error is None:
                    answered = future.result() if many else [future.result()]
                for request, answer in zip(requests, answered, strict=True):
                    self._hear(request, answer)
        self.pending = left

    def _hear(self, request: Request, answer: Any) -> None:  # noqa: ANN401
        if isinstance(answer, NotNow):
            self.denied.add(request.number)
        if isinstance(answer, OutcomeUnknown):
            self.unknown.add(request.number)
        if isinstance(answer, NotNow | OutcomeUnknown | BatchUndone):
            return
        assert isinstance(answer, Refusal) or not isinstance(answer, Exception), f"an unforeseen end: {answer!r}"
        self.acknowledged[id(answer)] = answer
        request.answers.append(told(answer))

    def catch_up(self) -> None:
        """Have the model do what the database kept, in the order of the commits, and compare."""
        self._replay_history()
        assert self.known == self.read, f"events from {self.known + 1} to {self.read} are nobody's"
        self._compare()

    def _replay_history(self) -> None:
        self.gather()
        self._look()
        kept = self._kept()
        for transaction in self.history:
            is_heard = any(id(one) in self.acknowledged for call in transaction.calls for one in call.outcomes)
            if id(transaction) in kept or (is_heard and not _fresh(transaction)):
                if not is_heard and not self.deaths:  # else whoever was to be told died
                    denied = {one.number for call in transaction.calls for one in call.requests} & self.denied
                    denied -= self.unknown  # it was sent twice, and told the one thing here and the other there
                    assert not denied, f"of {denied} surely nothing was written, and it was"
                before = self.model.now
                self.model.now = max(before, transaction.at)  # the time of the ledger never falls
                for call in transaction.calls:
                    self._replay(call)
                if not _fresh(transaction):  # nothing was written, so nothing keeps its time
                    self.model.now = before
        self.history.clear()
        self.acknowledged.clear()
        self.denied.clear()
        self.unknown.clear()
        self.deaths = 0

    def _kept(self) -> set[int]:
        """Find the transactions that the database kept: what they say they wrote is there, whole."""
        there = {(caller, key): number for number, caller, key in self._keys()}
        claimed: set[tuple[int, bytes]] = set()
        kept = set()
        for transaction in reversed(self.history):
            fresh = {place: number for place, number in _fresh(transaction).items() if place not in claimed}
            found = {place for place, number in fresh.items() if there.get(place) == number}
            if found:
                assert len(found) == len(fresh), "a transaction is there whole or not at all"
                kept.add(id(transaction))
                claimed |= found
        return kept

    def _keys(self) -> Sequence[Any]:
        with self.eye.reading() as session:
            return session.execute(
                text("SELECT id, caller, key FROM ledger_event WHERE key IS NOT NULL ORDER BY id")
            ).all()

    def _look(self) -> None:
        """Read what is new: events, names, series, the log's root."""
        with self.eye.reading() as session:
            rows = session.execute(
                text(
                    "SELECT id, COALESCE(grp, id), kind, series, holder, amount FROM ledger_event "
                    "WHERE id > :read ORDER BY id"
                ),
                {"read": self.read},
            ).all()
            self.events += [(number, grp, Verb(kind), *rest) for number, grp, kind, *rest in rows]
            self.read = len(self.events)
            for number, subject in session.execute(text("SELECT id, subject_id FROM ledger_holder")):
                self.model.kinds[number] = subject[:3] if subject else self.model.kinds[number]
            terms = session.execute(text(f"SELECT id, {PROMISED} FROM ledger_series"))
            for number, issuer, month, ends, *rest in terms:
                until = None if ends == rules.NEVER else instant(ends)
                self.model.series[number] = Series(issuer, month, until, *rest)
            size = session.scalar(text("SELECT log_size FROM ledger_head"))
            if size and (not self.roots or self.roots[-1][0] != size):
                self.roots.append((size, proofs.root(session, size)))

    def advance(self, until: int) -> None:
        """Tell the model which numbers there are now, and what is owed in which series."""
        for number, grp, verb, series, holder, amount in self.events[self.known : until]:
            self.model.whose[number] = holder
            if number == grp:
                self.model.firsts.add(number)
            path = PATHS[verb]
            owed = (path.source is LeafKind.OWED) - (path.target is LeafKind.OWED)
            self.model.owed_in[holder, series] += owed * amount
        self.known = max(self.known, until)

    def _replay(self, call: Call) -> None:
        for command, outcome in zip(call.commands, call.outcomes, strict=True):
            found = told(outcome)
            expected = self._expected(call.caller, command, found)
            assert found == expected, f"{command} was answered {found}, the model says {expected}"
            if isinstance(found, tuple) and not found[1]:
                last = found[0]
                while last < self.read and self.events[last][1] == found[0]:
                    last += 1
                assert self.known == found[0] - 1, f"group {found[0]} begins after event {self.known}"
                self.advance(last)

    def _expected(self, caller: int, command: Any, found: Any) -> Any:  # noqa: ANN401
        number = found[0] if isinstance(found, tuple) else 0
        try:
            if isinstance(command, Decision):
                command = Adjustment(*CORRECTIONS[command.proposal - 1], command.key, REASON)
            event_id, repeated, sums = self.model.ask(caller, command, number)
        except No as no:
            return no.args[0]
        return (event_id, repeated, sums) if isinstance(found, tuple) and len(found) > 2 else (event_id, repeated)

    def _compare(self) -> None:
        with self.eye.reading() as session:
            has, owed = standing(session)
        owes: Counter[tuple[int, str]] = Counter()
        for (holder, one), credits_ in owed.items():
            owes[holder, self.model.series[one].issuer] += credits_
        assert has == {leaf: n for leaf, n in self.model.has.items() if n}, "balances are the model's"
        assert dict(owes) == {debt: n for debt, n in self.model.owes.items() if n}, "debts are the model's"

    def require_whole(self) -> None:
        """Hold the end against every promise."""
        there = Counter((caller, key) for _, caller, key in self._keys())
        numbers = {(caller, key): number for number, caller, key in self._keys()}
        assert set(there.values()) <= {1}, "no key stands for two groups"
        asked = {(one.caller, one.command.key) for one in self.requests}
        assert there.keys() <= asked, "nothing is there that nobody asked for"
        for one in self.requests:
            assert one.answers, f"request {one.number} was answered in the end"
            posted = [answer for answer in one.answers if isinstance(answer, tuple)]
            for answer in posted:
                assert numbers.get((one.caller, one.command.key)) == answer[0], f"{one} was acknowledged and is there"
            assert len({json.dumps([answer[0], *answer[2:]]) for answer in posted}) <= 1, "the same answer every time"
            assert sum(not answer[1] for answer in posted) <= 1, "carried out once"
        with self.eye.reading() as session:
            self._require_books(session)
        self._require_log()

    def _require_books(self, session: Session) -> None:
        broken = [one for one in (*queries.audit(session), *proofs.audit(session)) if not one.holds]
        assert broken == [], "every invariant holds"
        for (size, root), (grown, later) in pairwise(self.roots):
            verify_consistency(size, root, grown, later, proofs.consistency(session, size, grown))

    def _require_log(self) -> None:
        """The published files hold for somebody who has nothing else."""
        with self.eye.reading() as session:
            policy = Policy.parse(f"log {proofs.key_lines(session)[0].vkey}\nquorum none\n".encode())

        def read_file(path: str) -> bytes | None:
            place = self.folder / path
            return place.read_bytes() if place.is_file() else None

        steps = verify_log(read_file, policy, EFFECTS)
        assert [step for step in steps if not step.ok] == [], "the published log holds"


def _fresh(transaction: Transaction) -> dict[tuple[int, bytes], int]:
    """Give what a transaction says it wrote: under which key which group."""
    fresh = {}
    for call in transaction.calls:
        for command, outcome in zip(call.commands, call.outcomes, strict=True):
            if not isinstance(outcome, Refusal) and not outcome.repeated:
                fresh[call.caller, command.key] = outcome.event_id
    return fresh
