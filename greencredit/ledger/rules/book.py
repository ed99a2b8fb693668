"""A batch on paper: what was read under the lock, what the commands so far made of it, and the rows to be written.

Everything a verb decides, it decides here, in memory, item by item; the database then carries the whole batch at once
and its constraints stand behind every step.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from greencredit.ledger.errors import CapReached, NotEnoughCredits, NotPositive, TooMany
from greencredit.ledger.rules.paths import (
    FROM_ISSUER,
    HOLDER_SHIFT,
    MOST,
    SERIAL_VERBS,
    SERIES_SHIFT,
    ends_of,
    leaf_of,
)
from greencredit.schemas.ledger import LeafKind, Reason, Verb


class SeriesFacts(NamedTuple):
    """What the verbs must know of a series."""

    issuer_id: str
    expires_at: int
    award_month: int
    cap: int
    clawback_cap: int
    refund_grace_days: int


class Fact(NamedTuple):
    """An event that stands, as far as later verbs ask for it."""

    event_id: int
    group_id: int
    verb: Verb
    series: int
    holder: int
    party: int | None
    credits: int
    cause: int | None


class Move(NamedTuple):
    """One event that a command wants."""

    verb: Verb
    series: int
    holder: int
    credits: int
    party: int | None = None
    cause: int | None = None


class Row(NamedTuple):
    """One event as it goes to disk."""

    id: int
    grp: int | None
    kind: int
    series: int
    holder: int
    party: int | None
    amount: int
    caller: int
    key: bytes | None
    fingerprint: bytes | None
    cause: int | None
    serial: int | None


class Note(NamedTuple):
    """Who, why and on what document, beside an event."""

    event_id: int
    reason: Reason


UNUSED: Final = (Verb.EXPIRE, Verb.ADJUST_DOWN)
"""What takes credits from a holder who never used them."""


_REMEMBERED: Final = frozenset(FROM_ISSUER) | frozenset(UNUSED)


class _Order(NamedTuple):
    """The spending order of the series that have not ended: the place of each end of a leaf's number, and back."""

    place_of: Callable[[int], int | None]
    ends: list[int]


_END: Final = (1 << HOLDER_SHIFT) - 1
"""What a leaf's number says besides its holder: series and kind."""


class Book:
    """One batch in progress."""

    def __init__(self, *, caller: int, next_event: int, at: int) -> None:
        self.caller, self.first, self.number, self.at = caller, next_event, next_event, at
        self.series: dict[int, SeriesFacts] = {}
        self.given: dict[int, int] = {}
        """Series → the last serial given out."""
        self._has: dict[int, dict[int, int]] = {}
        """Holder → what stands on each of his leaves, by what a leaf's number says besides him."""
        self.facts: dict[int, Fact] = {}
        """Events that stand and were asked for; nobody knows the number of one of this very batch."""
        self.groups: dict[int, list[Fact]] = {}
        self.used: Counter[tuple[int, Verb]] = Counter()
        """(Event, verb) → credits that later events with this cause moved."""
        self.standing_for: Counter[tuple[int, int]] = Counter()
        """(Holder, series) → credits that the holder has or has used, less what he owes; whole for those holders whose
        awards are taken back in this batch."""
        self.unused: defaultdict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        """(Holder, series) → events that took credits which were never used, and how many; for the same holders."""
        self.revived: dict[int, int] = {}
        """(Series that has ended, micros of the graced end) → the series of the same terms that ends then."""
        self._orders: dict[tuple[LeafKind, str | None], _Order] = {}
        self.rows: list[Row] = []
        self.notes: list[Note] = []
        self.changes: defaultdict[int, int] = defaultdict(int)

    def know(self, leaves: Sequence[tuple[int, int]]) -> None:
        """Take in leaf balances as they were read, those of one holder together."""
        has, last = self._has, -1
        mine: dict[int, int] = {}
        for leaf, posted in leaves:
            if leaf >> HOLDER_SHIFT != last:
                last = leaf >> HOLDER_SHIFT
                mine = has.setdefault(last, {})
            mine[leaf & _END] = posted

    def series_known(self) -> set[int]:
        """Name the series of the leaves that were read or touched."""
        ends: set[int] = set()
        for mine in self._has.values():
            ends.update(mine)
        return {end >> SERIES_SHIFT for end in ends}

    def remember(self, event_id: int, verb: Verb, series: int, holder: int, credits_: int) -> None:
        """Take in an event of a holder, for what can be owed after a reversal."""
        if (sign := FROM_ISSUER.get(verb)) is not None:
            self.standing_for[holder, series] += sign * credits_
        elif verb is Verb.EXPIRE:
            self.standing_for[holder, series] -= credits_
        if verb in UNUSED:
            self.unused[holder, series].append((event_id, credits_))

    def _order(self, kind: LeafKind, issuer_id: str | None) -> "_Order":
        """Give the spending order of the series that have not ended; worked out once for a batch."""
        if (known := self._orders.get((kind, issuer_id))) is None:
            standing = sorted(
                (facts.expires_at, facts.award_month, series)
                for series, facts in self.series.items()
                if facts.expires_at > self.at and (issuer_id is None or facts.issuer_id == issuer_id)
            )
            ends = [leaf_of(kind, series) for _, _, series in standing]
            known = _Order({end: place for place, end in enumerate(ends)}.get, ends)
            self._orders[kind, issuer_id] = known
        return known

    def draw(
        self, holder: int, wanted: int, *, kind: LeafKind = LeafKind.AVAILABLE, issuer_id: str | None = None
    ) -> list[tuple[int, int]]:
        """Say how much of which series is taken, in spending order.

        Raises:
            NotEnoughCredits: there is less.
        """
        require_amount(wanted)
        place_of, ends = self._order(kind, issuer_id)
        mine = self._has.get(holder, {})
        places = [place for end in mine if (place := place_of(end)) is not None]
        if places and mine[end := ends[min(places)]] >= wanted:  # mostly: nothing needs to be sorted
            return [(end >> SERIES_SHIFT, wanted)]
        taken, left = [], wanted
        for place in sorted(places):
            end = ends[place]
            part = min(left, mine[end])
            if part > 0:
                taken.append((end >> SERIES_SHIFT, part))
                left -= part
                if not left:
                    return taken
        raise NotEnoughCredits(wanted=wanted, found=wanted - left)

    def owes(self, holder: int, issuer_id: str) -> list[tuple[int, int]]:
        """List (series, credits) that a holder owes an issuer, oldest first."""
        found = [(end >> SERIES_SHIFT, -posted) for end, posted in self._has.get(holder, {}).items() if posted < 0]
        return sorted((series, short) for series, short in found if self.series[series].issuer_id == issuer_id)

    def taken_back(self, event_id: int) -> int:
        """Give how much of an award was taken back so far; what was spent and waived counts."""
        verbs = (Verb.REVERSE, Verb.REVERSE_PENDING, Verb.FALL_SHORT)
        return sum(self.used[event_id, verb] for verb in verbs)

    def standing(self, kind: LeafKind, series: int, holder: int) -> int:
        """Give what stands on a leaf now."""
        return self._has.get(holder, {}).get(leaf_of(kind, series), 0)

    def write(
        self, moves: Sequence[Move], *, key: bytes, fingerprint: bytes | None, reason: Reason | None = None
    ) -> int:
        """Put the moves of one command into the batch as one group; asserts that no leaf crosses zero.

        Raises:
            CapReached: the filed cap leaves no room; nothing of the command is in the batch.
        """
        if moves[0].verb in SERIAL_VERBS:  # whatever comes into being is the first event of its group
            self._require_room(moves)
        group = self.number
        first_key: bytes | None = key
        for move in moves:
            self._append(move, group, key=first_key, fingerprint=fingerprint)
            first_key = fingerprint = None
        if reason is not None:
            self.notes.append(Note(group, reason))
        return group

    def _append(self, move: Move, group: int, *, key: bytes | None, fingerprint: bytes | None) -> None:
        verb, series, holder, credits_, party, cause = move
        serial = None
        if verb in SERIAL_VERBS:
            serial = self.given.get(series, 0) + 1
            self.given[series] = serial + credits_ - 1
        number = self.number
        self.rows.append(
            Row(
                number,
                None if group == number else group,
                int(verb),
                series,
                holder,
                party,
                credits_,
                self.caller,
                key,
                fingerprint,
                cause,
                serial,
            )
        )
        self.number = number + 1
        source, target = ends_of(verb, series, holder, party)
        if verb in _REMEMBERED:
            self.remember(number, verb, series, holder, credits_)
        if cause is not None:
            self.used[cause, verb] += credits_
        for leaf, by in ((source, -credits_), (target, credits_)):
            self.changes[leaf] += by
            mine = self._has.setdefault(leaf >> HOLDER_SHIFT, {})
            mine[leaf & _END] = mine.get(leaf & _END, 0) + by

    def spend(self, holder: int, series: int, credits_: int) -> None:
        """Take what was drawn from what the holder has available."""
        self._has[holder][leaf_of(LeafKind.AVAILABLE, series)] -= credits_

    def _require_room(self, moves: Sequence[Move]) -> None:
        wanted: Counter[int] = Counter()
        for move in moves:
            if move.verb in SERIAL_VERBS:
                wanted[move.series] += move.credits
        for series, credits_ in wanted.items():
            left = self.series[series].cap - self.given.get(series, 0)
            if credits_ > left:
                raise CapReached(series_id=series, wanted=credits_, left=left)


def require_amount(credits_: int) -> None:
    """Refuse what no event can move: zero, negative, fractional, or more than every reader counts exactly."""
    if type(credits_) is not int or credits_ <= 0:
        raise NotPositive(found=credits_)
    if credits_ > MOST:
        raise TooMany(found=credits_, most=MOST)
