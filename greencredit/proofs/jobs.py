"""What the log needs on a timer: publication, by one process at a time."""

from greencredit.kernel.database import Database
from greencredit.kernel.messages.queue import Job
from greencredit.kernel.settings import Settings
from greencredit.proofs import queries, service
from greencredit.proofs.errors import PublishedElsewhere
from greencredit.proofs.rules.exchange import origin_of


def publish(database: Database, job: Job) -> None:
    """Sign and publish what the log has become; while another process does it, there is nothing to do."""
    del job
    settings = Settings()
    try:
        service.publish(database, queries.log_folder(settings.data_dir), origin=origin_of(settings.public_url))
    except PublishedElsewhere:
        return
