"""The legal basis as data: instruments, articles that were read, and how a report cites them (法律依据)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from greencredit.schemas.awards import Slug
from greencredit.schemas.values import Record, Words


class LawStatus(StrEnum):
    """How far the text behind a citation was seen; only what was read is ever printed."""

    VERIFIED = "verified"
    SECONDARY = "secondary"
    """Only summaries of it were seen."""
    RECALLED = "recalled"
    """Nobody has seen it."""


class LawArticle(Record):
    """One article, or a run of them, and the kinds of report that cite it."""

    number: Annotated[str, Field(min_length=1)]
    title: Words
    says: Words | None = None
    """What it asks, in our own words."""
    quote: str | None = None
    """A few words of the text itself; the official text is Chinese."""
    cited_in: tuple[Slug, ...] = ()

    @model_validator(mode="after")
    def _says_what_it_is_cited_for(self) -> Self:
        if self.cited_in and self.says is None:
            message = f"article {self.number} is cited in reports and says nothing"
            raise ValueError(message)
        return self


class Law(Record):
    """One instrument as it was read."""

    name: Slug
    title: Words
    body: Words | None = None
    """Who made it, where the text that was read says so."""
    text_of: date | None = None
    """The day of the text that was read."""
    in_force_since: date | None = None
    """The day on which it came into force, where the text that was read says so."""
    in_force_until: date | None = None
    """The first day on which it no longer holds."""
    status: LawStatus
    source: str
    article: Annotated[tuple[LawArticle, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _articles_differ(self) -> Self:
        numbers = [one.number for one in self.article]
        if len(set(numbers)) != len(numbers):
            message = f"{self.name} has an article twice: {numbers}"
            raise ValueError(message)
        return self

    def holds(self, on: date) -> bool:
        """Tell whether it is known to be in force on a day, in the very wording that was read."""
        if self.in_force_since is None or on < max(self.in_force_since, self.text_of or self.in_force_since):
            return False
        return self.in_force_until is None or on < self.in_force_until


class LegalCitation(Record):
    """An article as a report prints it: read in full, and in force on the report's last day."""

    law: Words
    body: Words | None
    article: Words
    in_force_since: date
    text_of: date | None
    says: Words
    quote: str | None = None
