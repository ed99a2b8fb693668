"""How a command speaks: tables and lines for people, one JSON document for machines, a bar for long work."""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, TextIO

from pydantic_core import to_jsonable_python

if TYPE_CHECKING:
    from greencredit.kernel.errors import Refusal

AS_JSON: Final[ContextVar[bool]] = ContextVar("as_json", default=False)
"""Whether a machine reads what this process prints (`--json`)."""

_PATIENCE_SECONDS: Final = 2.0
_LINE_SECONDS: Final = 5.0
_REFRESH_SECONDS: Final = 0.1
_PIPE_COLUMNS: Final = 200  # a pipe has no width: lines are not folded for it


def say(line: str) -> None:
    """Remark something to a person; it goes to standard error, machines never see it."""
    if not AS_JSON.get():
        print(line, file=sys.stderr, flush=True)  # noqa: T201 - this is the terminal


def show(facts: Any, *lines: str) -> None:  # noqa: ANN401 - records, mappings and lists alike
    """Print the result of a command: these lines for a person, the facts as JSON for a machine."""
    if AS_JSON.get():
        _print_json(facts)
        return
    for line in lines:
        print(line)  # noqa: T201 - this is the terminal


def show_table(facts: Any, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:  # noqa: ANN401 - as above
    """Print the result of a command as a table for a person, the facts as JSON for a machine."""
    if AS_JSON.get():
        _print_json(facts)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else _PIPE_COLUMNS)
    console.print(table, markup=False, highlight=False)


def refuse(refusal: "Refusal") -> None:
    """Print why nothing was done: one clear line with its code, or the facts as JSON for a machine."""
    if AS_JSON.get():
        _print_json({"code": refusal.code, "detail": refusal.message, "facts": refusal.facts})
    else:
        print(f"未执行 · refused: {refusal.message} [{refusal.code}]", file=sys.stderr)  # noqa: T201 - the terminal


def _print_json(facts: Any) -> None:  # noqa: ANN401 - as above
    print(json.dumps(to_jsonable_python(facts, fallback=str), ensure_ascii=False, indent=2))  # noqa: T201 - the terminal


@contextmanager
def progress(
    label: str,
    total: int | None = None,
    *,
    stream: TextIO | None = None,
    patience_seconds: float = _PATIENCE_SECONDS,
    line_seconds: float = _LINE_SECONDS,
) -> Iterator[Callable[[int], None]]:
    """Give a function that counts steps; whatever takes longer than two seconds shows its rate and time left.

    On a terminal it is a bar, elsewhere a line every few seconds, and nothing with `--json`.
    """
    watched = _Watched(label, total, stream or sys.stderr)
    over = threading.Event()
    show_it = watched.bar if watched.stream.isatty() else watched.lines
    arguments = (over, patience_seconds, line_seconds)
    watcher = threading.Thread(target=show_it, args=arguments, name=f"progress of {label}", daemon=True)
    if not AS_JSON.get():
        watcher.start()
    try:
        yield watched.advance
    finally:
        over.set()
        if watcher.ident is not None:
            watcher.join()


class _Watched:
    """How far the work is; counting costs one addition, a thread of its own does the drawing."""

    def __init__(self, label: str, total: int | None, stream: TextIO) -> None:
        self.label, self.total, self.stream = label, total, stream
        self.done = 0
        self.began = time.monotonic()

    def advance(self, steps: int = 1) -> None:
        """Count steps."""
        self.done += steps

    def lines(self, over: threading.Event, patience_seconds: float, line_seconds: float) -> None:
        """Print a line now and then, and a last one."""
        if over.wait(patience_seconds):
            return
        while True:
            print(self.told(), file=self.stream, flush=True)
            if over.wait(line_seconds):
                break
        print(self.told(), file=self.stream, flush=True)

    def bar(self, over: threading.Event, patience_seconds: float, line_seconds: float) -> None:
        """Draw a bar and keep it moving."""
        del line_seconds
        if over.wait(patience_seconds):
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (TextColumn("{task.description}"), BarColumn())
        with Progress(*columns, console=Console(file=self.stream), refresh_per_second=10) as drawn:
            task = drawn.add_task(self.told(), total=self.total)
            while not over.wait(_REFRESH_SECONDS):
                drawn.update(task, completed=self.done, description=self.told())
            drawn.update(task, completed=self.done, description=self.told())

    def told(self) -> str:
        """Say how far, how fast, how long yet."""
        seconds = max(time.monotonic() - self.began, 1e-6)
        rate = self.done / seconds
        if self.total is None:
            return f"{self.label} {self.done:,} · {rate:,.0f}/s · 已用 {_clock(seconds)}"
        share = 100 * self.done / self.total if self.total else 100.0
        if self.done >= self.total:
            rest = f"用时 took {_clock(seconds)}"
        else:
            rest = f"剩余 left {_clock((self.total - self.done) / rate)}" if self.done else "剩余 left ?"
        return f"{self.label} {self.done:,}/{self.total:,} ({share:.0f}%) · {rate:,.0f}/s · {rest}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
