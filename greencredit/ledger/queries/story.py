"""The story of an award (一笔积分的去向), and the state of one credit by its serial."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.ledger.errors import NoSuchSerial
from greencredit.ledger.queries.attribution import Head, Leaves, Part, award_head, caused_by, heads_of, moves_of_awards
from greencredit.ledger.queries.lines import Lines, Pseudonym, by_number, in_words
from greencredit.ledger.queries.names import issuer_of_series, subjects_of
from greencredit.ledger.queries.trajectory import newest, rows_of
from greencredit.ledger.rules import Place, Slice
from greencredit.ledger.rules import serial as serials
from greencredit.ledger.rules.serial import Serial
from greencredit.schemas.ledger import AwardStory, Line, PartNow, SerialState, Verb
from greencredit.schemas.ledger.trajectory import PLACE_WORDS
from greencredit.schemas.values import Credits

_MOST_PARTS: Final = 200
_MOST_STEPS: Final = 500
_REVERSING: Final = (Verb.REVERSE, Verb.REVERSE_PENDING, Verb.FALL_SHORT, Verb.REVERSE_FUND)
_GROUP_AT_MOST: Final = 1_000
_MEETS_PARTY: Final = (Place.REDEEMED, Place.DONATED)

_PUBLIC: Final = {
    Place.PENDING: "in_circulation",
    Place.AVAILABLE: "in_circulation",
    Place.HELD: "in_circulation",
    Place.FROZEN: "in_circulation",
    Place.REVERSED: "cancelled",
    Place.REPAID: "cancelled",
}
"""What the public learns of a place: not that something is held or frozen with somebody."""


def award_story(session: Session, award: int, *, pseudonym: Pseudonym = by_number) -> AwardStory:
    """Tell what became of an award; parts and steps beyond a readable number are only counted.

    Raises:
        NoSuchEvent, NotAnAward: there is no such award.
    """
    head = award_head(session, award)
    parts = _gathered(Leaves(session).parts_of(head.leaf, Slice(award, 0, head.credits)))
    assert sum(part.credits for part in parts) == head.credits, "every credit of an award is in one place"
    taken = caused_by(session, [award]).get(award, [])
    moved = Counter[int]()
    for part in parts:
        moved.update(dict.fromkeys(part.path, part.credits))
    numbers = sorted(moved.keys() | {one.event_id for one in taken})
    shown, told = parts[:_MOST_PARTS], numbers[:_MOST_STEPS]
    wanted = {award, *told, *(part.path[-1] for part in shown)}
    lines = {line.event_id: line for line in Lines(session, pseudonym).of(rows_of(session, wanted))}
    sums = Counter[Verb]()
    for one in taken:
        sums[one.verb] += one.credits
    taken_in_all = sum(sums[verb] for verb in _REVERSING)
    own = sum(moved[one.event_id] for one in taken if one.verb in _REVERSING)
    return AwardStory(
        award=in_words(lines[award]),
        as_of=newest(session),
        now=tuple(_part_now(part, lines[part.path[-1]]) for part in shown),
        more_parts=len(parts) - len(shown),
        steps=tuple(in_words(lines[one]._replace(award=award, award_credits=moved[one])) for one in told),
        more_steps=len(numbers) - len(told),
        reversed_=Credits(taken_in_all),
        from_others=Credits(taken_in_all - own - sums[Verb.FALL_SHORT]),
        fell_short=Credits(sums[Verb.FALL_SHORT]),
        waived=Credits(_waived(session, taken)),
    )


def places_of_award(session: Session, award: int) -> tuple[str, str | None]:
    """Tell to which issuer and to whom an award belongs; to nobody, where the person was erased.

    Raises:
        NoSuchEvent, NotAnAward: there is no such award.
    """
    leaf = award_head(session, award).leaf
    return issuer_of_series(session, leaf.series), subjects_of(session, [leaf.holder])[leaf.holder]


def lines_of_awards(session: Session, awards: Sequence[int], pseudonym: Pseudonym = by_number) -> list[Line]:
    """Give every event of each award, award after award, with how many of its credits it moved.

    Raises:
        NoSuchEvent, NotAnAward: one of them is no award.
    """
    moves = moves_of_awards(session, awards)
    rows = rows_of(session, {number for moved in moves.values() for number in moved})
    lines = {line.event_id: line for line in Lines(session, pseudonym).of(rows)}
    return [
        lines[number]._replace(award=award, award_credits=credits_)
        for award, moved in moves.items()
        for number, credits_ in moved.items()
    ]


def _gathered(parts: Iterable[Part]) -> list[Part]:
    """Put together what went the same way, in the order of the last event on it."""
    sums = Counter[Part]()
    for part in parts:
        sums[part._replace(credits=0)] += part.credits
    return [
        part._replace(credits=credits_) for part, credits_ in sorted(sums.items(), key=lambda one: one[0].path[::-1])
    ]


def _part_now(part: Part, line: Line) -> PartNow:
    return PartNow(
        place=part.place,
        title=PLACE_WORDS[part.place],
        credits=Credits(part.credits),
        event_id=line.event_id,
        since=line.posted_at,
        party=line.party if part.place in _MEETS_PARTY else None,
        expires_at=line.expires_at,
        path=part.path,
    )


def _waived(session: Session, taken: Iterable[Head]) -> int:
    """Add up what was waived in the very groups in which the award fell short."""
    statement = text(
        "SELECT COALESCE(SUM(amount), 0) FROM ledger_event "  # noqa: S608 - numbers
        f"WHERE id > :grp AND id <= :grp + {_GROUP_AT_MOST} AND grp = :grp AND kind = {Verb.WAIVE.value}"
    )
    groups = {one.group_id for one in taken if one.verb is Verb.FALL_SHORT}
    return sum(int(session.execute(statement, {"grp": group}).scalar_one()) for group in groups)


def serial_state(session: Session, typed: str) -> SerialState:
    """Tell of one credit, by its serial: who issued it, under which terms, and whether it still counts.

    Raises:
        NotASerial: what was typed is none.
        NoSuchSerial: no credit was given it.
    """
    serial = serials.read(typed)
    event_id, first = _given_by(session, serial)
    head = heads_of(session, [event_id])[event_id]
    (line,) = Lines(session, by_number).of(rows_of(session, [event_id]))
    if line.award_month != serial.month:
        raise NoSuchSerial(str(serial))
    (part,) = Leaves(session).parts_of(head.leaf, Slice(event_id, serial.number - first, 1))
    state = _PUBLIC.get(part.place, part.place.value)
    return SerialState(
        serial=str(serial),
        issuer_id=line.issuer_id,
        terms_version=line.terms_version,
        award_month=line.award_month,
        expires_at=line.expires_at,
        issued_at=line.posted_at,
        state=state,
        title=PLACE_WORDS[state],
    )


def _given_by(session: Session, serial: Serial) -> tuple[int, int]:
    """Find the event that gave a serial out, and its first serial: by the block, then within the block's batch."""
    block = session.execute(
        text(
            "SELECT t.first, t.last FROM ledger_block b JOIN ledger_batch t ON t.id = b.batch_id "
            "WHERE b.series_id = :series AND b.first = (SELECT MAX(first) FROM ledger_block "
            "WHERE series_id = :series AND first <= :number) AND b.last >= :number"
        ),
        {"series": serial.series, "number": serial.number},
    ).one_or_none()
    if block is not None:
        found = session.execute(
            text(
                "SELECT id, serial FROM ledger_event WHERE id >= :first AND id <= :last AND series = :series "
                "AND serial <= :number AND serial + amount > :number"
            ),
            {**block._asdict(), "series": serial.series, "number": serial.number},
        ).one()
        return int(found.id), int(found.serial)
    raise NoSuchSerial(str(serial))
