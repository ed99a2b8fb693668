"""What a supervisor's report asks of the issuers of a region: their standing, filings, coverage (区域监管)."""

from datetime import date

from greencredit.schemas.issuers.life import FilingState, LifeState
from greencredit.schemas.values import Record


class Decided(Record):
    """One version that was submitted, and whether the authority kept its clock."""

    issuer_id: str
    version: int
    state: FilingState
    """As it was decided; a version that still waited is submitted or admitted."""
    number: str | None
    submitted_on: date
    decided_on: date | None
    """None: it still waited when the period ended."""
    due_on: date | None
    """None: the clock had not begun, or a year's working days are not known."""
    kept: bool | None
    """None: it can't be told yet, or not at all."""


class CoverageDays(Record):
    """How far an issuer's guarantee reached, day by day of a period."""

    issuer_id: str
    days: int
    """Days of the period on which a measurement held, of that day or of an earlier one."""
    days_short: int
    """Days on which it was short for some part of the day."""
    lowest_basis_points: int | None
    """None: nothing was owed on any of these days."""
    lowest_on: date | None
    last_basis_points: int | None
    filed_basis_points: int | None
    """None: never measured."""


class Standing(Record):
    """In which state an issuer was at an instant."""

    issuer_id: str
    state: LifeState
