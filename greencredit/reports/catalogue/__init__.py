"""Kinds of report: one file is one report, and `templates/reports/<name>.html` lays it out."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.issuers import queries as issuers
from greencredit.kernel.access import Scope, ScopeKind
from greencredit.kernel.catalogue import data_files
from greencredit.organisations import queries as organisations
from greencredit.organisations import rules as groups
from greencredit.reports import rules
from greencredit.schemas.actions import Factor
from greencredit.schemas.organisations import OrganisationKind, UnitFacts
from greencredit.schemas.reports import EquivalentBasis, GroupReport, ReportFacts
from greencredit.schemas.values import Period, Words

Group = TypeVar("Group", bound=GroupReport)


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
    about: ScopeKind
    """What its subject is, or belongs to."""
    places: Callable[[Session, str], Iterable[Scope]] | None = None
    """Where a role lets somebody ask for the report of a subject and read it; none: on the subject itself alone."""
    prepare: Callable[[Session, Period], Any] = lambda _session, _period: None
    """Gathers once for a batch what the reports of one period share: means, issuers, titles."""

    @property
    def template(self) -> str:
        """Name the template that lays this report out."""
        return f"reports/{self.name}.html"

    def places_of(self, session: Session, subject_id: str) -> Iterable[Scope]:
        """Tell in which places the reports of a subject lie; whoever may read reports in one of them may read these."""
        return (Scope(self.about, subject_id),) if self.places is None else self.places(session, subject_id)


@cache
def _illustrations() -> tuple[EquivalentBasis, ...]:
    content = dict(data_files("greencredit.reports.catalogue"))["equivalents"]
    return tuple(EquivalentBasis(name=name, **told) for name, told in content.items())


def illustrations(factors: Iterable[Factor]) -> tuple[tuple[EquivalentBasis, Factor], ...]:
    """Give what a mass may be pictured as, each with the newest version of its published factor (等效示意)."""
    ordered = sorted(factors, key=lambda factor: (factor.id, factor.version))
    return rules.equivalent_bases(_illustrations(), {factor.id: factor for factor in ordered})


def group_kind(
    name: str,
    title: Words,
    facts: type[GroupReport],
    gather: Gather,
    rows: Callable[[Any], Iterable[tuple[object, ...]]] = rules.group_rows,
) -> ReportKind:
    """Make a kind of report about a group; whoever sees to an organisation sees to its units."""
    return ReportKind(
        name=name,
        title=title,
        facts=facts,
        sheet=Sheet(file_name="figures.csv", columns=rules.GROUP_COLUMNS, rows=rows),
        gather=gather,
        about=ScopeKind.ORGANISATION,
        places=organisations.places_of_group,
    )


def gather_group(
    facts: type[Group],
    session: Session,
    subject_id: str,
    period: Period,
    *,
    kind: str,
    of: Collection[OrganisationKind],
    more: Callable[[UnitFacts], Mapping[str, object]] = lambda _found: {},
) -> Group:
    """Collect the facts of an organisation, or of one of its units; nothing is counted that was not published."""
    found = organisations.group_facts(session, subject_id, period)
    rules.require_kind(kind, found, of)
    factors = actions.factor_versions(session)
    return rules.group_report(
        facts,
        found,
        actions=actions.action,
        titles={(factor.id, factor.version): factor.title for factor in factors},
        legal=issuers.legal_basis(kind, period.last_day),
        before=groups.period_before(period),
        whole=organisations.organisation(session, found.figures.organisation_id),
        pictured=illustrations(factors),
        **more(found),
    )
