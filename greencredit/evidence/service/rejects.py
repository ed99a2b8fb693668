"""Writes the rejects file of a batch: line, reason, field, what was found and what was wanted."""

import csv
import unicodedata
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.evidence.tables import EvidenceReject
from greencredit.schemas.evidence import RejectCode

_FORMULA_STARTS = frozenset("=+-@\t\r")
"""What makes a spreadsheet program compute a cell instead of showing it."""

_HEADER = ("line", "code", "原因", "reason", "field", "found", "wanted")


def write_rejects(session: Session, batch_id: int, into: Path) -> int:
    """Write the lines that were sent back, by line, and count them; the same batch gives the same file."""
    statement = (
        select(EvidenceReject)
        .where(EvidenceReject.batch_id == batch_id)
        .order_by(EvidenceReject.line)
        .execution_options(yield_per=5_000)
    )
    count = 0
    into.parent.mkdir(parents=True, exist_ok=True)
    with into.open("w", encoding="utf-8-sig", newline="") as file:  # the mark lets spreadsheet programs read Chinese
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        for row in session.scalars(statement):
            reason = RejectCode(row.code).words
            texts = (_harmless(text) for text in (row.field, row.found, row.wanted))
            writer.writerow((row.line, row.code, reason.zh, reason.en, *texts))
            count += 1
    return count


def _harmless(text: str) -> str:
    first = unicodedata.normalize("NFKC", text[:1])  # full-width signs compute, too
    return f"'{text}" if first in _FORMULA_STARTS else text
