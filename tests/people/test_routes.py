"""People over HTTP: signing in and out, oneself, API keys, the audit log."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from greencredit.kernel.access import PLATFORM, Role, Scope, ScopeKind, operator_at_the_machine
from greencredit.kernel.clock import now
from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from greencredit.people import queries, service
from tests.factories.doors import make_app
from tests.factories.people import PASSWORD, make_account, make_account_with

SHOP: Final = Scope(ScopeKind.ISSUER, "iss_shop")


@pytest.fixture
def client(shared: Database, tmp_path: Path) -> Iterator[TestClient]:
    """Give a stranger's client."""
    settings = Settings(data_dir=tmp_path, public_url="http://credits.example", session_hours=2, environment="test")
    with TestClient(make_app(shared, settings), base_url="http://credits.example") as client:
        yield client


def _account(shared: Database, role: Role | None, scope: Scope = PLATFORM, *, name: str = "示例用户") -> str:
    with shared.writing() as session:
        if role is None:
            return make_account(session, display_name=name, password=PASSWORD).id
        return str(make_account_with(session, role, scope, password=PASSWORD).account_id)


def _sign_in(client: TestClient, login: str = "example", password: str = PASSWORD) -> Any:  # noqa: ANN401 - a response
    # As bytes of ours: half a character can stand in JSON, but the client would not write it.
    content = json.dumps({"login": login, "password": password})
    return client.post("/api/v1/sessions", content=content, headers={"Content-Type": "application/json"})


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize("name", ["𠮷野示例", "䶮示例", "<script>alert(1)</script>"])
def test_signing_in_hands_out_a_cookie_and_tells_who_one_is(client: TestClient, shared: Database, name: str) -> None:
    account_id = _account(shared, None, name=name)
    account = {
        "id": account_id,
        "login": "example",
        "display_name": name,
        "state": "active",
        "registered_at": "2026-03-02T04:00:00Z",
    }

    opened = _sign_in(client, "ＥＸＡＭＰＬＥ")  # noqa: RUF001 - wide letters are the point

    assert (opened.status_code, opened.json()) == (201, {"account": account, "expires_at": "2026-03-02T06:00:00Z"})
    assert client.get("/api/v1/me").json() == {
        "account": account,
        "consumer_id": None,
        "via": "session",
        "grants": [],
        "actions": [
            "public.read",
            "session.open",
            "checkpoint.cosign",
            "cosignature.hand_in",
            "session.close",
            "me.read",
            "key.read",
            "key.make",
            "key.revoke",
            "document.hand_in",
            "issuer.register",
        ],
    }


@pytest.mark.proves("SEC-1")
def test_signing_out_ends_the_session_on_the_server(client: TestClient, shared: Database) -> None:
    _account(shared, None)
    _sign_in(client)
    token = client.cookies["greencredit"]

    assert client.delete("/api/v1/sessions/current").status_code == 204

    assert client.cookies.get("greencredit") is None
    client.cookies.set("greencredit", token)
    assert client.get("/api/v1/me").json()["code"] == "access.sign_in_first"


@pytest.mark.proves("SEC-1")
def test_a_wrong_password_is_refused_and_after_five_the_login_rests(client: TestClient, shared: Database) -> None:
    _account(shared, None)

    answers = [_sign_in(client, password="wrong-but-long") for _ in range(5)] + [_sign_in(client)]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        *[(401, "people.wrong_credentials")] * 5,
        (429, "people.too_many_attempts"),
    ]
    assert answers[-1].json()["facts"] == {"until": "2026-03-02T04:01:00Z"}
    assert "set-cookie" not in answers[-1].headers


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize(
    ("password", "status"),
    [("x" * 1_000, 401), ("x" * 1_001, 422), ("half\ud842surrogate", 401), ("nul\x00in-the-middle", 401), ("", 401)],
    ids=["long", "too long", "half a character", "nul", "empty"],
)
def test_an_odd_password_is_a_wrong_password(client: TestClient, shared: Database, password: str, status: int) -> None:
    _account(shared, None)

    assert _sign_in(client, password=password).status_code == status


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize(
    ("login", "status"),
    [("nul\x00", 401), ("half\ud842", 422), ("x" * 400, 401), ("x" * 401, 422), ("\u202e", 401), ("", 401)],
    ids=["nul", "half a character", "long", "too long", "invisible", "empty"],
)
def test_an_odd_login_is_an_unknown_login(client: TestClient, login: str, status: int) -> None:
    assert _sign_in(client, login).status_code == status


@pytest.mark.proves("SEC-1")
def test_a_sign_in_from_another_sites_page_is_refused(client: TestClient, shared: Database) -> None:
    _account(shared, None)
    client.headers["Sec-Fetch-Site"] = "cross-site"

    answer = _sign_in(client)

    assert (answer.status_code, answer.json()["code"]) == (403, "access.cross_site")
    assert "set-cookie" not in answer.headers


@pytest.mark.proves("SEC-1")
def test_a_key_is_made_used_within_its_scopes_listed_without_its_secret_and_revoked(
    client: TestClient, shared: Database
) -> None:
    _account(shared, Role.OPERATOR)
    _sign_in(client)

    made = client.post(
        "/api/v1/api-keys", json={"name": "𠮷 示例程序", "scopes": ["operations.read", "me.read"]}
    ).json()

    key, text = made["key"], made["text"]
    assert text.startswith(f"gc_test_{key['id'].removeprefix('key_')}_")
    assert (key["name"], key["scopes"]) == ("𠮷 示例程序", ["me.read", "operations.read"])
    assert client.get("/api/v1/api-keys").json() == [key]
    program = TestClient(client.app, headers={"Authorization": f"Bearer {text}"})
    assert program.get("/api/v1/jobs").status_code == 200
    assert program.get("/api/v1/audit").json()["code"] == "access.denied"
    assert program.post("/api/v1/api-keys", json={"name": "x", "scopes": ["me.read"]}).status_code == 403
    assert client.delete(f"/api/v1/api-keys/{key['id']}").json() == {**key, "revoked_at": "2026-03-02T04:00:00Z"}
    assert program.get("/api/v1/jobs").status_code == 401


@pytest.mark.proves("SEC-1")
def test_a_key_wider_than_its_owner_is_refused(client: TestClient, shared: Database) -> None:
    _account(shared, Role.ISSUER_VIEWER, SHOP)
    _sign_in(client)

    answer = client.post("/api/v1/api-keys", json={"name": "示例", "scopes": ["evidence.take_in"]})

    assert (answer.status_code, answer.json()["code"]) == (422, "people.scope_too_wide")
    assert answer.json()["facts"] == {"scopes": ["evidence.take_in"]}
    assert client.get("/api/v1/api-keys").json() == []


@pytest.mark.proves("SEC-1")
def test_a_suspended_account_signs_in_and_reads_and_makes_no_key(client: TestClient, shared: Database) -> None:
    account_id = _account(shared, Role.OPERATOR)
    with shared.writing() as session:
        service.suspend(session, operator_at_the_machine(now(session)), account_id)

    assert _sign_in(client).status_code == 201
    assert client.get("/api/v1/jobs").status_code == 200
    assert client.get("/api/v1/me").json()["account"]["state"] == "suspended"
    denied = client.post("/api/v1/api-keys", json={"name": "示例", "scopes": ["me.read"]}).json()
    assert (denied["code"], denied["facts"]["suspended"]) == ("access.denied", True)
    assert client.delete("/api/v1/sessions/current").status_code == 204


@pytest.mark.proves("SEC-1")
def test_the_audit_log_is_read_in_pages_and_tells_of_being_read(client: TestClient, shared: Database) -> None:
    account_id = _account(shared, Role.AUDITOR)
    _sign_in(client)

    first = client.get("/api/v1/audit", params={"limit": 1}).json()
    second = client.get("/api/v1/audit", params={"limit": 1, "before": first["next_cursor"]}).json()
    third = client.get("/api/v1/audit").json()

    assert [line["action"] for line in first["entries"] + second["entries"]] == ["session.open", "grant.give"]
    assert second["next_cursor"] is None
    assert [line["action"] for line in third["entries"]] == ["audit.read", "audit.read", "session.open", "grant.give"]
    newest = third["entries"][0]
    assert (newest["account_id"], newest["via"], newest["outcome"]) == (account_id, "session", "done")
    assert newest["facts"] == {"before": first["next_cursor"], "limit": 1}
    assert newest["request_id"] != ""


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize("query", ["before=0", "limit=0", "limit=501", "before=x", f"before={10**30}", "object_id=%00"])
def test_an_odd_cursor_is_refused(client: TestClient, shared: Database, query: str) -> None:
    _account(shared, Role.AUDITOR)
    _sign_in(client)

    assert client.get(f"/api/v1/audit?{query}").status_code == 422


@pytest.mark.proves("SEC-1")
def test_a_consumer_can_not_read_the_audit_log_and_the_attempt_is_in_it(client: TestClient, shared: Database) -> None:
    account_id = _account(shared, Role.CONSUMER)
    _sign_in(client)

    assert client.get("/api/v1/audit").json()["code"] == "access.denied"

    with shared.reading() as session:
        newest = queries.audit_page(session).entries[0]
    assert (newest.action, newest.account_id, newest.outcome) == ("audit.read", account_id, "denied")
    assert newest.facts == {"code": "access.denied"}
