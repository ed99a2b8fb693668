"""Publishes by itself, once a month, the figures of the month that is over; what was published stays as it is."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select

from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.database import Database
from greencredit.kernel.messages.queue import Job
from greencredit.organisations import rules, service
from greencredit.organisations.queries import period_figures
from greencredit.organisations.tables import OrganisationRow
from greencredit.schemas.organisations import Figures
from greencredit.schemas.values import Period

PUBLISH_MONTH: Final = "organisations.publish_month"
"""The kind of job that publishes the month that is over for every organisation."""

_GRACE_DAYS: Final = 5
"""So many days of the next month records of the last one still come in."""


def publish_month(database: Database, job: Job) -> None:
    """Publish the last whole month of every organisation, once its late records had time to come in.

    Called daily; what is published already is left alone, and what a stop left out is done the next day.
    """
    del job
    with database.reading() as session:
        today = civil_date(now(session))
        month = rules.month_before(today - timedelta(days=_GRACE_DAYS - 1))
        waiting = [
            organisation_id
            for organisation_id in session.scalars(
                select(OrganisationRow.id).where(OrganisationRow.closed_at.is_(None)).order_by(OrganisationRow.id)
            )
            if period_figures(session, organisation_id, month) is None
        ]
    for organisation_id in waiting:
        publish_apart(database, organisation_id, month)


def publish_apart(database: Database, organisation_id: str, period: Period) -> Figures:
    """Publish the figures of a period: work them out in one reading, then write a row in a transaction of its own."""
    with database.reading() as session:
        draft = service.work_out(session, organisation_id, period)
    with database.writing() as session:
        return service.publish(session, organisation_id, period, draft)
