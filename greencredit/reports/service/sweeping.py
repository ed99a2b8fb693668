"""Sweeping the store: whoever is killed between file and commit leaves a file behind that nothing names (清扫存储)."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.kernel.database import is_sqlite
from greencredit.kernel.files.folder import FolderFiles
from greencredit.reports import queries

_STORE: Final = 0x7265706F727473
"""Names the store among the advisory locks of PostgreSQL."""


def keep_from_sweeping(session: Session) -> None:
    """Let no file be swept away until this transaction ends; others may keep files meanwhile."""
    if not is_sqlite(session):  # SQLite has one writer at a time
        session.execute(select(func.pg_advisory_xact_lock_shared(_STORE)))


def digest_in(address: str) -> str:
    """Read the digest out of an address; of what was left unfinished it is none that anybody names."""
    return PurePosixPath(address).stem


def sweep(session: Session, files: FolderFiles, addresses: Sequence[str], *, before: datetime) -> int:
    """Remove those of some files that nothing names and nobody kept since an instant; gives how many.

    A file is kept in the transaction that names it. None such is open while this one is, so what is not named now
    will not be by that file: whoever wants the same bytes later finds none, and writes them.
    """
    if not is_sqlite(session):
        session.execute(select(func.pg_advisory_xact_lock(_STORE)))
    named = queries.kept_of(session, {digest_in(one) for one in addresses})
    swept = [one for one in addresses if digest_in(one) not in named and files.was_kept_before(one, before)]
    for one in swept:
        files.remove(one)
    return len(swept)
