"""When are two lines the same evidence, and how is a value read exactly? Pure functions only."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import blake2b
from typing import Final

CHINA: Final = timezone(timedelta(hours=8))
"""Civil time in China, which has kept +08:00 since 1991: earlier than any evidence."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST_MICROS: Final = (datetime(2000, 1, 1, tzinfo=CHINA) - EPOCH) // timedelta(microseconds=1)
"""Nothing that happened before 2000 is evidence here: such a date is a clock that was never set."""
LARGEST: Final = 10**15 - 1
"""Fifteen digits: exact in every program that reads them, floating numbers included."""
_DAY_BYTES: Final = 3
_DIGEST_BYTES: Final = 13
_CARD_SHOWN: Final = 4
_CHARACTERS_SHOWN: Final = 100

# Plain digits only: `Decimal` and `int` would also take full-width digits, underscores and 1e999999.
_MONEY: Final = re.compile(r"([+-]?)([0-9]{1,13})(?:\.([0-9]{1,2})0*)?")
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,15}")
_DECIMAL: Final = re.compile(r"\+?([0-9]{1,15})(?:\.([0-9]{1,12})0*)?")
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ](?:[01][0-9]|2[0-3]):[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)

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
    found = _MONEY.fullmatch(text.strip())
    if found is None:
        return None
    sign, yuan, hundredths = found.groups()
    fen = int(yuan) * 100 + int((hundredths or "").ljust(2, "0"))
    return -fen if sign == "-" else fen


def whole(text: str) -> int | None:
    """Read a whole number, exactly; nothing if it isn't one."""
    text = text.strip()
    return int(text) if _WHOLE.fullmatch(text) else None


def positive_decimal(text: str) -> str | None:
    """Read a quantity above zero as plain decimal text without idle zeros; nothing if it isn't one."""
    found = _DECIMAL.fullmatch(text.strip())
    if found is None:
        return None
    units, parts = str(int(found[1])), (found[2] or "").rstrip("0")
    if units == "0" and not parts:
        return None
    return f"{units}.{parts}" if parts else units


def level(text: str) -> str | None:
    """Read what a meter shows, zero or more, as plain decimal text; nothing if it isn't one."""
    found = _DECIMAL.fullmatch(text.strip())
    if found is None:
        return None
    parts = (found[2] or "").rstrip("0")
    return f"{int(found[1])}.{parts}" if parts else str(int(found[1]))


def instant_micros(text: str) -> int | None:
    """Read a time as microseconds since 1970; without an offset it is civil time in China."""
    text = text.strip()
    if not _TIME.fullmatch(text):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = at if at.tzinfo is not None else at.replace(tzinfo=CHINA)
    return (aware - EPOCH) // timedelta(microseconds=1)


def china_days(micros: Sequence[int]) -> list[int]:
    """Give the civil day in China of each instant, counted from 1970."""
    return [(at // 1_000_000 + 28_800) // 86_400 for at in micros]


def hour_of(micros: int) -> int:
    """Give the civil hour in China of an instant, 0 to 23."""
    return (micros // 1_000_000 + 28_800) // 3600 % 24


def plain_name(text: str) -> str:
    """Give a name the way it is compared: one form of each letter, one size, no space, so that two say the same."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def day_of(count: int) -> date:
    """Give the date that `china_days` counted."""
    return date.fromordinal(count + _ORDINAL_1970)


_ORDINAL_1970: Final = date(1970, 1, 1).toordinal()


def is_text(value: str) -> bool:
    """Tell whether a text can be kept: the zero character is no character in a database."""
    return "\0" not in value


def shown(value: object) -> str:
    """Give what was found, short enough for a report, with zero characters made visible."""
    return "" if value is None else str(value)[:_CHARACTERS_SHOWN].replace("\0", "␀")


def masked(card: object) -> str:
    """Show the end of a card number, never more than half: its owner knows which one it is, nobody else does."""
    text = shown(card)
    return f"…{text[-min(_CARD_SHOWN, len(text) // 2) :]}" if len(text) > 1 else "…" * len(text)
