"""Idempotency keys: sixteen bytes of any text, and what sums a command up so that a reused key is told from a retry."""

import re
import struct
import uuid
from datetime import date
from hashlib import blake2b
from typing import Final

from greencredit.schemas.ledger import Verb

KEY_BYTES: Final = 16
_DAY_BYTES: Final = 3
_DATED: Final = re.compile(rb"(\d{4}-\d{2}-\d{2})\.(.+)", re.DOTALL)


def key_of(token: str) -> bytes:
    """Make the 16-byte key of a caller's token.

    A UUID is its own key; a token `2026-11-22.<anything>` keeps its day in front, so that keys of one day lie
    together on disk; of anything else the digest is taken. The same token gives the same key for ever.
    """
    try:
        return uuid.UUID(token).bytes
    except ValueError:
        pass
    raw = token.encode()
    if (dated := _DATED.fullmatch(raw)) is not None:
        try:
            return dated_key(date.fromisoformat(dated[1].decode()), raw)
        except ValueError:
            pass
    return blake2b(raw, digest_size=KEY_BYTES).digest()


def dated_key(day: date, raw: bytes) -> bytes:
    """Make a key of anything that belongs to a day; the day stands in front."""
    return day.toordinal().to_bytes(_DAY_BYTES, "big") + blake2b(raw, digest_size=KEY_BYTES - _DAY_BYTES).digest()


def fingerprint(verb: Verb, *facts: int, text: str = "") -> bytes:
    """Sum up what was asked for (16 bytes); awards need none, their row says it all."""
    return blake2b(struct.pack(f">B{len(facts)}q", verb, *facts) + text.encode(), digest_size=KEY_BYTES).digest()
