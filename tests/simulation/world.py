"""A simulated world: two processes on one ledger, callers, clocks, faults; and the oracle that believes nobody.

Everything runs in one thread, in the order of a schedule. After each step the oracle reads what the database kept, has
the model do the same, and compares: what was answered, what is there, what stands on whom. What was acknowledged is
there exactly once; what was not is absent or there once.
"""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Final

from sqlalchemy import text

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.errors import Refusal
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.writer import Writer
from greencredit.ledger import service
from greencredit.ledger.errors import NoSuchHolder
from greencredit.proofs import service as log
from greencredit.proofs.errors import PublishedElsewhere
from greencredit.proofs.service.publish import LEASE
from greencredit.schemas.ledger import Verb
from tests.conftest import NOON
from tests.ledger.model import Model, promised
from tests.simulation import verbs
from tests.simulation.oracle import Oracle
from tests.simulation.requests import CORRECTIONS, REASON, SUBJECTS, TERMS, Wishes
from tests.simulation.schedule import Step
from tests.simulation.shaky import KEYS, Killed, Manner, Shaky, Transaction
from tests.simulation.verbs import Decided, Decision, Request

ORIGIN: Final = "simulated.example/log"
_PATIENCE: Final = timedelta(seconds=10)
_JUMPS: Final = tuple(timedelta(seconds=s) for s in (0.001, 1, 5, 11, 3600)) + tuple(
    timedelta(hours=h) for h in (30, 30, 60, 100)
)
_MANNERS: Final = (*Manner, Manner.PASSING, Manner.LOST, Manner.KILLED_AFTER)


class Process:
    """One simulated process: a writer by hand and a database object of its own on the shared database."""

    def __init__(self, world: "World", place: int) -> None:
        self.world, self.place = world, place
        self.lives = 0
        self.is_busy = False
        self.begin()

    def begin(self) -> None:
        """Start, with nothing remembered."""
        self.lives += 1
        clock = self.world.clocks[self.place]
        seed = f"{self.world.seed}:{self.place}:{self.lives}"
        self.database = Shaky(self.world.url, self.world.history, clock=clock, seed=seed)
        # What was told before counts, what is told later nobody hears.
        self.database.faults.at_death = self.world.gather
        ticks = count()
        self.writer = Writer(
            self.database,
            by_hand=True,
            largest_batch=12,
            patience=_PATIENCE,
            attempts_max=3,
            begin_seconds=0.001,
            pause=lambda _seconds: None,
            stopwatch=lambda: next(ticks) / 1000,
        )

    def die(self) -> None:
        """End without a word to anybody, and start again."""
        self.database.close()
        self.world.deaths += 1
        self.world.pending = [sent for sent in self.world.pending if sent[0] is not self]
        self.begin()


class World(Oracle):
    """Everything there is in one run."""

    def __init__(self, url: str, folder: Path, seed: str) -> None:
        self.url, self.folder, self.seed = url, folder, seed
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.clocks = [StandingClock(NOON), StandingClock(NOON)]
        self.latest = NOON
        self.history: list[Transaction] = []
        self.requests: list[Request] = []
        self.pending: list[tuple[Process, list[Request], Any, bool]] = []
        self.acknowledged: dict[int, Any] = {}
        """What was answered since the model was last told, by identity."""
        self.unknown: set[int] = set()
        self.denied: set[int] = set()
        """The numbers of requests that were told meanwhile that surely nothing was written."""
        self.deaths = 0
        self.eye = Database(url, clock=StandingClock(NOON), entropy=seeded_entropy(seed), keys=KEYS)
        terms = [promised(one) for one in TERMS]
        kinds = {number: subject[:3] for number, subject in enumerate(SUBJECTS, 1)}
        self.model = Model(NOON, dict(enumerate(terms, 1)), kinds)
        self.events: list[tuple[int, int, Verb, int, int, int]] = []
        self.read, self.known = 0, 0  # events that were read, and those of them that the model knows
        self.roots: list[tuple[int, bytes]] = []
        self._found()
        self.processes = [Process(self, 0), Process(self, 1)]

    def close(self) -> None:
        for process in self.processes:
            process.database.close()
        self.eye.close()

    def _found(self) -> None:
        with self.eye.writing() as session:
            for subject in SUBJECTS:
                service.holders(session, [subject])
            for one in TERMS:
                service.series(session, one)
            for name in ("tests", "other", "ledger.corrections"):
                service.caller(session, name)
            for holder, series, credits_ in CORRECTIONS:
                service.propose(session, holder, series, credits_, REASON)
            log.open_log(session, ORIGIN)

    def run(self, steps: Iterable[Step]) -> "World":
        """Let everything happen, then heal what is ill, and hold the end against every promise."""
        self.start()
        for one in steps:
            getattr(self, one.act)(one)
            self.catch_up()
        self.end()
        return self

    def start(self) -> None:
        """Give a few awards to begin with."""
        for number in range(3):
            self.send(0, Wishes(self.chance(number), self.model).request(number, "earning"))
        self._step(self.processes[0])
        self.catch_up()

    def end(self) -> None:
        """Heal what is ill, and hold everything against every promise."""
        self.heal()
        self.require_whole()

    def chance(self, number: int) -> Random:
        """Give the chance of one step."""
        return Random(f"{self.seed}:{number}")  # noqa: S311 - it is to be repeated

    # ---- What can happen ---------------------------------------------------------------------------------------------

    def send(self, process: int, *requests: Request, atomic: bool | None = None) -> None:
        """Hand requests to a process: one, or many that belong together."""
        for one in requests:
            if not one.is_sent:
                one.is_sent = True
                self.requests.append(one)
        at, verb = self.processes[process], requests[0].verb
        if atomic is None:
            future: Any = at.writer.submit(verb, requests[0])
        else:
            future = at.writer.submit_many(verb, requests, atomic=atomic)
        self.pending.append((at, list(requests), future, atomic is not None))

    def ask(self, step: Step) -> None:
        """A caller asks for something new."""
        self.send(step.process, Wishes(self.chance(step.number), self.model).request(step.number))

    def bulk(self, step: Step) -> None:
        """A caller brings many at once, all or nothing or each for itself."""
        rng = self.chance(step.number)
        wishes = Wishes(rng, self.model)
        many = [wishes.request(step.number * 10_000 + place) for place in range(rng.randint(2, 14))]
        same = [one for one in many if one.verb is many[0].verb]
        self.send(step.process, *same, atomic=rng.random() < 0.4)

    def again(self, step: Step) -> None:
        """A request comes again under its own key: by a caller who heard nothing, or who heard already."""
        rng = self.chance(step.number)
        unheard = [one for one in self.requests if not one.answers]
        for one in rng.sample(
            some := (unheard if unheard and rng.random() < 0.7 else self.requests), min(2, len(some))
        ):
            self.send(step.process, one)

    def clash(self, step: Step) -> None:
        """A key is used again for something else."""
        rng = self.chance(step.number)
        request, earlier = Wishes(rng, self.model).request(step.number), rng.choice(self.requests)
        if Decision not in {type(request.command), type(earlier.command)}:
            request.command = request.command._replace(key=earlier.command.key)
            request.caller = earlier.caller
            self.send(step.process, request)

    def leave(self, step: Step) -> None:
        """A caller goes away before its answer."""
        if self.pending:
            self.chance(step.number).choice(self.pending)[2].cancel()

    def step(self, step: Step) -> None:
        """A process writes one batch."""
        self.step_of(step.process)

    def step_of(self, place: int) -> None:
        """Let one of them write one batch."""
        self._step(self.processes[place])

    def _step(self, process: Process) -> None:
        if not process.is_busy:  # else it is in the middle of something, in which the other one was let in
            with self._running(process):
                process.writer.step()

    @contextmanager
    def _running(self, process: Process) -> Iterator[None]:
        """Let code of a process run, which may end with the process."""
        process.is_busy = True
        faults = process.database.faults
        try:
            yield
        except Killed:
            pass
        except Exception:
            if not faults.dead:
                raise
        finally:
            process.is_busy = False
        if faults.dead:
            process.die()

    def fault(self, step: Step) -> None:
        """Something will fail soon."""
        rng = self.chance(step.number)
        faults, manner = self.processes[step.process].database.faults, rng.choice(_MANNERS)
        if rng.random() < 0.4:
            faults.arm_commit(manner)
        else:
            faults.arm(min(rng.randint(1, 40), rng.randint(1, 40)), manner)

    def meanwhile(self, step: Step) -> None:
        """The other process will write in the middle of something."""
        one, other = self.processes[step.process], self.processes[1 - step.process]
        one.database.faults.interrupt(self.chance(step.number).randint(1, 8), lambda: self._step(other))

    def jump(self, step: Step) -> None:
        """Clocks jump forwards, mostly all of them."""
        rng = self.chance(step.number)
        by = rng.choice(_JUMPS)
        for clock in self.clocks if rng.random() < 0.7 else [self.clocks[step.process]]:
            clock.move(by)

    def back(self, step: Step) -> None:
        """A clock is put back."""
        self.latest = max(self.latest, self.clocks[step.process].at)
        self.clocks[step.process].at -= self.chance(step.number).choice(_JUMPS)

    def die(self, step: Step) -> None:
        """A process ends between two batches."""
        self.processes[step.process].die()

    def sweep(self, step: Step) -> None:
        """What has ended expires."""
        self.catch_up()
        process = self.processes[step.process]
        until = process.database.clock.now()
        swept = self._alone(process, lambda session: service.expire(session, 1, until=until).credits)
        self._replay_history()  # the other process may have been let in before
        if self.known < self.read:
            self.advance(self.read)
            latest, self.model.now = max(self.model.now, until), until  # what ended later is left to later sweeps
            assert swept in {self.model.sweep(), None}, "as much expired as the model says"
            self.model.now = latest  # the ledger's time never falls
        else:
            assert not swept, "what was said to have expired did"

    def forget(self, step: Step) -> None:
        """A person asks to be forgotten."""
        self.catch_up()
        with suppress(NoSuchHolder):
            self._alone(self.processes[step.process], lambda session: service.erase(session, "con_zhou"))
        with self.eye.reading() as session:
            if session.scalar(text("SELECT secret FROM ledger_holder WHERE id = 7")) is None:
                self.model.erased.add(7)

    def publish(self, step: Step) -> None:
        """The log is signed and published."""
        process = self.processes[step.process]
        struck = process.database.faults.struck
        try:
            with self._running(process), suppress(PublishedElsewhere):
                log.publish(process.database, self.folder, origin=ORIGIN)
        except Exception:
            if process.database.faults.struck == struck:
                raise

    def _alone(self, process: Process, act: Any) -> Any:  # noqa: ANN401
        """Do something in a transaction of its own; none if it failed as was ordered."""
        struck = process.database.faults.struck
        try:
            with self._running(process), process.database.writing() as session:
                return act(session)
        except Refusal:
            raise
        except Exception:
            if process.database.faults.struck == struck:
                raise
        return None

    # ---- The end -----------------------------------------------------------------------------------------------------

    def heal(self) -> None:
        """Nothing fails any more; whoever was not answered asks again until he is."""
        # A lease that was taken before a clock was put back ends by the later time.
        self.clocks[0].at = self.clocks[1].at = max(self.latest, *(clock.at for clock in self.clocks)) + LEASE
        for process in self.processes:
            process.database.faults.disarm()
            while process.writer.step():
                pass
        self.catch_up()
        self.ask_again()
        log.publish(self.processes[0].database, self.folder, origin=ORIGIN)

    def ask_again(self) -> None:
        """Send whatever was not answered again, under its own key."""
        for turn, request in enumerate([one for one in self.requests if not one.answers]):
            self.send(turn % 2, request)
        for place in range(2):
            while self.processes[place].writer.waiting:
                self.step_of(place)
        self.catch_up()


__all__ = ["Decided", "World", "verbs"]
