"""Which credits an event moved: within one leaf, awards are drawn on first in, first out, and given back exactly.

One replay answers for everybody: the trajectory by award and by rule, the shares of those who fund, the state of a
serial. What happened is not told anew later: a reversal takes from its own award what is left there, then from the
latest awards; a release or refund gives back the very credits that were drawn, the last drawn first.

Every credit of a leaf has a place on one line, award after award, so that what an event moved is a run of neighbours,
however many awards it spans: holding all there is and giving it back costs the same on the first award and on the last.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from greencredit.ledger.rules.runs import Available, Run, first_of, last_of
from greencredit.schemas.ledger import Verb


class Step(NamedTuple):
    """One event of one holder's credits of one series; `outgoing` when the holder is the enterprise that gives."""

    event_id: int
    group_id: int
    verb: Verb
    credits: int
    cause: int | None = None
    outgoing: bool = False


class Slice(NamedTuple):
    """Credits of one award that stayed together: from `start`, counted from 0, so many."""

    award: int
    start: int
    credits: int


class Place(StrEnum):
    """Where credits of an award are."""

    PENDING = "pending"
    AVAILABLE = "available"
    HELD = "held"
    FROZEN = "frozen"
    REDEEMED = "redeemed"
    DONATED = "donated"
    EXPIRED = "expired"
    REVERSED = "reversed"
    REPAID = "repaid"
    REVIVED = "revived"
    PASSED_ON = "passed_on"


class Whereabouts(NamedTuple):
    """Credits of one award, where they are now, and the event that brought them there."""

    slice: Slice
    place: Place
    event_id: int


_COME_IN: Final = frozenset(
    {Verb.EARN, Verb.COMPENSATE, Verb.ADJUST_UP, Verb.ALLOT, Verb.REVIVE_IN, Verb.FUND, Verb.PASS}
)
_GO_OUT: Final = {
    Verb.HOLD: Place.HELD,
    Verb.FREEZE: Place.FROZEN,
    Verb.REDEEM: Place.REDEEMED,
    Verb.DONATE: Place.DONATED,
    Verb.ALLOT: Place.PASSED_ON,
    Verb.PASS: Place.PASSED_ON,
}
_TAKE_BACK: Final = {
    Verb.REVERSE: Place.REVERSED,
    Verb.REVERSE_FUND: Place.REVERSED,
    Verb.ADJUST_DOWN: Place.REVERSED,
    Verb.REPAY: Place.REPAID,
}
_GIVE_BACK: Final = frozenset({Verb.RELEASE, Verb.UNFREEZE, Verb.RESTORE})
_FOLLOW: Final = {Verb.EXPIRE: Place.EXPIRED, Verb.REVIVE_OUT: Place.REVIVED}
_CAPTURE: Final = {Verb.CAPTURE: Place.REDEEMED, Verb.CAPTURE_DONATION: Place.DONATED}
_NO_CREDITS: Final = frozenset({Verb.FALL_SHORT, Verb.SETTLE, Verb.WAIVE})
_WALLET: Final = frozenset({Verb.FUND, Verb.PASS, Verb.REVERSE_FUND})
"""These move an enterprise's wallet, as does an allotment by whoever gives it."""


def allocate(steps: Iterable[Step]) -> "Attribution":
    """Replay the events of one holder and one series, in order; asserts that each finds what it moves."""
    replay = _Replay()
    for step in steps:
        replay.take(step)
    return Attribution(replay)


class Attribution:
    """What a replay found: which credits each event moved, and where every credit is now."""

    def __init__(self, replay: "_Replay") -> None:
        self._replay = replay

    @property
    def awards(self) -> Mapping[int, int]:
        """Give how many credits came in by each award, in award order."""
        replay = self._replay
        borders = [*replay.starts, replay.end]
        return {award: borders[place + 1] - borders[place] for place, award in enumerate(replay.awards)}

    @property
    def moved(self) -> dict[int, tuple[Slice, ...]]:
        """Give the credits that each event moved, in the order in which it drew them."""
        return {event: self.moved_by(event) for event in self._replay.moved}

    def moved_by(self, event_id: int) -> tuple[Slice, ...]:
        """Give the credits that one event moved, in the order in which it drew them; nothing if it moved none."""
        runs, upwards = self._replay.moved.get(event_id, ((), True))
        return tuple(piece for run in runs for piece in self._slices(run, upwards=upwards))

    @property
    def whereabouts(self) -> tuple[Whereabouts, ...]:
        """Tell of every credit of every award where it is, in award order."""
        return self._told(Run(0, self._replay.end))

    def whereabouts_of(self, piece: Slice) -> tuple[Whereabouts, ...]:
        """Tell of some credits of an award where they are now."""
        return self._told(self._run_of(piece))

    def path_of(self, piece: Slice) -> Iterator[tuple[int, tuple[Slice, ...]]]:
        """Give the events that moved some credits of an award, in order, and which of them each moved."""
        wanted = self._run_of(piece)
        for event, (runs, upwards) in self._replay.moved.items():
            met = [shared for run in runs if (shared := run.shared(wanted))]
            if met:
                yield event, tuple(found for run in met for found in self._slices(run, upwards=upwards))

    def places_in(self, event_id: int, piece: Slice) -> Iterator[tuple[int, Slice]]:
        """Give where in the order of an event's credits some credits of an award stand: (from which place, which)."""
        wanted = self._run_of(piece)
        runs, upwards = self._replay.moved[event_id]
        before = 0
        for run in runs:
            if shared := run.shared(wanted):
                skipped = shared.low - run.low if upwards else run.high - shared.high
                for found in self._slices(shared, upwards=upwards):
                    yield before + skipped, found
                    skipped += found.credits
            before += run.high - run.low

    def at_places(self, event_id: int, start: int, credits_: int) -> Iterator[Slice]:
        """Give the credits that stand at these places in the order of an event; the inverse of `places_in`."""
        runs, upwards = self._replay.moved[event_id]
        before = 0
        for run in runs:
            size = run.high - run.low
            low, high = max(start - before, 0), min(start + credits_ - before, size)
            if low < high:
                found = Run(run.low + low, run.low + high) if upwards else Run(run.high - high, run.high - low)
                yield from self._slices(found, upwards=upwards)
            before += size

    def _told(self, wanted: Run) -> tuple[Whereabouts, ...]:
        replay = self._replay
        held: list[tuple[Run, Place, int | None]] = [
            (run, Place.AVAILABLE, None) for pool in replay.pools.values() for run in pool
        ]
        held += [(run, Place.PENDING, award) for award, runs in replay.pending.items() for run in runs]
        held += [(run, replay.place_of[event], event) for event, runs in replay.at_event.items() for run in runs]
        return tuple(
            sorted(
                Whereabouts(piece, place, event or piece.award)
                for run, place, event in held
                if (shared := run.shared(wanted))
                for piece in self._slices(shared, upwards=True)
            )
        )

    def _run_of(self, piece: Slice) -> Run:
        start = self._replay.start_of[piece.award] + piece.start
        return Run(start, start + piece.credits)

    def _slices(self, run: Run, *, upwards: bool) -> list[Slice]:
        """Cut a run at the borders of awards."""
        starts, awards = self._replay.starts, self._replay.awards
        found: list[Slice] = []
        low, place = run.low, bisect_right(starts, run.low) - 1
        while low < run.high:
            end = starts[place + 1] if place + 1 < len(starts) else self._replay.end
            high = min(end, run.high)
            found.append(Slice(awards[place], low - starts[place], high - low))
            low, place = high, place + 1
        return found if upwards else found[::-1]


class _Replay:
    def __init__(self) -> None:
        self.awards: list[int] = []
        self.starts: list[int] = []
        self.start_of: dict[int, int] = {}
        self.end = 0
        self.pools = {False: Available(), True: Available()}
        """What can be drawn on: a person's credits, and apart from them (True) an enterprise's wallet."""
        self.pending: dict[int, deque[Run]] = {}
        self.at_event: dict[int, tuple[Run, ...] | deque[Run]] = {}
        """Event → credits that are where it brought them, in the order drawn; a deque once some of them went on."""
        self.place_of: dict[int, Place] = {}
        self.moved: dict[int, tuple[tuple[Run, ...], bool]] = {}
        """Event → the runs it moved and whether it drew them upwards, the first credit first."""
        self.group = 0
        self.came_in: list[Run] = []
        """What came in by the group that is being replayed: a repayment in the same group takes of that."""

    def take(self, step: Step) -> None:
        verb, wanted, pool = step.verb, step.credits, self.pools[_is_wallet(step)]
        if verb in _COME_IN and not step.outgoing:
            self._back(step, pool, [self._new(step)], upwards=True)
        elif verb is Verb.ACCRUE:
            whole = self._new(step)
            self.pending[step.event_id] = deque([whole])
            self.moved[step.event_id] = ((whole,), True)
        elif verb is Verb.ACTIVATE:
            self._back(step, pool, first_of(self.pending[_cause(step)], wanted), upwards=True)
        elif verb is Verb.REVERSE_PENDING:
            self._arrive(step, Place.REVERSED, last_of(self.pending[_cause(step)], wanted), upwards=False)
        elif verb in _GIVE_BACK:
            self._back(step, pool, last_of(self._drawn(step), wanted), upwards=False)
        elif verb in _CAPTURE:
            self._arrive(step, _CAPTURE[verb], first_of(self._drawn(step), wanted), upwards=True)
        elif verb in _GO_OUT:
            self._arrive(step, _GO_OUT[verb], pool.first(wanted), upwards=True)
        elif verb in _TAKE_BACK:
            self._arrive(step, _TAKE_BACK[verb], self._taken_back(step, pool), upwards=False)
        elif verb in _FOLLOW:
            self._follow(step, pool)
        else:
            assert verb in _NO_CREDITS, f"{verb.name} is a verb of a person's or an enterprise's leaf"

    def _new(self, step: Step) -> Run:
        self.awards.append(step.event_id)
        self.starts.append(self.end)
        self.start_of[step.event_id] = self.end
        whole = Run(self.end, self.end + step.credits)
        self.end = whole.high
        return whole

    def _arrive(self, step: Step, place: Place, runs: list[Run], *, upwards: bool) -> None:
        self.place_of[step.event_id] = place
        self.at_event[step.event_id] = kept = tuple(runs)
        self.moved[step.event_id] = (kept, upwards)

    def _drawn(self, step: Step) -> deque[Run]:
        cause = _cause(step)
        runs = self.at_event[cause]
        if not isinstance(runs, deque):
            self.at_event[cause] = runs = deque(runs)
        return runs

    def _back(self, step: Step, pool: Available, runs: list[Run], *, upwards: bool) -> None:
        self.moved[step.event_id] = (tuple(runs), upwards)
        for run in runs:
            pool.put(run)
        if self.group != step.group_id:
            self.group, self.came_in = step.group_id, []
        self.came_in += runs

    def _taken_back(self, step: Step, pool: Available) -> list[Run]:
        """Take what is left of the named award, or of what came in by the same group; then of the latest awards."""
        if step.cause is not None:
            start = self.start_of.get(step.cause)
            own = [] if start is None else [Run(start, self._end_after(start))]
        else:
            own = sorted(self.came_in, reverse=True) if self.group == step.group_id else []
        taken: list[Run] = []
        left = step.credits
        for run in own:
            found = pool.within(run, left)
            taken += found
            for low, high in found:
                left -= high - low
        return taken + pool.last(left) if left else taken

    def _end_after(self, start: int) -> int:
        following = bisect_right(self.starts, start)
        return self.starts[following] if following < len(self.starts) else self.end

    def _follow(self, step: Step, pool: Available) -> None:
        """Take the very credits that the cause brought back; without a cause, first in, first out."""
        if step.cause is None:
            self._arrive(step, _FOLLOW[step.verb], pool.first(step.credits), upwards=True)
            return
        runs, upwards = self.moved[step.cause]
        brought = deque(runs if upwards else runs[::-1])
        wanted = first_of(brought, step.credits) if upwards else last_of(brought, step.credits)
        for run in wanted:
            found = pool.within(run, run.high - run.low)
            assert sum(one.high - one.low for one in found) == run.high - run.low, "what follows is still available"
        self._arrive(step, _FOLLOW[step.verb], wanted, upwards=upwards)


def _is_wallet(step: Step) -> bool:
    return step.verb in _WALLET or (step.verb is Verb.ALLOT and step.outgoing)


def _cause(step: Step) -> int:
    assert step.cause is not None, f"{step.verb.name} names its cause"
    return step.cause
