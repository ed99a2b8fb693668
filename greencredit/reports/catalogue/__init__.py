"""Kinds of report: one file is one report, and `templates/reports/<name>.html` lays it out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.orm import Session

from greencredit.kernel.access import ScopeKind
from greencredit.schemas.reports import ReportFacts
from greencredit.schemas.values import Period, Words


class Gather(Protocol):
    """Collects the facts of one subject over one period; reads only."""

    def __call__(self, session: Session, subject_id: str, period: Period, shared: Any = None) -> ReportFacts:  # noqa: ANN401
        """Give the facts, complete and frozen; `shared` is what `ReportKind.prepare` gave, if a batch asked for it."""
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
    gather: Gather
    prepare: Callable[[Session, Period], Any] = lambda _session, _period: None
    """Gathers once for a batch what the reports of one period share: means, issuers, titles."""

    about: ScopeKind | None = None
    """What kind of place its subject is: whoever may read reports there may ask for it; none: the platform's alone."""

    @property
    def template(self) -> str:
        """Name the template that lays this report out."""
        return f"reports/{self.name}.html"
