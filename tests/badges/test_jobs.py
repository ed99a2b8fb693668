"""The work of portable proofs: issued with its report by a job, taken back and renewed in time, each safe to repeat."""

from datetime import timedelta
from pathlib import Path

import pytest

from greencredit.awards import queries as awards
from greencredit.awards import service as awarding
from greencredit.badges import jobs, queries, service
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.messages import queue
from greencredit.reports import queries as reports
from greencredit.schemas.badges import NewPortableProof
from greencredit.schemas.values import Period
from tests.factories.badges import PUBLIC_URL, YEAR, make_portable_proof


def claimed(database: Database, kind: str, body: dict[str, str] | None = None) -> queue.Job:
    """Give a job of a kind, as a worker holds it."""
    if body is not None:
        with database.writing() as session:
            queue.enqueue(session, kind, "示例", body)
    (job,) = queue.claim(database, "worker", [kind])
    return job


@pytest.mark.proves("REP-11", "REP-9")
def test_a_job_issues_the_report_and_the_proof_of_it_once(
    own: Database, household: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENCREDIT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("GREENCREDIT_PUBLIC_URL", PUBLIC_URL)
    half = Period(since=YEAR.since, until=YEAR.since.replace(month=7))
    with own.writing() as session:
        service.ask(session, household, NewPortableProof(period=half))
    job = claimed(own, service.ISSUE)

    jobs.issue(own, job)
    jobs.issue(own, job)

    with own.reading() as session:
        (proof,) = queries.proofs_of(session, household)
        report = reports.by_number(session, proof.number)
    assert (report.kind, report.subject_id, report.period, proof.period) == ("proof", household, half, half)


@pytest.mark.proves("REP-11", "LED-1")
@pytest.mark.parametrize("kind", [jobs.FOLLOW, jobs.COMPARE])
def test_jobs_take_back_what_was_reversed_and_find_it_done(
    own: Database, household: str, clock: StandingClock, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENCREDIT_PUBLIC_URL", PUBLIC_URL)
    with own.writing() as session:
        make_portable_proof(session, household)
        make_portable_proof(session, household, lang="en")
    clock.move(timedelta(hours=1))
    with own.writing() as session:
        award_id = awards.awards_of(session, household, YEAR)[0].award_id
        awarding.take_back(session, award_id, credits_=1, actor_id="acc_示例", reason="退货（示例）")
    job, does = claimed(own, kind, {}), {jobs.FOLLOW: jobs.follow_the_ledger, jobs.COMPARE: jobs.compare}[kind]

    does(own, job)
    with own.reading() as session:
        first = queries.status_document(session, 1)
    does(own, job)

    with own.reading() as session:
        assert [one.why_revoked for one in queries.proofs_of(session, household)] == ["reversed", "reversed"]
        assert queries.status_document(session, 1) == first


@pytest.mark.proves("REP-11")
def test_lists_are_renewed_by_a_job(
    own: Database, household: str, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENCREDIT_PUBLIC_URL", PUBLIC_URL)
    with own.writing() as session:
        make_portable_proof(session, household)
        before = queries.status_document(session, 1)
    clock.move(timedelta(hours=13))

    jobs.renew_lists(own, claimed(own, jobs.RENEW, {}))

    with own.reading() as session:
        assert queries.status_document(session, 1) != before
