"""Sweeps the local store once a day, part by part; memory holds the digests of a sixteenth of the register at most."""

from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from greencredit.kernel import logs
from greencredit.kernel.database import Database
from greencredit.kernel.files.folder import FolderFiles
from greencredit.kernel.files.opening import local_files
from greencredit.kernel.messages.queue import Job
from greencredit.kernel.settings import Settings
from greencredit.reports import queries, service

SWEEP: Final = "reports.sweep"
"""The kind of job that removes files which nothing names."""

_UNWANTED_FOR: Final = timedelta(days=1)
"""A file is left alone for so long: no transaction that could name it is open any more."""

_AT_ONCE: Final = 500
_MOST: Final = 100_000
"""So many files are removed in a day at most."""

_DIGITS: Final = "0123456789abcdef"
_LOG: Final = logs.log(__name__)


def sweep(database: Database, job: Job) -> None:
    """Remove the files of the local store that nothing names; a bucket, which others may share, is left alone."""
    sweep_with(database, job, Settings())


def sweep_with(database: Database, job: Job, settings: Settings) -> int:
    """Do so with these settings and give how many; what is stopped begins anew the next day.

    Those who were killed leave a few files. Where more is unnamed than named, the database is not the one that the
    store belongs to: nothing is removed, and a person is told.
    """
    files = local_files(settings, service.FOLDER)
    before = database.clock.now() - _UNWANTED_FOR
    unnamed, named = _unnamed(database, files, before)
    if len(unnamed) > named:
        _LOG.error("more files lie in the store than the register names: none was removed", named=named)
        return 0
    removed = 0
    for begin in range(0, len(unnamed), _AT_ONCE):
        if job.stopping():
            break
        with database.writing() as session:
            removed += service.sweep(session, files, unnamed[begin : begin + _AT_ONCE], before=before)
    if removed:
        _LOG.info("files that nothing names were removed", files=removed)
    return removed


def _unnamed(database: Database, files: FolderFiles, before: datetime) -> tuple[list[str], int]:
    """List what nothing names, as far as it may be removed, and count what is named."""
    unnamed: list[str] = []
    count = 0
    for first in _DIGITS:
        with database.reading() as session:
            named = queries.digests_kept(session, first)
        count += len(named)
        for second in _DIGITS:
            lying = files.kept_before(before, below=first + second)
            unnamed += islice(
                (one for one in lying if not _is_named(service.digest_in(one), named)), _MOST - len(unnamed)
            )
    return unnamed, count


def _is_named(digest: str, named: set[bytes]) -> bool:
    try:
        return bytes.fromhex(digest) in named
    except ValueError:
        return False  # left unfinished by a writer that was killed
