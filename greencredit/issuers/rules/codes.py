"""The unified social credit code (统一社会信用代码) and its two check characters, after GB 32100-2015 and GB 11714."""

from typing import Final

from greencredit.issuers.errors import (
    CheckFailed,
    CodeWrongCharacter,
    CodeWrongCheck,
    CodeWrongLength,
    CodeWrongOrganisationCheck,
)

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100: digits and letters without I, O, S, V, Z; a character's place is its value."""

ORGANISATION_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""GB 11714: all 36 characters, so the same letter has another value inside the organisation code."""

_DIGITS: Final = "0123456789"
_WEIGHTS: Final = tuple(pow(3, place, len(ALPHABET)) for place in range(17))
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_LENGTH: Final = 18
_REGION: Final = range(2, 8)
_ORGANISATION: Final = slice(8, 16)
_ORGANISATION_CHECK: Final = 16
_CHECK: Final = 17

# Full-width forms stand 0xFEE0 above ASCII. Only ASCII letters are raised: str.upper() turns a long s into S.
_NARROW: Final = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_RAISED: Final = {ord(letter): ord(letter) - 32 for letter in "abcdefghijklmnopqrstuvwxyz"}


def normalise_code(text: str) -> str:
    """Give a code in half width and upper case, without spaces anywhere."""
    return "".join(text.translate(_NARROW).translate(_RAISED).split())


def check_character(first: str) -> str:
    """Give the check character that follows from the first 17 characters."""
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(first, _WEIGHTS, strict=True))
    # 31 - 0 would be 31, for which there is no character: it wraps to 0.
    return ALPHABET[-total % len(ALPHABET)]


def organisation_check_character(first: str) -> str:
    """Give the check character of an organisation code (GB 11714) from its first 8 characters."""
    values = [ORGANISATION_ALPHABET.index(character) for character in first]
    remainder = sum(value * weight for value, weight in zip(values, _ORGANISATION_WEIGHTS, strict=True)) % 11
    return "0X987654321"[remainder]


def require_code_shape(text: str) -> str:
    """Give the normalised code if length and characters are those of a code; check characters are not looked at."""
    code = normalise_code(text)
    if len(code) != _LENGTH:
        raise CodeWrongLength(code, found=len(code), wanted=_LENGTH)
    for place, character in enumerate(code):
        # Letters are legal in front (N2…): only the region's six places are digits.
        legal = _DIGITS if place in _REGION else ALPHABET
        if character not in legal:
            raise CodeWrongCharacter(code, position=place + 1, found=character, wanted=legal)
    return code


def failed_check(code: str) -> CheckFailed | None:
    """Give the refusal of the first check character that does not follow, or none."""
    wanted = check_character(code[:_CHECK])
    if code[_CHECK] != wanted:
        return CodeWrongCheck(code, position=_CHECK + 1, found=code[_CHECK], wanted=wanted)
    inner = organisation_check_character(code[_ORGANISATION])
    if code[_ORGANISATION_CHECK] != inner:
        found = code[_ORGANISATION_CHECK]
        return CodeWrongOrganisationCheck(code, position=_ORGANISATION_CHECK + 1, found=found, wanted=inner)
    return None


def check_code(text: str) -> str:
    """Give the normalised code if both of its check characters hold; refuse it otherwise."""
    code = require_code_shape(text)
    failure = failed_check(code)
    if failure is not None:
        raise failure
    return code
