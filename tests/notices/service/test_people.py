"""Contacts, choices, names of issuers; and that nothing is left of a person who is forgotten."""

from datetime import time, timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from greencredit.notices import queries, service
from greencredit.notices.errors import BadAddress, InboxStays, UnknownKind
from greencredit.people.errors import UnknownConsumer
from greencredit.schemas.notices import Contact, NoticePreferences, Outcome, Sender, Way
from tests.conftest import NOON
from tests.factories.notices import (
    EVERY_WAY,
    ISSUER,
    MAIL,
    MOBILE,
    deliver_due,
    make_notice,
    make_reader,
    make_sender,
    outbox,
)
from tests.factories.people import make_consumer

_TABLES = ("notices_attempt", "notices_contact", "notices_notice", "notices_preference")


def _rows(session: Session) -> dict[str, list[Any]]:
    return {table: list(session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).all()) for table in _TABLES}


@pytest.mark.proves("UX-4", "SEC-1")
def test_an_address_is_stored_encrypted_and_shown_with_its_middle_covered(session: Session) -> None:
    consumer_id = make_reader(session)

    stored = session.execute(text("SELECT sealed FROM notices_contact ORDER BY way")).scalars().all()

    assert queries.contacts(session, consumer_id) == [
        Contact(way=Way.MAIL, covered="h***@example.com", set_at=NOON),
        Contact(way=Way.SMS, covered="138****0000", set_at=NOON),
    ]
    assert [queries.address(session, consumer_id, way) for way in (Way.MAIL, Way.SMS)] == [MAIL, MOBILE]
    assert not any(word in bytes(seal) for seal in stored for word in (b"household", b"example", b"138", b"0000"))


@pytest.mark.proves("SEC-1")
def test_a_sealed_address_opens_in_no_other_row(session: Session) -> None:
    mine, other = make_reader(session), make_consumer(session).id
    session.execute(
        text("INSERT INTO notices_contact SELECT :other, way, sealed, set_at FROM notices_contact WHERE way = 'mail'"),
        {"other": other},
    )

    with pytest.raises(InvalidTag):
        queries.address(session, other, Way.MAIL)
    assert queries.address(session, mine, Way.MAIL) == MAIL


def test_another_address_takes_the_place_of_the_first_and_a_removed_one_is_gone(
    session: Session, clock: StandingClock
) -> None:
    consumer_id = make_reader(session)
    clock.move(timedelta(days=1))

    kept = service.set_contact(session, consumer_id, Way.MAIL, "other@example.com")
    service.remove_contact(session, consumer_id, Way.SMS)
    service.remove_contact(session, consumer_id, Way.SMS)

    assert kept == Contact(way=Way.MAIL, covered="o***@example.com", set_at=NOON + timedelta(days=1))
    assert queries.contacts(session, consumer_id) == [kept]


def test_a_bad_address_and_a_person_nobody_knows_leave_everything_as_it_was(session: Session) -> None:
    consumer_id = make_reader(session)
    before = _rows(session)

    with pytest.raises(BadAddress):
        service.set_contact(session, consumer_id, Way.SMS, "12345")
    with pytest.raises(UnknownConsumer):
        service.set_contact(session, "con_nobody", Way.MAIL, MAIL)
    with pytest.raises(UnknownConsumer):
        service.choose(session, "con_nobody", NoticePreferences())

    assert _rows(session) == before


@pytest.mark.proves("UX-4")
def test_what_was_chosen_is_kept_and_only_what_differs(session: Session) -> None:
    consumer_id = make_reader(session)
    wanted = NoticePreferences(
        lang="en",
        choices={"freeze": (Way.MAIL, Way.INBOX), "credits_expiring": (Way.SMS, Way.INBOX)},
        quiet_since=time(21, 30),
        quiet_until=time(9),
        most_a_day=1,
    )

    chosen = service.choose(session, consumer_id, wanted)

    assert chosen == wanted.model_copy(update={"choices": {"credits_expiring": (Way.INBOX, Way.SMS)}})
    assert queries.preferences(session, consumer_id) == chosen
    assert service.choose(session, consumer_id, NoticePreferences()) == NoticePreferences()
    assert queries.preferences(session, consumer_id) == NoticePreferences()


def test_whoever_chose_nothing_has_quiet_nights() -> None:
    nothing = NoticePreferences()

    assert (nothing.quiet_since, nothing.quiet_until, nothing.most_a_day) == (time(22), time(8), 5)


@pytest.mark.proves("UX-4")
def test_the_inbox_stays_and_a_refused_choice_changes_nothing(session: Session) -> None:
    consumer_id = make_reader(session)
    before = _rows(session)

    with pytest.raises(InboxStays):
        service.choose(session, consumer_id, NoticePreferences(choices={"freeze": (Way.MAIL,)}))
    with pytest.raises(UnknownKind):
        service.choose(session, consumer_id, NoticePreferences(choices={"lottery": ()}))
    for out_of_range in (0, 51):
        with pytest.raises(ValidationError):
            NoticePreferences(most_a_day=out_of_range)

    assert _rows(session) == before


def test_an_issuer_is_called_what_it_is_called_now(session: Session) -> None:
    make_sender(session, "示例旧名")
    consumer_id = make_reader(session)
    notice_id = make_notice(session, consumer_id)

    service.introduce(session, Sender(issuer_id=ISSUER, name="示例新名", english_name=None))

    text_ = queries.notice(session, consumer_id, notice_id).text
    assert ("“示例新名”" in text_.zh, "示例新名" in text_.en) == (True, True)


@pytest.mark.proves("UX-4", "SEC-1")
def test_nothing_of_a_forgotten_person_is_left_and_others_keep_theirs(database: Database) -> None:
    with database.writing() as session:
        leaving = make_reader(session, *EVERY_WAY)
        make_notice(session, leaving)
    deliver_due(database, Settings())
    with database.writing() as session:
        staying = make_reader(session, *EVERY_WAY)
        make_notice(session, leaving, subject="still waiting")
        make_notice(session, staying)
        assert {line.outcome for _, line in queries.delivery_log(session)} == {Outcome.OFF}

    with database.writing() as session:
        service.forget(session, leaving)
        service.forget(session, leaving)

    with database.reading() as session:
        left = _rows(session)
        assert not any(leaving in repr(row) for rows in left.values() for row in rows)
        assert {table: len(rows) for table, rows in left.items()} == {
            "notices_attempt": 0,
            "notices_contact": 2,
            "notices_notice": 1,
            "notices_preference": 1,
        }
        assert queries.unread_count(session, staying) == 1


@pytest.mark.proves("UX-4")
def test_what_waits_for_a_forgotten_person_finds_nobody_and_ends(database: Database) -> None:
    with database.writing() as session:
        leaving = make_reader(session, *EVERY_WAY)
        make_notice(session, leaving)
        service.forget(session, leaving)

    assert deliver_due(database, Settings()) == 3
    assert outbox(database) == [("mail", "done", 1), ("sms", "done", 1), ("webhook", "done", 1)]
    with database.reading() as session:
        assert queries.delivery_log(session) == []


@pytest.mark.proves("SEC-1")
def test_the_copy_of_ones_own_data_holds_everything_with_addresses_in_full(database: Database) -> None:
    with database.writing() as session:
        consumer_id = make_reader(session, Way.INBOX, Way.MAIL)
        notice_id = make_notice(session, consumer_id)
    deliver_due(database, Settings())

    with database.reading() as session:
        copy = queries.everything_of(session, consumer_id)

    assert [one.notice_id for one in copy.notices] == [notice_id]
    assert [(one.way, one.outcome) for one in copy.deliveries] == [(Way.MAIL, Outcome.OFF)]
    assert copy.contacts == {Way.MAIL: MAIL, Way.SMS: MOBILE}
    assert copy.preferences == NoticePreferences()  # inbox and mail are what the kind has by itself
