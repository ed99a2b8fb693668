"""Reads what was logged, and leaves the process's logging as it was."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from greencredit.kernel import logs


@contextmanager
def logged(form: str = "json", *, lowest: str = "info") -> Iterator[Callable[[], str]]:
    """Give a function that tells what was logged so far."""
    root = logging.getLogger()
    before, configured = (root.handlers, root.level), structlog.get_config()
    written = io.StringIO()
    logs.set_up_logs(form, written, lowest=lowest)
    try:
        yield written.getvalue
    finally:
        root.handlers, root.level = before
        structlog.configure(**configured)


def lines(told: str) -> list[dict[str, Any]]:
    """Read lines of JSON."""
    return [json.loads(line) for line in told.splitlines()]
