"""Proving reports: they are put into the log first, then drawn with the receipt inside, then signed.

A receipt inside a signed file must be there before the signature; so what goes into the log cannot be the file. It is
number, digest of the facts and digest of the table, from which everything printed follows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from greencredit.kernel.clock import now
from greencredit.kernel.database import Database, is_sqlite
from greencredit.kernel.ids import new_id
from greencredit.ledger.jobs import take_in_now
from greencredit.proofs import queries as proofs
from greencredit.proofs import service as log
from greencredit.proofs.rules.base64_text import hash_decoded
from greencredit.proofs.rules.exchange import origin_of
from greencredit.proofs.rules.records import parse_entry
from greencredit.reports import queries, rules
from greencredit.reports.catalogue import ReportKind
from greencredit.reports.errors import NotAnnounced
from greencredit.reports.rules.receipt import Announced, batch_root, receipt_file
from greencredit.reports.rules.signature.cms import Signatory
from greencredit.reports.service.seal import Seal, SealSource, open_seal
from greencredit.reports.service.stamping import Authority
from greencredit.reports.tables import AnnouncedRow, AnnouncementRow, LoggedRow, SealRow
from greencredit.schemas.reports import Lang, ReportFacts

_AT_ONCE_MAX: Final = 10_000
"""How many reports one announcement holds at most: each receipt hashes all of them once a batch."""


@dataclass(frozen=True)
class Proof:
    """What makes a report provable while it is drawn; it can be handed to another process."""

    receipt: bytes
    """The file to be embedded."""
    signatory: Signatory
    name: str
    at: datetime
    """When it was announced: the signature gives this very second, so that it can be made again."""
    stamp: Authority | None = None
    """Asks a time-stamp authority, where one is configured."""


@dataclass(frozen=True)
class Wanted:
    """A report that is to be proven: what is announced of it, and whose credits it tells of."""

    announced: Announced
    issuer_ids: tuple[str, ...]


def wanted_of(kind: ReportKind, record: ReportFacts, lang: Lang) -> Wanted:
    """Say what is announced of a report; all of it follows from its facts."""
    from greencredit.reports.render.press import sheet_of

    imprint = rules.Imprint(kind.name, record, lang)
    table_sha256 = rules.digest_of(sheet_of(kind, record))
    announced = Announced(imprint.number, kind.name, lang, imprint.digest, table_sha256)
    return Wanted(announced, record.issuers_of_credits)


def prove(database: Database, source: SealSource, wanted: Sequence[Wanted]) -> dict[str, Proof]:
    """Announce reports, have the log signed, and give by number what they are drawn and signed with.

    What was announced before is not announced again, and gives the same receipt for ever. Several transactions: the
    log's head is locked for a moment only, and a stop between them leaves nothing that the next attempt cannot use.
    """
    assert len(wanted) <= _AT_ONCE_MAX, "announce in parts"
    with database.writing() as session:
        seal = open_seal(session, source)
        announce(session, source, seal, [one.announced for one in wanted])
    settle(database, source, seal, [one.announced.number for one in wanted])
    with database.reading() as session:
        return proofs_of(session, seal, wanted, source.stamp)


class Prover:
    """Proves reports one by one, or many ahead in one announcement; whatever was proven ahead is only looked up."""

    def __init__(self, database: Database, source: SealSource) -> None:
        self._database = database
        self._source = source
        self._ahead: dict[str, Proof] = {}

    def ahead(self, wanted: Sequence[Wanted]) -> None:
        """Prove these together; what was proven ahead before is forgotten."""
        self._ahead = prove(self._database, self._source, wanted) if wanted else {}

    def proof_of(self, kind: str, record: ReportFacts, lang: Lang) -> Proof:
        """Give what a report is drawn and signed with."""
        wanted = wanted_of(queries.kind_named(kind), record, lang)
        number = wanted.announced.number
        return self._ahead.get(number) or prove(self._database, self._source, [wanted])[number]


def announce(session: Session, source: SealSource, seal: Seal, reports: Sequence[Announced]) -> int:
    """Let reports wait for the log, under one root; gives how many were not announced before."""
    _open_log(session, source)
    at = now(session)
    announcement_id = new_id(session, "ann", at)
    insert: Any = sqlite.insert if is_sqlite(session) else postgresql.insert
    fresh = []
    known = _known(session, seal.number, [one.number for one in reports])
    # In order, so that two who announce the same reports wait for each other and never for ever.
    for one in sorted({report.number: report for report in reports}.values()):
        if (one.number, one.table_sha256) in known:
            continue
        row = insert(AnnouncedRow).values(announcement_id=announcement_id, seal=seal.number, **one._asdict())
        if session.scalar(row.on_conflict_do_nothing().returning(AnnouncedRow.number)) is not None:
            fresh.append(one)
    if not fresh:
        return 0
    root = batch_root(fresh)
    session.add(
        AnnouncementRow(
            id=announcement_id,
            seal=seal.number,
            count=len(fresh),
            root=hash_decoded(root),
            log_from=proofs.size(session),
            announced_at=at,
        )
    )
    session.flush()
    log.note_fact(session, "reports", {"batch": announcement_id, "count": len(fresh), "root": root})
    return len(fresh)


def settle(database: Database, source: SealSource, seal: Seal, numbers: Sequence[str]) -> None:
    """Bring the announcements of these reports into the log, have it signed, and keep under which size that was."""
    with database.reading() as session:
        waiting = _unsettled(session, seal, numbers)
    if not waiting:
        return
    take_in_now(database)
    with database.writing() as session:
        _open_log(session, source)
        size = log.checkpoint(session).size
        first = min(row.log_from for row in waiting)
        entries = {
            str(fact["batch"]): place
            for place, body in proofs.entries_of(session, {"reports"}, since=first)
            if "batch" in (fact := parse_entry(body)[1])
        }
        insert: Any = sqlite.insert if is_sqlite(session) else postgresql.insert
        settled = {one.id for one in waiting} - {one.id for one in _unsettled(session, seal, numbers)}
        for row in waiting:
            if row.id in settled:
                continue
            seal_entry = _seal_entry(session, row.seal)
            if row.id in entries and seal_entry is not None and max(entries[row.id], seal_entry) < size:
                values = {"announcement_id": row.id, "entry": entries[row.id], "seal_entry": seal_entry, "size": size}
                session.execute(insert(LoggedRow).values(values).on_conflict_do_nothing())


def proofs_of(
    session: Session, seal: Seal, wanted: Sequence[Wanted], stamp: Authority | None = None
) -> dict[str, Proof]:
    """Give what announced reports are drawn and signed with."""
    receipts = queries.Receipts(session, seal.number)
    found = {}
    for one in wanted:
        receipt = receipts.of(one.announced, one.issuer_ids)
        if receipt is None:
            raise NotAnnounced(one.announced.number)
        found[one.announced.number] = Proof(receipt_file(receipt.file), seal.signatory, seal.name, receipt.at, stamp)
    return found


def _known(session: Session, seal: int, numbers: Sequence[str]) -> set[tuple[str, str]]:
    rows = session.execute(
        select(AnnouncedRow.number, AnnouncedRow.table_sha256).where(
            AnnouncedRow.seal == seal, AnnouncedRow.number.in_(numbers)
        )
    )
    return {(number, table_sha256) for number, table_sha256 in rows}


def _open_log(session: Session, source: SealSource) -> None:
    """Name the log where nothing did so before; a log keeps its name when the platform's address changes."""
    if proofs.log_name(session) is None:
        log.open_log(session, origin_of(source.public_url))


def _unsettled(session: Session, seal: Seal, numbers: Sequence[str]) -> list[AnnouncementRow]:
    announced = select(AnnouncedRow.announcement_id).where(
        AnnouncedRow.seal == seal.number, AnnouncedRow.number.in_(numbers)
    )
    logged = select(LoggedRow.announcement_id).where(LoggedRow.announcement_id == AnnouncementRow.id)
    rows = list(session.scalars(select(AnnouncementRow).where(AnnouncementRow.id.in_(announced), ~logged.exists())))
    for row in rows:
        session.expunge(row)  # they outlive the session that read them
    return rows


def _seal_entry(session: Session, number: int) -> int | None:
    row = session.get(SealRow, number)
    assert row is not None, "an announcement names a certificate that there is"
    for place, body in proofs.entries_of(session, {"seal"}, since=row.log_from):
        if parse_entry(body)[1].get("certificate") == row.fingerprint:
            return place
    return None
