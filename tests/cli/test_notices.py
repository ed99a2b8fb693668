"""Commands for notices: which ways are set up, reminders now, the delivery log without an address."""

import json

import pytest

from greencredit.cli.opening import opened
from greencredit.kernel.clock import civil_date, now, start_of
from greencredit.notices import rules, service
from greencredit.schemas.notices import Outcome, Way
from tests.cli.conftest import Run
from tests.factories.ledger import earn, make_earning, make_terms
from tests.factories.notices import MAIL, WEBHOOK_SECRET, make_notice, make_reader
from tests.factories.people import make_consumer


@pytest.mark.proves("UX-4")
def test_the_ways_that_are_set_up_are_listed_without_secrets(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENCREDIT_SMTP_HOST", "mail.example")
    monkeypatch.setenv("GREENCREDIT_WEBHOOK_URL", "https://app.example/hooks")
    monkeypatch.setenv("GREENCREDIT_WEBHOOK_SECRET", WEBHOOK_SECRET)

    told = run("notices", "ways", "--json")

    assert json.loads(told.out) == [
        {"way": "inbox", "state": "on", "detail": ""},
        {"way": "mail", "state": "incomplete", "detail": "GREENCREDIT_SMTP_FROM: the address that mails come from"},
        {"way": "sms", "state": "off", "detail": ""},
        {"way": "webhook", "state": "on", "detail": ""},
    ]
    assert WEBHOOK_SECRET not in told.out + run("notices", "ways").out


@pytest.mark.proves("UX-4")
def test_reminding_now_tells_once(run: Run) -> None:
    run("setup")
    with opened() as database, database.writing() as session:
        who = make_consumer(session).id
        ends = start_of(civil_date(now(session))) + rules.HORIZON / 10
        earn(session, make_earning(session, who, terms=make_terms(expires_at=ends)))

    first, second = run("notices", "remind", "--json"), run("notices", "remind", "--json")

    assert (json.loads(first.out), json.loads(second.out)) == ({"told": 1}, {"told": 0})


@pytest.mark.proves("UX-4")
def test_the_delivery_log_is_listed_and_filtered_without_an_address(run: Run) -> None:
    run("setup")
    with opened() as database, database.writing() as session:
        consumer_id = make_reader(session)
        notice_id = make_notice(session, consumer_id)
        for attempt, (outcome, code) in enumerate([(Outcome.LATER, "450"), (Outcome.SENT, "250")], start=1):
            service.record_attempt(
                session, notice_id, consumer_id, Way.MAIL, attempt=attempt, outcome=outcome, code=code
            )

    everything = run("notices", "deliveries")
    sent = json.loads(run("notices", "deliveries", "--outcome", "sent", "--json").out)
    none = json.loads(run("notices", "deliveries", "--way", "sms", "--json").out)

    assert [(line["notice_id"], line["attempt"], line["code"]) for line in sent] == [(notice_id, 2, "250")]
    assert none == []
    assert ("已交给对方服务器" in everything.out, "暂未成功，将重试" in everything.out) == (True, True)
    assert (MAIL in everything.out, consumer_id in everything.out) == (False, False)


def test_a_way_that_is_none_is_refused_with_those_there_are(run: Run) -> None:
    told = run("notices", "deliveries", "--way", "pigeon")

    assert told.code == 2
    assert "inbox, mail, sms, webhook" in " ".join(told.err.split())
