"""Structured logs: one line per event, carrying the request's id and nothing that names a person."""

import logging
import re
import sqlite3
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from contextvars import ContextVar, Token
from itertools import pairwise
from typing import Any, Final, TextIO

import structlog
from structlog.stdlib import BoundLogger, ProcessorFormatter
from structlog.typing import Processor

from greencredit.kernel.errors import Refusal

HIDDEN: Final = "[hidden]"

# A key is personal or secret when one of its words is one of these: `guardian_phone`, `x-api-key`, `idCard`.
_TELLING: Final = frozenset(
    {
        *("address", "birth", "birthday", "email", "idcard", "identity", "mail", "mobile", "name", "openid"),
        *("passport", "phone", "plate", "card", "authorization", "cookie", "headers", "passphrase", "password"),
        *("salt", "secret", "session", "token", "body", "parameters", "params", "payload", "query"),
    }
)
_TELLING_PAIRS: Final = frozenset({("api", "key"), ("id", "number"), ("id", "card"), ("real", "name")})

_WORDS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_PERSONAL: Final = re.compile(
    r"(?<![\dA-Za-z])(?:1[3-9]\d{9}|\d{17}[\dXx]|\d(?:[ -]?\d){15,18})(?!\d)"  # mobile, identity card, bank card
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # mail
)

# Faults whose messages are about code, files and constraints; all others may repeat a value they were given.
_DISCREET: Final = (
    AssertionError,
    AttributeError,
    ImportError,
    NameError,
    OSError,
    RecursionError,
    TypeError,
    sqlite3.Error,
)

_QUIET: Final = ("uvicorn.access", "alembic", "fontTools", "weasyprint", "asyncio")


_CARRIED: Final[ContextVar[dict[str, Any]]] = ContextVar("carried", default={})  # noqa: B039 - never changed, only replaced


def log(name: str) -> BoundLogger:
    """Give the logger of one module."""
    logger: BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def request_id() -> str | None:
    """Give the id of the request or job that is being carried out, if there is one."""
    found: str | None = _CARRIED.get().get("request_id")
    return found


class _Carrying:
    """A block inside which lines carry more facts; a class, because every request pays for it."""

    __slots__ = ("_before", "_facts")

    def __init__(self, facts: dict[str, object]) -> None:
        self._facts = facts

    def __enter__(self) -> None:
        """Begin to add the facts to what is carried already."""
        self._before: Token[dict[str, Any]] = _CARRIED.set(_CARRIED.get() | self._facts)

    def __exit__(self, *_: object) -> None:
        """Carry what was carried before."""
        _CARRIED.reset(self._before)


def carrying(**facts: object) -> _Carrying:
    """Add facts, such as `request_id`, to every line that is logged inside the block."""
    return _Carrying({key: fact for key, fact in facts.items() if fact is not None})


def _with_carried(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:  # noqa: ANN401 - as structlog calls it
    return {**_CARRIED.get(), **line}


def set_up_logs(form: str = "json", stream: TextIO | None = None, *, lowest: str = "info") -> None:
    """Send every log line of the process, the libraries' too, to one place in one form (`json` or `plain`)."""
    structlog.configure(
        processors=[*_shared(), ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=BoundLogger,
        cache_logger_on_first_use=False,
    )
    last: Processor = (
        structlog.dev.ConsoleRenderer(colors=False, timestamp_key="at")
        if form == "plain"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=_shared(), processors=[ProcessorFormatter.remove_processors_meta, _faults, _hide, last]
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(lowest.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _shared() -> list[Processor]:
    return [
        _with_carried,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]


def _faults(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Turn an exception into its frames and causes; what it says is kept only where it can't name a person."""
    told = line.pop("exc_info", None)
    error = told if isinstance(told, BaseException) else sys.exc_info()[1] if told is True else (told or (0, None))[1]
    if isinstance(error, BaseException):
        line["error"], line["trace"] = told_of(error), _frames(error)
    return line


def told_of(error: BaseException) -> str:
    """Name a fault in one line: its kind, a refusal's code, a message only when it can't repeat what was given."""
    kind = type(error)
    if isinstance(error, Refusal):
        return f"{kind.__name__} {error.code}"
    said = scrubbed(str(error).partition("\n")[0])[:200] if isinstance(error, _DISCREET) else ""
    return f"{kind.__name__}: {said}" if said else kind.__name__


def place_of(error: BaseException) -> str:
    """Name the line of our own code that a fault passed last."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "greencredit" in frame.filename] or frames
    return f"{ours[-1].filename.rpartition('greencredit/')[2]}:{ours[-1].lineno}" if ours else "?"


def _frames(error: BaseException) -> list[str]:
    told: list[str] = []
    seen: BaseException | None = error
    while seen is not None:
        told.append(told_of(seen))
        told.extend(
            f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(seen.__traceback__)
        )
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return told


def scrubbed(text: str) -> str:
    """Cover mobile numbers, identity and bank card numbers and mail addresses in free text."""
    return _PERSONAL.sub(HIDDEN, text)


def _hide(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Cover personal and secret values; the line's own words are left alone."""
    own = {"at", "level", "logger", "trace"}
    return {key: value if key in own else _covered(key, value) for key, value in line.items()}


def _covered(key: str, value: Any) -> Any:  # noqa: ANN401 - log values are free-form
    if _is_telling(key):
        return HIDDEN
    if isinstance(value, Mapping):
        return {str(inner): _covered(str(inner), found) for inner, found in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_covered("", found) for found in value]
    if isinstance(value, str):
        return scrubbed(value)
    return value if isinstance(value, int | float | None) else scrubbed(str(value))


def _is_telling(key: str) -> bool:
    words = [word.lower() for word in _WORDS.findall(key)]
    return not _TELLING.isdisjoint(words) or not _TELLING_PAIRS.isdisjoint(pairwise(words))
