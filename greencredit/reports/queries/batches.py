"""Reads of batches: how far one is, who waits, who was given up, and the list of what was issued."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.kernel.clock import now
from greencredit.ledger import queries as ledger
from greencredit.people import queries as people
from greencredit.proofs import queries as proofs
from greencredit.proofs.rules.receipt import entry_proof
from greencredit.proofs.rules.records import parse_entry
from greencredit.reports.errors import NoManifest, NotLoggedYet, UnknownBatch
from greencredit.reports.rules import MANIFEST_ENTRY
from greencredit.reports.tables import BatchRow, ItemRow, ManifestRow, PartRow, ReportRow
from greencredit.schemas.reports.batches import Batch, BatchState, DeadReport, Manifest, Population
from greencredit.schemas.values import Period

_LOOKED_BACK: Final = timedelta(minutes=10)
_AT_ONCE: Final = 1000
_MINUTE_SECONDS: Final = 60


def batch(session: Session, batch_id: str) -> Batch:
    """Give one batch as it stands, or refuse an id that is none's."""
    row = session.get(BatchRow, batch_id, populate_existing=True)
    if row is None:
        raise UnknownBatch(batch_id)
    return _told(session, [row])[0]


def batch_with_key(session: Session, key: str) -> Batch | None:
    """Give the batch that was asked for with a key."""
    row = session.scalars(select(BatchRow).where(BatchRow.key == key)).one_or_none()
    return None if row is None else _told(session, [row])[0]


def batches(session: Session, *, before: str | None = None, limit: int = 20) -> list[Batch]:
    """List batches, newest first; `before` is the last id of the page before."""
    wanted = select(BatchRow).order_by(BatchRow.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(BatchRow.id < before)
    return _told(session, list(session.scalars(wanted)))


def dead_reports(session: Session, batch_id: str, *, after: int = -1, limit: int = 100) -> list[DeadReport]:
    """List whose reports of a batch were given up, and why, so many behind a position."""
    rows = session.scalars(
        select(ItemRow)
        .where(ItemRow.batch_id == batch_id, ItemRow.state == "dead", ItemRow.position > after)
        .order_by(ItemRow.position)
        .limit(limit)
    )
    return [
        DeadReport(
            position=row.position,
            subject_id=row.subject_id,
            attempts=row.attempts,
            code=row.code or "",
            reason=row.reason or "",
        )
        for row in rows
    ]


class Waiting(NamedTuple):
    """A subject of a batch whose report is still to be issued."""

    position: int
    subject_id: str
    attempts: int
    run_after: datetime


def waiting_in(session: Session, batch_id: str, first: int, last: int) -> list[Waiting]:
    """List who of these positions still waits: a part, so not many."""
    rows = session.execute(
        select(ItemRow.position, ItemRow.subject_id, ItemRow.attempts, ItemRow.run_after)
        .where(ItemRow.batch_id == batch_id, ItemRow.position.between(first, last), ItemRow.state == "waiting")
        .order_by(ItemRow.position)
    )
    return [Waiting(*row) for row in rows]


def is_in_a_batch(session: Session, subject_id: str) -> bool:
    """Tell whether a batch says of somebody that it has, or had, a report of him to issue."""
    return session.scalar(select(ItemRow.position).where(ItemRow.subject_id == subject_id).limit(1)) is not None


class Page(NamedTuple):
    """Some subjects of a population, and where the next page begins; none after the last."""

    subject_ids: list[str]
    next_after: str | None


def page_of_population(session: Session, population: Population, issuer_id: str | None, after: str) -> Page:
    """Give the next subjects of a population that the database knows; it is never in memory as a whole."""
    if population is Population.EVERYONE:
        found = people.consumer_ids_after(session, after, _AT_ONCE)
        return Page(found, found[-1] if len(found) == _AT_ONCE else None)
    assert issuer_id is not None, "the population of an issuer names it"
    held = ledger.ever_held(session, issuer_id, from_holder=int(after or 0), limit=_AT_ONCE)
    known = people.consumers(session, [subject_id for _, subject_id in held])
    following = str(held[-1][0] + 1) if len(held) == _AT_ONCE else None
    return Page([subject_id for _, subject_id in held if subject_id in known], following)


class ManifestLine(NamedTuple):
    """What a manifest says of one report; nobody is named."""

    number: str
    media_type: str
    facts_sha256: str
    file_sha256: str
    size_bytes: int


def issued_in(session: Session, batch_id: str) -> Iterator[ManifestLine]:
    """Give every report that a batch issued, by number, page by page."""
    after = ""
    while True:
        rows = session.execute(
            select(
                ReportRow.number,
                ReportRow.media_type,
                ReportRow.facts_sha256,
                ReportRow.file_sha256,
                ReportRow.size_bytes,
            )
            .join(ItemRow, (ItemRow.number == ReportRow.number) & (ItemRow.media_type == ReportRow.media_type))
            .where(ItemRow.batch_id == batch_id, ItemRow.number > after)
            .order_by(ItemRow.number)
            .limit(_AT_ONCE)
        ).all()
        yield from (ManifestLine(*row) for row in rows)
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1].number


def counts_of(session: Session, batch_id: str) -> tuple[int, int]:
    """Count what a batch issued and what it gave up."""
    done, dead = session.execute(
        select(func.coalesce(func.sum(PartRow.done), 0), func.coalesce(func.sum(PartRow.dead), 0)).where(
            PartRow.batch_id == batch_id
        )
    ).one()
    return int(done), int(dead)


def manifests_of(session: Session, batch_id: str) -> list[Manifest]:
    """List the manifests of a batch, newest first."""
    rows = session.scalars(
        select(ManifestRow).where(ManifestRow.batch_id == batch_id).order_by(ManifestRow.edition.desc())
    )
    return [_manifest(row) for row in rows]


def manifest(session: Session, batch_id: str) -> Manifest:
    """Give the newest manifest of a batch, or refuse one that has none yet."""
    found = manifests_of(session, batch_id)
    if not found:
        state = batch(session, batch_id).state
        raise NoManifest(batch_id, found=state)
    return found[0]


def manifest_proof(session: Session, batch_id: str) -> str:
    """Prove that the digest of a batch's newest manifest is in the log, as a `.tlog-proof` with a signed checkpoint."""
    digest = manifest(session, batch_id).sha256
    signed = proofs.latest_checkpoint(session)
    for at, entry in proofs.entries_of(session, [MANIFEST_ENTRY]):
        if signed is not None and at < signed.size and parse_entry(entry)[1].get("digest") == digest:
            return entry_proof(entry, at, proofs.inclusion(session, at, signed.size), signed.note).text
    raise NotLoggedYet(digest)


def _manifest(row: ManifestRow) -> Manifest:
    return Manifest(
        edition=row.edition,
        reports=row.reports,
        refused=row.refused,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        path=row.path,
        made_at=row.made_at,
    )


def _told(session: Session, rows: Sequence[BatchRow]) -> list[Batch]:
    return [_batch(session, row) for row in rows]


def _batch(session: Session, row: BatchRow) -> Batch:
    done, dead = counts_of(session, row.id)
    per_minute = _per_minute(session, row.id) if row.state in {BatchState.CUTTING, BatchState.ISSUING} else None
    left = row.subjects - done - dead
    known: dict[str, Any] = {"per_minute": per_minute, "minutes_left": left / per_minute if per_minute else None}
    return Batch(
        batch_id=row.id,
        kind=row.kind,
        period=Period(since=row.since, until=row.until),
        lang="zh" if row.lang == "zh" else "en",
        population=Population(row.population),
        issuer_id=row.issuer_id,
        tells=row.tells,
        state=BatchState(row.state),
        edition=row.edition,
        subjects=row.subjects,
        done=done,
        dead=dead,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        closed_at=row.closed_at,
        manifests=tuple(manifests_of(session, row.id)),
        **known,
    )


def _per_minute(session: Session, batch_id: str) -> float | None:
    """Measure the speed over what was worked on lately: a batch that was stopped over night is not slow for that."""
    at = now(session)
    done, began = session.execute(
        select(func.sum(PartRow.done + PartRow.dead), func.min(PartRow.began_at)).where(
            PartRow.batch_id == batch_id, PartRow.touched_at >= at - _LOOKED_BACK
        )
    ).one()
    if not done or began is None:
        return None
    seconds = (at - began).total_seconds()
    return int(done) * _MINUTE_SECONDS / seconds if seconds > 0 else None
