"""Tables of jobs, of messages that leave after the commit, and of how far each puller has read."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from greencredit.kernel.database import Table


class State(StrEnum):
    """Where an entry of a queue stands; a dead one waits for a person."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class _Entry:
    """The columns that a job and a message share."""

    __tablename__: str

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int]
    attempts_max: Mapped[int]
    run_after: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    worker: Mapped[str | None]
    last_error: Mapped[str | None]
    request_id: Mapped[str | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> Any:  # noqa: ANN401 - SQLAlchemy's own free form
        """Guard the key, the states and the count; find what is due without looking at what is done."""
        return (
            UniqueConstraint("kind", "key"),
            CheckConstraint("state IN ('waiting', 'running', 'done', 'dead')", name="state"),
            CheckConstraint("attempts >= 0 AND attempts_max > 0", name="attempts"),
            CheckConstraint("state <> 'running' OR leased_until IS NOT NULL", name="leased"),
            Index(None, "state", "run_after", "id"),
            {"sqlite_strict": True},
        )


class KernelJob(_Entry, Table):
    """Work that this platform still has to do."""

    __tablename__ = "kernel_job"


class KernelMessage(_Entry, Table):
    """Something to tell the outside world, kept until it was delivered (outbox)."""

    __tablename__ = "kernel_message"


class KernelCursor(Table):
    """How far a puller has read a lower room's facts."""

    __tablename__ = "kernel_cursor"

    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    moved_at: Mapped[datetime]


JOBS: Final = cast("sa.Table", KernelJob.__table__)
"""The queue of work."""

OUTBOX: Final = cast("sa.Table", KernelMessage.__table__)
"""The queue of messages to the outside."""

CURSORS: Final = cast("sa.Table", KernelCursor.__table__)
"""Positions of pullers."""
