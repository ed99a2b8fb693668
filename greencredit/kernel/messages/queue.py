"""Verbs of the two queues: put in, take on a lease, finish, fail, look at; at least once, never lost."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from greencredit.kernel import logs
from greencredit.kernel.clock import now
from greencredit.kernel.database import Database, is_sqlite
from greencredit.kernel.errors import Conflict, NotFound
from greencredit.kernel.ids import new_id
from greencredit.kernel.messages.tables import JOBS, OUTBOX, State

ATTEMPTS: Final = 8
"""How often an entry is tried before it is given up."""

LEASE: Final = timedelta(minutes=1)
"""How long a worker that says nothing is believed to be alive."""

_FIRST_PAUSE: Final = timedelta(seconds=10)
_LONGEST_PAUSE: Final = timedelta(hours=1)
_NO_ANSWER: Final = "the worker stopped answering"


class KeyReused(Conflict):
    """键已被占用: the key was already used for another body; the first one stands."""

    code = "kernel.key_reused"


class JobUnknown(NotFound):
    """没有此任务: no job and no message has this id."""

    code = "kernel.job_unknown"


class JobNotDead(Conflict):
    """任务尚未放弃: only a job that was given up can be tried again by hand."""

    code = "kernel.job_not_dead"


class LeaseLost(Conflict):
    """任务已被接管: another worker took the job over; what this one did for it must not be committed."""

    code = "kernel.lease_lost"


class Later(Exception):  # noqa: N818 - not a fault: a handler's wish to go on another time
    """Raised by a handler that did part of its work and wants to be called again; costs no attempt."""

    def __init__(self, pause: timedelta = timedelta(0)) -> None:
        super().__init__(f"later, in {pause}")
        self.pause = pause


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Job:
    """One entry of a queue as it stood when it was read; `attempts` counts the present one."""

    id: str
    kind: str
    key: str
    body: dict[str, Any]
    state: State
    attempts: int
    attempts_max: int
    run_after: datetime
    leased_until: datetime | None
    worker: str | None
    last_error: str | None
    request_id: str | None
    created_at: datetime
    done_at: datetime | None
    stopping: Callable[[], bool] = field(default=_never, compare=False, repr=False)
    """Asks whether the process wants to end: a long handler then commits and raises `Later`."""


def enqueue(
    session: Session,
    kind: str,
    key: str,
    body: Mapping[str, Any],
    run_after: datetime | None = None,
    *,
    attempts_max: int = ATTEMPTS,
    queue: sa.Table = JOBS,
) -> str:
    """Write down work in the caller's transaction and give its id; the same kind and key are the same work."""
    at = now(session)
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    insert = sqlite_insert if is_sqlite(session) else postgresql_insert
    written = insert(queue).values(
        id=new_id(session, "job" if queue is JOBS else "msg", at),
        kind=kind,
        key=key,
        body=text,
        state=State.WAITING,
        attempts=0,
        attempts_max=attempts_max,
        run_after=run_after or at,
        request_id=logs.request_id(),
        created_at=at,
    )
    made = session.scalar(written.on_conflict_do_nothing().returning(queue.c.id))
    if made is not None:
        return str(made)
    found = session.execute(sa.select(queue.c.id, queue.c.body).where(queue.c.kind == kind, queue.c.key == key)).one()
    if found.body != text:
        message = f"{kind} {key} already stands for another body than the one given now"
        raise KeyReused(message, kind=kind, key=key, found=found.id)
    return str(found.id)


def post(session: Session, topic: str, key: str, body: Mapping[str, Any]) -> str:
    """Put a message for the outside in the outbox: it leaves after the commit, or not at all."""
    return enqueue(session, topic, key, body, queue=OUTBOX)


def post_many(
    session: Session, topic: str, bodies: Mapping[str, Mapping[str, Any]], *, attempts_max: int = ATTEMPTS
) -> None:
    """Put many new messages in the outbox at once, by key; the caller knows that none of the keys was there before."""
    at = now(session)
    rows = [
        {
            "id": new_id(session, "msg", at),
            "kind": topic,
            "key": key,
            "body": json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
            "state": State.WAITING,
            "attempts": 0,
            "attempts_max": attempts_max,
            "run_after": at,
            "request_id": logs.request_id(),
            "created_at": at,
        }
        for key, body in bodies.items()
    ]
    if rows:
        session.execute(sa.insert(OUTBOX), rows)


def claim(
    database: Database,
    worker: str,
    kinds: Collection[str],
    lease: timedelta = LEASE,
    *,
    limit: int = 1,
    queue: sa.Table = JOBS,
) -> list[Job]:
    """Take what is due, oldest first, for one worker alone until the lease ends; expired leases are due again."""
    with database.writing() as session:
        at = now(session)
        _bury(session, queue, at)
        due = (
            sa.select(queue.c.id)
            .where(_is_due(queue, kinds, at))
            .order_by(queue.c.run_after, queue.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)  # SQLite has no such clause: BEGIN IMMEDIATE lets one in at a time
            .cte("due")
        )
        taken = session.execute(
            sa.update(queue)
            .where(queue.c.id.in_(sa.select(due.c.id)))
            .values(state=State.RUNNING, attempts=queue.c.attempts + 1, leased_until=at + lease, worker=worker)
            .returning(*queue.c)
        )
        return sorted((_job(row) for row in taken), key=lambda job: (job.run_after, job.id))


def is_any_due(session: Session, kinds: Collection[str], queue: sa.Table = JOBS) -> bool:
    """Tell whether something waits to be claimed, without locking anything."""
    found = session.scalar(sa.select(queue.c.id).where(_is_due(queue, kinds, now(session))).limit(1))
    return found is not None


def renew(session: Session, job: Job, lease: timedelta = LEASE, *, queue: sa.Table = JOBS) -> bool:
    """Prolong the lease of a job that is still being worked on; false when another worker has it."""
    return _settled(session, queue, job, leased_until=now(session) + lease)


def finish(session: Session, job: Job, *, queue: sa.Table = JOBS) -> None:
    """Mark a claimed job as done; in the handler's own transaction, work and mark stand or fall together."""
    if _settled(session, queue, job, state=State.DONE, leased_until=None, last_error=None, done_at=now(session)):
        return
    found = session.execute(sa.select(queue.c.state, queue.c.attempts).where(queue.c.id == job.id)).one_or_none()
    if found is None or (found.state, found.attempts) != (State.DONE, job.attempts):
        message = f"{job.worker} no longer holds {job.id}, attempt {job.attempts}"
        raise LeaseLost(message, job=job.id, attempt=job.attempts)


def fail(session: Session, job: Job, error: str, *, for_good: bool = False, queue: sa.Table = JOBS) -> None:
    """Let a job wait, twice as long after every attempt, or give it up; `error` must name no person.

    With `for_good` it is given up at once: another attempt would be refused the same way, until a person mends it.
    """
    if for_good or job.attempts >= job.attempts_max:
        _settled(session, queue, job, state=State.DEAD, leased_until=None, last_error=error)
        return
    _settled(
        session,
        queue,
        job,
        state=State.WAITING,
        leased_until=None,
        last_error=error,
        run_after=now(session) + pause_after(job.attempts),
    )


def postpone(session: Session, job: Job, pause: timedelta, *, queue: sa.Table = JOBS) -> None:
    """Let a job wait without counting the attempt: it did its part and goes on later."""
    again = {"state": State.WAITING, "leased_until": None, "attempts": job.attempts - 1}
    _settled(session, queue, job, run_after=now(session) + pause, **again)


def pause_after(attempts: int) -> timedelta:
    """Give the wait after the n-th failed attempt: 10 s, 20 s, 40 s … at most an hour."""
    assert attempts > 0, "an attempt was made"
    return min(_FIRST_PAUSE * (1 << min(attempts - 1, 20)), _LONGEST_PAUSE)


def retry(session: Session, job_id: str, *, queue: sa.Table = JOBS) -> Job:
    """Give a job that was given up a fresh set of attempts, starting now."""
    row = session.execute(sa.select(queue).where(queue.c.id == job_id)).one_or_none()
    if row is None:
        message = f"there is no {job_id}"
        raise JobUnknown(message, id=job_id)
    fresh = session.execute(
        sa.update(queue)
        .where(queue.c.id == job_id, queue.c.state == State.DEAD)
        .values(state=State.WAITING, attempts=0, run_after=now(session), worker=None)
        .returning(*queue.c)
    ).one_or_none()
    if fresh is None:
        message = f"{job_id} is {row.state}, only a dead one can be tried again"
        raise JobNotDead(message, id=job_id, found=row.state, wanted=str(State.DEAD))
    return _job(fresh)


def listed(
    session: Session,
    *,
    state: State | None = None,
    kind: str | None = None,
    before: str | None = None,
    limit: int = 50,
    queue: sa.Table = JOBS,
) -> list[Job]:
    """List entries, newest first; `before` is the last id of the page before."""
    wanted = sa.select(queue).order_by(queue.c.id.desc()).limit(limit)
    if state is not None:
        wanted = wanted.where(queue.c.state == state)
    if kind is not None:
        wanted = wanted.where(queue.c.kind == kind)
    if before is not None:
        wanted = wanted.where(queue.c.id < before)
    return [_job(row) for row in session.execute(wanted)]


def job(session: Session, job_id: str, *, queue: sa.Table = JOBS) -> Job:
    """Give one entry as it stands, or refuse an id that is nobody's."""
    row = session.execute(sa.select(queue).where(queue.c.id == job_id)).one_or_none()
    if row is None:
        message = f"there is no job {job_id}"
        raise JobUnknown(message, job_id=job_id)
    return _job(row)


def counts(session: Session, queue: sa.Table = JOBS) -> dict[tuple[str, str], int]:
    """Count the entries of a queue by (kind, state)."""
    rows = session.execute(
        sa.select(queue.c.kind, queue.c.state, sa.func.count())
        .group_by(queue.c.kind, queue.c.state)
        .order_by(queue.c.kind, queue.c.state)
    )
    return {(kind, state): number for kind, state, number in rows}


def clear(session: Session, done_before: datetime, queue: sa.Table = JOBS) -> int:
    """Forget what was done long ago and give its number; dead entries stay until a person decides."""
    gone = sa.delete(queue).where(queue.c.state == State.DONE, queue.c.done_at < done_before)
    return len(session.execute(gone.returning(queue.c.id)).all())


def _is_due(queue: sa.Table, kinds: Iterable[str], at: datetime) -> sa.ColumnElement[bool]:
    waited = sa.and_(queue.c.state == State.WAITING, queue.c.run_after <= at)
    abandoned = sa.and_(
        queue.c.state == State.RUNNING, queue.c.leased_until <= at, queue.c.attempts < queue.c.attempts_max
    )
    return sa.and_(queue.c.kind.in_(sorted(kinds)), sa.or_(waited, abandoned))


def _bury(session: Session, queue: sa.Table, at: datetime) -> None:
    """Give up what ended its worker at every attempt; else it would end every worker for ever."""
    session.execute(
        sa.update(queue)
        .where(queue.c.state == State.RUNNING, queue.c.leased_until <= at, queue.c.attempts >= queue.c.attempts_max)
        .values(state=State.DEAD, leased_until=None, last_error=_NO_ANSWER)
    )


def _settled(session: Session, queue: sa.Table, job: Job, **values: Any) -> bool:  # noqa: ANN401 - column values
    """Change a claimed job if this very claim still holds; the attempt is the fencing token."""
    ours = sa.and_(
        queue.c.id == job.id,
        queue.c.state == State.RUNNING,
        queue.c.worker == job.worker,
        queue.c.attempts == job.attempts,
    )
    return session.scalar(sa.update(queue).where(ours).values(**values).returning(queue.c.id)) is not None


def _job(row: sa.Row[Any]) -> Job:
    facts = row._asdict()
    return Job(**{**facts, "body": json.loads(facts["body"]), "state": State(facts["state"])})
