"""Serials (发行序列号) as people write them: which series, which month, which credit, and two check digits.

`GCS-0017-202603-000000042-23`: series 17, awarded in March 2026, the 42nd credit. The check digits are those of
ISO 7064 MOD 97-10 over everything before them, letters counting from 10: one mistyped or two swapped characters are
always noticed. A serial is a typed value: what can't be read back is never written.
"""

import re
from typing import Final, NamedTuple

from greencredit.ledger.errors import NotASerial
from greencredit.ledger.rules.paths import MOST

_PREFIX_DIGITS: Final = "161228"
"""G, C and S, counted from 10."""

_FORM: Final = re.compile(r"GCS-([0-9]{4,8})-([0-9]{4}(?:0[1-9]|1[0-2]))-([0-9]{9,16})-([0-9]{2})")
_MODULUS: Final = 97
_LARGEST_SERIES: Final = 2**24 - 1
# What phones, tables and Chinese keyboards make of a hyphen.
_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—―−－_", "-"))  # noqa: RUF001 - look-alikes are the point


class Serial(NamedTuple):
    """One credit of one series."""

    series: int
    month: int
    number: int

    def __str__(self) -> str:
        return written(self)


def written(serial: Serial) -> str:
    """Write a serial; `read` gives it back."""
    assert 0 < serial.series <= _LARGEST_SERIES, "a series has at most 24 bits"
    assert 0 < serial.number <= MOST, "a serial is counted exactly"
    series, month, number = f"{serial.series:04}", f"{serial.month:06}", f"{serial.number:09}"
    check = 98 - int(f"{_PREFIX_DIGITS}{series}{month}{number}") * 100 % _MODULUS
    return f"GCS-{series}-{month}-{number}-{check:02}"


def read(text: str) -> Serial:
    """Read a serial as somebody typed it: case, blanks and kinds of dashes don't matter.

    Raises:
        NotASerial: it has another form, or the check digits don't fit.
    """
    cleaned = "".join(text.upper().split()).translate(_DASHES)
    found = _FORM.fullmatch(cleaned)
    if found is None:
        raise NotASerial(text)
    serial = Serial(int(found[1]), int(found[2]), int(found[3]))
    if not (0 < serial.series <= _LARGEST_SERIES and 0 < serial.number <= MOST) or written(serial) != cleaned:
        raise NotASerial(text)
    return serial
