"""The trajectory (全流程轨迹): what happened to a leaf, a holder, a series, an issuer or one award, page by page.

A cursor is an event number, so that a page never shifts. No page looks through all events. A holder's are found by the
index of holders; those of a series or an issuer by `ledger_touch`, which says for every complete stretch of 4,096
events which series it touched: a stretch that was not touched is never read, and one that was is read by the primary
key. What came after the last stretch on file is read as it is. A page that has looked through so much without finding
what was asked for says where to go on.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import micros
from greencredit.ledger.queries.attribution import moves_of_awards
from greencredit.ledger.queries.lines import COLUMNS, EventRow, Lines, Pseudonym, by_number, in_words, times_of
from greencredit.ledger.queries.reading import in_parts
from greencredit.schemas.ledger import Following, TrajectoryPage, Verb, Whose
from greencredit.schemas.ledger.trajectory import Line

STRETCH_BITS: Final = 12
"""A stretch has 4,096 events."""

_STRETCH: Final = 1 << STRETCH_BITS
STRETCHES_A_PAGE: Final = 128
"""A page reads at most so many stretches: half a million rows, a few tenths of a second."""

_ALL: Final = 2**62


class Window(NamedTuple):
    """Which events are asked for: numbers above one and below another, in which direction, of which verbs."""

    above: int
    below: int
    upwards: bool
    verbs: tuple[int, ...]
    since: datetime | None
    until: datetime | None


class Found(NamedTuple):
    """Rows of a page in its order, and where the next page goes on; none: that was all."""

    rows: list[EventRow]
    next: int | None
    moved: Mapping[int, int] = MappingProxyType({})
    """Where one award is followed: event → how many of its credits."""


def trajectory(
    session: Session,
    following: Following,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    verbs: Collection[Verb] = (),
    after: int | None = None,
    before: int | None = None,
    as_of: int | None = None,
    limit: int = 50,
    pseudonym: Pseudonym = by_number,
) -> TrajectoryPage:
    """Give a page: with `after` upwards from that event on, else downwards from `before` or from the newest.

    Raises:
        NoSuchEvent, NotAnAward: the award that is followed is none.
    """
    at = newest(session) if as_of is None else min(as_of, newest(session))
    window = window_of(session, since=since, until=until, verbs=verbs, after=after, before=before, as_of=at)
    lines, cursor = lines_of(session, following, window, limit, pseudonym)
    return TrajectoryPage(
        following=str(following), as_of=at, lines=tuple(in_words(line) for line in lines), next=cursor
    )


def lines_of(
    session: Session, following: Following, window: Window, limit: int, pseudonym: Pseudonym
) -> tuple[list[Line], int | None]:
    """Give a page as plain lines, and where the next one goes on; none: that was all."""
    found = page_of(session, following, window, limit)
    lines = Lines(session, pseudonym).of(found.rows)
    if found.moved:
        lines = [
            line._replace(award=following.award, award_credits=found.moved[line.event_id])  # one award is followed
            for line in lines
        ]
    return lines, found.next


def newest(session: Session) -> int:
    """Give the number of the newest event; 0 before the first."""
    return int(session.execute(text("SELECT next_event - 1 FROM ledger_head WHERE id = 1")).scalar_one())


def window_of(
    session: Session,
    *,
    as_of: int,
    since: datetime | None = None,
    until: datetime | None = None,
    verbs: Collection[Verb] = (),
    after: int | None = None,
    before: int | None = None,
) -> Window:
    """Turn instants into event numbers, by the index of batch times, which never fall."""
    above, below = after or 0, min(_ALL if before is None else before, as_of + 1)
    if since is not None:
        last = _one(session, "SELECT last FROM ledger_batch WHERE at < :at ORDER BY at DESC LIMIT 1", since)
        above = max(above, last or 0)
    if until is not None:
        first = _one(session, "SELECT first FROM ledger_batch WHERE at >= :at ORDER BY at LIMIT 1", until)
        below = below if first is None else min(below, first)
    kinds = tuple(sorted(verb.value for verb in verbs))
    return Window(above, below, after is not None, kinds, since, until)


def _one(session: Session, statement: str, at: datetime) -> int | None:
    found: int | None = session.execute(text(statement), {"at": micros(at)}).scalar_one_or_none()
    return found


def page_of(session: Session, following: Following, window: Window, limit: int) -> Found:
    """Read one page of rows."""
    match following.whose:
        case Whose.HOLDER:
            return _in_time(session, window, limit, _reads_holder(session, following.holder, None))
        case Whose.LEAF:
            return _in_time(session, window, limit, _reads_holder(session, following.holder, following.series))
        case Whose.AWARD:
            return _in_time(session, window, limit, _reads_numbers(session, following.award))
        case Whose.SERIES:
            return _in_time(session, window, limit, _reads_series(session, [following.series]))
        case _:
            assert following.whose is Whose.ISSUER, "a rule's awards are told by the room that knows rules"
            return _in_time(session, window, limit, _reads_series(session, series_of(session, following.issuer_id)))


def series_of(session: Session, issuer_id: str) -> list[int]:
    """List the series of an issuer."""
    found = text("SELECT id FROM ledger_series WHERE issuer_id = :issuer ORDER BY id")
    return list(session.execute(found, {"issuer": issuer_id}).scalars())


_Read = Callable[[Window, int], Found]
"""Reads a page whatever the exact times of its lines."""


def _in_time(session: Session, window: Window, limit: int, read: _Read) -> Found:
    """Leave out the few lines near the borders of a period that lie outside of it."""
    found = read(window, limit)
    if (window.since is None and window.until is None) or not found.rows:
        return found
    times = times_of(session, [row.id for row in found.rows])
    since, until = window.since, window.until
    inside = [
        row
        for row in found.rows
        if (since is None or times[row.id] >= since) and (until is None or times[row.id] < until)
    ]
    return found._replace(rows=inside)


def _filters(window: Window) -> str:
    return f" AND e.kind IN ({', '.join(map(str, window.verbs))})" if window.verbs else ""


def _finished(rows: Sequence[EventRow], limit: int) -> Found:
    return Found(list(rows[:limit]), rows[limit - 1].id if len(rows) > limit else None)


def _reads_holder(session: Session, holder: int, series: int | None) -> _Read:
    def read(window: Window, limit: int) -> Found:
        way = "ASC" if window.upwards else "DESC"
        more = _filters(window) + ("" if series is None else f" AND e.series = {series}")
        asked = {"of": holder, "above": window.above, "below": window.below, "n": limit + 1}
        rows: list[EventRow] = []
        for owner, other in (("holder", ""), ("party", " AND e.holder <> :of")):
            statement = (
                f"SELECT {COLUMNS} FROM ledger_event e WHERE e.{owner} = :of AND e.id > :above "  # noqa: S608 - words
                f"AND e.id < :below{other}{more} ORDER BY e.id {way} LIMIT :n"
            )
            rows += [EventRow(*row) for row in session.execute(text(statement), asked)]
        rows.sort(key=lambda row: row.id, reverse=not window.upwards)
        return _finished(rows, limit)

    return read


def _reads_numbers(session: Session, award: int) -> _Read:
    moved = moves_of_awards(session, [award])[award]

    def read(window: Window, limit: int) -> Found:
        wanted = [number for number in moved if window.above < number < window.below]
        wanted = wanted if window.upwards else wanted[::-1]
        rows: list[EventRow] = []
        for start in range(0, len(wanted), limit):
            part = rows_of(session, wanted[start : start + limit])
            rows += [row for row in part if not window.verbs or row.kind in window.verbs]
            if len(rows) > limit:
                break
        rows.sort(key=lambda row: row.id, reverse=not window.upwards)
        return _finished(rows, limit)._replace(moved=moved)

    return read


def rows_of(session: Session, event_ids: Collection[int]) -> list[EventRow]:
    """Read events by their numbers."""
    statement = f"SELECT {COLUMNS} FROM ledger_event e WHERE e.id"  # noqa: S608 - constants
    return [EventRow(*row) for row in in_parts(session, statement, event_ids)]


def _reads_series(session: Session, series: Sequence[int]) -> _Read:
    def read(window: Window, limit: int) -> Found:
        if not series or window.above >= window.below - 1:
            return Found([], None)
        chosen = ", ".join(map(str, series))
        statement = (
            f"SELECT {COLUMNS} FROM ledger_event e WHERE e.id > :above AND e.id < :below "  # noqa: S608 - numbers
            f"AND e.series IN ({chosen}){_filters(window)} ORDER BY e.id {'ASC' if window.upwards else 'DESC'} LIMIT :n"
        )
        rows: list[EventRow] = []
        for looked, (above, below) in enumerate(stretches(session, series, window)):
            if looked == STRETCHES_A_PAGE:
                return Found(rows, above if window.upwards else below)
            asked = {"above": above, "below": below, "n": limit + 1 - len(rows)}
            rows += [EventRow(*row) for row in session.execute(text(statement), asked)]
            if len(rows) > limit:
                return _finished(rows, limit)
        return Found(rows, None)

    return read


def stretches(session: Session, series: Sequence[int], window: Window) -> Iterator[tuple[int, int]]:
    """Give, in the order of the window, (above, below) of the stretches that may hold events of these series."""
    known = indexed_stretches(session)
    stretch = _stretch(window.above + 1) if window.upwards else _stretch(window.below - 1)
    last = _stretch(window.below - 1) if window.upwards else _stretch(window.above + 1)
    step = 1 if window.upwards else -1
    while (last - stretch) * step >= 0:
        if stretch < known:
            touched = _next_touched(session, series, stretch, upwards=window.upwards)
            if touched is None and not window.upwards:
                return
            stretch = known if touched is None else touched
            if (last - stretch) * step < 0:
                return
        first = (stretch << STRETCH_BITS) + 1
        yield max(window.above, first - 1), min(window.below, first + _STRETCH)
        stretch += step


def _stretch(event_id: int) -> int:
    return (event_id - 1) >> STRETCH_BITS


def indexed_stretches(session: Session) -> int:
    """Tell for how many stretches, from the first event on, it is on file which series they touched."""
    found = text("SELECT COALESCE(MAX(stretch) + 1, 0) FROM ledger_touch WHERE series_id = 0")
    return int(session.execute(found).scalar_one())


def _next_touched(session: Session, series: Sequence[int], stretch: int, *, upwards: bool) -> int | None:
    """Give the nearest stretch, this one included, that one of these series touched: one look for each series."""
    nearest, compared = ("MIN", ">=") if upwards else ("MAX", "<=")
    looks = (
        f"SELECT (SELECT {nearest}(t.stretch) FROM ledger_touch t WHERE t.series_id = s.id "  # noqa: S608 - words
        f"AND t.stretch {compared} :stretch) AS stretch FROM ledger_series s WHERE s.id"
    )
    chosen = ", ".join(map(str, series))
    statement = text(f"SELECT {nearest}(stretch) FROM ({looks} IN ({chosen})) found")  # noqa: S608 - numbers
    found: int | None = session.execute(statement, {"stretch": stretch}).scalar_one()
    return found
