"""The machine room: what jobs and messages are waiting, running, done, or given up."""

from typing import Annotated, Final

import sqlalchemy as sa
from fastapi import Request, Response
from sqlalchemy.orm import Session

from greencredit.kernel.clock import now
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, requires
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.tables import JOBS, OUTBOX, State
from greencredit.schemas.values import Words
from greencredit.schemas.web import OperatorPage, Queue, QueueLine, Tally
from greencredit.web import pages

router = Doors(include_in_schema=False)

_STATES: Final = {
    State.WAITING: Words(zh="等待", en="waiting"),
    State.RUNNING: Words(zh="进行中", en="running"),
    State.DONE: Words(zh="已完成", en="done"),
    State.DEAD: Words(zh="待人处理", en="given up"),
}
_SHOWN: Final = 50


@router.get("/operator/jobs")
def jobs(permit: Annotated[Permit, requires("operations.read")], request: Request, session: Reading) -> Response:
    """Show jobs and outbox (作业与外发)."""
    permit.require()
    page = OperatorPage(as_of=now(session), jobs=_queue(session, JOBS), outbox=_queue(session, OUTBOX))
    return pages.render(request, permit.actor, "jobs.html", page=page)


def _queue(session: Session, table: sa.Table) -> Queue:
    counted = queue.counts(session, table)
    tallies = {state: sum(count for (_, found), count in counted.items() if found == state) for state in State}
    return Queue(
        tallies=tuple(Tally(state=state, state_title=_STATES[state], count=count) for state, count in tallies.items()),
        entries=tuple(_line(entry) for entry in queue.listed(session, limit=_SHOWN, queue=table)),
    )


def _line(entry: queue.Job) -> QueueLine:
    return QueueLine(
        key=entry.key,
        kind=entry.kind,
        state=entry.state,
        state_title=_STATES[entry.state],
        attempts=entry.attempts,
        attempts_max=entry.attempts_max,
        run_after=entry.run_after,
        leased_until=entry.leased_until,
        last_error=entry.last_error,
    )
