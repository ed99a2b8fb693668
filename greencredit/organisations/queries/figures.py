"""The figures that were published of an organisation, and what a report of one of its units says."""

import json
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.organisations.errors import NotPublished
from greencredit.organisations.queries.register import organisation, tree_of, unit
from greencredit.organisations.rules import period_before
from greencredit.organisations.tables import MonthRow, PublicationRow
from greencredit.schemas.organisations import Figures, TrendPoint, UnitFacts, UnitFigures
from greencredit.schemas.values import Period

_ORGANISATION: Final = "org_"


def figures(session: Session, organisation_id: str, period: Period) -> Figures:
    """Give the figures of a period, or refuse: they were not published."""
    found = period_figures(session, organisation_id, period)
    if found is None:
        raise NotPublished(organisation_id, period)
    return found


def period_figures(session: Session, organisation_id: str, period: Period) -> Figures | None:
    """Give the figures of a period; none: they were not published."""
    document = session.scalars(
        select(PublicationRow.document).where(
            PublicationRow.organisation_id == organisation_id,
            PublicationRow.since == period.since,
            PublicationRow.until == period.until,
        )
    ).one_or_none()
    return None if document is None else Figures.model_validate_json(document)


def publications(session: Session, organisation_id: str) -> list[Period]:
    """List the periods of which figures were published, the earliest first, the longer of two first."""
    rows = session.execute(
        select(PublicationRow.since, PublicationRow.until)
        .where(PublicationRow.organisation_id == organisation_id)
        .order_by(PublicationRow.since, PublicationRow.until.desc())
    )
    return [Period(since=since, until=until) for since, until in rows]


def told_apart(session: Session, organisation_id: str) -> dict[Period, tuple[frozenset[str], frozenset[str]]]:
    """Give, of each published period, the units that told families apart, and the families that stood alone."""
    rows = session.execute(
        select(PublicationRow.since, PublicationRow.until, PublicationRow.told_apart)
        .where(PublicationRow.organisation_id == organisation_id)
        .order_by(PublicationRow.number)
    )
    found = {}
    for since, until, document in rows:
        told = json.loads(document)
        found[Period(since=since, until=until)] = (frozenset(told["units"]), frozenset(told["families"]))
    return found


Sums = dict[str, dict[str, list[int]]]
"""Unit → family → actions, credits, grams, actions that are not quantified."""


class KeptMonth(NamedTuple):
    """What a month came to when a publication first touched it; nothing of it is shown but by a publication."""

    as_of_event: int
    sums: Sums


def kept_months(session: Session, organisation_id: str, period: Period) -> dict[date, KeptMonth]:
    """Give what was kept of the months of a period, by their first days."""
    rows = session.execute(
        select(MonthRow.month, MonthRow.as_of_event, MonthRow.document).where(
            MonthRow.organisation_id == organisation_id,
            MonthRow.month >= period.since,
            MonthRow.month < period.until,
        )
    )
    return {month: KeptMonth(as_of_event, json.loads(document)) for month, as_of_event, document in rows}


def unit_facts(session: Session, unit_id: str, period: Period) -> UnitFacts:
    """Gather what a report of a unit says for a period, out of what was published and nothing else.

    Raises:
        UnknownUnit: there is no such unit.
        NotPublished: nothing was published of its organisation for this period.
    """
    of = unit(session, unit_id)
    whole = organisation(session, of.organisation_id)
    shown = figures(session, of.organisation_id, period)
    before = period_figures(session, of.organisation_id, period_before(period))
    inside = [
        one
        for one in publications(session, of.organisation_id)
        if one != period and period.since <= one.since and one.until <= period.until
    ]
    path = tree_of(whole).path(unit_id)
    by_id = {one.unit_id: one for one in whole.units}
    return UnitFacts(
        unit=of,
        path=tuple(by_id[one] for one in reversed(path)),
        figures=shown,
        own=_of(shown, unit_id),
        below=tuple(one for one in shown.units if one.parent_id == unit_id),
        withheld_below=tuple(one for one in shown.withheld if one.parent_id == unit_id),
        before=None if before is None else _of(before, unit_id),
        trend=tuple(
            TrendPoint(period=one, own=_of(figures(session, of.organisation_id, one), unit_id)) for one in inside
        ),
    )


def group_facts(session: Session, subject_id: str, period: Period) -> UnitFacts:
    """Gather what a report of an organisation says, or of one of its units, whichever the id is of.

    Raises:
        UnknownOrganisation, UnknownUnit: nothing has this id.
        NotPublished: nothing was published for this period.
    """
    if subject_id.startswith(_ORGANISATION):
        subject_id = organisation(session, subject_id).units[0].unit_id
    return unit_facts(session, subject_id, period)


def _of(shown: Figures, unit_id: str) -> UnitFigures | None:
    return next((one for one in shown.units if one.unit_id == unit_id), None)
