"""Reminders of expiry: 60, 30 and 7 days before, each once, caught up when late, never two at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from sqlalchemy.orm import Session

from greencredit.kernel.clock import EPOCH, StandingClock, civil_date, start_of
from greencredit.kernel.database import Database
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.queue import Later
from greencredit.ledger import service as ledger
from greencredit.ledger.rules import key_of
from greencredit.notices import jobs, queries, service
from greencredit.notices.service import reminding
from greencredit.schemas.ledger import Freeze
from greencredit.schemas.notices import Reminding
from tests.conftest import NOON
from tests.factories.ledger import because, earn, hold, holder_of, make_earning, make_terms, redeem
from tests.factories.messages import enqueued, only
from tests.factories.notices import make_reader, outbox
from tests.factories.people import make_consumer

TODAY: Final = civil_date(NOON)


def _ends(days: int) -> datetime:
    """Give the end of the civil day so many days from the first one."""
    return start_of(TODAY + timedelta(days=days + 1))


def _earned(
    database: Database, *, days: int | None, credits_: int = 100, who: str | None = None, issuer: str = "iss_example"
) -> str:
    """Let somebody earn credits that end after so many days, or never."""
    with database.writing() as session:
        consumer_id = who or make_consumer(session).id
        terms = make_terms(issuer, expires_at=None if days is None else _ends(days))
        key = f"{consumer_id}{days}{issuer}{credits_}"
        earn(session, make_earning(session, consumer_id, credits_=credits_, key=key, terms=terms))
    return consumer_id


def _run(database: Database) -> int:
    """Do the day's job as the worker does, and give how many were told in all so far today."""
    with database.reading() as session:
        queued = bool(queue.listed(session))
    if not queued:
        enqueued(database, jobs.REMIND, "one")
    jobs.remind_of_expiry(database, only(database))
    with database.reading() as session:
        found = queries.reminding(session, civil_date(database.clock.now()))
    assert found is not None
    assert found.done
    return found.told


def _told(database: Database, consumer_id: str) -> list[tuple[int, int]]:
    """Give credits and days of every reminder of a person, oldest first."""
    with database.reading() as session:
        page = queries.inbox(session, consumer_id, limit=200)
    return [(one.facts["credits"], one.facts["days"]) for one in reversed(page.notices)]


@pytest.mark.proves("UX-4", "CMP-4")
def test_over_the_days_somebody_is_reminded_three_times(database: Database, clock: StandingClock) -> None:
    consumer_id = _earned(database, days=61)

    for _ in range(64):
        _run(database)
        clock.move(timedelta(days=1))

    assert _told(database, consumer_id) == [(100, 60), (100, 30), (100, 7)]


@pytest.mark.proves("UX-4")
@pytest.mark.parametrize(
    ("days", "told"),
    [(61, []), (60, [60]), (45, [45]), (30, [30]), (29, [29]), (8, [8]), (7, [7]), (1, [1]), (0, [0])],
)
def test_whoever_was_never_reminded_is_reminded_late_and_once_of_the_most_urgent(
    database: Database, clock: StandingClock, days: int, told: list[int]
) -> None:
    consumer_id = _earned(database, days=days)

    _run(database)
    clock.move(timedelta(hours=1))
    _run(database)

    assert [left for _, left in _told(database, consumer_id)] == told


@pytest.mark.proves("UX-4")
def test_days_on_which_nothing_ran_are_caught_up_and_never_two_at_once(
    database: Database, clock: StandingClock
) -> None:
    consumer_id = _earned(database, days=60)
    _run(database)
    clock.move(timedelta(days=54))  # the day of 30 was missed

    _run(database)
    clock.move(timedelta(days=1))
    _run(database)

    assert _told(database, consumer_id) == [(100, 60), (100, 6)]


@pytest.mark.proves("UX-4", "LIF-1")
def test_credits_for_life_are_never_mentioned(database: Database) -> None:
    consumer_id = _earned(database, days=None, credits_=500)
    _earned(database, days=5, credits_=30, who=consumer_id)

    _run(database)

    assert _told(database, consumer_id) == [(30, 5)]


@pytest.mark.proves("UX-4")
def test_only_what_can_be_spent_now_is_counted(database: Database) -> None:
    consumer_id = _earned(database, days=5, credits_=100)
    all_gone = _earned(database, days=5, credits_=40)
    with database.writing() as session:
        redeem(session, 20, holder=consumer_id)
        hold(session, 15, holder=consumer_id)
        number = holder_of(session, consumer_id)
        ledger.post_one(session, ledger.caller(session, "tests"), Freeze(number, 5, key_of("f"), because("示例核查")))
        redeem(session, 40, holder=all_gone, key="all")

    _run(database)

    assert (_told(database, consumer_id), _told(database, all_gone)) == ([(60, 5)], [])


@pytest.mark.proves("UX-4")
def test_one_issuer_and_day_is_one_notice_and_two_issuers_are_two(database: Database) -> None:
    consumer_id = _earned(database, days=5, credits_=10)
    with database.writing() as session:
        for month in (202601, 202602):
            terms = make_terms(award_month=month, expires_at=_ends(5))
            earn(session, make_earning(session, consumer_id, credits_=month - 202600, key=str(month), terms=terms))
    _earned(database, days=5, credits_=7, who=consumer_id, issuer="iss_other")
    _earned(database, days=6, credits_=9, who=consumer_id)

    _run(database)

    with database.reading() as session:
        found = queries.inbox(session, consumer_id).notices
    assert sorted((one.facts["issuer"], one.facts["credits"], one.facts["ends"]) for one in found) == [
        ("iss_example", 9, _ends(6).isoformat()),
        ("iss_example", 13, _ends(5).isoformat()),
        ("iss_other", 7, _ends(5).isoformat()),
    ]


def test_what_ended_already_and_holders_who_are_no_persons_are_passed_over(
    database: Database, clock: StandingClock
) -> None:
    consumer_id = _earned(database, days=1)
    enterprise = _earned(database, days=9, who="org_enterprise")
    clock.move(timedelta(days=2))

    assert _run(database) == 0
    assert (_told(database, consumer_id), _told(database, enterprise)) == ([], [])


@pytest.mark.proves("UX-4")
def test_the_second_run_of_a_day_tells_nobody_and_posts_nothing(database: Database) -> None:
    with database.writing() as session:
        reader = make_reader(session)
    _earned(database, days=5, who=reader)

    first = (_run(database), outbox(database))
    second = (_run(database), outbox(database))

    assert first == second == (1, [("mail", "waiting", 0)])


@pytest.mark.proves("UX-4")
def test_a_run_that_is_stopped_goes_on_where_it_was_in_pages(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [_earned(database, days=7) for _ in range(7)]
    monkeypatch.setattr(reminding, "_HOLDERS_AT_ONCE", 3)
    enqueued(database, jobs.REMIND, "one")
    job = replace(only(database), stopping=lambda: True)

    told: list[int] = []
    for _ in range(3):
        with pytest.raises(Later):
            jobs.remind_of_expiry(database, job)
        with database.reading() as session:
            found = queries.reminding(session, TODAY)
            assert found is not None
            told.append(found.told)
    jobs.remind_of_expiry(database, job)

    assert told == [3, 6, 7]
    assert [_told(database, who) for who in people] == [[(100, 7)]] * 7
    with database.reading() as session:
        assert queries.reminding(session, TODAY) == Reminding(told=7, done=True)


@pytest.mark.proves("UX-4")
def test_a_page_whose_transaction_fails_tells_nobody_and_is_done_again(database: Database) -> None:
    consumer_id = _earned(database, days=7)

    def fails() -> None:
        with database.writing() as session:
            assert service.remind(session).told == 1
            message = "the machine went away"
            raise RuntimeError(message)

    with pytest.raises(RuntimeError):
        fails()
    before = _told(database, consumer_id)

    _run(database)

    assert (before, _told(database, consumer_id)) == ([], [(100, 7)])


def test_the_day_turns_at_midnight_in_china(database: Database, clock: StandingClock) -> None:
    consumer_id = _earned(database, days=61)
    clock.move(datetime(2026, 3, 2, 15, 59, tzinfo=UTC) - NOON)
    _run(database)
    before = _told(database, consumer_id)
    clock.move(timedelta(minutes=1))

    _run(database)

    assert (before, _told(database, consumer_id)) == ([], [(100, 60)])


def test_a_day_that_did_not_begin_has_no_record(session: Session) -> None:
    assert queries.reminding(session, civil_date(EPOCH)) is None
