"""Bytes as text: the standard Base 64 alphabet of RFC 4648 §4, padded, with one spelling for each value."""

import binascii
from base64 import b64decode, b64encode

from greencredit.proofs.errors import EncodingMalformed
from greencredit.schemas.proofs import HASH_BYTES


def encoded(data: bytes) -> str:
    """Write bytes."""
    return b64encode(data).decode()


def decoded(text: str, *, length: int | None = None) -> bytes:
    """Read bytes; refuses every other spelling, and another length than the one wanted."""
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise EncodingMalformed(found=f"{len(text)} characters", wanted="standard Base 64 with padding") from error
    # Python lets unused bits after the last byte pass; two spellings of one hash would be two different files.
    if encoded(data) != text:
        raise EncodingMalformed(found="another spelling of the same bytes", wanted="unused bits zero")
    if length is not None and len(data) != length:
        raise EncodingMalformed(found=f"{len(data)} bytes", wanted=f"{length} bytes")
    return data


def hash_decoded(text: str) -> bytes:
    """Read one hash."""
    return decoded(text, length=HASH_BYTES)
