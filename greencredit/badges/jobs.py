"""Work of portable proofs: issue one together with its report, look for reversals, keep the status lists fresh."""

from datetime import date, timedelta
from typing import Final

from greencredit.badges import service
from greencredit.badges.errors import FiguresMoved
from greencredit.badges.service.issuing import KIND
from greencredit.kernel.database import Database
from greencredit.kernel.messages.cursors import CursorMoved
from greencredit.kernel.messages.queue import Job, Later
from greencredit.kernel.settings import Settings
from greencredit.reports import jobs as reports
from greencredit.reports import queries, rules
from greencredit.schemas.badges import PortableProof
from greencredit.schemas.reports import Lang, ParticipationProof
from greencredit.schemas.values import Period

FOLLOW: Final = "badges.follow_the_ledger"
"""The kind of job that takes proofs back whose awards were reversed since it last ran."""

COMPARE: Final = "badges.compare"
"""The kind of job that compares every proof with the awards below it, once a day."""

RENEW: Final = "badges.renew_lists"
"""The kind of job that signs status lists again before they are stale."""

_TRIES: Final = 3


def issue(database: Database, job: Job) -> None:
    """Issue the proof that a job asks for; called again it finds it done."""
    body = job.body
    period = Period(since=date.fromisoformat(body["since"]), until=date.fromisoformat(body["until"]))
    issue_one(database, Settings(), body["consumer_id"], period, body["lang"])


def issue_one(database: Database, settings: Settings, consumer_id: str, period: Period, lang: Lang) -> PortableProof:
    """Give the portable proof of a period: the report first, then the proof of the very same facts."""
    for _ in range(_TRIES):
        with database.reading() as session:
            record = queries.kind_named(KIND).gather(session, consumer_id, period)
        assert isinstance(record, ParticipationProof), "the kind gathers what it is named after"
        report = reports.issue_one(database, settings, KIND, consumer_id, period, lang)
        if report.facts_sha256 == rules.Imprint(KIND, record, lang).digest:
            with database.writing() as session:
                return service.issue(session, record, report, public_url=settings.public_url)
    # Something was booked between the two, time and again: the job is tried later.
    raise FiguresMoved(report.number, found="other facts each time", wanted=report.facts_sha256)


def follow_the_ledger(database: Database, job: Job) -> None:
    """Take back what was reversed, step by step, each in a transaction of its own."""
    while True:
        try:
            with database.writing() as session:
                step = service.follow(session, Settings().public_url)
        except CursorMoved:
            return  # another follower went on from here, and it goes on
        if step.done:
            return
        if job.stopping():
            raise Later(timedelta(0))


def compare(database: Database, job: Job) -> None:
    """Compare all proofs; what one step took back is kept, so that a stop loses nothing."""
    after = ""
    while True:
        with database.writing() as session:
            step = service.compare(session, Settings().public_url, after=after)
        if step.done or job.stopping():
            return
        after = step.last


def renew_lists(database: Database, job: Job) -> None:
    """Sign status lists that grow old."""
    del job
    with database.writing() as session:
        service.renew_lists(session, Settings().public_url)
