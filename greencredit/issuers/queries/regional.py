"""What a supervisor's report asks of the issuers of a region: a few statements, however many issuers there are."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from greencredit.issuers import rules
from greencredit.issuers.catalogue.regions import region_titles
from greencredit.issuers.catalogue.workdays import work_years
from greencredit.issuers.queries.registered import issuers_of
from greencredit.issuers.rules.regional import Measured, coverage_days
from greencredit.issuers.tables import CoverageRow, FilingRow, IssuerRow, PlacingRow, StepRow
from greencredit.kernel.clock import civil_date, start_of
from greencredit.ledger import queries as ledger
from greencredit.schemas.issuers import (
    CoverageDays,
    Decided,
    FilingState,
    Issuer,
    LifeState,
    Placing,
    RollForward,
    Standing,
)
from greencredit.schemas.ledger import Verb
from greencredit.schemas.values import Period, Words

_COUNTRY: Final = "CN"


def region_title(region: str) -> Words:
    """Give what a region is called; one that has no name goes by its code."""
    return region_titles().get(region, Words(zh=region, en=region))


def issuers_in(session: Session, region: str, *, before: datetime) -> list[Issuer]:
    """List the issuers of a region, those of the regions inside it included, that registered before an instant."""
    rows = session.scalars(
        select(IssuerRow.id)
        .where(_inside(region), IssuerRow.registered_at < before)
        .order_by(IssuerRow.registered_at, IssuerRow.id)
    ).all()
    found = issuers_of(session, rows)
    return [found[one] for one in rows]


def standings_at(session: Session, issuer_ids: Collection[str], before: datetime) -> list[Standing]:
    """Give in which state each of these issuers was just before an instant, in the order of their ids."""
    newest = (
        select(StepRow.issuer_id, func.max(StepRow.number).label("number"))
        .where(StepRow.issuer_id.in_(issuer_ids), StepRow.subject == "issuer", StepRow.at < before)
        .group_by(StepRow.issuer_id)
        .subquery()
    )
    rows = session.execute(
        select(StepRow.issuer_id, StepRow.to_state)
        .join(newest, and_(StepRow.issuer_id == newest.c.issuer_id, StepRow.number == newest.c.number))
        .order_by(StepRow.issuer_id)
    )
    return [Standing(issuer_id=issuer_id, state=LifeState(state)) for issuer_id, state in rows]


def newest_step_at(session: Session, issuer_ids: Collection[str]) -> datetime | None:
    """Give when something was last done about any of these issuers; none: there are none."""
    return session.scalar(select(func.max(StepRow.at)).where(StepRow.issuer_id.in_(issuer_ids)))


def filings_in(session: Session, issuer_ids: Collection[str], period: Period) -> list[Decided]:
    """List the versions that lay before an authority in a period, in the order in which they were submitted.

    What was submitted before and decided in the period is among them; what was decided after it still waited.
    """
    since, until = start_of(period.since), start_of(period.until)
    rows = session.execute(
        select(FilingRow, PlacingRow.document)
        .join(PlacingRow, PlacingRow.filing_id == FilingRow.id)
        .where(
            FilingRow.issuer_id.in_(issuer_ids),
            FilingRow.submitted_at < until,
            or_(FilingRow.decided_at.is_(None), FilingRow.decided_at >= since),
        )
        .order_by(FilingRow.submitted_at, FilingRow.issuer_id, FilingRow.version)
    ).all()
    return [_decided(row, Placing.model_validate_json(document), period) for row, document in rows]


def numbers_in_force(session: Session, issuer_ids: Collection[str], on: date) -> dict[str, str]:
    """Give the filing number under which each of these issuers acted on a day; who had none is absent."""
    rows = session.execute(
        select(FilingRow.issuer_id, FilingRow.number)
        .where(
            FilingRow.issuer_id.in_(issuer_ids),
            FilingRow.state.in_([state.value for state in rules.ACCEPTED_EVER]),
            FilingRow.effective_on <= on,
        )
        .order_by(FilingRow.effective_on, FilingRow.version)
    )
    return {issuer_id: number for issuer_id, number in rows if number is not None}


def _decided(row: FilingRow, placing: Placing, period: Period) -> Decided:
    assert row.submitted_at is not None, "whoever is placed was submitted"
    within = row.decided_at is not None and civil_date(row.decided_at) < period.until
    decided_on = civil_date(row.decided_at) if row.decided_at is not None and within else None
    submitted_on = civil_date(row.submitted_at)
    admitted_on = None if row.admitted_at is None else civil_date(row.admitted_at)
    if admitted_on is not None and admitted_on >= period.until:
        admitted_on = None
    looked = decided_on or period.last_day
    clock = rules.decision_deadline(placing, submitted_on, admitted_on, work_years(), looked)
    if decided_on is None:
        state = FilingState.ADMITTED if admitted_on else FilingState.SUBMITTED
        kept = False if clock.overdue else None
    else:
        state = FilingState(row.state)
        if state in rules.ACCEPTED_EVER:  # whether it took effect or was superseded since is not what was decided
            state = FilingState.ACCEPTED
        kept = None if clock.day is None else not clock.overdue
    return Decided(
        issuer_id=row.issuer_id,
        version=row.version,
        state=state,
        number=row.number if decided_on else None,
        submitted_on=submitted_on,
        decided_on=decided_on,
        due_on=clock.day,
        kept=kept,
    )


def roll_forwards_of(
    session: Session, issuer_ids: Collection[str], periods: Sequence[Period]
) -> dict[str, list[RollForward]]:
    """Give the roll-forwards of issuers over periods that rise in time: each stretch of events is added up once."""
    ids = sorted(issuer_ids)
    before: dict[str, list[tuple[Verb, int]]] = {one: [] for one in ids}
    found: dict[str, list[RollForward]] = {one: [] for one in ids}
    counted = 0
    for period in periods:
        first = max(counted, ledger.last_event_before(session, start_of(period.since)))
        last = max(first, ledger.last_event_before(session, start_of(period.until)))
        earlier = _flows(session, ids, after=counted, until=first)
        within = _flows(session, ids, after=first, until=last)
        for one in ids:
            before[one] += earlier[one]
            found[one].append(rules.roll_forward_of(period, before[one], within[one], (first + 1, last)))
            before[one] += within[one]
        counted = last
    return found


def _flows(
    session: Session, issuer_ids: Collection[str], *, after: int, until: int
) -> defaultdict[str, list[tuple[Verb, int]]]:
    found: defaultdict[str, list[tuple[Verb, int]]] = defaultdict(list)
    for one in ledger.flows(session, issuer_ids, after=after, until=until):
        found[one.issuer_id].append((one.verb, one.credits))
    return found


def coverage_days_of(session: Session, issuer_ids: Collection[str], period: Period) -> dict[str, CoverageDays]:
    """Tell how far the guarantee of each issuer reached, day by day; who was never measured is absent."""
    since, until = start_of(period.since), start_of(period.until)
    before = (
        select(CoverageRow.issuer_id, func.max(CoverageRow.number).label("number"))
        .where(CoverageRow.issuer_id.in_(issuer_ids), CoverageRow.at < since)
        .group_by(CoverageRow.issuer_id)
        .subquery()
    )
    rows = session.execute(
        select(
            CoverageRow.issuer_id,
            CoverageRow.at,
            CoverageRow.basis_points,
            CoverageRow.kept,
            CoverageRow.filed_basis_points,
        )
        .outerjoin(before, before.c.issuer_id == CoverageRow.issuer_id)
        .where(
            CoverageRow.issuer_id.in_(issuer_ids),
            CoverageRow.at < until,
            or_(CoverageRow.at >= since, CoverageRow.number == before.c.number),
        )
        .order_by(CoverageRow.issuer_id, CoverageRow.number)
    )
    measured: defaultdict[str, list[Measured]] = defaultdict(list)
    for issuer_id, at, basis_points, kept, filed in rows:
        measured[issuer_id].append(Measured(civil_date(at), basis_points, bool(kept), filed))
    return {issuer_id: coverage_days(issuer_id, of, period) for issuer_id, of in measured.items()}


def _inside(region: str) -> ColumnElement[bool]:
    if region == _COUNTRY:
        return true()
    return or_(IssuerRow.region == region, IssuerRow.region.startswith(f"{region}-", autoescape=True))
