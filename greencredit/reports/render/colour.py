"""sRGB, described in half a kilobyte: an archived report says what its red, green and blue are.

The values are those of IEC 61966-2-1, seen in the light of the profile connection space (D50, Bradford), in the form of
ICC version 4, which writes the curve as a formula; the usual profiles list it in a thousand steps.
"""

import struct
from functools import cache
from typing import Final

_SIZE: Final = 128
_VERSION: Final = 0x04200000
_WHITE: Final = (0.9642, 1.0, 0.8249)
_PRIMARIES: Final = {
    b"rXYZ": (0.43607, 0.22249, 0.01392),
    b"gXYZ": (0.38515, 0.71687, 0.09708),
    b"bXYZ": (0.14307, 0.06061, 0.71410),
}
_FROM_DAYLIGHT: Final = (1.04788, 0.02292, -0.05020, 0.02959, 0.99048, -0.01706, -0.00923, 0.01508, 0.75168)
"""From the white of daylight (D65) to that of the connection space."""

_CURVE: Final = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
"""y = (a·x + b)^g from d on, else c·x; written g, a, b, c, d."""

_SHAPE: Final = 3
"""How ICC counts formulas of that form."""

NAME: Final = "sRGB"
_RIGHTS: Final = "No copyright"


@cache
def srgb() -> bytes:
    """Give the profile."""
    curve = b"para\0\0\0\0" + struct.pack(">HH", _SHAPE, 0) + _fixed(_CURVE)
    tags = [
        (b"desc", _text(NAME)),
        (b"cprt", _text(_RIGHTS)),
        (b"wtpt", b"XYZ \0\0\0\0" + _fixed(_WHITE)),
        (b"chad", b"sf32\0\0\0\0" + _fixed(_FROM_DAYLIGHT)),
        *((name, b"XYZ \0\0\0\0" + _fixed(value)) for name, value in _PRIMARIES.items()),
        *((name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")),
    ]
    at = _SIZE + 4 + 12 * len(tags)
    rows, body = b"", b""
    places: dict[bytes, int] = {}
    for name, said in tags:
        if said not in places:
            places[said] = at + len(body)
            body += said + b"\0" * (-len(said) % 4)
        rows += struct.pack(">4sII", name, places[said], len(said))
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"\0" * 4, _VERSION, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + b"\0" * 28 + _fixed(_WHITE)
    return head.ljust(_SIZE, b"\0") + struct.pack(">I", len(tags)) + rows + body


def _fixed(values: tuple[float, ...]) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65_536) for value in values))


def _text(text: str) -> bytes:
    written = text.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II4sII", 1, 12, b"enUS", len(written), 28) + written
