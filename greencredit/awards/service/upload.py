"""Keeps an uploaded file and writes down the job that will take it in."""

import hashlib
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, Final

from sqlalchemy.orm import Session

from greencredit.awards import queries
from greencredit.awards.errors import NoSuchUpload
from greencredit.evidence import queries as evidence
from greencredit.evidence.catalogue import form_of
from greencredit.evidence.service import require_door, require_keepable
from greencredit.kernel.errors import Refused
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.queue import JobNotDead
from greencredit.kernel.settings import Settings
from greencredit.schemas.awards import TakenIn, Upload

TAKE_IN: Final = "awards.take_in"
"""The kind of job that takes an uploaded file in."""

_BLOCK_BYTES: Final = 1 << 20


def accept_upload(
    session: Session, settings: Settings, feed_name: str, stream: BinaryIO, *, name: str, encoding: str
) -> TakenIn:
    """Keep an uploaded file under its digest and enqueue the job that takes it in.

    The file is there before the job is: a job without its file can't happen, a file without its job does no harm.

    Raises:
        HoldsPlaces, HoldsCardNumbers, UndeclaredColumn (evidence): it must not be kept, and is not.
    """
    form = form_of(evidence.feed(session, feed_name).kind)
    require_door(form)
    inbox = settings.data_dir / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with NamedTemporaryFile(dir=inbox, delete=False) as kept:
        while block := stream.read(_BLOCK_BYTES):
            digest.update(block)
            size += len(block)
            kept.write(block)
    try:
        require_keepable(Path(kept.name), form, encoding)
    except Refused:
        Path(kept.name).unlink()
        raise
    suffix = Path(name).suffix if Path(name).suffix in {".csv", ".parquet"} else ".csv"
    path = inbox / f"{digest.hexdigest()}{suffix}"
    Path(kept.name).replace(path)
    body = {"feed": feed_name, "path": str(path), "encoding": encoding}
    job_id = queue.enqueue(session, TAKE_IN, f"{feed_name}:{path.name}:{encoding}", body)
    with suppress(JobNotDead):  # a file that was refused before is tried again: the reason may be gone
        queue.retry(session, job_id)
    return TakenIn(job_id=job_id, file_digest=digest.hexdigest(), size_bytes=size)


def upload_of(session: Session, feed_name: str, job_id: str) -> Upload:
    """Give what became of an uploaded file: waiting, done with its outcome, or refused and why."""
    job = queue.job(session, job_id)
    if job.kind != TAKE_IN or job.body["feed"] != feed_name:
        raise NoSuchUpload(job_id)
    batch = evidence.batch_of_file(session, feed_name, Path(job.body["path"]).stem)
    return Upload(
        job_id=job_id,
        state=job.state.value,
        refusal=job.last_error,
        outcome=None if batch is None else queries.import_outcome(session, batch.batch_id),
    )
