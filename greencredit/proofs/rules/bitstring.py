"""Bitstring status lists (W3C Bitstring Status List 1.0): one bit for each credential, compressed, index 0 leftmost."""

import zlib
from collections.abc import Iterable
from typing import Final

from greencredit.proofs.errors import StatusListWrong
from greencredit.proofs.rules.multikey import base64url_decoded, base64url_encoded

ENTRIES: Final = 131_072
"""The least number of entries the standard allows: so many that an index tells nothing about its neighbours."""

_GZIP: Final = 16 + zlib.MAX_WBITS
_MOST_BYTES: Final = 16 << 20  # what a hostile list may unfold to
_LONGEST_TEXT: Final = 8 << 20


def list_encoded(set_at: Iterable[int]) -> str:
    """Write a list in which these entries are set; equal lists are written alike (no time in the header)."""
    bits = bytearray(ENTRIES // 8)
    for index in set_at:
        assert 0 <= index < ENTRIES, "an index lies in the list"
        bits[index >> 3] |= 0x80 >> (index & 7)
    squeezed = zlib.compressobj(9, zlib.DEFLATED, _GZIP)
    return "u" + base64url_encoded(squeezed.compress(bytes(bits)) + squeezed.flush())


def list_decoded(text: str) -> bytes:
    """Read a list; refuses one that is shorter than the standard allows, or unfolds to more than anyone needs."""
    if not text.startswith("u") or len(text) > _LONGEST_TEXT:
        raise StatusListWrong(found=f"{len(text)} characters", wanted="multibase base64url (u…)")
    unfolding = zlib.decompressobj(_GZIP)
    try:
        bits = unfolding.decompress(base64url_decoded(text[1:]), _MOST_BYTES)
    except zlib.error as error:
        raise StatusListWrong(found="bytes that are not gzip", wanted="a gzip-compressed bitstring") from error
    if not unfolding.eof or unfolding.unused_data:
        raise StatusListWrong(found="a compressed list with a missing or a strange end", wanted="one whole list")
    if len(bits) * 8 < ENTRIES:
        raise StatusListWrong(found=f"{len(bits) * 8} entries", wanted=f"at least {ENTRIES}")
    return bits


def is_set(bits: bytes, index: int) -> bool:
    """Tell whether an entry is set; refuses an index outside the list."""
    if not 0 <= index < len(bits) * 8:
        raise StatusListWrong(found=f"index {index}", wanted=f"below {len(bits) * 8}")
    return bool(bits[index >> 3] & 0x80 >> (index & 7))
