"""What the log needs on a timer: publication, by one process at a time."""

from pathlib import Path
from typing import Final

from greencredit.kernel.database import Database
from greencredit.kernel.messages.queue import Job
from greencredit.kernel.settings import Settings
from greencredit.proofs import service
from greencredit.proofs.errors import PublishedElsewhere
from greencredit.proofs.rules.exchange import origin_of

FOLDER: Final = "log"
"""Below the data folder: the log as files, laid out as c2sp.org/tlog-tiles."""


def publish(database: Database, job: Job) -> None:
    """Sign and publish what the log has become; while another process does it, there is nothing to do."""
    del job
    settings = Settings()
    try:
        service.publish(database, folder_of(settings), origin=origin_of(settings.public_url))
    except PublishedElsewhere:
        return


def folder_of(settings: Settings) -> Path:
    """Tell where the log's files lie."""
    return settings.data_dir / FOLDER
