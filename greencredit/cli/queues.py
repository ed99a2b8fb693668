"""Commands for the queues: look at jobs and messages, do what is due, try again what was given up."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from greencredit.cli import output
from greencredit.cli.opening import opened

if TYPE_CHECKING:
    import sqlalchemy as sa

jobs = typer.Typer(help="后台任务 · jobs", no_args_is_help=True)
outbox = typer.Typer(help="待发消息 · messages to the outside", no_args_is_help=True)

_State = Annotated[str | None, typer.Option(help="waiting, running, done or dead")]
_Kind = Annotated[str | None, typer.Option(help="任务种类 · only this kind")]
_Before = Annotated[str | None, typer.Option(help="上一页最后的编号 · the last id of the page before")]
_Limit = Annotated[int, typer.Option(help="每页条数 · lines", min=1, max=1000)]


@jobs.command("list")
def list_jobs(state: _State = None, kind: _Kind = None, before: _Before = None, limit: _Limit = 20) -> None:
    """任务列表，新的在前 · list jobs, newest first."""
    from greencredit.kernel.messages.tables import JOBS

    _list(JOBS, state=state, kind=kind, before=before, limit=limit)


@outbox.command("list")
def list_messages(state: _State = None, kind: _Kind = None, before: _Before = None, limit: _Limit = 20) -> None:
    """消息列表，新的在前 · list messages, newest first."""
    from greencredit.kernel.messages.tables import OUTBOX

    _list(OUTBOX, state=state, kind=kind, before=before, limit=limit)


@jobs.command()
def run(limit: Annotated[int | None, typer.Option(help="最多执行 · at most so many", min=1)] = None) -> None:
    """立即执行到期任务 · do what is due now, then end."""
    from greencredit import timetable
    from greencredit.kernel.messages import queue
    from greencredit.kernel.messages.scheduler import Scheduler
    from greencredit.kernel.messages.tables import OUTBOX, State
    from greencredit.kernel.messages.worker import Worker

    with opened() as database:
        Scheduler(database, timetable.ENTRIES).tick()
        attempts = Worker(database, timetable.HANDLERS).run_due(limit)
        messages = Worker(database, timetable.DELIVERIES, queue=OUTBOX).run_due(limit)
        with database.reading() as session:
            counts = queue.counts(session)
    left = {state.value: sum(n for (_, found), n in counts.items() if found == state) for state in State}
    output.show(
        {"attempts": attempts, "messages": messages, "jobs": left},
        f"执行 {attempts} 个任务、{messages} 条消息 · {attempts} jobs and {messages} messages tried",
        "  ".join(f"{state} {number}" for state, number in left.items()),
    )


@jobs.command()
def retry(job_id: Annotated[str, typer.Argument(help="任务编号 · id")]) -> None:
    """重试已放弃的任务 · try a job again that was given up."""
    from greencredit.kernel.access import Deed, operator_at_the_machine
    from greencredit.kernel.messages import queue
    from greencredit.people.service import record_audit
    from greencredit.schemas.operations import JobLine

    with opened() as database, database.writing() as session:
        line = JobLine.model_validate(queue.retry(session, job_id), from_attributes=True)
        record_audit(session, operator_at_the_machine(database.clock.now()), Deed("operations.manage", job_id))
    output.show(line, f"{line.id} {line.kind}: {line.state}")


def _list(table: "sa.Table", *, state: str | None, **filters: Any) -> None:  # noqa: ANN401 - handed on as given
    from greencredit.kernel.clock import SHANGHAI
    from greencredit.kernel.messages import queue
    from greencredit.kernel.messages.tables import State
    from greencredit.schemas.operations import JobLine

    if state is not None and state not in set(State):
        message = f"{state} is no state, waiting, running, done or dead wanted"
        raise typer.BadParameter(message)
    with opened() as database, database.reading() as session:
        found = queue.listed(session, state=State(state) if state else None, queue=table, **filters)
        counts = queue.counts(session, table)
    lines = [JobLine.model_validate(job, from_attributes=True) for job in found]
    output.show_table(
        {"counts": [{"kind": k, "state": s, "count": n} for (k, s), n in counts.items()], "lines": lines},
        (
            "编号 · id",
            "种类 · kind",
            "键 · key",
            "状态 · state",
            "次数 · tries",
            "应于 · due (CST)",
            "上次出错 · last error",
        ),
        [
            (
                line.id,
                line.kind,
                line.key,
                line.state,
                f"{line.attempts}/{line.attempts_max}",
                f"{line.run_after.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
                line.last_error,
            )
            for line in lines
        ],
    )
