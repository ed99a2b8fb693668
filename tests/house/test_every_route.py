"""Every route, walked with every role: the policy decides who is let in, and the audit log tells of it."""

import ast
import asyncio
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from httpx2 import ASGITransport, AsyncClient, Response
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.app.main import create_app, doors
from greencredit.kernel import http
from greencredit.kernel.access import (
    PLATFORM,
    POLICY,
    Actor,
    Credentials,
    Role,
    Scope,
    ScopeKind,
    Via,
    may,
    may_somewhere,
    operator_at_the_machine,
    serving,
)
from greencredit.kernel.clock import StandingClock, civil_date, now
from greencredit.kernel.database import Database
from greencredit.kernel.errors import NotFound
from greencredit.kernel.http import Gate
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.kernel.settings import Settings
from greencredit.people import queries as people_queries
from greencredit.people import service as people
from greencredit.schemas.issuers import LifeState
from greencredit.schemas.people import NewApiKey, NewSession
from tests.factories.doors import bodies_of_doors
from tests.factories.issuers import agency_scope, hand_papers_in, make_issuer
from tests.factories.merchants import make_merchant
from tests.factories.organisations import make_organisation
from tests.factories.people import PASSWORD, make_account, make_account_with, make_consumer, make_grant
from tests.house.sources import sources

_WITHOUT_GATE: Final = {
    "/api/v1/openapi.json": "describes the doors, opens none",
    "/static/{asked_edition}/{name:path}": "files of the build, without data",
}
"""Routes that nobody needs to be let in to, and why."""

_OWN_TRANSACTIONS: Final = {
    "/api/v1/sessions",
    "/sign-in",
    "/health/ready",
    "/log/cosignatures",
    "/witness/add-checkpoint",
    "/api/v1/consumers/{consumer_id}/trajectory/export",
    "/api/v1/holders/{holder}/trajectory/export",
    "/api/v1/issuers/{issuer_id}/trajectory/export",
    "/api/v1/issuers/{issuer_id}/rules/{rule}/trajectory/export",
    "/api/v1/organisations/{organisation_id}/figures",
}
"""Routes that hold the database itself: signing in and witnessing remember refusals, health must not fail with it, an
export reads window after window, each in a transaction of its own, and figures are worked out while only reading."""

_SAFE: Final = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Route:
    """One method of one path, with the gate it declares."""

    method: str
    path: str
    dependant: Dependant
    gate: Gate

    @property
    def action(self) -> str:
        """Give the action it declares."""
        return self.gate.action


@dataclass
class Visitor:
    """Somebody who tries every door."""

    name: str
    credentials: Credentials = field(default_factory=Credentials)

    @property
    def headers(self) -> dict[str, str]:
        """Give what he shows."""
        if self.credentials.api_key is not None:
            return {"Authorization": f"Bearer {self.credentials.api_key}"}
        token = self.credentials.session_token
        return {} if token is None else {"Cookie": f"greencredit={token}"}


@pytest.fixture
def shared(tmp_path: Path, clock: StandingClock, _migrated_file: Path) -> Iterator[Database]:
    """Give a database that the client's threads can use; doors are the same on every engine, so one will do."""
    entropy = seeded_entropy("every route")
    shutil.copyfile(_migrated_file, tmp_path / "doors.db")
    opened = Database(f"sqlite:///{tmp_path / 'doors.db'}", clock=clock, entropy=entropy, keys=Keys(entropy(32)))
    yield opened
    opened.close()


@pytest.fixture
def app(shared: Database, tmp_path: Path) -> FastAPI:
    """Give the whole application."""
    return create_app(shared, Settings(data_dir=tmp_path, public_url="http://credits.example"))


def _calls(dependant: Dependant) -> Iterator[object]:
    """Give what a route calls before it answers, in the order in which it is called."""
    for below in dependant.dependencies:
        yield from _calls(below)
        yield below.call


def _gates(dependant: Dependant) -> list[Gate]:
    return [call for call in _calls(dependant) if isinstance(call, Gate)]


def _every_dependant(app: FastAPI) -> Iterator[tuple[str, str, Dependant | None]]:
    for route in app.routes:
        if route is not doors():
            yield "?", str(getattr(route, "path", "?")), None
    for door in doors().doors:
        for method in sorted(door.methods or ()):
            yield method, door.path, door.dependant


def _routes(app: FastAPI) -> list[Route]:
    return [
        Route(method, path, dependant, gates[0])
        for method, path, dependant in _every_dependant(app)
        if dependant is not None and (gates := _gates(dependant))
    ]


@pytest.mark.proves("SEC-1")
def test_every_route_declares_one_action(app: FastAPI) -> None:
    declared = {
        f"{method} {path}": [gate.action for gate in _gates(dependant)] if dependant else []
        for method, path, dependant in _every_dependant(app)
        if path not in _WITHOUT_GATE
    }

    assert {route: actions for route, actions in declared.items() if len(actions) != 1} == {}
    assert len(declared) > 40, "the walk found the routes"


@pytest.mark.proves("SEC-1")
def test_nothing_is_opened_before_the_gate(app: FastAPI) -> None:
    """A request that will be refused takes no writing connection, and its refusal can be written down."""
    late = []
    for route in _routes(app):
        calls = list(_calls(route.dependant))
        gate = next(place for place, call in enumerate(calls) if isinstance(call, Gate))
        if any(call in {http._reading, http._writing} for call in calls[:gate]):  # noqa: SLF001 - what the aliases call
            late.append(f"{route.method} {route.path}")

    assert late == []


@pytest.mark.proves("SEC-1")
def test_whoever_can_write_declares_a_write_which_is_logged(app: FastAPI) -> None:
    silent = [
        f"{route.method} {route.path}: {route.action}"
        for route in _routes(app)
        if http._writing in _calls(route.dependant)  # noqa: SLF001 - what `Writing` calls
        if not (POLICY[route.action].writes and POLICY[route.action].logged) and route.action != "session.close"
    ]
    changing_reads = [
        f"{route.method} {route.path}" for route in _routes(app) if route.method in _SAFE and _is_write(route)
    ]
    own = {route.path for route in _routes(app) if http.database_of in _calls(route.dependant)}

    assert (silent, changing_reads, own) == ([], [], _OWN_TRANSACTIONS)


@pytest.mark.proves("SEC-1")
def test_every_action_of_the_policy_is_asked_for_somewhere() -> None:
    asked = {
        node.value
        for source in sources("greencredit")
        if source.name != "greencredit/kernel/policy.py"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }

    assert set(POLICY) - asked == set()


def _is_write(route: Route) -> bool:
    return POLICY[route.action].writes


# ---- The walk --------------------------------------------------------------------------------------------------------


@dataclass
class Town:
    """What the walk passes: one issuer at the beginning of its life, one merchant, one consumer, and the visitors."""

    ids: dict[str, str]
    bodies: dict[str, Any]
    visitors: list[Visitor]


def _town(shared: Database) -> Town:
    with shared.writing() as session:
        issuer = make_issuer(session, LifeState.DRAFT)
        merchant = make_merchant(session)
        places = {
            ScopeKind.PLATFORM: PLATFORM,
            ScopeKind.REGION: Scope(ScopeKind.REGION, issuer.region),
            ScopeKind.ISSUER: Scope(ScopeKind.ISSUER, issuer.issuer_id),
            ScopeKind.AGENCY: agency_scope(901),
            ScopeKind.CONSUMER: Scope(ScopeKind.CONSUMER, make_consumer(session).id),
            ScopeKind.ORGANISATION: Scope(
                ScopeKind.ORGANISATION, (school := make_organisation(session)).organisation_id
            ),
        }
        employers = {Role.CERTIFIER: agency_scope(900), Role.ASSESSOR: agency_scope(901)}
        holders = sorted(
            {holder for rule in POLICY.values() for holder in rule.holders if holder[0] is not Role.SYSTEM}
        )
        for role, kind in holders:
            scope = places.get(kind, PLATFORM)
            visitor = make_account_with(session, role, scope, login=f"{role}.of.{kind}", password=PASSWORD)
            if kind is ScopeKind.ISSUER and role in employers:
                make_grant(session, str(visitor.account_id), role, employers[role])
            if kind is ScopeKind.ISSUER:
                elsewhere = Scope(kind, "iss_elsewhere")
                make_account_with(session, role, elsewhere, login=f"{role}.elsewhere", password=PASSWORD)
        make_account(session, login="without.grants", password=PASSWORD)
        suspended = make_account_with(session, Role.OPERATOR, login="suspended", password=PASSWORD)
        people.suspend(session, operator_at_the_machine(now(session)), str(suspended.account_id))
        logins = [account.login for account in people_queries.accounts(session, limit=500)]
        consumer = people_queries.account_by_login(session, "consumer.of.consumer")
        assert consumer is not None
        consumer_id = str(people_queries.actor_of(session, consumer.id).subject_id)
        make_consumer(session)
        key = _narrow_key(session)
        hand_papers_in(session, *(account.id for account in people_queries.accounts(session, limit=500)))
        bodies = bodies_of_doors(civil_date(now(session)))
    visitors = [Visitor("stranger"), Visitor("key", Credentials(api_key=key))]
    for login in logins:
        wanted = NewSession.model_validate({"login": login, "password": PASSWORD})
        if login != "owner.of.key":
            token = people.sign_in(shared, wanted, hours=12).token.get_secret_value()
            visitors.append(Visitor(login, Credentials(session_token=token)))
    ids = {
        "issuer_id": issuer.issuer_id,
        "merchant_id": merchant.merchant_id,
        "consumer_id": consumer_id,
        "section": "rules",
        "organisation_id": school.organisation_id,
        "unit_id": school.units[0].unit_id,
    }
    return Town(ids, bodies, visitors)


def _narrow_key(session: Session) -> str:
    owner = make_account_with(session, Role.OPERATOR, login="owner.of.key")
    wanted = NewApiKey(name="示例程序", scopes=("operations.read", "me.read"))
    return people.make_api_key(session, owner, wanted, environment="test").text


@dataclass(frozen=True)
class _Seen:
    """What happened at one door."""

    action: str
    faults: list[str]
    logged: bool


@pytest.mark.timeout(600)  # some 1,500 requests, and this machine may be busy
@pytest.mark.proves("SEC-1")
@pytest.mark.slow
def test_every_route_lets_in_whom_the_policy_lets_in_and_every_privileged_write_is_logged(
    app: FastAPI, shared: Database
) -> None:
    seen = asyncio.run(_walk(app, shared, _town(shared)))

    assert [fault for visit in seen for fault in visit.faults] == []
    done = {visit.action for visit in seen if visit.logged}
    assert {"key.make", "issuer.register", "issuer.submit", "issuer.certify", "issuer.assess", "rule.file"} <= done


async def _walk(app: FastAPI, shared: Database, town: Town) -> list[_Seen]:
    # Whoever leaves is a stranger afterwards, so leaving comes last.
    routes = sorted(_routes(app), key=lambda route: route.action == "session.close")
    # In one event loop: the usual test client changes threads so often that the walk would take twice as long.
    async with AsyncClient(transport=ASGITransport(app), base_url="http://credits.example") as client:
        return [await _visit(client, shared, route, visitor, town) for route in routes for visitor in town.visitors]


async def _visit(client: AsyncClient, shared: Database, route: Route, visitor: Visitor, town: Town) -> _Seen:
    """Try one door, and compare what happened with what the policy says should."""
    parameters = {name: town.ids.get(name, "1") for name in _names(route.path)}
    with shared.reading() as session:
        actor = people_queries.identify(session, visitor.credentials)
        expected = _expected(session, route, actor, parameters)
    answer = await client.request(
        route.method,
        route.path.replace(":path", "").format(**parameters),
        headers=visitor.headers,
        json=None if route.method in _SAFE else town.bodies.get(route.path, {"reason": "示例原因"}),
    )
    _learn(town, answer)
    code, places = _refusal(answer)
    refused = {"access.sign_in_first": 401, "access.denied": 403}.get(code)
    # The route itself may still refuse a place that only the body or the thing names; then the refusal names it.
    if refused == 403 and route.gate.at is None and places:
        refused = expected
    lines = _lines(shared, route.action, answer.headers["x-request-id"])
    seen = f"{route.method} {route.path} ({route.action}) by {visitor.name}: {answer.status_code} {code}"
    faults = []
    if refused != expected or answer.status_code >= 500:
        faults.append(f"{seen}, expected {expected or 'to be let in'}")
    if lines != _expected_lines(route, actor, answer.status_code):
        faults.append(f"{seen}, the log says {lines}")
    return _Seen(route.action, faults, logged=lines == ["done"])


def _expected(session: Session, route: Route, actor: Actor, parameters: Mapping[str, str]) -> int | None:
    """Give the status with which the policy refuses, or None."""
    refused = 403 if actor.signed_in else 401
    if not may_somewhere(actor, route.action):
        return refused
    if route.gate.at is None:
        return None
    try:
        places = tuple(route.gate.at(session, parameters))
    except (NotFound, ValueError):
        return None  # there is no such thing, and who may do this somewhere may know it
    return None if may(actor, route.action, *places) else refused


def _lines(shared: Database, action: str, request_id: str) -> list[str]:
    asked = {"action": action, "request": request_id}
    statement = text("SELECT outcome FROM people_audit WHERE action = :action AND request_id = :request")
    with shared.reading() as session:
        return list(session.scalars(statement, asked))


def _expected_lines(route: Route, actor: Actor, status: int) -> list[str]:
    rule = POLICY[route.action]
    if not rule.logged:
        # Signing in writes its own line, since nobody is known before.
        return ["done"] if route.action == "session.open" and status < 400 else []
    if status in {401, 403}:
        return ["denied"] if actor.via is not Via.NOTHING else []
    himself = {grant.role for grant in serving(actor, route.action)} == {Role.CONSUMER}
    return ["done"] if status < 400 and (rule.writes or not himself) else []


def _refusal(answer: Response) -> tuple[str, list[str]]:
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        problem = answer.json()
        return problem["code"], problem["facts"].get("places", [])
    return "", []


def _learn(town: Town, answer: Response) -> None:
    """Remember what the walk itself brought into being, so that the next doors lead to something."""
    if answer.status_code == 201 and "filing_id" in answer.json():
        town.ids["filing_id"] = answer.json()["filing_id"]


def _names(path: str) -> list[str]:
    return re.findall(r"\{(\w+)(?::path)?\}", path)
