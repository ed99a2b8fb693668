"""Kinds of report: one file is one report, and `templates/reports/<name>.html` lays it out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.orm import Session

from greencredit.schemas.reports import ReportFacts
from greencredit.schemas.values import Period, Words


class Gather(Protocol):
    """Collects the facts of one subject over one period; reads only."""

    def __call__(self, session: Session, subject_id: str, period: Period) -> ReportFacts:
        """Give the facts, complete and frozen."""
        ...


@dataclass(frozen=True)
class Sheet:
    """One table of a report, to be embedded as CSV beside the JSON."""

    file_name: str
    columns: tuple[str, ...]
    rows: Callable[[Any], Iterable[tuple[object, ...]]]


@dataclass(frozen=True)
class ReportKind:
    """One kind of report: its name, its title, the facts it prints, and who collects them."""

    name: str
    title: Words
    facts: type[ReportFacts]
    sheet: Sheet
    gather: Gather | None = None

    @property
    def template(self) -> str:
        """Name the template that lays this report out."""
        return f"reports/{self.name}.html"
