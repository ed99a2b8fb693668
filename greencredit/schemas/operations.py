"""What the machine room shows: problems told to callers, health, and the queues of work and messages."""

from typing import Any, Literal

from pydantic import Field

from greencredit.schemas.values import Instant, Record


class Problem(Record):
    """Why a request was not carried out (RFC 9457); nothing was changed."""

    type: str = Field(description="错误代码的说明页 · the page that explains the code")
    title: str = Field(description="中文 · English, one per status")
    status: int
    detail: str = Field(description="what was found and what was wanted")
    code: str = Field(description="稳定的错误代码 · stable, for programs")
    facts: dict[str, Any] = Field(default_factory=dict, description="the values behind the detail")
    request_id: str = Field(description="请求编号，投诉或咨询时请提供 · name it when you ask about this answer")


class Alive(Record):
    """The process answers; nothing else was looked at."""

    alive: Literal[True] = True


class Health(Record):
    """Whether this process can do its work."""

    ready: bool
    database_reachable: bool
    schema_found: str | None = None
    schema_wanted: str | None = None
    writer_running: bool = True


class JobLine(Record):
    """One job or message as operators see it; its body stays inside."""

    id: str
    kind: str
    key: str
    state: str
    attempts: int
    attempts_max: int
    run_after: Instant
    leased_until: Instant | None
    worker: str | None
    last_error: str | None
    request_id: str | None
    created_at: Instant
    done_at: Instant | None


class JobCount(Record):
    """How many entries of one kind are in one state."""

    kind: str
    state: str
    count: int


class JobPage(Record):
    """A page of a queue, newest first, and the queue in numbers."""

    counts: tuple[JobCount, ...]
    lines: tuple[JobLine, ...]
    next_before: str | None = Field(description="下一页的游标 · give it as `before` to get the next page")
