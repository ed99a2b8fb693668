"""Notices over HTTP: one's own and nobody else's, pages by cursor, choices, contacts, the operator's counts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from greencredit.app.main import create_app
from greencredit.kernel.access import Role
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.kernel.settings import Settings
from greencredit.notices import service
from greencredit.people import queries as people
from greencredit.schemas.notices import Outcome, Way
from tests.factories.notices import MAIL, make_notice, make_reader, make_sender
from tests.factories.people import PASSWORD, make_account, make_account_with


@pytest.fixture
def shared(database_url: str, clock: StandingClock) -> Iterator[Database]:
    """Give a database that the client's threads can use."""
    entropy = seeded_entropy("notices")
    opened = Database(database_url, clock=clock, entropy=entropy, keys=Keys(entropy(32)))
    yield opened
    opened.close()


@pytest.fixture
def client(shared: Database, tmp_path: Path) -> Iterator[TestClient]:
    """Give a stranger's client."""
    settings = Settings(data_dir=tmp_path, public_url="http://credits.example")
    with TestClient(create_app(shared, settings), base_url="http://credits.example") as client:
        yield client


@pytest.fixture
def reader(shared: Database) -> str:
    """Register a reader who signs in as `reader`, with a mail address and nothing in the inbox."""
    with shared.writing() as session:
        make_sender(session)
        account = make_account(session, login="reader", password=PASSWORD)
        return make_reader(session, mobile=None, account_id=account.id)


def _signed_in(client: TestClient, login: str = "reader") -> TestClient:
    opened = client.post("/api/v1/sessions", json={"login": login, "password": PASSWORD})
    assert opened.status_code == 201
    name, _, token = opened.headers["set-cookie"].partition(";")[0].partition("=")
    client.cookies.set(name, token, domain="credits.example")
    return client


def _told(shared: Database, consumer_id: str, *subjects: str) -> list[str]:
    with shared.writing() as session:
        return [make_notice(session, consumer_id, subject=subject) for subject in subjects]


def _code(answer: Any) -> tuple[int, str]:  # noqa: ANN401 - a response
    return answer.status_code, answer.json()["code"]


@pytest.mark.proves("UX-4", "UX-2")
def test_the_inbox_comes_in_pages_and_a_notice_is_marked_read(
    client: TestClient, shared: Database, reader: str
) -> None:
    written = sorted(_told(shared, reader, "1", "2", "3"), reverse=True)
    at = f"/api/v1/consumers/{reader}/notices"
    _signed_in(client)

    first = client.get(at, params={"limit": 2}).json()
    second = client.get(at, params={"limit": 2, "before": first["next_before"]}).json()
    marked = client.post(f"{at}/{written[0]}/read")
    unread = client.get(at, params={"unread": True}).json()
    all_marked = client.post(f"{at}/read")

    assert [one["notice_id"] for one in first["notices"] + second["notices"]] == written
    assert (first["unread"], first["next_before"], second["next_before"]) == (3, written[1], None)
    assert (marked.status_code, marked.json()["read_at"]) == (200, "2026-03-02T04:00:00Z")
    assert [one["notice_id"] for one in unread["notices"]] == written[1:]
    assert (all_marked.status_code, client.get(at).json()["unread"]) == (204, 0)


@pytest.mark.proves("UX-4")
def test_what_became_of_a_notice_is_told_without_an_address(client: TestClient, shared: Database, reader: str) -> None:
    (notice_id,) = _told(shared, reader, "1")
    with shared.writing() as session:
        service.record_attempt(session, notice_id, reader, Way.MAIL, attempt=1, outcome=Outcome.SENT, code="250")
    _signed_in(client)

    answer = client.get(f"/api/v1/consumers/{reader}/notices/{notice_id}/deliveries")

    assert [(one["way"], one["attempt"], one["outcome"], one["code"]) for one in answer.json()] == [
        ("inbox", 0, "kept", ""),
        ("mail", 0, "sending", ""),
        ("sms", 0, "not_wanted", ""),
        ("webhook", 0, "not_wanted", ""),
        ("mail", 1, "sent", "250"),
    ]
    assert MAIL not in answer.text


@pytest.mark.proves("UX-4")
def test_choices_are_kept_and_the_inbox_stays(client: TestClient, reader: str) -> None:
    at = f"/api/v1/consumers/{reader}/notice-preferences"
    _signed_in(client)
    wanted = {
        "lang": "en",
        "choices": {"freeze": ["inbox", "sms"]},
        "quiet_since": "21:00:00",
        "quiet_until": "09:30:00",
        "most_a_day": 3,
    }

    kept = client.put(at, json=wanted)
    refused = client.put(at, json={**wanted, "choices": {"freeze": ["sms"]}})
    wrong = client.put(at, json={**wanted, "most_a_day": 0})

    assert (kept.status_code, kept.json(), client.get(at).json()) == (200, wanted, wanted)
    assert (_code(refused), wrong.status_code) == ((422, "notices.inbox_stays"), 422)


@pytest.mark.proves("UX-4", "SEC-1")
def test_a_contact_is_kept_shown_in_part_and_removed(client: TestClient, reader: str) -> None:
    at = f"/api/v1/consumers/{reader}/contacts"
    _signed_in(client)

    kept = client.put(f"{at}/sms", json={"address": "13800000000"})
    bad = client.put(f"{at}/mail", json={"address": "nobody at all"})
    none = client.put(f"{at}/inbox", json={"address": MAIL})
    both = client.get(at).json()
    removed = client.delete(f"{at}/mail")

    assert (kept.status_code, kept.json()["covered"]) == (200, "138****0000")
    assert (_code(bad), _code(none)) == ((422, "notices.bad_address"), (422, "notices.no_address_by"))
    assert "nobody at all" not in bad.text
    assert [(one["way"], one["covered"]) for one in both] == [("mail", "h***@example.com"), ("sms", "138****0000")]
    assert (removed.status_code, [one["way"] for one in client.get(at).json()]) == (204, ["sms"])


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize("role", [Role.OPERATOR, Role.REGULATOR, Role.AUDITOR, Role.CONSUMER])
def test_nobody_else_reads_an_inbox_whatever_his_role(
    client: TestClient, shared: Database, reader: str, role: Role
) -> None:
    (notice_id,) = _told(shared, reader, "1")
    with shared.writing() as session:
        make_account_with(session, role, login="other", password=PASSWORD)
    _signed_in(client, "other")
    own = f"/api/v1/consumers/{reader}"

    answers = [
        client.get(f"{own}/notices"),
        client.get(f"{own}/notices/{notice_id}/deliveries"),
        client.get(f"{own}/notice-preferences"),
        client.get(f"{own}/contacts"),
        client.post(f"{own}/notices/{notice_id}/read"),
        client.put(f"{own}/contacts/mail", json={"address": MAIL}),
    ]

    assert [_code(answer) for answer in answers] == [(403, "access.denied")] * 6


def test_ones_own_inbox_does_not_open_anothers_notice(client: TestClient, shared: Database, reader: str) -> None:
    with shared.writing() as session:
        notice_id = make_notice(session, make_reader(session, mail=None, mobile=None))
    _signed_in(client)

    answer = client.post(f"/api/v1/consumers/{reader}/notices/{notice_id}/read")

    assert _code(answer) == (404, "notices.unknown_notice")


@pytest.mark.proves("UX-4")
def test_the_operator_sees_counts_and_everybody_sees_the_kinds(
    client: TestClient, shared: Database, reader: str
) -> None:
    (notice_id,) = _told(shared, reader, "1")
    with shared.writing() as session:
        service.record_attempt(session, notice_id, reader, Way.MAIL, attempt=1, outcome=Outcome.LATER, code="450")
        make_account_with(session, Role.OPERATOR, login="operator", password=PASSWORD)
    kinds = client.get("/api/v1/notice-kinds")
    _signed_in(client, "operator")

    counts = client.get("/api/v1/notice-deliveries")

    assert counts.json() == [{"way": "mail", "outcome": "later", "count": 1}]
    assert [one["name"] for one in kinds.json()][:2] == ["credits_expiring", "credits_expired"]


def test_what_was_changed_is_in_the_audit_log_without_an_address(
    client: TestClient, shared: Database, reader: str
) -> None:
    _signed_in(client)

    client.put(f"/api/v1/consumers/{reader}/contacts/sms", json={"address": "13800000000"})

    with shared.reading() as session:
        newest = people.audit_page(session, limit=1).entries[0]
    assert (newest.action, newest.object_id, newest.outcome, newest.facts) == (
        "notice.change",
        reader,
        "done",
        {"way": "sms"},
    )
