"""Telling: once, in the caller's transaction, by the ways the reader wants and can be reached by."""

import json
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.database import Database
from greencredit.notices import queries, service
from greencredit.notices.errors import UnknownKind, WrongFacts
from greencredit.people.errors import UnknownConsumer
from greencredit.schemas.notices import Delivery, NoticePreferences, Outcome, Telling, Way
from tests.conftest import NOON
from tests.factories.notices import EVERY_WAY, ISSUER, expiring_facts, make_notice, make_reader, make_sender, outbox
from tests.factories.people import make_consumer


def _everything(session: Session) -> dict[str, list[Any]]:
    tables = ("notices_notice", "notices_attempt", "kernel_message")
    return {table: list(session.execute(text(f"SELECT * FROM {table} ORDER BY id")).all()) for table in tables}


@pytest.mark.proves("UX-4")
def test_a_notice_stands_in_the_inbox_with_its_words_and_the_name_of_the_issuer(session: Session) -> None:
    make_sender(session)
    consumer_id = make_reader(session)

    notice_id = make_notice(session, consumer_id)

    page = queries.inbox(session, consumer_id)
    (found,) = page.notices
    assert (page.unread, page.next_before) == (1, None)
    assert (found.notice_id, found.kind, found.at, found.read_at) == (notice_id, "credits_expiring", NOON, None)
    assert found.facts == expiring_facts()
    assert "示例绿色商超（虚构）" in found.text.zh
    assert "Example Green Store (fictitious)" in found.text.en
    assert found.leads_to == f"/register/{ISSUER}"


@pytest.mark.proves("UX-4")
def test_deliveries_wait_in_the_outbox_without_an_address(database: Database) -> None:
    with database.writing() as session:
        consumer_id = make_reader(session, *EVERY_WAY)
        notice_id = make_notice(session, consumer_id)

    assert outbox(database) == [("mail", "waiting", 0), ("sms", "waiting", 0), ("webhook", "waiting", 0)]
    with database.reading() as session:
        rows = session.execute(text("SELECT kind, key, body, attempts_max FROM kernel_message ORDER BY key")).all()
    assert [(row.kind, row.key, json.loads(row.body), row.attempts_max) for row in rows] == [
        ("notices.deliver", f"{notice_id}:{way}", {"notice": notice_id, "way": way}, 30)
        for way in ("mail", "sms", "webhook")
    ]


@pytest.mark.proves("UX-4")
def test_a_person_without_contacts_is_told_in_the_inbox_and_the_log_says_why_nowhere_else(database: Database) -> None:
    with database.writing() as session:
        consumer_id = make_reader(session, Way.INBOX, Way.MAIL, Way.SMS, mail=None, mobile=None)
        notice_id = make_notice(session, consumer_id)

    assert outbox(database) == []
    with database.reading() as session:
        assert queries.inbox(session, consumer_id).unread == 1
        assert queries.deliveries(session, consumer_id, notice_id) == [
            Delivery(notice_id=notice_id, way=way, attempt=0, at=NOON, outcome=outcome, code="")
            for way, outcome in (
                (Way.INBOX, Outcome.KEPT),
                (Way.MAIL, Outcome.NO_CONTACT),
                (Way.SMS, Outcome.NO_CONTACT),
                (Way.WEBHOOK, Outcome.NOT_WANTED),
            )
        ]


@pytest.mark.proves("UX-4")
def test_telling_the_same_thing_again_changes_nothing_whatever_is_said(session: Session) -> None:
    consumer_id = make_reader(session, *EVERY_WAY)
    first = make_notice(session, consumer_id)
    before = _everything(session)

    again = make_notice(session, consumer_id, credits=1, days=3)

    assert again == first
    assert _everything(session) == before


def test_another_subject_another_kind_and_another_person_are_told_apart(session: Session) -> None:
    one, other = make_reader(session, mail=None), make_reader(session, mail=None)
    frozen = {"issuer": ISSUER, "credits": 5, "reason": "示例核查"}

    tellings = [
        Telling(one, "credits_expiring", "a", expiring_facts()),
        Telling(one, "credits_expiring", "b", expiring_facts()),
        Telling(one, "freeze", "a", frozen),
        Telling(other, "freeze", "a", frozen),
        Telling(other, "freeze", "a", frozen),
    ]

    assert (service.tell_many(session, tellings), service.tell_many(session, tellings)) == (4, 0)
    assert [queries.unread_count(session, who) for who in (one, other)] == [3, 1]


def test_many_are_told_at_once_and_whoever_is_nobody_here_is_passed_over(session: Session) -> None:
    people = [make_consumer(session).id for _ in range(30)]
    strangers = ["con_nobody", "org_enterprise"]

    told = service.tell_many(
        session, [Telling(who, "credits_expiring", "x", expiring_facts()) for who in [*people, *strangers]]
    )

    assert told == 30
    assert [queries.unread_count(session, who) for who in (*people, *strangers)] == [1] * 30 + [0, 0]


def test_nothing_is_told_where_nothing_is_to_be_told(session: Session) -> None:
    assert service.tell_many(session, []) == 0


def test_a_person_nobody_knows_a_kind_nobody_made_and_wrong_facts_are_refused_and_nothing_is_written(
    session: Session,
) -> None:
    consumer_id = make_reader(session)
    before = _everything(session)

    with pytest.raises(UnknownConsumer):
        make_notice(session, "con_nobody")
    with pytest.raises(UnknownKind):
        service.tell(session, consumer_id, "lottery", subject="x", facts={})
    with pytest.raises(WrongFacts):
        make_notice(session, consumer_id, credits="many")
    with pytest.raises(WrongFacts):
        service.tell_many(
            session,
            [
                Telling(consumer_id, "credits_expiring", "good", expiring_facts()),
                Telling(consumer_id, "credits_expiring", "bad", {}),
            ],
        )

    assert _everything(session) == before


@pytest.mark.proves("UX-4")
def test_a_transaction_that_fails_tells_nobody(database: Database) -> None:
    with database.writing() as session:
        consumer_id = make_reader(session, *EVERY_WAY)

    def fails() -> None:
        with database.writing() as session:
            make_notice(session, consumer_id)
            message = "the caller's own work failed"
            raise RuntimeError(message)

    with pytest.raises(RuntimeError):
        fails()

    assert outbox(database) == []
    with database.reading() as session:
        assert queries.inbox(session, consumer_id).notices == ()


def test_who_chose_other_ways_is_told_by_these(database: Database) -> None:
    with database.writing() as session:
        consumer_id = make_reader(session)
        service.choose(session, consumer_id, NoticePreferences(choices={"freeze": (Way.INBOX, Way.SMS)}))
        service.tell(
            session, consumer_id, "freeze", subject="1", facts={"issuer": ISSUER, "credits": 5, "reason": "示例"}
        )

    assert outbox(database) == [("sms", "waiting", 0)]
