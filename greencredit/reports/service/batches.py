"""The verbs of a batch of reports: order it, list its subjects, settle each, close it, put back what was given up."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import case, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.database import is_sqlite
from greencredit.kernel.files.kept import Kept
from greencredit.kernel.ids import new_id
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.tables import State
from greencredit.proofs import service as proofs
from greencredit.reports import queries
from greencredit.reports.errors import BatchBusy, BatchKeyReused, ListClosed, PeriodNotBegun, UnknownBatch
from greencredit.reports.tables import BatchRow, ItemRow, ManifestRow, PartRow
from greencredit.schemas.reports.batches import Batch, BatchState, Manifest, NewBatch, Population
from greencredit.schemas.values import Period

PART: Final = "reports.part"
"""The kind of job that issues the reports of one part of a batch."""

CUT: Final = "reports.cut"
"""The kind of job that lists the subjects of a batch."""

CLOSE: Final = "reports.close"
"""The kind of job that writes the manifest of a batch."""

PART_SUBJECTS: Final = 100
"""How many subjects a worker takes at a time: enough that taking costs nothing, few enough to share at the end."""

ATTEMPTS: Final = 5
"""How often a report is tried before it is given up."""

_PART_ATTEMPTS: Final = 24
"""A part may lose its worker as often; what ends one every time is given up on its own account before that."""

_LISTED_AT_ONCE: Final = 1000


# ---- Ordering ------------------------------------------------------------------------------------------------------


def require_begun(session: Session, period: Period) -> None:
    """Refuse days that are all still to come."""
    today = civil_date(now(session))
    if period.since > today:
        raise PeriodNotBegun(period.since, today)


def order(session: Session, wanted: NewBatch, asked_by: str) -> Batch:
    """Order a batch, once: asking again with the same key gives the same one, with another wish it is refused.

    A list that comes along is taken in whole. A list without subjects stays open for `add_subjects`, until
    `finish_listing` closes it.
    """
    queries.kind_named(wanted.kind)
    require_begun(session, wanted.period)
    batch_id = _entered(session, wanted, asked_by)
    if batch_id is None:
        found = queries.batch_with_key(session, wanted.key)
        assert found is not None, "a key that is taken stands for a batch"
        _require_same(found, wanted)
        return found
    if wanted.population is not Population.LISTED:
        queue.enqueue(session, CUT, batch_id, {"batch": batch_id})
    elif wanted.subject_ids:
        add_subjects(session, batch_id, wanted.subject_ids)
        finish_listing(session, batch_id)
    return queries.batch(session, batch_id)


def _entered(session: Session, wanted: NewBatch, asked_by: str) -> str | None:
    at = now(session)
    upsert: Any = sqlite.insert if is_sqlite(session) else postgresql.insert
    row = upsert(BatchRow).values(
        id=new_id(session, "bat", at),
        key=wanted.key,
        kind=wanted.kind,
        lang=wanted.lang,
        since=wanted.period.since,
        until=wanted.period.until,
        population=wanted.population.value,
        issuer_id=wanted.issuer_id,
        tells=wanted.tells,
        state=BatchState.CUTTING.value,
        edition=1,
        cut_after="",
        subjects=0,
        parts=0,
        parts_left=0,
        asked_by=asked_by,
        asked_at=at,
    )
    made: str | None = session.scalar(row.on_conflict_do_nothing().returning(BatchRow.id))
    return made


def _require_same(found: Batch, wanted: NewBatch) -> None:
    stands = (found.kind, found.period, found.lang, found.population, found.issuer_id, found.tells)
    if stands != (wanted.kind, wanted.period, wanted.lang, wanted.population, wanted.issuer_id, wanted.tells):
        raise BatchKeyReused(wanted.key, found.batch_id)


# ---- Listing -------------------------------------------------------------------------------------------------------


def add_subjects(session: Session, batch_id: str, subject_ids: Iterable[str]) -> int:
    """Put subjects on the list of a batch and give how many are new; complete parts can be taken at once."""
    row = _locked(session, batch_id)
    if row.state != BatchState.CUTTING:
        raise ListClosed(batch_id, found=row.state)
    wanted = list(dict.fromkeys(subject_ids))
    new = 0
    for first in range(0, len(wanted), _LISTED_AT_ONCE):
        new += _list(session, row, wanted[first : first + _LISTED_AT_ONCE])
    while (row.parts + 1) * PART_SUBJECTS <= row.subjects:
        _open_part(session, row, PART_SUBJECTS)
    session.flush()
    return new


def cut_on(session: Session, batch_id: str) -> bool:
    """List the next subjects of a population, and tell whether some may be left; who stopped goes on from there."""
    row = _locked(session, batch_id)
    if row.state != BatchState.CUTTING:
        return False
    page = queries.page_of_population(session, Population(row.population), row.issuer_id, row.cut_after)
    add_subjects(session, batch_id, page.subject_ids)
    if page.next_after is None:
        finish_listing(session, batch_id)
        return False
    row.cut_after = page.next_after
    session.flush()
    return True


def finish_listing(session: Session, batch_id: str) -> None:
    """Say that every subject is listed; doing so again changes nothing."""
    row = _locked(session, batch_id)
    if row.state != BatchState.CUTTING:
        return
    if rest := row.subjects - row.parts * PART_SUBJECTS:
        _open_part(session, row, rest)
    row.state = BatchState.ISSUING.value
    _close_when_through(session, row)


def _list(session: Session, row: BatchRow, subject_ids: Sequence[str]) -> int:
    known = set(
        session.scalars(
            select(ItemRow.subject_id).where(ItemRow.batch_id == row.id, ItemRow.subject_id.in_(subject_ids))
        )
    )
    new = [subject_id for subject_id in subject_ids if subject_id not in known]
    at = now(session)
    rows = [
        {
            "batch_id": row.id,
            "position": row.subjects + place,
            "subject_id": subject_id,
            "state": "waiting",
            "attempts": 0,
            "run_after": at,
        }
        for place, subject_id in enumerate(new)
    ]
    if rows:
        session.execute(insert(ItemRow), rows)
    row.subjects += len(new)
    return len(new)


def _open_part(session: Session, row: BatchRow, subjects: int) -> None:
    session.add(PartRow(batch_id=row.id, part=row.parts, subjects=subjects, done=0, dead=0, is_open=True))
    _take_on(session, row, row.parts)
    row.parts += 1
    row.parts_left += 1
    session.flush()


def _take_on(session: Session, row: BatchRow, part: int) -> None:
    body = {"batch": row.id, "part": part}
    queue.enqueue(session, PART, f"{row.id}:{part}:{row.edition}", body, attempts_max=_PART_ATTEMPTS)


# ---- Settling ------------------------------------------------------------------------------------------------------


class Place(NamedTuple):
    """Where a subject stands in a batch."""

    batch_id: str
    position: int

    @property
    def part(self) -> int:
        """Give the part it belongs to."""
        return self.position // PART_SUBJECTS


def settle(session: Session, place: Place, number: str, media_type: str) -> None:
    """Write down that a subject has its report; in the transaction that registers it, so that both stand or fall."""
    _change(session, place, {"state": "done", "number": number, "media_type": media_type, "code": None, "reason": None})
    _count(session, place, done=1)


def give_up(session: Session, place: Place, code: str, reason: str) -> None:
    """Write down why a subject gets no report; it waits for a person."""
    _change(session, place, {"state": "dead", "attempts": ItemRow.attempts + 1, "code": code, "reason": reason})
    _count(session, place, dead=1)


def put_off(session: Session, place: Place, code: str, reason: str) -> None:
    """Let a subject wait, twice as long after every attempt, or give it up after the last one."""
    attempts = _attempts_of(session, place)
    if attempts + 1 >= ATTEMPTS:
        give_up(session, place, code, reason)
        return
    due = now(session) + queue.pause_after(attempts + 1)
    _change(session, place, {"attempts": attempts + 1, "run_after": due, "code": code, "reason": reason})


def dare(session: Session, place: Place, code: str, reason: str) -> bool:
    """Count an attempt before it is made, and tell whether it may be made: one after too many is given up instead."""
    attempts = _attempts_of(session, place)
    if attempts >= ATTEMPTS:
        give_up(session, place, code, reason)
        return False
    _change(session, place, {"attempts": attempts + 1, "code": code, "reason": reason})
    return True


def close_part(session: Session, batch_id: str, part: int) -> None:
    """Say that nobody of a part waits any more; the last part of a batch lets its manifest be written."""
    shut = update(PartRow).where(PartRow.batch_id == batch_id, PartRow.part == part, PartRow.is_open == literal(1))
    if session.scalar(shut.values(is_open=False).returning(PartRow.part)) is None:
        return
    row = _locked(session, batch_id)
    row.parts_left -= 1
    _close_when_through(session, row)


def _attempts_of(session: Session, place: Place) -> int:
    wanted = select(ItemRow.attempts).where(ItemRow.batch_id == place.batch_id, ItemRow.position == place.position)
    return session.scalars(wanted).one()


def _change(session: Session, place: Place, values: dict[str, Any]) -> None:
    wanted = update(ItemRow).where(
        ItemRow.batch_id == place.batch_id, ItemRow.position == place.position, ItemRow.state == "waiting"
    )
    changed = session.scalar(wanted.values(values).returning(ItemRow.position))
    assert changed is not None, "whoever holds the part is the only one to settle its subjects"


def _count(session: Session, place: Place, *, done: int = 0, dead: int = 0) -> None:
    at = now(session)
    session.execute(
        update(PartRow)
        .where(PartRow.batch_id == place.batch_id, PartRow.part == place.part)
        .values(
            done=PartRow.done + done,
            dead=PartRow.dead + dead,
            began_at=func.coalesce(PartRow.began_at, literal(at, PartRow.touched_at.type)),
            touched_at=at,
        )
    )


# ---- Closing -------------------------------------------------------------------------------------------------------


def _close_when_through(session: Session, row: BatchRow) -> None:
    if row.state == BatchState.ISSUING and row.parts_left == 0:
        row.state = BatchState.CLOSING.value
        queue.enqueue(session, CLOSE, f"{row.id}:{row.edition}", {"batch": row.id, "edition": row.edition})
    session.flush()


def close(session: Session, batch_id: str, edition: int, kept: Kept, *, reports: int, refused: int) -> Manifest | None:
    """Enter the manifest of a run and let its digest wait for the log; none where that was done before."""
    row = _locked(session, batch_id)
    if (row.state, row.edition) != (BatchState.CLOSING, edition):
        return None
    at = now(session)
    session.add(
        ManifestRow(
            batch_id=batch_id,
            edition=edition,
            reports=reports,
            refused=refused,
            sha256=kept.sha256,
            size_bytes=kept.size_bytes,
            path=kept.address,
            made_at=at,
        )
    )
    row.state, row.closed_at = BatchState.CLOSED.value, at
    session.flush()
    fact = {"batch": batch_id, "edition": edition, "kind_of_report": row.kind, "reports": reports}
    proofs.note_fact(session, "manifest", fact | {"digest": kept.sha256})
    return queries.manifest(session, batch_id)


# ---- Putting back --------------------------------------------------------------------------------------------------


def put_back(session: Session, batch_id: str, subject_ids: Sequence[str] = ()) -> int:
    """Give the dead of a batch, or only these, a fresh set of attempts, and tell how many; a new manifest follows.

    Work on the batch itself that was given up, a part or the writing of its manifest, is taken up again, too.
    """
    row = _locked(session, batch_id)
    if row.state == BatchState.CLOSING and _revive(session, CLOSE, batch_id):
        return 0
    if row.state not in {BatchState.ISSUING, BatchState.CLOSED}:
        raise BatchBusy(batch_id, found=row.state)
    chosen = [ItemRow.batch_id == batch_id, ItemRow.state == "dead"]
    if subject_ids:
        chosen.append(ItemRow.subject_id.in_(subject_ids))
    part = ItemRow.position // PART_SUBJECTS
    dead = session.execute(select(part, func.count()).where(*chosen).group_by(part).order_by(part)).all()
    if dead:
        row.edition += 1
    at = now(session)
    fresh = {"state": "waiting", "attempts": 0, "run_after": at, "code": None, "reason": None}
    session.execute(update(ItemRow).where(*chosen).values(fresh))
    for number, count in dead:
        _open_again(session, row, int(number), int(count))
    _revive(session, PART, batch_id)
    session.flush()
    return sum(int(count) for _, count in dead)


def _open_again(session: Session, row: BatchRow, part: int, dead: int) -> None:
    found = session.get_one(PartRow, (row.id, part), populate_existing=True)
    found.dead -= dead
    if not found.is_open:
        found.is_open = True
        row.parts_left += 1
        row.state, row.closed_at = BatchState.ISSUING.value, None
        _take_on(session, row, part)


def _revive(session: Session, kind: str, batch_id: str) -> int:
    """Let jobs of a batch be taken again that were given up as a whole, and tell how many."""
    before: str | None = None
    revived = 0
    while page := queue.listed(session, state=State.DEAD, kind=kind, before=before, limit=_LISTED_AT_ONCE):
        for job in page:
            if job.body["batch"] == batch_id:
                queue.retry(session, job.id)
                revived += 1
        before = page[-1].id
    return revived


def forget_subject(session: Session, subject_id: str) -> None:
    """Let batches no longer say whom a report was about; a report that still waits is given up."""
    places = session.execute(
        select(ItemRow.batch_id, ItemRow.position, ItemRow.state).where(ItemRow.subject_id == subject_id)
    ).all()
    for batch_id, position, state in places:
        place = Place(batch_id, position)
        if state == "waiting":
            give_up(session, place, "people.unknown_consumer", "")
        session.execute(
            update(ItemRow)
            .where(ItemRow.batch_id == batch_id, ItemRow.position == position)
            .values(subject_id=f"erased-{position}", reason=case((ItemRow.reason.is_(None), None), else_=""))
        )


def _locked(session: Session, batch_id: str) -> BatchRow:
    row = session.get(BatchRow, batch_id, populate_existing=True, with_for_update=True)
    if row is None:
        raise UnknownBatch(batch_id)
    return row
