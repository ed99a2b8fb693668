"""Which credits an event moved: within one leaf, awards are drawn on first in, first out, and given back exactly.

One replay answers for everybody: the trajectory by award and by rule, the shares of those who fund, the state of a
serial. What happened is not told anew later: a reversal takes from its own award what is left there, then from the
latest awards; a release or refund gives back the very credits that were drawn, the last drawn first.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

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


class Attribution(NamedTuple):
    """What a replay found."""

    moved: dict[int, tuple[Slice, ...]]
    """Event → the credits it moved, in the order in which it drew them."""
    whereabouts: tuple[Whereabouts, ...]
    """Every credit of every award, in award order."""


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


def allocate(steps: Iterable[Step]) -> Attribution:
    """Replay the events of one holder and one series, in order; asserts that each finds what it moves."""
    replay = _Replay()
    for step in steps:
        replay.take(step)
    return Attribution({event: tuple(slices) for event, slices in replay.moved.items()}, replay.whereabouts())


class _Replay:
    def __init__(self) -> None:
        self.available: list[Slice] = []
        self.pending: dict[int, list[Slice]] = {}
        self.at_event: defaultdict[int, list[Slice]] = defaultdict(list)
        """Event → credits that are where it brought them, in the order drawn."""
        self.place_of: dict[int, Place] = {}
        self.moved: dict[int, list[Slice]] = {}
        self.came_by: dict[Slice, int] = {}

    def take(self, step: Step) -> None:
        verb, wanted = step.verb, step.credits
        if verb in _COME_IN and not step.outgoing:
            self._come_in(step)
        elif verb is Verb.ACCRUE:
            self.pending[step.event_id] = [Slice(step.event_id, 0, wanted)]
            self.moved[step.event_id] = [Slice(step.event_id, 0, wanted)]
        elif verb is Verb.ACTIVATE:
            self._back(step, self._first(self.pending[_cause(step)], wanted))
        elif verb is Verb.REVERSE_PENDING:
            self._arrive(step, Place.REVERSED, self._last(self.pending[_cause(step)], wanted))
        elif verb in _GIVE_BACK:
            self._back(step, self._last(self.at_event[_cause(step)], wanted))
        elif verb in _CAPTURE:
            self._arrive(step, _CAPTURE[verb], self._first(self.at_event[_cause(step)], wanted))
        elif verb in _GO_OUT:
            self._arrive(step, _GO_OUT[verb], self._first(self.available, wanted))
        elif verb in _TAKE_BACK:
            self._arrive(step, _TAKE_BACK[verb], self._taken_back(step))
        elif verb in _FOLLOW:
            self._arrive(step, _FOLLOW[verb], self._followed(step))
        else:
            assert verb in _NO_CREDITS, f"{verb.name} is a verb of a person's or an enterprise's leaf"

    def whereabouts(self) -> tuple[Whereabouts, ...]:
        found = [Whereabouts(piece, Place.AVAILABLE, piece.award) for piece in self.available]
        found += [Whereabouts(p, Place.PENDING, award) for award, pieces in self.pending.items() for p in pieces]
        found += [
            Whereabouts(p, self.place_of[event], event) for event, pieces in self.at_event.items() for p in pieces
        ]
        return tuple(sorted(found))

    def _come_in(self, step: Step) -> None:
        whole = Slice(step.event_id, 0, step.credits)
        self.moved[step.event_id] = [whole]
        insort(self.available, whole)

    def _arrive(self, step: Step, place: Place, pieces: list[Slice]) -> None:
        self.place_of[step.event_id] = place
        self.at_event[step.event_id] = list(pieces)
        self.moved[step.event_id] = pieces

    def _back(self, step: Step, pieces: list[Slice]) -> None:
        self.moved[step.event_id] = list(pieces)
        for piece in pieces:
            insort(self.available, piece)

    def _taken_back(self, step: Step) -> list[Slice]:
        """Take what is left of the named award, its last credits first; then of the latest awards."""
        own = [piece for piece in self.available if piece.award == (step.cause or step.group_id)]
        others = [piece for piece in self.available if piece.award != (step.cause or step.group_id)]
        self.available = others + own  # the named award is the last, so it is taken from first
        taken = self._last(self.available, step.credits)
        self.available.sort()
        return taken

    def _followed(self, step: Step) -> list[Slice]:
        """Take the very credits that the cause brought back; without a cause, first in, first out."""
        if step.cause is None:
            return self._first(self.available, step.credits)
        wanted: list[Slice] = []
        left = step.credits
        for piece in self.moved[step.cause]:
            credits_ = min(left, piece.credits)
            if credits_:
                wanted.append(Slice(piece.award, piece.start, credits_))
                left -= credits_
        taken: list[Slice] = []
        for piece in wanted:
            taken += self._cut_out(piece)
        return taken

    def _cut_out(self, wanted: Slice) -> list[Slice]:
        """Cut a range of one award out of what is available."""
        end = wanted.start + wanted.credits
        taken, rest = [], []
        for piece in self.available:
            low, high = max(piece.start, wanted.start), min(piece.start + piece.credits, end)
            if piece.award != wanted.award or low >= high:
                rest.append(piece)
                continue
            taken.append(Slice(piece.award, low, high - low))
            rest += [Slice(piece.award, piece.start, low - piece.start)] if low > piece.start else []
            after = piece.start + piece.credits - high
            rest += [Slice(piece.award, high, after)] if after else []
        assert sum(piece.credits for piece in taken) == wanted.credits, "what follows a cause is still available"
        self.available = sorted(rest)
        return taken

    @staticmethod
    def _first(pieces: list[Slice], wanted: int) -> list[Slice]:
        taken: list[Slice] = []
        while wanted:
            piece = pieces.pop(0)
            if piece.credits > wanted:
                pieces.insert(0, Slice(piece.award, piece.start + wanted, piece.credits - wanted))
                piece = Slice(piece.award, piece.start, wanted)
            taken.append(piece)
            wanted -= piece.credits
        return taken

    @staticmethod
    def _last(pieces: list[Slice], wanted: int) -> list[Slice]:
        taken: list[Slice] = []
        while wanted:
            piece = pieces.pop()
            if piece.credits > wanted:
                pieces.append(Slice(piece.award, piece.start, piece.credits - wanted))
                piece = Slice(piece.award, piece.start + piece.credits - wanted, wanted)
            taken.append(piece)
            wanted -= piece.credits
        return taken


def _cause(step: Step) -> int:
    assert step.cause is not None, f"{step.verb.name} names its cause"
    return step.cause
