"""The most that is given: one award, one person, one household, one rule, one issuer; by day, month, year, in all."""

from collections.abc import Callable
from typing import Any, Final

from pydantic import Field

from greencredit.schemas.values import PositiveCredits, Record, Words


def unsaid(default: Any = None) -> Callable[[Any], bool]:  # noqa: ANN401 - any value of a field
    """Leave a field out of a document where it says nothing.

    What was filed before a field existed keeps the very text and digest under which it was filed.
    """
    return lambda value: bool(value == default)


class Caps(Record):
    """The most credits by civil day, month and year in China, and in all (封顶).

    In a rule they hold for that rule; in a scheme they hold for all its rules together.
    """

    per_day: PositiveCredits | None = None
    """One person."""
    per_month: PositiveCredits | None = None
    per_year: PositiveCredits | None = None
    per_person: PositiveCredits | None = None
    """One person, in all."""
    per_award: PositiveCredits | None = Field(default=None, exclude_if=unsaid())
    """One award: one line of a receipt, one action (单次)."""
    household_per_day: PositiveCredits | None = Field(default=None, exclude_if=unsaid())
    """All members of a household together; who is in none is a household of his own."""
    household_per_month: PositiveCredits | None = Field(default=None, exclude_if=unsaid())
    household_per_year: PositiveCredits | None = Field(default=None, exclude_if=unsaid())
    household_in_all: PositiveCredits | None = Field(default=None, exclude_if=unsaid())
    everyone_per_day: PositiveCredits | None = Field(default=None, exclude_if=unsaid())
    """All members together."""
    everyone_per_month: PositiveCredits | None = Field(default=None, exclude_if=unsaid())
    everyone_per_year: PositiveCredits | None = Field(default=None, exclude_if=unsaid())

    @property
    def sentences(self) -> tuple[Words, ...]:
        """Say each cap, in the order in which they cut."""
        return tuple(
            Words(zh=f"{zh}不超过 {most:,} 分", en=f"At most {most:,} credits {en}")
            for name, (zh, en) in _CAPS.items()
            if (most := getattr(self, name)) is not None
        )


_CAPS: Final = {
    "per_award": ("单次", "for one award"),
    "per_day": ("每人每日", "a person a day"),
    "per_month": ("每人每月", "a person a month"),
    "per_year": ("每人每年", "a person a year"),
    "per_person": ("每人累计", "a person in all"),
    "household_per_day": ("每户每日", "a household a day"),
    "household_per_month": ("每户每月", "a household a month"),
    "household_per_year": ("每户每年", "a household a year"),
    "household_in_all": ("每户累计", "a household in all"),
    "everyone_per_day": ("全体每日", "for everybody together a day"),
    "everyone_per_month": ("全体每月", "for everybody together a month"),
    "everyone_per_year": ("全体每年", "for everybody together a year"),
}
