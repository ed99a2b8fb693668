"""Identifiers: a short word for the kind, then a time-ordered random part that reveals nothing else."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Protocol

from greencredit.kernel.clock import micros

Entropy = Callable[[int], bytes]
"""Gives that many random bytes; `secrets.token_bytes` in production, a seeded stream in tests."""

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_PAIRS: Final = [first + second for first in _ALPHABET for second in _ALPHABET]
_TIME_BYTES: Final = 6
_RANDOM_BYTES: Final = 10


class CarriesEntropy(Protocol):
    """A session that was handed a source of randomness (`info["entropy"]`)."""

    @property
    def info(self) -> dict[Any, Any]:
        """Hold what the edge handed in."""
        ...


def new_id(bearer: CarriesEntropy, kind: str, at: datetime) -> str:
    """Make an id such as `iss_01jd3q…`: 48 bits of milliseconds, 80 random bits, sortable as text."""
    entropy: Entropy = bearer.info["entropy"]
    moment = (micros(at) // 1000).to_bytes(_TIME_BYTES, "big")
    return f"{kind}_{base32(moment + entropy(_RANDOM_BYTES))}"


def base32(raw: bytes) -> str:
    """Write bytes in Crockford's base 32, most significant first, without padding."""
    digits = -(-len(raw) * 8 // 5)
    number = int.from_bytes(raw, "big")
    pairs = [_PAIRS[number >> bits & 1023] for bits in range(5 * (digits - 2), -1, -10)]
    return "".join(pairs) + (_ALPHABET[number & 31] if digits % 2 else "")


def seeded_entropy(seed: str) -> Entropy:
    """Give a reproducible stream of bytes: for demonstrations and tests, never for secrets."""
    drawn = 0

    def draw(count: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return hashlib.shake_256(f"{seed}:{drawn}".encode()).digest(count)

    return draw
