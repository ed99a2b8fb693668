"""How whole numbers are written on paper; whoever checks a page must write them the same way."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

_KILO: Final = 1000
_WHOLE_KILOS: Final = 100_000_000
"""From here on (100 t) grams are written in whole kilograms."""


class Mass(NamedTuple):
    """A mass as a reader takes it in: a number and its unit."""

    number: str
    unit: str


def whole(value: int) -> str:
    """Write an integer in groups of three, with a true minus sign."""
    return f"{value:,}".replace("-", "\u2212")


def yuan(fen: int) -> str:
    """Write an amount of fen in yuan, exactly."""
    return decimal(Decimal(fen).scaleb(-2), 2)


def kilograms(grams: int) -> str:
    """Write grams in kilograms, exactly: three decimals."""
    return decimal(Decimal(grams).scaleb(-3), 3)


def mass(grams: int) -> Mass:
    """Write grams so that they are taken in at a glance; the exact figure stands in the tables."""
    if abs(grams) < _KILO:
        return Mass(whole(grams), "g")
    places = 0 if abs(grams) >= _WHOLE_KILOS else 1
    return Mass(decimal(Decimal(grams).scaleb(-3), places), "kg")


def decimal(value: Decimal, places: int) -> str:
    """Write an exact decimal, rounded half away from nought, in groups of three."""
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{rounded:,f}".replace("-", "\u2212")
