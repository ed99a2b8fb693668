"""Just enough DER to write and read a signature: definite lengths in their one spelling, nothing else is read."""

from typing import Final, NamedTuple

from greencredit.reports.errors import SignatureMalformed

INTEGER: Final = 0x02
OCTETS: Final = 0x04
OID: Final = 0x06
SEQUENCE: Final = 0x30
SET: Final = 0x31

_SHORT: Final = 0x80
_MOST_LENGTH_BYTES: Final = 3
_MULTI_BYTE_TAG: Final = 0x1F


class Node(NamedTuple):
    """One value as it was read: its tag, what it holds, and all its bytes."""

    tag: int
    body: bytes
    whole: bytes


def tlv(tag: int, *parts: bytes) -> bytes:
    """Write one value."""
    body = b"".join(parts)
    size = len(body)
    if size < _SHORT:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, _SHORT | len(length)]) + length + body


def integer(value: int) -> bytes:
    """Write a whole number that is not negative."""
    return tlv(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    """Write an object identifier."""
    first, second, *rest = map(int, dotted.split("."))
    body = b""
    for arc in (first * 40 + second, *rest):
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.append(arc & 0x7F | _SHORT)
        body += bytes(reversed(digits))
    return tlv(OID, body)


def first_of(data: bytes) -> Node:
    """Read the first value; what follows it is not looked at."""
    if len(data) < 2 or data[0] & _MULTI_BYTE_TAG == _MULTI_BYTE_TAG:  # noqa: PLR2004 - tag and length
        raise SignatureMalformed(found=f"{len(data)} bytes that begin no value", wanted="a value in DER")
    size, start = data[1], 2
    if size >= _SHORT:
        many = size - _SHORT
        length = data[2 : 2 + many]
        size, start = int.from_bytes(length, "big"), 2 + many
        if not 0 < many <= _MOST_LENGTH_BYTES or len(length) != many or not length[0] or size < _SHORT:
            raise SignatureMalformed(found="a length in another spelling", wanted="DER")
    if len(data) < start + size:
        raise SignatureMalformed(found=f"{len(data) - start} bytes", wanted=f"{size} bytes")
    return Node(data[0], data[start : start + size], data[: start + size])


def all_of(data: bytes) -> list[Node]:
    """Read values that follow each other without a rest."""
    found = []
    while data:
        node = first_of(data)
        found.append(node)
        data = data[len(node.whole) :]
    return found


def inside(data: bytes, *wanted: int) -> list[Node]:
    """Read values of exactly these tags, in this order."""
    found = all_of(data)
    if tuple(node.tag for node in found) != wanted:
        raise SignatureMalformed(
            found=f"tags {' '.join(f'{node.tag:02x}' for node in found)}",
            wanted=" ".join(f"{tag:02x}" for tag in wanted),
        )
    return found
