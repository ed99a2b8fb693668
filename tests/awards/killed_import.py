"""A process of its own that imports a file in small chunks, so that a test can kill it in the middle."""

import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from greencredit.awards import jobs, service
from greencredit.evidence.service import files
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys


def main(url: str, feed: str, path: str, at: str, key: str, chunk: str) -> None:
    """Import with chunks of seven records; in one of them everything is written and then nothing committed."""
    files.CHUNK_LINES = 7
    database = Database(
        url, clock=StandingClock(datetime.fromisoformat(at)), entropy=seeded_entropy(at), keys=Keys(bytes.fromhex(key))
    )
    advance, chunks = service.advance, 0  # the last statement before a chunk's commit

    def killed(session: Session, batch_id: int, awarded: object) -> None:
        nonlocal chunks
        chunks += 1
        advance(session, batch_id, awarded)  # type: ignore[arg-type] # handed through
        if chunks == int(chunk):
            os.kill(os.getpid(), signal.SIGKILL)

    service.advance = killed
    jobs.import_file(database, feed, Path(path))


if __name__ == "__main__":
    main(*sys.argv[1:])
