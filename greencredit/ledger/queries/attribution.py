"""What became of an award: which credits an event moved, where they are now, and the way they took.

Everything here is `rules.allocate` over the events of one leaf; nothing of it is stored. Credits that left a leaf for a
revived series or for somebody an enterprise rewarded are followed there.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.ledger import rules
from greencredit.ledger.errors import NoSuchEvent, NotAnAward
from greencredit.ledger.queries.reading import in_parts
from greencredit.ledger.rules import Attribution, Place, Slice, Step, Whereabouts
from greencredit.ledger.rules.paths import AWARD_VERBS
from greencredit.schemas.ledger import AwardShare, Verb

AWARDS: Final = AWARD_VERBS | {Verb.FUND, Verb.PASS, Verb.REVIVE_IN}
"""What brings credits into a leaf."""

_OUTGOING: Final = (Verb.ALLOT, Verb.PASS)
"""Events that move credits of two leaves: the giver's and the receiver's."""


class Leaf(NamedTuple):
    """One holder's credits of one series."""

    holder: int
    series: int


class Head(NamedTuple):
    """As much of an event as attribution asks for."""

    event_id: int
    group_id: int
    verb: Verb
    leaf: Leaf
    party: int | None
    credits: int
    cause: int | None


class Part(NamedTuple):
    """Credits of an award in one place, and the events that led there."""

    credits: int
    place: Place
    event_id: int
    leaf: Leaf
    path: tuple[int, ...]


class Leaves:
    """Replays of leaves; each leaf is read and replayed once, however often it is asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._replays: dict[Leaf, Attribution] = {}

    def replay(self, leaf: Leaf) -> Attribution:
        """Give the attribution of a leaf."""
        if leaf not in self._replays:
            self._replays[leaf] = rules.allocate(steps_of(self._session, leaf))
        return self._replays[leaf]

    def parts_of(self, leaf: Leaf, piece: Slice, path: tuple[int, ...] = ()) -> Iterator[Part]:
        """Give where credits are now and how they got there, followed into every leaf they went on to."""
        replay = self.replay(leaf)
        for stayed, way, found in _together(replay, piece):
            whole = path + way[way[:1] == path[-1:] :]  # what a gift is in both leaves is told once
            if found.place in {Place.REVIVED, Place.PASSED_ON}:
                onward, award = self._onward(leaf, found.place, found.event_id)
                for start, part in replay.places_in(found.event_id, stayed):
                    yield from self.parts_of(onward, Slice(award, start, part.credits), whole)
            else:
                yield Part(stayed.credits, found.place, found.event_id, leaf, whole)

    def _onward(self, leaf: Leaf, place: Place, event_id: int) -> tuple[Leaf, int]:
        """Give the leaf that credits went on to, and the event that is their award there."""
        if place is Place.PASSED_ON:
            return self._head(event_id).leaf, event_id
        arrival = self._head(event_id + 1)  # the two halves of a revival follow each other in their group
        assert arrival.verb is Verb.REVIVE_IN, "what leaves for the grace period enters it"
        assert arrival.leaf.holder == leaf.holder, "grace is given to whom it was taken from"
        return arrival.leaf, arrival.event_id

    def _head(self, event_id: int) -> Head:
        return heads_of(self._session, [event_id])[event_id]

    def origins_of(self, leaf: Leaf, piece: Slice) -> Iterator[tuple[Leaf, Slice]]:
        """Give the credits as they were first earned: those of a grace period come from the award before it."""
        head = self._head(piece.award)
        if head.verb is not Verb.REVIVE_IN:
            yield leaf, piece
            return
        departure = self._head(piece.award - 1)
        assert departure.verb is Verb.REVIVE_OUT, "what enters the grace period left a series that had ended"
        before = self.replay(departure.leaf)
        for earlier in before.at_places(departure.event_id, piece.start, piece.credits):
            yield from self.origins_of(departure.leaf, earlier)


def _together(replay: Attribution, piece: Slice) -> Iterator[tuple[Slice, tuple[int, ...], Whereabouts]]:
    """Cut credits of an award into those that went the same way to the same place."""
    places = replay.whereabouts_of(piece)
    ways = [(event, one.start, one.start + one.credits) for event, moved in replay.path_of(piece) for one in moved]
    borders = {piece.start, piece.start + piece.credits}
    borders.update(found.slice.start for found in places)
    borders.update(border for _, *ends in ways for border in ends)
    cuts = sorted(borders)
    went: list[list[int]] = [[] for _ in cuts]
    for event, start, end in ways:
        for place in range(bisect_left(cuts, start), bisect_left(cuts, end)):
            went[place].append(event)
    starts = [found.slice.start for found in places]
    for place, (start, end) in enumerate(pairwise(cuts)):
        found = places[bisect_right(starts, start) - 1]
        yield Slice(piece.award, start, end - start), tuple(went[place]), found


def steps_of(session: Session, leaf: Leaf) -> list[Step]:
    """Read the events of a leaf in order; an enterprise's wallet is also left by what it gives."""
    own = text(
        "SELECT e.id, COALESCE(e.grp, e.id), e.kind, e.amount, e.cause FROM ledger_event e "
        "WHERE e.holder = :holder AND e.series = :series ORDER BY e.id"
    )
    asked = {"holder": leaf.holder, "series": leaf.series}
    verbs = {verb.value: verb for verb in Verb}
    steps = [
        Step(number, group, verbs[kind], amount, cause)
        for number, group, kind, amount, cause in session.execute(own, asked)
    ]
    given = text(
        "SELECT e.id, COALESCE(e.grp, e.id), e.kind, e.amount, e.cause FROM ledger_event e "  # noqa: S608 - numbers
        f"WHERE e.party = :holder AND e.series = :series AND e.kind IN ({', '.join(str(v.value) for v in _OUTGOING)}) "
        "ORDER BY e.id"
    )
    if any(step.verb in {Verb.FUND, Verb.PASS} for step in steps):
        steps += [
            Step(number, group, verbs[kind], amount, cause, outgoing=True)
            for number, group, kind, amount, cause in session.execute(given, asked)
        ]
        steps.sort(key=lambda step: (step.event_id, not step.outgoing))
    return steps


def heads_of(session: Session, event_ids: Collection[int]) -> dict[int, Head]:
    """Read events by their numbers; one that is not there is absent."""
    statement = "SELECT id, grp, kind, series, holder, party, amount, cause FROM ledger_event WHERE id"
    return {
        number: Head(number, grp or number, Verb(kind), Leaf(holder, series), party, amount, cause)
        for number, grp, kind, series, holder, party, amount, cause in in_parts(session, statement, event_ids)
    }


def award_head(session: Session, award: int) -> Head:
    """Give the event of an award.

    Raises:
        NoSuchEvent, NotAnAward: there is no such award.
    """
    head = heads_of(session, [award]).get(award)
    if head is None:
        raise NoSuchEvent(award)
    if head.verb not in AWARDS:
        raise NotAnAward(event_id=award, verb=head.verb.name.lower())
    return head


def moves_of_awards(session: Session, awards: Collection[int]) -> dict[int, dict[int, int]]:
    """Give for each award its events in order: those that moved credits of it, with how many, or took it back.

    Raises:
        NoSuchEvent, NotAnAward: one of them is no award.
    """
    leaves = Leaves(session)
    reasons = caused_by(session, awards)
    moves: dict[int, dict[int, int]] = {}
    for award in awards:
        head = award_head(session, award)
        moved = Counter({one.event_id: 0 for one in reasons.get(award, ())})
        for part in leaves.parts_of(head.leaf, Slice(award, 0, head.credits)):
            moved.update(dict.fromkeys(part.path, part.credits))
        moves[award] = dict(sorted(moved.items()))
    return moves


def caused_by(session: Session, awards: Collection[int]) -> dict[int, list[Head]]:
    """Give for each award the events that name it as their cause: activation, reversal, what fell short."""
    numbers = [number for (number,) in in_parts(session, "SELECT id FROM ledger_event WHERE cause", awards)]
    found: dict[int, list[Head]] = {}
    for _, head in sorted(heads_of(session, numbers).items()):
        assert head.cause is not None, "these were looked for by their cause"
        found.setdefault(head.cause, []).append(head)
    return found


def shares_by_award(session: Session, event_ids: Collection[int]) -> dict[int, tuple[AwardShare, ...]]:
    """Give, for each event, how many credits of which award it moved, in drawing order; for funders' shares.

    Credits of a grace period count for the award that first earned them; an enterprise's reward is an award of its own.
    """
    leaves = Leaves(session)
    shares: dict[int, tuple[AwardShare, ...]] = {}
    for number, head in sorted(heads_of(session, event_ids).items()):
        leaf = Leaf(head.party, head.leaf.series) if head.verb in _OUTGOING and head.party is not None else head.leaf
        counted: defaultdict[tuple[int, int], int] = defaultdict(int)
        for piece in leaves.replay(leaf).moved_by(number):
            for origin, first in leaves.origins_of(leaf, piece):
                counted[first.award, origin.series] += first.credits
        shares[number] = tuple(AwardShare(award, series, credits_) for (award, series), credits_ in counted.items())
    return shares
