"""The gate of a route: who is let in, what a browser of another site can't do, what the audit log is told."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import pytest
from fastapi import FastAPI, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.testclient import TestClient

from greencredit.kernel.access import PLATFORM, POLICY, Role, Scope, ScopeKind
from greencredit.kernel.database import Database
from greencredit.kernel.errors import NotFound, Refusal
from greencredit.kernel.http import (
    Configured,
    Permit,
    Writing,
    hand_cookie,
    of,
    requires,
    take_cookie,
)
from greencredit.kernel.settings import Settings
from greencredit.people import queries, service
from greencredit.schemas.people import NewApiKey, NewConsumer, NewSession
from tests.factories.people import PASSWORD, make_account_with

SHOP: Final = Scope(ScopeKind.ISSUER, "iss_shop")


class NothingThere(NotFound):
    """A refusal of these tests."""

    code = "test.nothing_there"


def _no_such_place(session: Session, parameters: Mapping[str, Any]) -> tuple[Scope, ...]:
    del session
    message = f"there is no {parameters['thing_id']}"
    raise NothingThere(message)


@pytest.fixture
def client(shared: Database) -> TestClient:
    """Give a client of an application with one route of each kind, each writing a consumer if it writes."""
    app = FastAPI()
    app.state.database = shared
    app.state.settings = Settings(public_url="http://credits.example")
    app.state.identify = queries.identify
    app.state.record_audit = service.record_audit

    @app.exception_handler(Refusal)
    def _told(_request: Request, refusal: Refusal) -> JSONResponse:
        return JSONResponse({"code": refusal.code}, 403)

    # The places of these paths are for the gates alone.
    @app.post("/issuers/{issuer_id}/rules")  # noqa: FAST003
    def file_rule(
        permit: Annotated[Permit, requires("rule.file", at=of(ScopeKind.ISSUER, "issuer_id"))],
        session: Writing,
        end: str = "well",
    ) -> None:
        service.register_consumer(session, NewConsumer(display_name="示例住户"))
        permit.concerns("rul_1", rows=3)
        if end == "refused":
            raise NothingThere(end)
        if end == "denied":
            permit.require(Scope(ScopeKind.ISSUER, "iss_bank"))

    @app.post("/jobs/{job_id}")  # noqa: FAST003
    def manage(permit: Annotated[Permit, requires("operations.manage")], session: Writing) -> None:
        del permit, session

    @app.get("/things/{thing_id}")  # noqa: FAST003
    def thing(permit: Annotated[Permit, requires("issuer.read", at=_no_such_place)]) -> None:
        del permit

    @app.get("/consumers/{consumer_id}")  # noqa: FAST003
    def consumer(
        permit: Annotated[Permit, requires("consumer.read", at=of(ScopeKind.CONSUMER, "consumer_id"))],
    ) -> None:
        del permit

    @app.get("/cookie", dependencies=[requires("public.read")])
    def cookie(settings: Configured, response: Response, *, forget: bool = False) -> None:
        if forget:
            take_cookie(response, settings)
        else:
            hand_cookie(response, settings, "token")

    return TestClient(app, base_url="http://credits.example")


def _sign_in(client: TestClient, shared: Database, role: Role, scope: Scope = PLATFORM) -> str:
    """Let the client carry the cookie of an account with one role, and give that account's id."""
    with shared.writing() as session:
        actor = make_account_with(session, role, scope, login=role.value, password=PASSWORD)
    wanted = NewSession.model_validate({"login": role.value, "password": PASSWORD})
    client.cookies.set("greencredit", service.sign_in(shared, wanted, hours=1).token.get_secret_value())
    return str(actor.account_id)


def _logged(shared: Database) -> list[tuple[str, str | None, str, str, dict[str, Any]]]:
    """Give what the log was told since the accounts were set up, oldest first."""
    with shared.reading() as session:
        entries = queries.audit_page(session).entries
    return [
        (line.action, line.account_id, line.object_id, line.outcome, line.facts)
        for line in reversed(entries)
        if line.action not in {"grant.give", "session.open"}
    ]


def _consumers(shared: Database) -> int:
    from greencredit.people.tables import PeopleConsumer

    with shared.reading() as session:
        return session.scalar(select(func.count()).select_from(PeopleConsumer)) or 0


@pytest.mark.proves("SEC-1")
def test_a_write_that_succeeds_is_in_the_log_with_its_object_and_facts(client: TestClient, shared: Database) -> None:
    account_id = _sign_in(client, shared, Role.ISSUER_MANAGER, SHOP)

    answer = client.post("/issuers/iss_shop/rules")

    assert (answer.status_code, _consumers(shared)) == (200, 1)
    assert _logged(shared) == [("rule.file", account_id, "rul_1", "done", {"rows": 3})]


@pytest.mark.proves("SEC-1")
def test_the_object_of_a_write_is_what_its_path_names_unless_the_route_says_otherwise(
    client: TestClient, shared: Database
) -> None:
    account_id = _sign_in(client, shared, Role.OPERATOR)

    client.post("/jobs/job_1")

    assert _logged(shared) == [("operations.manage", account_id, "job_1", "done", {})]


@pytest.mark.proves("SEC-1")
def test_a_write_that_is_refused_by_a_rule_leaves_neither_change_nor_line(client: TestClient, shared: Database) -> None:
    _sign_in(client, shared, Role.ISSUER_MANAGER, SHOP)

    answer = client.post("/issuers/iss_shop/rules?end=refused")

    assert (answer.json(), _consumers(shared), _logged(shared)) == ({"code": "test.nothing_there"}, 0, [])


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize("path", ["/issuers/iss_bank/rules", "/issuers/iss_shop/rules?end=denied"])
def test_a_write_that_the_policy_denies_leaves_a_line_and_no_change(
    client: TestClient, shared: Database, path: str
) -> None:
    account_id = _sign_in(client, shared, Role.ISSUER_MANAGER, SHOP)

    answer = client.post(path)

    assert (answer.json(), _consumers(shared)) == ({"code": "access.denied"}, 0)
    ((action, who, _, outcome, facts),) = _logged(shared)
    assert (action, who, outcome, facts["code"]) == ("rule.file", account_id, "denied", "access.denied")


@pytest.mark.proves("SEC-1")
def test_a_stranger_is_asked_to_sign_in_and_does_not_fill_the_log(client: TestClient, shared: Database) -> None:
    answer = client.post("/issuers/iss_shop/rules")

    assert (answer.json(), _consumers(shared), _logged(shared)) == ({"code": "access.sign_in_first"}, 0, [])


@pytest.mark.proves("SEC-1")
def test_whoever_may_nowhere_do_it_does_not_learn_what_exists(client: TestClient, shared: Database) -> None:
    assert client.get("/things/1").json() == {"code": "access.sign_in_first"}
    _sign_in(client, shared, Role.CONSUMER)
    assert client.get("/things/1").json() == {"code": "access.denied"}
    _sign_in(client, shared, Role.ISSUER_VIEWER, SHOP)
    assert client.get("/things/1").json() == {"code": "test.nothing_there"}


@pytest.mark.proves("SEC-1")
def test_looking_at_others_is_logged_and_at_oneself_is_not(client: TestClient, shared: Database) -> None:
    _sign_in(client, shared, Role.CONSUMER)
    with shared.reading() as session:
        account = queries.account_by_login(session, "consumer")
        assert account is not None
        consumer_id = str(queries.actor_of(session, account.id).subject_id)

    assert client.get(f"/consumers/{consumer_id}").status_code == 200
    assert _logged(shared) == []

    regulator_id = _sign_in(client, shared, Role.REGULATOR)
    assert client.get(f"/consumers/{consumer_id}").status_code == 200
    assert _logged(shared) == [("consumer.read", regulator_id, consumer_id, "done", {})]


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, None),
        ({"Sec-Fetch-Site": "same-origin"}, None),
        ({"Sec-Fetch-Site": "none"}, None),
        ({"Origin": "http://credits.example"}, None),
        ({"Sec-Fetch-Site": "cross-site"}, "access.cross_site"),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://evil.credits.example"}, "access.cross_site"),
        ({"Origin": "http://evil.example"}, "access.cross_site"),
        ({"Origin": "null"}, "access.cross_site"),
        ({"Origin": "http://credits.example.evil.example"}, "access.cross_site"),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://credits.example"}, "access.cross_site"),
    ],
)
def test_a_browser_writes_only_from_our_own_pages(
    client: TestClient, shared: Database, headers: dict[str, str], code: str | None
) -> None:
    _sign_in(client, shared, Role.ISSUER_MANAGER, SHOP)

    answer = client.post("/issuers/iss_shop/rules", headers=headers)

    assert (answer.json() or {}).get("code") == code
    assert _consumers(shared) == (1 if code is None else 0)


@pytest.mark.proves("SEC-1")
def test_a_key_needs_no_page_of_ours_and_counts_without_the_cookie_beside_it(
    client: TestClient, shared: Database
) -> None:
    account_id = _sign_in(client, shared, Role.ISSUER_MANAGER, SHOP)
    with shared.writing() as session:
        wanted = NewApiKey(name="示例收银机", scopes=("evidence.take_in",))
        made = service.make_api_key(session, queries.actor_of(session, account_id), wanted, environment="test")
    headers = {"Authorization": f"Bearer {made.text}", "Origin": "http://elsewhere.example"}

    assert client.post("/issuers/iss_shop/rules", headers=headers).json() == {"code": "access.denied"}
    assert client.post("/issuers/iss_shop/rules", headers={"Authorization": "Bearer nonsense"}).json() == {
        "code": "access.sign_in_first"
    }
    with shared.reading() as session:
        denied = queries.audit_page(session).entries[0]
    assert (denied.via, denied.credential_id, denied.outcome) == ("api_key", made.key.id, "denied")


@pytest.mark.proves("SEC-1")
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: TestClient) -> None:
    handed = client.get("/cookie").headers["set-cookie"]

    assert handed == ("greencredit=token; HttpOnly; Max-Age=43200; Path=/; SameSite=lax")


@pytest.mark.proves("SEC-1")
def test_over_https_the_cookie_belongs_to_this_host_alone(client: TestClient) -> None:
    app: Any = client.app
    app.state.settings = Settings(public_url="https://credits.example")

    handed, taken = (client.get("/cookie", params={"forget": forget}).headers["set-cookie"] for forget in (False, True))

    assert handed == ("__Host-greencredit=token; HttpOnly; Max-Age=43200; Path=/; SameSite=lax; Secure")
    assert taken.startswith('__Host-greencredit=""; expires=')
    assert taken.endswith("; HttpOnly; Max-Age=0; Path=/; SameSite=lax; Secure")


def test_a_misspelt_action_fails_when_the_route_is_made() -> None:
    assert "issuer.fly" not in POLICY
    with pytest.raises(KeyError):
        requires("issuer.fly")
