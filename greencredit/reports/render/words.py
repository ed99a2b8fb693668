"""How values are written in the two languages: dates, credits, fen, grams, and the texts of the templates."""

import re
import tomllib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from string import Formatter
from typing import Any, Final

from markupsafe import Markup, escape

from greencredit.kernel.clock import SHANGHAI
from greencredit.reports import rules
from greencredit.reports.rules.written import Mass, decimal, kilograms, mass, whole, yuan
from greencredit.schemas.reports import Lang, Span
from greencredit.schemas.values import Instant, Period, Words

__all__ = ("Mass", "kilograms", "mass", "whole", "yuan")  # for press and tests: all that is written stands here

_TAILS: Final = (4, 3)
"""So many characters, the full stop among them, stay on one line at the end of a paragraph."""
_MASS: Final = re.compile(r"[0-9.,]+ (?:千克|克|kg|g) CO₂e[。.]?$")
"""A mass at the end of a paragraph: number, unit and gas stay together."""
_OPENING: Final = "\u201c\u2018（《〈【"

_MONTHS: Final = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


def read_texts(folder: Path) -> dict[str, Words]:
    """Read every text of the templates, by its dotted name; each kind of report has a file of its own."""

    def flat(prefix: str, table: dict[str, Any]) -> dict[str, Words]:
        found: dict[str, Words] = {}
        for name, value in table.items():
            if set(value) == {"zh", "en"} and isinstance(value["zh"], str):
                found[f"{prefix}{name}"] = Words.model_validate(value)
            else:
                found |= flat(f"{prefix}{name}.", value)
        return found

    found: dict[str, Words] = {}
    for path in sorted((folder / "reports" / "texts").glob("*.toml")):
        for name, text in flat("", tomllib.loads(path.read_text(encoding="utf-8"))).items():
            assert name not in found, (path.name, name)
            found[name] = text
    return found


def signed(value: int) -> str:
    """Write a change: with its sign, so that what came and what went are told apart."""
    return f"+{whole(value)}" if value > 0 else whole(value)


def signed_kilograms(grams: int) -> str:
    """Write a change of grams in kilograms, with its sign."""
    return f"+{kilograms(grams)}" if grams > 0 else kilograms(grams)


def tenths(value: int) -> str:
    """Write an integer number of tenths."""
    return decimal(Decimal(value).scaleb(-1), 1)


def hundredths(value: int) -> str:
    """Write an integer number of hundredths."""
    return decimal(Decimal(value).scaleb(-2), 2)


def percent(basis_points: int) -> str:
    """Write basis points as a percentage."""
    return f"{decimal(Decimal(basis_points).scaleb(-2), 1)}%"


def quantity(value: Decimal) -> str:
    """Write an exact decimal in groups of three."""
    return f"{value:,f}".replace("-", "\u2212")


def day(value: date, lang: Lang) -> str:
    """Write a date in words."""
    if lang == "zh":
        return f"{value.year} 年 {value.month} 月 {value.day} 日"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def month(value: date, lang: Lang) -> str:
    """Write a month in words."""
    return f"{value.year} 年 {value.month} 月" if lang == "zh" else f"{_MONTHS[value.month - 1]} {value.year}"


def month_tick(value: date, lang: Lang) -> str:
    """Write a month as short as an axis wants it."""
    return f"{value.month}月" if lang == "zh" else _MONTHS[value.month - 1][:3]


def tail(text: str) -> Markup:
    """Keep the last characters of a Chinese paragraph together: one character is never a line of its own."""
    mass = _MASS.search(text)
    if mass is not None:
        return escape(text[: mass.start()]) + Markup("<i>{}</i>").format(mass.group())
    for length in _TAILS:
        if len(text) > length and _is_hanzi(text[-length]) and text[-length - 1] not in _OPENING:
            return escape(text[:-length]) + Markup("<i>{}</i>").format(text[-length:])
    return escape(text)


def quarter(value: date, lang: Lang) -> str:
    """Write the quarter of a year that begins on a day."""
    number = (value.month + 2) // 3
    return f"{value.year} 年第 {number} 季度" if lang == "zh" else f"quarter {number} of {value.year}"


def period_title(period: Period, lang: Lang) -> str:
    """Name a period as people do: a month, a quarter, a year, or its first and last day."""
    kind = rules.span_of(period)
    if kind is Span.MONTH:
        return month(period.since, lang)
    if kind is Span.QUARTER:
        return quarter(period.since, lang)
    if kind is Span.YEAR:
        return f"{period.since.year} 年" if lang == "zh" else f"{period.since.year}"
    return f"{day(period.since, lang)} — {day(period.last_day, lang)}"


def period_tick(period: Period, lang: Lang) -> str:
    """Write a period as short as an axis wants it."""
    kind = rules.span_of(period)
    if kind is Span.QUARTER:
        number = (period.since.month + 2) // 3
        return f"{number} 季度" if lang == "zh" else f"Q{number}"
    return f"{period.since.year}" if kind is Span.YEAR else month_tick(period.since, lang)


def moment(at: Instant, lang: Lang) -> str:
    """Write an instant by the clock in China."""
    local = at.astimezone(SHANGHAI)
    return f"{day(local.date(), lang)} {local:%H:%M}"


def texts_in(texts: dict[str, Words], lang: Lang) -> Callable[..., str]:
    """Give the function by which templates ask for a text: `t("consumer.cover.lead", n=3)`.

    A text may hold two forms, `one|many`; the fact `n` chooses.
    """

    def text(key: str, /, **facts: object) -> str:
        found = texts[key].in_(lang)
        if "|" in found:
            one, many = found.split("|")
            found = one if facts.get("n") in {1, "1"} else many
        return _filled(found, facts)

    return text


def _filled(text: str, facts: dict[str, object]) -> str:
    """Fill facts in; where a Latin letter or digit of a fact meets a hanzi of the text, one blank stands between."""
    written = ""
    wants_blank = False
    for literal, field, _form, _conversion in Formatter().parse(text):
        if wants_blank and literal and _is_hanzi(literal[0]):
            written += " "
        written += literal
        if field is None:
            break
        fact = str(facts[field])
        if fact and written and _is_hanzi(written[-1]) and _is_latin(fact[0]):
            written += " "
        written += fact
        wants_blank = bool(fact) and _is_latin(fact[-1])
    return written


def _is_hanzi(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
