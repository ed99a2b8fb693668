"""Serves the application on a socket until it is ended; asked to, it dies right after its first commit."""

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from sqlalchemy import event
from sqlalchemy.orm import Session

from greencredit.app.main import create_app
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.kernel.settings import Settings


def main(url: str, socket: str, *, dies: bool) -> None:
    """Serve."""
    if dies:

        @event.listens_for(Session, "after_commit")
        def _committed(_session: Session) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

    # The same keys as the test that made the database: an API key is known by its digest under one of them.
    keys = Keys(seeded_entropy("direct")(32))
    clock = StandingClock(datetime(2026, 3, 2, 4, 0, tzinfo=UTC))
    settings = Settings(data_dir=Path(socket).parent, public_url="https://credits.example")
    app = create_app(Database(url, clock=clock, keys=keys), settings)
    uvicorn.run(app, uds=socket, log_config=None, access_log=False)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], dies=sys.argv[3] == "dies")
