"""Telling whoever a report is about that it is there: by a link, never the file; a child only inside the platform."""

from typing import Final

from sqlalchemy.orm import Session

from greencredit.notices import service as notices
from greencredit.organisations import queries as organisations
from greencredit.people import queries as people
from greencredit.schemas.notices import Telling
from greencredit.schemas.organisations import AgeBand
from greencredit.schemas.reports import IssuedReport

READY: Final = "report_ready"
"""Goes by the ways that the reader chose."""

READY_FOR_A_CHILD: Final = "report_ready_for_child"
"""Stays in the inbox, whatever was chosen: nothing about a child leaves by mail."""


def tell_of(session: Session, report: IssuedReport) -> int:
    """Tell the consumer, and the guardians of a child, where the report is; give how many notices are new."""
    subject_id = report.subject_id
    guardians = people.guardians_of(session, subject_id)
    kind = READY_FOR_A_CHILD if guardians or _is_known_as_child(session, subject_id) else READY
    facts = {"number": report.number, "days": f"{report.period.since} – {report.period.last_day}"}
    readers = [subject_id, *people.consumers_of_accounts(session, guardians)]
    return notices.tell_many(session, [Telling(reader, kind, report.number, facts) for reader in readers])


def _is_known_as_child(session: Session, consumer_id: str) -> bool:
    """Tell whether somebody ever joined as a child: how old others are, the platform does not ask."""
    return any(
        one.by_guardian or one.age is AgeBand.UNDER_14 for one in organisations.memberships_of(session, consumer_id)
    )
