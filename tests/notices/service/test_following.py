"""Following the ledger: what happened to somebody's credits is told once, one notice for one command."""

from datetime import timedelta
from typing import Any, Final

import pytest

from greencredit.kernel.clock import SHANGHAI, StandingClock, civil_date, start_of
from greencredit.kernel.database import Database
from greencredit.kernel.messages import cursors
from greencredit.ledger import queries as ledger_queries
from greencredit.ledger import service as ledger
from greencredit.ledger.rules import key_of
from greencredit.notices import jobs, queries, service
from greencredit.schemas.ledger import Freeze, FreezeGround, Reason, Unfreeze, Verb
from tests.conftest import NOON
from tests.factories.ledger import earn, holder_of, make_earning, make_terms, redeem, restore, reverse
from tests.factories.messages import enqueued, only
from tests.factories.people import make_consumer

SOON: Final = start_of(civil_date(NOON) + timedelta(days=3))


def _earned(
    database: Database, *, credits_: int = 100, key: str = "e", ends: bool = False, who: str = ""
) -> tuple[str, int]:
    with database.writing() as session:
        consumer_id = who or make_consumer(session).id
        terms = make_terms(expires_at=SOON if ends else None)
        (posted,) = earn(session, make_earning(session, consumer_id, credits_=credits_, key=key, terms=terms))
    return consumer_id, posted.event_id


def _follow(database: Database) -> None:
    with database.reading() as session:
        known = bool(ledger_queries.happened(session, [Verb.EARN], after=0)[1])
    assert known, "something happened"
    enqueued(database, jobs.FOLLOW, "one")
    jobs.follow_the_ledger(database, only(database))


def _told(database: Database, consumer_id: str) -> list[tuple[str, dict[str, Any]]]:
    with database.reading() as session:
        found = queries.inbox(session, consumer_id).notices
    return sorted((one.kind, {name: fact for name, fact in one.facts.items() if name != "issuer"}) for one in found)


@pytest.mark.proves("UX-4")
def test_a_reversal_is_told_with_its_reason_and_what_is_still_owed(database: Database) -> None:
    consumer_id, award = _earned(database)
    with database.writing() as session:
        redeem(session, 70, holder=consumer_id)
        reverse(session, award, 100, reason="示例退货")

    _follow(database)
    _follow(database)

    assert _told(database, consumer_id) == [("award_reversed", {"credits": 30, "shortage": 70, "reason": "示例退货"})]


@pytest.mark.proves("UX-4")
def test_earning_and_spending_are_no_news(database: Database) -> None:
    consumer_id, _ = _earned(database)
    with database.writing() as session:
        redemption = redeem(session, 70, holder=consumer_id).event_id
        restore(session, redemption, 20)

    _follow(database)

    assert _told(database, consumer_id) == []


def _why(text: str) -> Reason:
    """Give what a regulator writes, and the ground of which the holder is told."""
    return Reason("acc_regulator", text, ground=FreezeGround.FRAUD.value, office="regulator")


@pytest.mark.proves("UX-4")
def test_freezing_and_giving_free_are_told_apart(database: Database) -> None:
    consumer_id, _ = _earned(database)
    with database.writing() as session:
        caller, number = ledger.caller(session, "tests"), holder_of(session, consumer_id)
        freeze = ledger.post_one(session, caller, Freeze(number, 40, key_of("f"), _why("示例核查")))
        ledger.post_one(session, caller, Unfreeze(freeze.event_id, 25, key_of("u"), _why("示例核查结束")))

    _follow(database)

    assert _told(database, consumer_id) == [
        ("freeze", {"credits": 40, "reason": "涉嫌套取或欺诈 · suspected fraud"}),
        ("unfreeze", {"credits": 25, "reason": "涉嫌套取或欺诈 · suspected fraud"}),
    ]


@pytest.mark.proves("UX-4")
def test_what_expired_is_told_once_for_issuer_and_day(database: Database, clock: StandingClock) -> None:
    consumer_id, _ = _earned(database, credits_=100, ends=True)
    with database.writing() as session:
        other = make_terms(award_month=202602, expires_at=SOON)
        earn(session, make_earning(session, consumer_id, credits_=11, key="second", terms=other))
    _earned(database, who=consumer_id, key="for life", credits_=7)
    clock.move(timedelta(days=4))
    with database.writing() as session:
        ledger.expire(session, ledger.caller(session, "tests"), until=clock.now())

    _follow(database)

    assert _told(database, consumer_id) == [("credits_expired", {"credits": 111, "ends": SOON.isoformat()})]
    with database.reading() as session:
        (notice,) = queries.inbox(session, consumer_id).notices
    last = (SOON - timedelta(microseconds=1)).astimezone(SHANGHAI)
    assert f"{last.year} 年 {last.month} 月 {last.day} 日 24:00" in notice.text.zh


@pytest.mark.proves("UX-4")
def test_a_refund_of_which_a_part_had_expired_is_one_notice_and_no_expiry(
    database: Database, clock: StandingClock
) -> None:
    consumer_id, _ = _earned(database, credits_=30, ends=True)
    _earned(database, credits_=100, key="for life", who=consumer_id)
    with database.writing() as session:
        redemption = redeem(session, 80, holder=consumer_id).event_id
    clock.move(timedelta(days=4))
    with database.writing() as session:
        restore(session, redemption, 80)

    _follow(database)

    assert _told(database, consumer_id) == [("expired_on_refund", {"expired": 30, "restored": 50})]


@pytest.mark.proves("UX-4")
def test_a_step_that_fails_tells_nobody_and_keeps_its_position(database: Database) -> None:
    consumer_id, award = _earned(database)
    with database.writing() as session:
        reverse(session, award, 100)

    def fails() -> None:
        with database.writing() as session:
            assert service.follow(session) == (1, False)
            message = "the machine went away"
            raise RuntimeError(message)

    with pytest.raises(RuntimeError):
        fails()
    with database.reading() as session:
        position = cursors.position(session, "notices.follow_the_ledger")
    before = _told(database, consumer_id)

    _follow(database)

    assert (position, before, len(_told(database, consumer_id))) == (0, [], 1)


def test_an_empty_ledger_has_nothing_to_tell(database: Database) -> None:
    enqueued(database, jobs.FOLLOW, "one")

    jobs.follow_the_ledger(database, only(database))

    with database.reading() as session:
        assert cursors.position(session, "notices.follow_the_ledger") == 0


def test_steps_end_with_whole_batches_and_miss_nothing(database: Database) -> None:
    people = [_earned(database, key=str(number)) for number in range(5)]
    with database.writing() as session:
        for number, (_, award) in enumerate(people):
            reverse(session, award, 100, key=f"r{number}")

    seen: list[int] = []
    position = 0
    with database.reading() as session:
        while True:
            found, last = ledger_queries.happened(session, [Verb.REVERSE], after=position, limit=3)
            if last == position:
                break
            assert all(position < one.event_id <= last for one in found)
            seen += [one.event_id for one in found]
            position = last

    assert len(seen) == len(set(seen)) == 5
