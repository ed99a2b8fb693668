"""Reads of what makes reports provable: receipts, signatures, and which reports no longer stand."""

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.kernel.clock import instant
from greencredit.proofs import queries as proofs
from greencredit.proofs.rules.base64_text import encoded
from greencredit.proofs.rules.note import Note, parse_checkpoint
from greencredit.proofs.rules.policy import parse_key_change
from greencredit.proofs.rules.receipt import statement_batch
from greencredit.proofs.rules.records import parse_entry
from greencredit.proofs.rules.tree import ReadHashes, inclusion_path_from, leaf_hash, reader_over
from greencredit.reports.rules.receipt import Announced
from greencredit.reports.tables import AnnouncedRow, LoggedRow, SealRow, SignatureRow, WithdrawalRow
from greencredit.schemas.proofs import StatementBatch
from greencredit.schemas.reports.proven import ReportReceipt, ReportStanding, ReportStatus, SignatureNote

_SECOND_MICROS: Final = 1_000_000
_ISSUERS: Final = frozenset({"issuer", "filing"})


class Receipt(NamedTuple):
    """A receipt, and the second of its log entry."""

    file: ReportReceipt
    at: datetime


class Receipts:
    """Makes receipts; what the reports of one announcement share is read once."""

    def __init__(self, session: Session, seal: int) -> None:
        self._session = session
        self._seal = seal
        self._announcements: dict[str, _Announcement | None] = {}

    def of(self, report: Announced, issuer_ids: tuple[str, ...]) -> Receipt | None:
        """Give the receipt of a report; none before the log holds its announcement under a checkpoint."""
        key = (report.number, report.table_sha256, self._seal)
        row = self._session.get(AnnouncedRow, key)
        if row is None:
            return None
        if row.announcement_id not in self._announcements:
            logged = self._session.get(LoggedRow, row.announcement_id)
            self._announcements[row.announcement_id] = None if logged is None else _Announcement(self._session, logged)
        found = self._announcements[row.announcement_id]
        return None if found is None else found.receipt(report, issuer_ids)


class _Announcement:
    """One announcement in the log, under the checkpoint that its receipts are given under."""

    def __init__(self, session: Session, logged: LoggedRow) -> None:
        self._session = session
        self._logged = logged
        rows = session.scalars(
            select(AnnouncedRow)
            .where(AnnouncedRow.announcement_id == logged.announcement_id)
            .order_by(AnnouncedRow.number)
        )
        members = [Announced(one.number, one.kind, one.lang, one.facts_sha256, one.table_sha256) for one in rows]
        self._places = {one.number: place for place, one in enumerate(sorted(members))}
        self._read: ReadHashes = reader_over([leaf_hash(one.leaf) for one in sorted(members)])
        self._by_issuer: dict[str, tuple[StatementBatch, ...]] = {}

    def receipt(self, report: Announced, issuer_ids: tuple[str, ...]) -> Receipt:
        """Give the receipt of one of its reports."""
        place, count = self._places[report.number], len(self._places)
        file = ReportReceipt.model_validate(
            {
                **report._asdict(),
                "place": place,
                "count": count,
                "path": tuple(map(encoded, inclusion_path_from(self._read, place, count))),
                "batch": self._batch,
                "seal": self._shown(self._logged.seal_entry),
                "issuers": tuple(one for issuer_id in dict.fromkeys(issuer_ids) for one in self._about(issuer_id)),
                "checkpoint": self._checkpoint,
                "keys": self._keys,
            }
        )
        return Receipt(file, self._at)

    @cached_property
    def _batch(self) -> StatementBatch:
        return self._shown(self._logged.entry)

    @cached_property
    def _at(self) -> datetime:
        at_micros: int = parse_entry(self._batch.entry.encode())[1]["at"]
        return instant(at_micros // _SECOND_MICROS * _SECOND_MICROS)

    @cached_property
    def _checkpoint(self) -> str:
        """Give the checkpoint as the log itself signed it: what witnesses add later would change the receipt."""
        signed = parse_checkpoint(proofs.checkpoint_at(self._session, self._logged.size).note)
        own = tuple(one for one in signed.note.signatures if one.name == signed.checkpoint.origin)
        return Note(signed.note.text, own).signed

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        changes = proofs.key_changes(self._session)
        return tuple(one for one in changes if parse_key_change(one.encode()).since <= self._logged.size)

    @cached_property
    def _issuer_entries(self) -> list[tuple[int, str]]:
        entries = proofs.entries_of(self._session, _ISSUERS)
        return [
            (place, str(parse_entry(body)[1].get("issuer"))) for place, body in entries if place < self._logged.size
        ]

    def _about(self, issuer_id: str) -> tuple[StatementBatch, ...]:
        if issuer_id not in self._by_issuer:
            places = [place for place, about in self._issuer_entries if about == issuer_id]
            self._by_issuer[issuer_id] = tuple(map(self._shown, places))
        return self._by_issuer[issuer_id]

    def _shown(self, place: int) -> StatementBatch:
        entry = proofs.entry(self._session, place)
        return statement_batch(entry, place, proofs.inclusion(self._session, place, self._logged.size))


def signature_of(session: Session, file_sha256: str) -> SignatureNote | None:
    """Say how a file was signed; none where it was not."""
    row = session.get(SignatureRow, file_sha256)
    if row is None:
        return None
    return SignatureNote.model_validate(
        {
            "level": row.level,
            "certificate_sha256": row.certificate_sha256,
            "unsigned_sha256": row.unsigned_sha256,
            "unsigned_bytes": row.unsigned_bytes,
            "signed_at": row.signed_at,
        }
    )


def seal_certificates(session: Session) -> list[str]:
    """List the certificates that reports were ever signed with, as PEM, oldest first."""
    return list(session.scalars(select(SealRow.certificates).order_by(SealRow.number)))


def standing_of(session: Session, number: str) -> ReportStanding:
    """Say whether a report still stands; revoked counts for more than superseded."""
    rows = session.scalars(select(WithdrawalRow).where(WithdrawalRow.number == number))
    found = {row.status: row for row in rows}
    row = found.get(ReportStatus.REVOKED) or found.get(ReportStatus.SUPERSEDED)
    return ReportStanding(number=number, status=ReportStatus.VALID) if row is None else _standing(row)


def withdrawn(session: Session) -> Iterator[ReportStanding]:
    """List every report that no longer stands, by number."""
    kept: ReportStanding | None = None
    for row in session.scalars(select(WithdrawalRow).order_by(WithdrawalRow.number, WithdrawalRow.status.desc())):
        # Of two lines of a number the one that revokes it comes second, and counts.
        if kept is not None and kept.number != row.number:
            yield kept
        kept = _standing(row)
    if kept is not None:
        yield kept


def _standing(row: WithdrawalRow) -> ReportStanding:
    return ReportStanding.model_validate(
        {
            "number": row.number,
            "status": row.status,
            "since": row.withdrawn_at,
            "reason": row.reason,
            "successor": row.successor,
        }
    )
