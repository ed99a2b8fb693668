"""Deliveries: what leaves, what waits, what is tried again, what is given up; and what the log tells of it."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.tables import OUTBOX, State
from greencredit.kernel.settings import Settings
from greencredit.notices import queries, service
from greencredit.schemas.notices import DeliveryCount, NoticePreferences, Outcome, Way
from greencredit.timetable import DELIVERIES, ENTRIES, HANDLERS
from tests.conftest import NOON
from tests.factories.logs import logged
from tests.factories.notices import (
    MAIL,
    MailServer,
    WebServer,
    deliver_due,
    make_notice,
    make_reader,
    messages,
    outbox,
)

EVENING: Final = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
"""Half past eleven in the evening in Shanghai."""


def _log(database: Database) -> list[tuple[Way, int, Outcome, str]]:
    with database.reading() as session:
        lines = queries.delivery_log(session)
    return sorted((line.way, line.attempt, line.outcome, line.code) for _, line in lines)


def _reader(database: Database, *ways: Way, **contacts: str | None) -> str:
    with database.writing() as session:
        return make_reader(session, *ways, **contacts)


def _told(database: Database, consumer_id: str, subject: str = "one") -> str:
    with database.writing() as session:
        return make_notice(session, consumer_id, subject=subject)


def test_the_timetable_knows_the_outbox_and_the_daily_reminder() -> None:
    assert service.TOPIC in DELIVERIES
    assert "notices.remind_of_expiry" in HANDLERS
    assert [(entry.kind, str(getattr(entry, "at", ""))) for entry in ENTRIES if "remind" in entry.kind] == [
        ("notices.remind_of_expiry", "09:30:00")
    ]


@pytest.mark.proves("UX-4")
def test_a_way_that_is_not_set_up_is_off_and_the_log_says_so(database: Database) -> None:
    _told(database, _reader(database, *Way))

    deliver_due(database, Settings())

    assert _log(database) == [(way, 1, Outcome.OFF, "") for way in (Way.MAIL, Way.SMS, Way.WEBHOOK)]
    assert outbox(database) == [("mail", "done", 1), ("sms", "done", 1), ("webhook", "done", 1)]
    with database.reading() as session:
        assert queries.delivery_counts(session) == [
            DeliveryCount(way=way, outcome=Outcome.OFF, count=1) for way in (Way.MAIL, Way.SMS, Way.WEBHOOK)
        ]


@pytest.mark.proves("UX-4")
def test_a_mail_is_handed_over_once_and_the_log_says_when(database: Database, mailbox: MailServer) -> None:
    notice_id = _told(database, consumer_id := _reader(database))

    attempts = [deliver_due(database, Settings(**mailbox.settings())) for _ in range(2)]

    assert (attempts, len(mailbox.taken)) == ([1, 0], 1)
    assert outbox(database) == [("mail", "done", 1)]
    with database.reading() as session:
        (line,) = [one for one in queries.deliveries(session, consumer_id, notice_id) if one.attempt]
    assert (line.way, line.attempt, line.at, line.outcome, line.code) == (Way.MAIL, 1, NOON, Outcome.SENT, "250")


@pytest.mark.proves("UX-4", "CMP-4")
@pytest.mark.parametrize("way", [Way.MAIL, Way.SMS])
def test_in_quiet_hours_a_delivery_waits_until_they_end_and_loses_no_attempt(
    database: Database, clock: StandingClock, mailbox: MailServer, far_side: WebServer, way: Way
) -> None:
    settings = Settings(**mailbox.settings(), **far_side.as_gateway())
    clock.move(EVENING - NOON)
    _told(database, _reader(database, Way.INBOX, way))

    deliver_due(database, settings)
    at_night = (outbox(database), messages(database)[0].run_after, len(mailbox.taken) + len(far_side.got))
    clock.move(timedelta(hours=8, minutes=29))  # 07:59
    before = deliver_due(database, settings)
    clock.move(timedelta(minutes=1))  # 08:00
    after = deliver_due(database, settings)

    assert at_night == ([(way.value, "waiting", 0)], datetime(2026, 3, 3, 0, 0, tzinfo=UTC), 0)
    assert (before, after, len(mailbox.taken) + len(far_side.got)) == (0, 1, 1)
    assert outbox(database) == [(way.value, "done", 1)]


def test_a_webhook_keeps_no_quiet_hours(database: Database, clock: StandingClock, far_side: WebServer) -> None:
    clock.move(EVENING - NOON)
    _told(database, _reader(database, Way.INBOX, Way.WEBHOOK))

    deliver_due(database, Settings(**far_side.as_webhook()))

    assert (len(far_side.got), outbox(database)) == (1, [("webhook", "done", 1)])


@pytest.mark.proves("UX-4", "CMP-4")
def test_more_than_wanted_in_a_day_waits_for_the_next(
    database: Database, clock: StandingClock, mailbox: MailServer
) -> None:
    settings = Settings(**mailbox.settings())
    consumer_id = _reader(database)
    with database.writing() as session:
        service.choose(session, consumer_id, NoticePreferences(most_a_day=2))
    for number in range(5):
        _told(database, consumer_id, str(number))

    by_day = []
    for _ in range(3):
        deliver_due(database, settings)
        by_day.append(len(mailbox.taken))
        clock.move(timedelta(days=1))

    assert by_day == [2, 4, 5]


@pytest.mark.proves("UX-4")
def test_what_fails_for_now_is_tried_again_after_longer_and_longer_pauses(
    database: Database, clock: StandingClock, mailbox: MailServer
) -> None:
    mailbox.answers["RCPT"] = ["450 try later", "451 try later"]
    settings = Settings(**mailbox.settings())
    _told(database, _reader(database))

    waits = []
    for _ in range(3):
        assert deliver_due(database, settings) == 1
        message = messages(database)[0]
        waits.append((message.state, message.run_after - clock.now()))
        clock.move(max(message.run_after - clock.now(), timedelta(0)))

    assert waits[:2] == [(State.WAITING, timedelta(seconds=10)), (State.WAITING, timedelta(seconds=20))]
    assert _log(database) == [
        (Way.MAIL, 1, Outcome.LATER, "450"),
        (Way.MAIL, 2, Outcome.LATER, "451"),
        (Way.MAIL, 3, Outcome.SENT, "250"),
    ]
    assert (len(mailbox.taken), outbox(database)) == (1, [("mail", "done", 3)])


@pytest.mark.proves("UX-4")
def test_what_is_refused_for_good_stops_at_once_and_waits_for_a_person(
    database: Database, clock: StandingClock, mailbox: MailServer
) -> None:
    mailbox.answers["RCPT"] = ["550 no such mailbox: household@example.com"]
    settings = Settings(**mailbox.settings())
    _told(database, _reader(database))

    deliver_due(database, settings)
    clock.move(timedelta(days=2))
    later = deliver_due(database, settings)

    assert (later, outbox(database)) == (0, [("mail", "dead", 1)])
    assert _log(database) == [(Way.MAIL, 1, Outcome.REFUSED, "550")]
    assert str(messages(database)[0].last_error).startswith("NotAccepted notices.not_accepted")
    with database.writing() as session:
        queue.retry(session, messages(database)[0].id, queue=OUTBOX)
    assert (deliver_due(database, settings), len(mailbox.taken)) == (1, 1)


@pytest.mark.proves("UX-4")
def test_a_server_that_never_answers_is_given_up_in_the_end(database: Database, clock: StandingClock) -> None:
    settings = Settings(smtp_host="127.0.0.1", smtp_port=1, smtp_security="none", smtp_from="n@platform.example")
    _told(database, _reader(database))
    with database.writing() as session:
        session.execute(sa.update(OUTBOX).values(attempts_max=3))

    for _ in range(4):
        deliver_due(database, settings)
        clock.move(timedelta(hours=1))

    assert outbox(database) == [("mail", "dead", 3)]
    assert _log(database) == [
        (Way.MAIL, 1, Outcome.LATER, "unreachable"),
        (Way.MAIL, 2, Outcome.LATER, "unreachable"),
        (Way.MAIL, 3, Outcome.GIVEN_UP, "unreachable"),
    ]


@pytest.mark.proves("UX-4")
def test_who_switches_a_way_off_or_takes_the_address_back_hears_nothing_that_was_waiting(
    database: Database, mailbox: MailServer, far_side: WebServer
) -> None:
    consumer_id = _reader(database, Way.INBOX, Way.MAIL, Way.SMS)
    _told(database, consumer_id)
    with database.writing() as session:
        service.choose(session, consumer_id, NoticePreferences(choices={"credits_expiring": (Way.INBOX, Way.SMS)}))
        service.remove_contact(session, consumer_id, Way.SMS)

    deliver_due(database, Settings(**mailbox.settings(), **far_side.as_gateway()))

    assert (mailbox.taken, far_side.got) == ([], [])
    assert _log(database) == [(Way.MAIL, 1, Outcome.NOT_WANTED, ""), (Way.SMS, 1, Outcome.NO_CONTACT, "")]


@pytest.mark.proves("UX-4")
def test_the_database_is_free_while_the_far_side_is_asked(
    database_url: str, clock: StandingClock, far_side: WebServer
) -> None:
    """On SQLite a transaction that stayed open over the call would lock out every other writer."""
    entropy = seeded_entropy("free")
    own = Database(database_url, clock=clock, entropy=entropy, keys=Keys(entropy(32)))
    _told(own, _reader(own, Way.INBOX, Way.WEBHOOK))
    seen: list[int] = []

    def write_meanwhile() -> None:
        with own.writing() as session:
            service.tell_many(session, [])
            session.execute(sa.text("UPDATE kernel_message SET request_id = 'meanwhile'"))
        seen.append(len(far_side.got))

    far_side.meanwhile = write_meanwhile
    deliver_due(own, Settings(**far_side.as_webhook()))
    own.close()

    assert seen == [1]


@pytest.mark.proves("UX-4")
def test_no_address_and_no_text_of_a_notice_is_ever_logged(
    database: Database, clock: StandingClock, mailbox: MailServer, far_side: WebServer
) -> None:
    mailbox.answers["RCPT"] = ["450 household@example.com is busy", "550 household@example.com is gone"]
    far_side.statuses = [500, 404]
    settings = Settings(**mailbox.settings(), **far_side.as_gateway())
    _told(database, _reader(database, Way.INBOX, Way.MAIL, Way.SMS))

    with logged() as told:
        for _ in range(2):
            deliver_due(database, settings)
            clock.move(timedelta(minutes=1))
        said = told()

    rows = [message.last_error for message in messages(database)]
    assert len(said.splitlines()) >= 4
    assert not any(word in said + str(rows) for word in (MAIL, "household", "13800000000", "1,200", "到期", "secret"))


def test_a_way_that_is_half_set_up_is_refused_with_the_setting_named(database: Database) -> None:
    _told(database, _reader(database, Way.INBOX, Way.SMS))

    deliver_due(database, Settings(sms_url="https://gateway.example/send", sms_secret=SecretStr("")))

    assert outbox(database) == [("sms", "dead", 1)]
    assert str(messages(database)[0].last_error).startswith("SettingsIncomplete notices.settings_incomplete")
