"""Keeps an uploaded file and writes down the job that will take it in."""

import hashlib
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, Final

from sqlalchemy.orm import Session

from greencredit.evidence import queries as evidence
from greencredit.kernel.messages import queue
from greencredit.kernel.settings import Settings
from greencredit.schemas.awards import TakenIn

TAKE_IN: Final = "awards.take_in"
"""The kind of job that takes an uploaded file in."""

_BLOCK_BYTES: Final = 1 << 20


def accept_upload(
    session: Session, settings: Settings, feed_name: str, stream: BinaryIO, *, name: str, encoding: str
) -> TakenIn:
    """Keep an uploaded file under its digest and enqueue the job that takes it in.

    The file is there before the job is: a job without its file can't happen, a file without its job does no harm.
    """
    evidence.feed(session, feed_name)
    inbox = settings.data_dir / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with NamedTemporaryFile(dir=inbox, delete=False) as kept:
        while block := stream.read(_BLOCK_BYTES):
            digest.update(block)
            size += len(block)
            kept.write(block)
    suffix = Path(name).suffix if Path(name).suffix in {".csv", ".parquet"} else ".csv"
    path = inbox / f"{digest.hexdigest()}{suffix}"
    Path(kept.name).replace(path)
    body = {"feed": feed_name, "path": str(path), "encoding": encoding}
    job_id = queue.enqueue(session, TAKE_IN, f"{feed_name}:{digest.hexdigest()}", body)
    return TakenIn(job_id=job_id, file_digest=digest.hexdigest(), size_bytes=size)
