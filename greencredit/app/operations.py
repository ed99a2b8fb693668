"""The machine room's routes: health, measurements, jobs and the outbox."""

from typing import Annotated

import sqlalchemy as sa
from fastapi import Query, Request, Response
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from greencredit.kernel.database import Database
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Store, Writing, requires
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.tables import JOBS, OUTBOX, State
from greencredit.kernel.writer import Writer
from greencredit.schemas.operations import Alive, Health, JobCount, JobLine, JobPage

health = Doors(tags=["运行 · operations"])
router = Doors(tags=["运行 · operations"])

_PAGE = Query(ge=1, le=200)


@health.get("/health/live")
def live(permit: Annotated[Permit, requires("public.read")]) -> Alive:
    """进程是否存活 · the process answers, whatever the database does."""
    del permit
    return Alive()


@health.get("/health/ready", responses={503: {"model": Health}})
def ready(
    permit: Annotated[Permit, requires("public.read")], store: Store, request: Request, response: Response
) -> Health:
    """能否提供服务 · the database answers and has the newest schema, and the writer takes commands."""
    del permit
    found = health_of(store, request.app.state.writer)
    response.status_code = 200 if found.ready else 503
    return found


@health.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(permit: Annotated[Permit, requires("operations.read")], request: Request) -> Response:
    """运行指标 · measurements in Prometheus' text form."""
    del permit
    return Response(request.app.state.measures.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/jobs")
def jobs(
    permit: Annotated[Permit, requires("operations.read")],
    session: Reading,
    state: State | None = None,
    kind: str | None = None,
    before: str | None = None,
    limit: Annotated[int, _PAGE] = 50,
) -> JobPage:
    """后台任务 · jobs, newest first."""
    del permit
    return page_of(session, JOBS, state=state, kind=kind, before=before, limit=limit)


@router.get("/outbox")
def outbox(
    permit: Annotated[Permit, requires("operations.read")],
    session: Reading,
    state: State | None = None,
    kind: str | None = None,
    before: str | None = None,
    limit: Annotated[int, _PAGE] = 50,
) -> JobPage:
    """待发消息 · messages to the outside, newest first."""
    del permit
    return page_of(session, OUTBOX, state=state, kind=kind, before=before, limit=limit)


@router.post("/jobs/{job_id}/retry")
def retry(permit: Annotated[Permit, requires("operations.manage")], session: Writing, job_id: str) -> JobLine:
    """重试已放弃的任务 · try a job again that was given up."""
    permit.concerns(job_id)
    return JobLine.model_validate(queue.retry(session, job_id), from_attributes=True)


def health_of(database: Database, writer: Writer) -> Health:
    """Look whether the database answers and has the schema that this code wants, and whether the writer runs."""
    from greencredit.migrations.upgrade import newest  # it needs Alembic, which costs half the start-up

    try:
        with database.reading() as session:
            found = session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        return Health(ready=False, database_reachable=False, schema_wanted=newest(), writer_running=writer.healthy)
    wanted = newest()
    return Health(
        ready=found == wanted and writer.healthy,
        database_reachable=True,
        schema_found=found,
        schema_wanted=wanted,
        writer_running=writer.healthy,
    )


def page_of(
    session: Session, table: sa.Table, *, state: State | None, kind: str | None, before: str | None, limit: int
) -> JobPage:
    """Give one page of a queue."""
    found = queue.listed(session, state=state, kind=kind, before=before, limit=limit + 1, queue=table)
    counts = queue.counts(session, table)
    return JobPage(
        counts=tuple(JobCount(kind=kind, state=state, count=number) for (kind, state), number in counts.items()),
        lines=tuple(JobLine.model_validate(job, from_attributes=True) for job in found[:limit]),
        next_before=found[limit - 1].id if len(found) > limit else None,
    )
