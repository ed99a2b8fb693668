"""The log over HTTP: files as they lie on the disk, and the witness protocol with its own statuses."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from greencredit.app.main import create_app
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.kernel.settings import Settings
from greencredit.proofs import queries, service
from greencredit.proofs.rules.exchange import origin_of
from greencredit.proofs.rules.note import COSIGNATURE, Signer, parse_note
from greencredit.proofs.rules.policy import Policy
from greencredit.proofs.rules.steps import failed_step
from greencredit.proofs.rules.tree import leaf_hash
from greencredit.proofs.rules.verify_log import verify_log
from tests.factories.proofs import ORIGIN, OtherLog, make_signed_log


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give the settings of an installation of the test's own."""
    return Settings(data_dir=tmp_path, public_url="http://credits.example", environment="test")


@pytest.fixture
def shared(database_url: str, clock: StandingClock) -> Iterator[Database]:
    """Give a database that the client's threads can use."""
    entropy = seeded_entropy("proofs")
    opened = Database(database_url, clock=clock, entropy=entropy, keys=Keys(entropy(32)))
    yield opened
    opened.close()


@pytest.fixture
def client(shared: Database, settings: Settings) -> Iterator[TestClient]:
    """Give a stranger's client."""
    with TestClient(create_app(shared, settings), base_url="http://credits.example") as client:
        yield client


@pytest.fixture
def published(shared: Database, settings: Settings) -> Path:
    """Publish a log of 300 entries and give its folder."""
    with shared.writing() as session:
        make_signed_log(session, 300)
    folder = queries.log_folder(settings.data_dir)
    service.publish(shared, folder, origin=origin_of(settings.public_url))
    return folder


@pytest.fixture
def other(shared: Database) -> OtherLog:
    """Give a log that this installation watches."""
    log = OtherLog()
    with shared.writing() as session:
        service.watch(session, log.signer.verifier.text)
    return log


@pytest.mark.proves("LED-5")
def test_the_files_are_served_as_they_lie_with_the_headers_of_the_format(client: TestClient, published: Path) -> None:
    paths = ["checkpoint", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44"]

    answers = {path: client.get(f"/log/{path}") for path in paths}

    kept = {path: (answer.headers["content-type"], answer.headers["cache-control"]) for path, answer in answers.items()}
    for_ever = ("application/octet-stream", "public, max-age=31536000, immutable")
    assert {path: answer.content for path, answer in answers.items()} == {
        path: (published / path).read_bytes() for path in paths
    }
    assert kept == dict.fromkeys(paths, for_ever) | {
        "checkpoint": ("text/plain; charset=utf-8", "public, max-age=5"),
    }


@pytest.mark.proves("LED-5")
def test_the_whole_log_can_be_checked_from_what_is_served(client: TestClient, published: Path) -> None:
    assert published.is_dir()
    keys = client.get("/log/keys").json()
    policy = Policy.parse(f"log {keys['keys'][0]['vkey']}\nquorum none\n".encode())

    def read(path: str) -> bytes | None:
        answer = client.get(f"/log/{path}")
        return answer.content if answer.status_code == 200 else None

    assert keys["origin"] == ORIGIN
    assert failed_step(verify_log(read, policy, {})) is None


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("checkpoint", 404, "proofs.no_such_file"),
        ("tile/0/000", 404, "proofs.no_such_file"),
        ("tile/0/0", 422, "proofs.tile_path_malformed"),
        ("tile/64/000", 422, "proofs.tile_path_malformed"),
        ("tile/0/000.p/256", 422, "proofs.tile_path_malformed"),
        ("tile/0/000.p/0", 422, "proofs.tile_path_malformed"),
        ("tile/0/%2e%2e/%2e%2e/%2e%2e/keys/root", 422, "proofs.tile_path_malformed"),
        ("tile/..%2f..%2fkeys%2froot", 422, "proofs.tile_path_malformed"),
        ("tile/%00", 404, "app.no_such_path"),
    ],
)
def test_no_other_file_can_be_asked_for(client: TestClient, path: str, status: int, code: str) -> None:
    answer = client.get(f"/log/{path}")

    assert (answer.status_code, answer.json()["code"]) == (status, code)


# ---- Witnessing ------------------------------------------------------------------------------------------------------


def _ask(client: TestClient, body: bytes, kind: str = "text/plain") -> Any:  # noqa: ANN401 - a response
    return client.post("/witness/add-checkpoint", content=body, headers={"Content-Type": kind})


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream", "application/json", ""])
def test_a_cosignature_is_given_under_whatever_media_type(
    client: TestClient, shared: Database, other: OtherLog, kind: str
) -> None:
    answer = _ask(client, other.request(0, 5), kind)

    with shared.reading() as session:
        key = queries.witness_signer(session, "credits.example/witness").verifier
    note = parse_note(other.note(5) + answer.text)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert key.verifies(note.text, note.signatures[-1])


@pytest.mark.proves("LED-5")
def test_each_refusal_has_the_status_of_the_protocol(client: TestClient, other: OtherLog) -> None:
    assert _ask(client, other.request(0, 5)).status_code == 200
    impostor = OtherLog(other.origin, Signer(other.origin, b"i" * 32))

    answers = {
        "malformed": _ask(client, b"old\n"),
        "old above new": _ask(client, other.request(9, 5)),
        "unknown log": _ask(client, OtherLog("stranger.example/log").request(0, 5)),
        "not the log's key": _ask(client, impostor.request(5, 6)),
        "two roots": _ask(client, other.request(5, 5, leaf_hash(b"lie"))),
        "not consistent": _ask(client, other.request(5, 6, leaf_hash(b"lie"))),
    }

    assert {name: (answer.status_code, answer.json()["code"]) for name, answer in answers.items()} == {
        "malformed": (400, "proofs.request_unreadable"),
        "old above new": (400, "proofs.request_unreadable"),
        "unknown log": (404, "proofs.log_not_witnessed"),
        "not the log's key": (403, "proofs.not_signed_by_log"),
        "two roots": (409, "proofs.two_roots"),
        "not consistent": (422, "proofs.root_differs"),
    }


@pytest.mark.proves("LED-5")
def test_a_stale_old_size_is_answered_with_the_size_cosigned_last(client: TestClient, other: OtherLog) -> None:
    _ask(client, other.request(0, 5))

    answer = _ask(client, other.request(0, 6))

    assert (answer.status_code, answer.headers["content-type"], answer.text) == (409, "text/x.tlog.size", "5\n")


@pytest.mark.proves("LED-5")
def test_evidence_of_a_fork_is_kept_although_the_request_was_refused(
    client: TestClient, shared: Database, other: OtherLog
) -> None:
    _ask(client, other.request(0, 5))

    answer = _ask(client, other.request(5, 5, leaf_hash(b"lie")))

    assert answer.status_code == 409
    with shared.reading() as session:
        (found,) = queries.conflicts(session)
    assert (found.kept, found.offered) == (other.note(5), other.note(5, leaf_hash(b"lie")))


@pytest.mark.proves("LED-5")
def test_a_cosignature_that_was_handed_in_is_published_with_the_checkpoint(
    client: TestClient, shared: Database, settings: Settings, published: Path
) -> None:
    witness = Signer("assessor.example/witness", b"a" * 32, COSIGNATURE)
    with shared.writing() as session:
        service.register_witness(session, witness.verifier.text)
    note = client.get("/log/checkpoint").text
    cosigned = note + witness.cosign(parse_note(note).text, at_seconds=1_772_424_000).line

    answer = client.post("/log/cosignatures", content=cosigned.encode())
    again = client.post("/log/cosignatures", content=cosigned.encode())
    service.publish(shared, published, origin=origin_of(settings.public_url))

    assert (answer.status_code, answer.json(), again.json()) == (200, {"size": 300, "new": 1}, {"size": 300, "new": 0})
    assert client.get("/log/checkpoint").text == cosigned
    assert client.get("/log/keys").json()["witnesses"][0]["vkey"] == witness.verifier.text


def test_a_cosignature_of_a_stranger_is_refused(client: TestClient, published: Path) -> None:
    note = (published / "checkpoint").read_text(encoding="utf-8")
    stranger = Signer("stranger.example/witness", b"s" * 32, COSIGNATURE)

    answer = client.post(
        "/log/cosignatures", content=(note + stranger.cosign(parse_note(note).text, at_seconds=1).line)
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "proofs.no_known_witness")
