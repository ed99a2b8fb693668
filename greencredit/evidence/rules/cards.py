"""A full card number is never taken in: how one is told from other numbers, wherever it stands."""

import re
from typing import Final

_SHORTEST, _LONGEST = 13, 19
"""How many digits a card number has (ISO/IEC 7812-1)."""

# Only what stands alone: a number inside a longer one is a piece of it, no number of its own.
_RUN: Final = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])")
_LAST_FOUR: Final = re.compile(r"[0-9]{4}")
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def full_card_number(text: str) -> bool:
    """Tell whether a text holds what can only be taken for a full card number: 13 to 19 digits whose check digit fits.

    Spaces and hyphens between the digits hide nothing, nor do full-width digits.
    """
    ascii_text = text if text.isascii() else _ascii_digits(text)
    return any(_luhn(found[0]) for found in _RUN.finditer(ascii_text))


def is_last_four(text: str) -> bool:
    """Tell whether a text is four digits and nothing more."""
    return _LAST_FOUR.fullmatch(text) is not None


def _luhn(run: str) -> bool:
    """Check the check digit (ISO/IEC 7812-1, annex B); nothing but zeros fits and is nobody's card."""
    digits = [int(one) for one in run if one.isdigit()]
    if not _SHORTEST <= len(digits) <= _LONGEST or not any(digits):
        return False
    from_the_right = digits[::-1]
    return (sum(from_the_right[::2]) + sum(_DOUBLED[one] for one in from_the_right[1::2])) % 10 == 0


def _ascii_digits(text: str) -> str:
    return "".join(str(int(one)) if one.isdecimal() else one for one in text)
