"""Documents over HTTP: handed in by the signed-in, given to who may read the dossier, saved and never shown."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from greencredit.documents import queries, service
from greencredit.kernel.access import PLATFORM, Role, Scope, ScopeKind
from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from greencredit.schemas.issuers import LifeState
from tests.factories.documents import files_in, hand_in_file, synthetic_pdf, synthetic_png
from tests.factories.doors import make_app
from tests.factories.issuers import make_issuer
from tests.factories.people import PASSWORD, make_account, make_actor, make_grant

API = "/api/v1"


@pytest.fixture
def app(shared: Database, tmp_path: Path) -> FastAPI:
    """Give the application without workers."""
    return make_app(shared, Settings(data_dir=tmp_path, public_url="https://credits.example"))


@pytest.fixture
def client(app: FastAPI, shared: Database) -> Iterator[TestClient]:
    """Give a client that is signed in without a grant."""
    with TestClient(app, base_url="https://credits.example") as client:
        _sign_in(client, shared, "li.ming")
        yield client


def _sign_in(client: TestClient, shared: Database, login: str, role: Role | None = None, at: Scope = PLATFORM) -> str:
    with shared.writing() as session:
        account_id = make_account(session, login=login, password=PASSWORD).id
        if role is not None:
            make_grant(session, account_id, role, at)
    answer = client.post(f"{API}/sessions", json={"login": login, "password": PASSWORD})
    client.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]
    return account_id


def _hand_in(client: TestClient, content: Any, name: str = "执照.pdf", kind: str = "application/pdf") -> Any:  # noqa: ANN401
    return client.post(f"{API}/documents", files={"file": (name, content, kind)})


@pytest.mark.proves("ISS-1")
def test_a_file_that_was_handed_in_is_answered_with_its_digest_and_lies_under_it(
    client: TestClient, tmp_path: Path
) -> None:
    answer = _hand_in(client, synthetic_pdf())

    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["media_type"], told["name"], told["size_bytes"]) == (
        "application/pdf",
        "执照.pdf",
        len(synthetic_pdf()),
    )
    assert files_in(tmp_path / queries.FOLDER) == [told["digest"]]


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"<svg onload='alert(1)'/>", "执照.pdf", "documents.type_not_taken"),
        (synthetic_png(), "执照.pdf", "documents.type_mismatch"),
        (synthetic_pdf().replace(b"/Type /Catalog", b"/AA<</O 4 0 R>>"), "执照.pdf", "documents.active_content"),
        (b"", "执照.pdf", "documents.empty_file"),
    ],
)
def test_what_is_not_taken_comes_back_as_a_problem_and_nothing_is_kept(
    client: TestClient, tmp_path: Path, content: bytes, name: str, code: str
) -> None:
    answer = _hand_in(client, content, name)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert files_in(tmp_path / queries.FOLDER) == []


def test_three_hundred_megabytes_are_not_read_to_their_end(client: TestClient, tmp_path: Path) -> None:
    sent = 0

    def body() -> Iterator[bytes]:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        for _ in range(300):
            sent += 1
            yield b"\0" * 2**20

    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    announced = client.post(f"{API}/documents", content=b"", headers=kind | {"Content-Length": str(300 * 2**20)})
    streamed = client.post(f"{API}/documents", content=body(), headers=kind)

    assert [one.status_code for one in (announced, streamed)] == [413, 413]
    assert files_in(tmp_path / queries.FOLDER) == []


def test_a_stranger_hands_nothing_in(app: FastAPI, tmp_path: Path) -> None:
    answer = _hand_in(TestClient(app, base_url="https://credits.example"), synthetic_pdf())

    assert (answer.status_code, answer.json()["code"]) == (401, "access.sign_in_first")
    assert files_in(tmp_path / queries.FOLDER) == []


def _issuer_with_a_paper(shared: Database, tmp_path: Path) -> tuple[str, str]:
    with shared.writing() as session:
        issuer_id = make_issuer(session, LifeState.DRAFT).issuer_id
        actor = make_actor(None, account_id="acc_admin")
        paper = hand_in_file(session, actor, tmp_path / queries.FOLDER, synthetic_pdf("执照原件"), "执照 原件.pdf")
        service.attach(session, actor, issuer_id, [paper])
    return issuer_id, paper.digest


@pytest.mark.proves("ISS-1")
@pytest.mark.parametrize(
    ("role", "kind", "status"),
    [
        (Role.ISSUER_ADMIN, ScopeKind.ISSUER, 200),
        (Role.ISSUER_VIEWER, ScopeKind.ISSUER, 200),
        (Role.CERTIFIER, ScopeKind.ISSUER, 200),
        (Role.ASSESSOR, ScopeKind.ISSUER, 200),
        (Role.REGULATOR, ScopeKind.REGION, 200),
        (Role.AUDITOR, ScopeKind.PLATFORM, 200),
        (Role.OPERATOR, ScopeKind.PLATFORM, 200),
        (None, ScopeKind.PLATFORM, 403),
    ],
)
def test_a_file_is_given_to_whoever_may_read_the_dossier_and_to_nobody_else(
    app: FastAPI, shared: Database, tmp_path: Path, role: Role | None, kind: ScopeKind, status: int
) -> None:
    issuer_id, digest = _issuer_with_a_paper(shared, tmp_path)
    places = {ScopeKind.ISSUER: issuer_id, ScopeKind.REGION: "CN-SH"}
    client = TestClient(app, base_url="https://credits.example")
    _sign_in(client, shared, "asker", role, Scope(kind, places.get(kind, "")))

    answer = client.get(f"{API}/issuers/{issuer_id}/documents/{digest}")

    assert answer.status_code == status
    assert (answer.content == synthetic_pdf("执照原件")) is (status == 200)


def test_a_file_is_saved_and_never_shown(app: FastAPI, shared: Database, tmp_path: Path) -> None:
    issuer_id, digest = _issuer_with_a_paper(shared, tmp_path)
    client = TestClient(app, base_url="https://credits.example")
    _sign_in(client, shared, "asker", Role.OPERATOR)

    answer = client.get(f"{API}/issuers/{issuer_id}/documents/{digest}")

    wanted = {
        "content-disposition": "attachment; filename*=UTF-8''%E6%89%A7%E7%85%A7%20%E5%8E%9F%E4%BB%B6.pdf",
        "content-type": "application/pdf",
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "cache-control": "private, no-store",
    }
    assert {name: answer.headers.get(name) for name in wanted} == wanted
    listed = client.get(f"{API}/issuers/{issuer_id}/documents").json()
    assert [one["name"] for one in listed if one["digest"] == digest] == ["执照 原件.pdf"]


def test_a_file_of_another_issuer_is_not_found_here(app: FastAPI, shared: Database, tmp_path: Path) -> None:
    _, digest = _issuer_with_a_paper(shared, tmp_path)
    with shared.writing() as session:
        other = make_issuer(session, LifeState.DRAFT, number=2).issuer_id
    client = TestClient(app, base_url="https://credits.example")
    _sign_in(client, shared, "asker", Role.ISSUER_ADMIN, Scope(ScopeKind.ISSUER, other))

    answer = client.get(f"{API}/issuers/{other}/documents/{digest}")

    assert (answer.status_code, answer.json()["code"]) == (404, "documents.unknown_document")
