"""What documents need on a timer: every file is read again, and what no register knows is swept up."""

from datetime import timedelta
from typing import Final

from greencredit.documents import queries
from greencredit.documents.errors import ShelfDoesNotHold
from greencredit.kernel import logs
from greencredit.kernel.clock import micros
from greencredit.kernel.database import Database
from greencredit.kernel.messages.queue import Job
from greencredit.kernel.settings import Settings

AUDIT: Final = "documents.audit"
"""The kind of job that compares shelf and register."""

_UNREGISTERED_FOR: Final = timedelta(days=1)
"""A file that nobody registered may still be on its way for so long."""

_LOG: Final = logs.log(__name__)


def audit(database: Database, job: Job) -> None:
    """Compare shelf and register; what is lost or altered is an error in the log and a job given up.

    Raises:
        ShelfDoesNotHold: a file of the register is lost or has other bytes.
    """
    del job
    sweep_and_require(database, Settings())


def sweep_and_require(database: Database, settings: Settings) -> None:
    """Remove files that stayed without a register for a day, and refuse to be silent about what is lost."""
    folder = settings.data_dir / queries.FOLDER
    with database.reading() as session:
        found = queries.audit(session, folder)
    oldest = micros(database.clock.now() - _UNREGISTERED_FOR) / 1_000_000
    for name in found.strange:
        path = folder / name[:2] / name
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
    if not found.holds:
        _LOG.error("documents lost or altered", lost=found.lost, altered=found.altered)
        message = f"{len(found.lost)} files are lost, {len(found.altered)} have other bytes than the register says"
        raise ShelfDoesNotHold(message)
    _LOG.info("documents are whole", looked_at=found.looked_at, strange=len(found.strange))
