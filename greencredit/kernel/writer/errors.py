"""What the writer answers when it cannot carry out a command, and the one answer that is not sure."""

from datetime import datetime

from greencredit.kernel.errors import NotNow, Refused


class QueueFull(NotNow):
    """暂时繁忙: more commands wait than the writer takes; nothing was written, and the fact says when to come back."""

    code = "kernel.queue_full"

    def __init__(self, *, waiting: int, asked: int, limit: int, retry_after_seconds: int) -> None:
        super().__init__(
            f"暂时繁忙，未写入 · {waiting} items wait, {asked} more would pass the limit of {limit}; "
            f"nothing was written, try again in {retry_after_seconds} s",
            waiting=waiting,
            asked=asked,
            limit=limit,
            retry_after_seconds=retry_after_seconds,
        )


class DeadlinePassed(NotNow):
    """等待超时: the deadline passed before the command's batch began; nothing was written."""

    code = "kernel.deadline_passed"

    def __init__(self, deadline: datetime, at: datetime, *, retry_after_seconds: int) -> None:
        super().__init__(
            f"等待超时，未写入 · the deadline {deadline.isoformat()} had passed at {at.isoformat()}, before the batch "
            "began; nothing was written",
            deadline=deadline.isoformat(),
            at=at.isoformat(),
            retry_after_seconds=retry_after_seconds,
        )


class WriterStopped(NotNow):
    """写入已停止: this process writes no more; nothing was written, another process or a later time will do it."""

    code = "kernel.writer_stopped"

    def __init__(self) -> None:
        super().__init__("写入已停止，未写入 · this process writes no more; nothing was written")


class NothingWritten(NotNow):
    """未写入: the database could not be written (locked, full, gone) and surely kept nothing of the command."""

    code = "kernel.nothing_written"

    def __init__(self, because: str) -> None:
        super().__init__(f"数据库暂不可写，未写入 · {because}: nothing was written, try again later", because=because)


class BatchUndone(Refused):
    """整批未写入: another item of the same all-or-nothing batch was refused, so this one was not written either."""

    code = "kernel.batch_undone"

    def __init__(self, *, item: int, code: str) -> None:
        super().__init__(
            f"整批未写入 · item {item} of the same batch was refused with {code}; nothing of the batch was written",
            item=item,
            code=code,
        )


class OutcomeUnknown(Exception):  # noqa: N818 - an answer, as refusals are
    """The connection broke while the database was committing: written or not, asking again with the same key tells.

    It is no refusal: a refusal says that nothing was changed.
    """

    def __init__(self, because: str) -> None:
        super().__init__(f"the commit was not confirmed ({because}): ask again with the same key")
        self.because = because
