"""Routes that write through the writer: the gate, the line of the audit log in the same transaction, the refusals."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Final

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.testclient import TestClient

from greencredit.app.problems import HANDLERS
from greencredit.kernel.access import Actor, Credentials, Role, Scope, ScopeKind, operator_at_the_machine
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.http import Posting, PostingGate, of, posts
from greencredit.kernel.identities import CARRIED, Identities
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.kernel.settings import Settings
from greencredit.kernel.writer import DeadlinePassed, Outcome, OutcomeUnknown, QueueFull, Writer
from greencredit.people import queries, service
from greencredit.schemas.people import NewApiKey
from tests.conftest import NOON
from tests.factories.people import make_account_with
from tests.factories.writer import TOYS, KeyTaken, note, notes

SHOP: Final = Scope(ScopeKind.ISSUER, "iss_shop")
BANK: Final = Scope(ScopeKind.ISSUER, "iss_bank")
SECOND: Final = timedelta(seconds=1)

Asked = list[Credentials]
_HERE: Final = of(ScopeKind.ISSUER, "issuer_id")


@pytest.fixture
def shared(database_url: str, clock: StandingClock) -> Iterator[Database]:
    """Give a database that the client's threads can use, with the toys of the writer."""
    entropy = seeded_entropy("posting")
    opened = Database(database_url, clock=clock, entropy=entropy, keys=Keys(entropy(32)))
    with opened.connection() as connection:
        TOYS.create_all(connection)
    opened.carried[CARRIED] = Identities()
    yield opened
    opened.close()


@pytest.fixture
def asked() -> Asked:
    """Give the list of credentials about which the database was asked."""
    return []


def _place_in_the_database(session: Session, parameters: Mapping[str, Any]) -> tuple[Scope, ...]:
    assert session.scalar(text("SELECT 1")) == 1
    return (Scope(ScopeKind.ISSUER, str(parameters["thing_id"])),)


def _concerns(result: str) -> tuple[str, dict[str, object]]:
    return f"note_{result}", {"rows": 1}


def _all_concern(outcomes: Sequence[Outcome]) -> tuple[str, dict[str, object]]:
    refused = sum(isinstance(one, Exception) for one in outcomes)
    return "", {"rows": len(outcomes), "refused": refused}


@pytest.fixture
def app(shared: Database, asked: Asked) -> FastAPI:
    """Give an application whose routes write toy notes."""
    app = FastAPI(exception_handlers=HANDLERS)
    app.state.database = shared
    app.state.settings = Settings(public_url="http://credits.example")
    app.state.error_page = None
    app.state.writer = Writer(shared, idle_seconds=0.1)
    app.state.record_deeds = service.record_deeds

    def identify(session: Session, credentials: Credentials) -> Actor:
        asked.append(credentials)
        return queries.identify(session, credentials)

    app.state.identify = identify

    # The places of these paths are for the gates alone.
    @app.post("/issuers/{issuer_id}/notes/{key}")  # noqa: FAST003
    async def write(key: str, posting: Annotated[Posting, posts("rule.file", at=_HERE)]) -> str:
        told: str = await posting.submit(note, key, concerns=_concerns)
        return told

    @app.post("/issuers/{issuer_id}/notes")  # noqa: FAST003
    async def write_many(
        keys: list[str], posting: Annotated[Posting, posts("rule.file", at=_HERE)], *, atomic: bool = False
    ) -> list[str]:
        outcomes = await posting.submit_many(note, keys, atomic=atomic, concerns=_all_concern)
        return [one.code if isinstance(one, KeyTaken) else str(one) for one in outcomes]

    @app.post("/things/{thing_id}/{key}")  # noqa: FAST003
    async def thing(key: str, posting: Annotated[Posting, posts("rule.file", at=_place_in_the_database)]) -> str:
        told: str = await posting.submit(note, key)
        return told

    @app.post("/elsewhere/{key}")
    async def elsewhere(key: str, posting: Annotated[Posting, posts("rule.file")]) -> str:
        await posting.require(BANK)
        told: str = await posting.submit(note, key)
        return told

    gate = PostingGate("rule.file", None)

    async def bare(request: Request) -> Response:
        posting = await gate(request)
        await posting.require(SHOP)
        return JSONResponse(await posting.submit(note, request.path_params["key"]))

    app.add_route("/bare/{key}", bare, methods=["POST"])
    return app


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """Give a client of the application; each request has a number."""

    @app.middleware("http")
    async def numbered(request: Request, call_next: Any) -> Response:  # noqa: ANN401 - Starlette's own
        request.state.request_id = "req_1"
        answer: Response = await call_next(request)
        return answer

    with TestClient(app, base_url="http://credits.example") as client:
        yield client
    app.state.writer.stop()


@pytest.fixture
def till(shared: Database, client: TestClient) -> Actor:
    """Let the client carry the key of a till of the shop, and give the actor that it is."""
    with shared.writing() as session:
        owner = make_account_with(session, Role.ISSUER_MANAGER, SHOP)
        wanted = NewApiKey(name="示例收银机", scopes=("rule.file",))
        made = service.make_api_key(session, owner, wanted, environment="test")
    client.headers["Authorization"] = f"Bearer {made.text}"
    with shared.reading() as session:
        return queries.identify(session, Credentials(api_key=made.text))


def _logged(shared: Database) -> list[tuple[str, str | None, str, str, dict[str, Any], str]]:
    with shared.reading() as session:
        entries = queries.audit_page(session).entries
    return [
        (line.action, line.account_id, line.object_id, line.outcome, line.facts, line.request_id)
        for line in reversed(entries)
        if line.action == "rule.file"
    ]


@pytest.mark.proves("LED-3", "SEC-1")
def test_what_a_route_writes_and_its_line_in_the_log_are_one_transaction(
    client: TestClient, app: FastAPI, shared: Database, till: Actor
) -> None:
    answer = client.post("/issuers/iss_shop/notes/a")

    assert (answer.status_code, answer.json(), notes(shared)) == (200, "A", ["a"])
    assert _logged(shared) == [("rule.file", till.account_id, "note_A", "done", {"rows": 1}, "req_1")]
    assert (app.state.writer.tally.batches, app.state.writer.tally.items) == (1, 1)


@pytest.mark.proves("SEC-1")
def test_a_rule_that_refuses_leaves_neither_change_nor_line(client: TestClient, shared: Database, till: Actor) -> None:
    del till
    client.post("/issuers/iss_shop/notes/a")

    answer = client.post("/issuers/iss_shop/notes/a")

    assert (answer.status_code, answer.json()["code"], notes(shared)) == (409, "toy.key_taken", ["a"])
    assert [line[2] for line in _logged(shared)] == ["note_A"]


def test_many_items_have_one_line(client: TestClient, shared: Database, till: Actor) -> None:
    del till

    answer = client.post("/issuers/iss_shop/notes", json=["a", "b", "a"])
    undone = client.post("/issuers/iss_shop/notes?atomic=true", json=["a", "c"])

    assert (answer.json(), notes(shared)) == (["A", "B", "toy.key_taken"], ["a", "b"])
    assert undone.json()[0] == "toy.key_taken"
    assert [line[3:5] for line in _logged(shared)] == [("done", {"rows": 3, "refused": 1})]


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize("path", ["/issuers/iss_bank/notes/a", "/things/iss_bank/a", "/elsewhere/a"])
def test_a_write_that_the_policy_denies_leaves_a_line_and_no_change(
    client: TestClient, shared: Database, till: Actor, path: str
) -> None:
    answer = client.post(path)

    assert (answer.status_code, notes(shared)) == (403, [])
    objects = path.removeprefix("/issuers/").removeprefix("/things/").removeprefix("/elsewhere/").replace("/notes", "")
    assert _logged(shared) == [("rule.file", till.account_id, objects, "denied", {"code": "access.denied"}, "req_1")]


@pytest.mark.proves("SEC-1")
def test_strangers_and_other_sites_are_refused_and_nothing_is_written(client: TestClient, shared: Database) -> None:
    stranger = client.post("/issuers/iss_shop/notes/a")
    unknown = client.post("/issuers/iss_shop/notes/a", headers={"Authorization": "Bearer gc_test_nobody"})
    foreign = client.post("/issuers/iss_shop/notes/a", headers={"Sec-Fetch-Site": "cross-site"})

    assert [(one.status_code, one.json()["code"]) for one in (stranger, unknown, foreign)] == [
        (401, "access.sign_in_first"),
        (401, "access.sign_in_first"),
        (403, "access.cross_site"),
    ]
    assert (notes(shared), _logged(shared)) == ([], [])


def test_a_place_that_the_database_knows_is_asked_there(client: TestClient, shared: Database, till: Actor) -> None:
    del till

    assert (client.post("/things/iss_shop/a").json(), notes(shared)) == ("A", ["a"])


@pytest.mark.proves("SEC-1")
def test_a_route_outside_of_the_framework_has_the_same_gate(client: TestClient, shared: Database, till: Actor) -> None:
    assert (client.post("/bare/a").json(), notes(shared)) == ("A", ["a"])
    assert [line[:4] for line in _logged(shared)] == [("rule.file", till.account_id, "a", "done")]
    del client.headers["Authorization"]
    assert client.post("/bare/b").status_code == 401


# ---- Known for five seconds ------------------------------------------------------------------------------------------


@pytest.mark.proves("SEC-1")
def test_a_key_is_asked_for_once_in_five_seconds(
    client: TestClient, till: Actor, asked: Asked, clock: StandingClock
) -> None:
    del till
    for number in range(3):
        client.post(f"/issuers/iss_shop/notes/{number}")
    in_five_seconds = len(asked)
    clock.move(5 * SECOND)

    answer = client.post("/issuers/iss_shop/notes/later")

    assert (answer.status_code, in_five_seconds, len(asked)) == (200, 1, 2)


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize(
    ("change", "status"), [("the key is revoked", 401), ("the account is suspended", 403), ("the grant is taken", 403)]
)
def test_what_was_taken_back_in_this_process_counts_at_once(
    client: TestClient, shared: Database, till: Actor, change: str, status: int
) -> None:
    before = client.post("/issuers/iss_shop/notes/a").status_code

    with shared.writing() as session:
        operator = operator_at_the_machine(NOON)
        match change:
            case "the key is revoked":
                service.revoke_api_key(session, till, str(till.credential_id))
            case "the account is suspended":
                service.suspend(session, operator, str(till.account_id))
            case _:
                (grant,) = queries.grants_of(session, str(till.account_id))
                service.revoke_grant(session, operator, grant.id)
    after = client.post("/issuers/iss_shop/notes/b").status_code

    assert (before, after, notes(shared)) == (200, status, ["a"])


# ---- Not now ---------------------------------------------------------------------------------------------------------


@pytest.mark.proves("LED-3")
def test_a_full_queue_is_429_with_the_pause_that_helps(
    client: TestClient, app: FastAPI, shared: Database, till: Actor
) -> None:
    del till
    app.state.writer = Writer(shared, by_hand=True, queue_limit=5_500)
    app.state.writer.submit_many(note, [str(number) for number in range(5_500)], atomic=False)

    answer = client.post("/issuers/iss_shop/notes/a")

    assert (answer.status_code, answer.headers["retry-after"], answer.json()["code"]) == (429, "6", "kernel.queue_full")
    assert answer.json()["facts"] == {"waiting": 5500, "asked": 1, "limit": 5500, "retry_after_seconds": 6}
    assert notes(shared) == []


def _raised(error: Exception) -> Any:  # noqa: ANN401 - a verb
    def verb(_session: Session, items: Sequence[Any]) -> list[Outcome]:
        return [error for _ in items]

    return verb


@pytest.mark.proves("LED-3")
@pytest.mark.parametrize(
    ("error", "status", "code", "pause"),
    [
        (DeadlinePassed(NOON, NOON + SECOND, retry_after_seconds=7), 503, "kernel.deadline_passed", "7"),
        (QueueFull(waiting=1, asked=1, limit=1, retry_after_seconds=3), 429, "kernel.queue_full", "3"),
        (OutcomeUnknown("OperationalError"), 503, "app.not_confirmed", "5"),
    ],
)
def test_what_can_not_be_done_now_says_so_and_when_to_come_back(
    client: TestClient, app: FastAPI, till: Actor, error: Exception, status: int, code: str, pause: str
) -> None:
    del till

    @app.post("/now")
    async def now(posting: Annotated[Posting, posts("rule.file")]) -> None:
        await posting.submit(_raised(error), "x")

    answer = client.post("/now")

    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (status, code, pause)
