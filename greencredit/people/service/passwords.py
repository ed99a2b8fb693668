"""Passwords: hashed with argon2id at OWASP's 19 MiB profile, compared at the same cost for every login."""

from base64 import b64encode
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from greencredit.kernel.ids import Entropy

# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane.
_MEMORY_KIB: Final = 19 * 1024
_PASSES: Final = 2
_LANES: Final = 1
_SALT_BYTES: Final = 16
_HASH_BYTES: Final = 32

_HASHER: Final = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES)


def _unpadded(raw: bytes) -> str:
    return b64encode(raw).decode().rstrip("=")


_COST: Final = f"m={_MEMORY_KIB},t={_PASSES},p={_LANES}"

NOBODYS: Final = f"$argon2id$v=19${_COST}${_unpadded(bytes(_SALT_BYTES))}${_unpadded(bytes(_HASH_BYTES))}"
"""What an unknown login is compared with, so that its answer takes as long as a wrong password's."""


def hashed(password: str, entropy: Entropy) -> str:
    """Give the text under which a password is kept."""
    return _HASHER.hash(password, salt=entropy(_SALT_BYTES))


def matches(password_hash: str | None, password: str) -> bool:
    """Tell whether a password is the one that was kept; None, for a login without one, takes as long and never is."""
    try:
        _HASHER.verify(password_hash or NOBODYS, password)
    except VerifyMismatchError:
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Tell whether a hash was made at another cost than today's."""
    return _HASHER.check_needs_rehash(password_hash)
