"""The timer: filings take effect on their day, once."""

from datetime import timedelta

from sqlalchemy import text

from greencredit.issuers import jobs, queries, service
from greencredit.kernel.clock import StandingClock, civil_date
from greencredit.kernel.database import Database
from greencredit.schemas.issuers import FilingState
from tests.factories.issuers import WHY, make_filing, make_issuer, regulator
from tests.factories.messages import enqueued, only


def test_the_nightly_job_marks_what_is_due_and_a_second_run_changes_nothing(
    database: Database, clock: StandingClock
) -> None:
    with database.writing() as session:
        issuer_id = make_issuer(session).issuer_id
        change = make_filing(session, issuer_id)
        service.accept_filing(session, regulator(), change.filing_id, "N2", digest=change.digest, reason=WHY)
    clock.move(timedelta(days=7))
    enqueued(database, "issuers.bring_filings_into_effect", "1")
    job = only(database)

    jobs.bring_filings_into_effect(database, job)
    with database.reading() as session:
        once = queries.history(session, issuer_id)
    jobs.bring_filings_into_effect(database, job)

    with database.reading() as session:
        assert [one.state for one in queries.filings(session, issuer_id)] == [
            FilingState.SUPERSEDED,
            FilingState.EFFECTIVE,
        ]
        assert queries.history(session, issuer_id) == once
        assert [(step.step, step.role, civil_date(step.at)) for step in once[-2:]] == [
            ("supersede", "operator", civil_date(clock.now())),
            ("take_effect", "operator", civil_date(clock.now())),
        ]
        assert [step.reason for step in once[-2:]] == [
            "第 2 版生效 · version 2 takes effect",
            "生效日已到 · its day of effect has come",
        ]
        audited = session.execute(text("SELECT action FROM people_audit WHERE via = 'command' ORDER BY id")).scalars()
        assert list(audited) == ["operations.manage", "operations.manage"]
