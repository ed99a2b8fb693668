"""When are two lines the same evidence, and how is a value read exactly? Pure functions only."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from typing import Final
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_BYTES: Final = 3
_DIGEST_BYTES: Final = 13
_LARGEST: Final = 2**53
"""Sums of a file stay exact in every program that reads them."""

LINES_BITS: Final = 32


def evidence_id(batch_id: int, line: int) -> int:
    """Number a piece of evidence by where it came from."""
    assert 0 < line < 2**LINES_BITS, "a file has fewer than four thousand million lines"
    return (batch_id << LINES_BITS) + line


def place_of(evidence: int) -> tuple[int, int]:
    """Give the batch and line that an evidence number stands for."""
    return evidence >> LINES_BITS, evidence & (2**LINES_BITS - 1)


def fingerprints(key: bytes, source: str, days: Iterable[int], *parts: Iterable[object]) -> list[bytes]:
    """Give 16 bytes for each line: its day in clear, then a keyed digest of what makes it the same line.

    The day stands first so that the index grows at its end; the key keeps outsiders from testing guesses.
    """
    start = blake2b(source.encode() + b"\0", key=key, digest_size=_DIGEST_BYTES)
    prints: list[bytes] = []
    for day, *line in zip(days, *parts, strict=True):
        digest = start.copy()
        digest.update("\0".join(map(str, line)).encode())
        prints.append(day.to_bytes(_DAY_BYTES, "big") + digest.digest())
    return prints


def whole_hundredths(text: str) -> int | None:
    """Read an amount in yuan as fen, exactly; nothing if it isn't one or has a third decimal."""
    try:
        amount = Decimal(text.strip()) * 100
    except InvalidOperation:
        return None
    if not amount.is_finite() or amount != amount.to_integral_value() or abs(amount) > _LARGEST:
        return None
    return int(amount)


def whole(text: str) -> int | None:
    """Read a whole number, exactly; nothing if it isn't one."""
    text = text.strip()
    digits = text[1:] if text[:1] in {"-", "+"} else text
    if not (digits.isascii() and digits.isdigit()):
        return None
    number = int(text)
    return number if abs(number) <= _LARGEST else None


def positive_decimal(text: str) -> str | None:
    """Read a quantity above zero as plain decimal text; nothing if it isn't one."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    if not number.is_finite() or number <= 0 or number > _LARGEST:
        return None
    return f"{number.normalize():f}"


def instant_micros(text: str) -> int | None:
    """Read a time as microseconds since 1970; without an offset it is civil time in China."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if len(text.strip()) <= len("2025-01-01"):
        return None
    aware = at if at.tzinfo is not None else at.replace(tzinfo=SHANGHAI)
    span = aware - EPOCH
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def china_days(micros: Sequence[int]) -> list[int]:
    """Give the civil day in China of each instant, counted from 1970; China has kept +08:00 since 1991."""
    return [(at // 1_000_000 + 28_800) // 86_400 for at in micros]


def day_of(count: int) -> date:
    """Give the date that `china_days` counted."""
    return date.fromordinal(count + _ORDINAL_1970)


_ORDINAL_1970: Final = date(1970, 1, 1).toordinal()
