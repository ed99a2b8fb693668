"""The process's writer: commands that wait together share one durable transaction, each caller is told after it."""

from greencredit.kernel.writer.commands import Command, Follow, Outcome, Verb
from greencredit.kernel.writer.errors import (
    BatchUndone,
    DeadlinePassed,
    NothingWritten,
    OutcomeUnknown,
    QueueFull,
    WriterStopped,
)
from greencredit.kernel.writer.tally import Histogram, Tally
from greencredit.kernel.writer.writers import InlineWriter, Writer, open_writer

__all__ = [
    "BatchUndone",
    "Command",
    "DeadlinePassed",
    "Follow",
    "Histogram",
    "InlineWriter",
    "NothingWritten",
    "Outcome",
    "OutcomeUnknown",
    "QueueFull",
    "Tally",
    "Verb",
    "Writer",
    "WriterStopped",
    "open_writer",
]
