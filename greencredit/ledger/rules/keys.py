"""Idempotency keys: sixteen bytes of any text, and what sums a command up so that a reused key is told from a retry."""

import re
import struct
from collections.abc import Iterable
from datetime import date
from hashlib import blake2b
from typing import Final

from greencredit.schemas.ledger import Verb

KEY_BYTES: Final = 16
_DAY_BYTES: Final = 3
_DAY_LETTERS: Final = 10
_UUID_LETTERS: Final = 36
_UUID_VERSION: Final = 14
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PACKED: Final = [struct.Struct(f">B{count}q") for count in range(8)]
"""A verb and so many numbers."""
_DATED: Final = re.compile(rb"(\d{4}-\d{2}-\d{2})\.(.+)", re.DOTALL)


def key_of(token: str) -> bytes:
    """Make the 16-byte key of a caller's token.

    A UUID is its own key; a token `2026-11-22.<anything>` keeps its day in front, so that keys of one day lie
    together on disk; of anything else the digest is taken. The same token gives the same key for ever.
    """
    if _UUID.fullmatch(token):
        return bytes.fromhex(token.replace("-", ""))
    raw = token.encode()
    if (dated := _DATED.fullmatch(raw)) is not None:
        try:
            return dated_key(date.fromisoformat(dated[1].decode()), raw)
        except ValueError:
            pass
    return blake2b(raw, digest_size=KEY_BYTES).digest()


def scoped_keys(scope: str, tokens: Iterable[str]) -> list[bytes]:
    """Make the keys of tokens that mean something only within a scope, such as one issuer's or one account's.

    Many who post under one name can't meet each other's keys then. Of a time-ordered UUID the time stays in front, of
    a token `2026-11-22.<anything>` the day; the rest is a digest of scope and token.
    """
    head = scope.encode() + b"\0"
    keys = []
    for token in tokens:
        raw = token.encode()
        front = _front(raw)
        keys.append(front + blake2b(head + raw, digest_size=KEY_BYTES - len(front)).digest())
    return keys


def _front(raw: bytes) -> bytes:
    """Give the time that a token begins with, if it begins with one."""
    try:
        if len(raw) == _UUID_LETTERS and raw[_UUID_VERSION : _UUID_VERSION + 1] == b"7":
            return bytes.fromhex((raw[:8] + raw[9:13]).decode())
        if raw[_DAY_LETTERS : _DAY_LETTERS + 1] == b".":
            return date.fromisoformat(raw[:_DAY_LETTERS].decode()).toordinal().to_bytes(_DAY_BYTES, "big")
    except ValueError:
        pass
    return b""


def dated_key(day: date, raw: bytes) -> bytes:
    """Make a key of anything that belongs to a day; the day stands in front."""
    return day.toordinal().to_bytes(_DAY_BYTES, "big") + blake2b(raw, digest_size=KEY_BYTES - _DAY_BYTES).digest()


def fingerprint(verb: Verb, *facts: int, text: str = "") -> bytes:
    """Sum up what was asked for (16 bytes); awards need none, their row says it all."""
    return blake2b(_PACKED[len(facts)].pack(verb, *facts) + text.encode(), digest_size=KEY_BYTES).digest()
