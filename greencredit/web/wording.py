"""Numbers, days and words as people read them, in Chinese and in English."""

from datetime import date, datetime
from typing import Final

from greencredit.kernel.clock import SHANGHAI
from greencredit.kernel.errors import Refusal
from greencredit.schemas.values import Words

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_GRAMS_A_KILOGRAM: Final = 1000
_FEN_A_YUAN: Final = 100
_MINUS: Final = "\u2212"


def number(value: int) -> str:
    """Write a whole number in groups of three, with a real minus sign."""
    return f"{value:,}".replace("-", _MINUS)


def signed(value: int) -> str:
    """Write a change: its sign is always shown."""
    return f"+{value:,}" if value > 0 else number(value)


def credits_(value: int) -> Words:
    """Write so many credits."""
    return Words(zh=f"{number(value)} 分", en=f"{number(value)} credit{'' if value == 1 else 's'}")


def yuan(fen: int) -> str:
    """Write a sum of money, exact to the fen."""
    sign = _MINUS if fen < 0 else ""
    whole, rest = divmod(abs(fen), _FEN_A_YUAN)
    return f"{sign}¥{whole:,}.{rest:02d}"


def kilograms(grams: int) -> str:
    """Write grams as kilograms: three places below ten kilograms, one above; nothing is plain 0."""
    sign = _MINUS if grams < 0 else ""
    size = abs(grams)
    if not size:
        return "0"
    places = 3 if size < 10 * _GRAMS_A_KILOGRAM else 1
    return f"{sign}{size / _GRAMS_A_KILOGRAM:,.{places}f}"


def day(on: date, lang: str) -> str:
    """Write a civil date."""
    if lang == "zh":
        return f"{on.year} 年 {on.month} 月 {on.day} 日"
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def minute(at: datetime, lang: str) -> str:
    """Write an instant to the minute, by the clock in China."""
    local = at.astimezone(SHANGHAI)
    return f"{day(local.date(), lang)} {local:%H:%M}"


def month(year: int, of_year: int) -> Words:
    """Name a month of a year."""
    return Words(zh=f"{year} 年 {of_year} 月", en=f"{_MONTHS[of_year - 1]} {year}")


def short_month(of_year: int) -> Words:
    """Name a month where the year is known."""
    return Words(zh=f"{of_year}月", en=_MONTHS[of_year - 1])


def refusal_term(kind: type[Refusal]) -> Words:
    """Give what a refusal is called: its Chinese term alone, where it has one, and its English sentence."""
    said = refusal(kind)
    term, stop, rest = said.zh.partition("。")
    return Words(zh=term + stop, en=rest) if stop and rest else said


def refusal(kind: type[Refusal]) -> Words:
    """Give what a refusal says of itself: its Chinese term, where it has one, and its English sentence."""
    sentence = (kind.__doc__ or kind.code).strip().splitlines()[0]
    term, colon, rest = sentence.partition(": ")
    if not colon or term.isascii():
        return Words(zh=sentence, en=sentence)
    english = rest[:1].upper() + rest[1:]
    return Words(zh=f"{term}。{english}", en=english)
