"""Evidence over HTTP: certificates and their keys, ties, what was put aside, what became of a file; who may what."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import text
from starlette.testclient import TestClient

from greencredit.awards import jobs
from greencredit.evidence import queries
from greencredit.kernel.access import Role
from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from tests.factories.awards import purchase_rule
from tests.factories.certificates import PUBLISHER, new_signer, signed_list
from tests.factories.direct import make_key
from tests.factories.doors import make_app
from tests.factories.evidence import CARDS, Shop, bought, make_shop, receipt_csv

API = "/api/v1"
SCOPES = {
    "operator": (Role.OPERATOR, ("certificates.keep", "tie.note", "evidence.read")),
    "regulator": (Role.REGULATOR, ("evidence.oversee", "evidence.read", "tie.note")),
}
Ask = Callable[..., Response]


@pytest.fixture
def app(shared: Database, tmp_path: Path) -> FastAPI:
    """Give the application without workers."""
    return make_app(shared, Settings(data_dir=tmp_path, public_url="https://credits.example"))


@pytest.fixture
def shop(shared: Database) -> Shop:
    """Give a shop of one issuer."""
    with shared.writing() as session:
        return make_shop(session, purchase_rule())


@pytest.fixture
def ask(shared: Database, shop: Shop, app: FastAPI) -> Any:  # noqa: ANN401 - a generator of `Ask`
    """Give a way to ask as the operator, the regulator, the issuer's manager, that of another one, or a stranger."""
    with shared.writing() as session:
        keys = {login: make_key(session, role, login=login, scopes=scopes) for login, (role, scopes) in SCOPES.items()}
        for login, issuer_id in (("manager", shop.issuer_id), ("elsewhere", "iss_elsewhere")):
            keys[login] = make_key(session, Role.ISSUER_MANAGER, issuer_id, login=login, scopes=("evidence.read",))
    with TestClient(app, base_url="https://credits.example") as client:

        def asked(who: str | None, method: str, path: str, **body: Any) -> Response:  # noqa: ANN401 - as the client's
            headers = {} if who is None else {"Authorization": f"Bearer {keys[who]}"}
            if "content" in body:
                headers["Content-Type"] = "application/json"
            return client.request(method, f"{API}{path}", headers=headers, **body)

        yield asked


def told(answer: Response) -> tuple[int, str]:
    """Give status and code of a refusal."""
    return answer.status_code, answer.json()["code"]


# ---- Certificates ----------------------------------------------------------------------------------------------------


@pytest.mark.proves("ACT-5", "UX-2")
def test_an_operator_trusts_a_key_takes_its_list_in_and_everybody_sees_how_old_it_is(ask: Ask) -> None:
    signer = new_signer().model_dump(mode="json")

    trusted = ask("operator", "POST", "/evidence/signers", json=signer)
    taken, again = (ask("operator", "POST", "/evidence/certificates", content=signed_list()) for _ in range(2))
    lists, signers = ask(None, "GET", "/evidence/certificates"), ask(None, "GET", "/evidence/signers")

    assert (trusted.status_code, trusted.json()) == (
        201,
        {**signer, "trusted_at": "2026-03-02T04:00:00Z", "ended_at": None},
    )
    found = taken.json()
    assert (taken.status_code, again.status_code, again.json()) == (201, 201, {**found, "repeated": True})
    assert {name: found[name] for name in ("publisher", "number", "age_days", "stale", "certificates", "repeated")} == {
        "publisher": PUBLISHER,
        "number": 1,
        "age_days": 1,
        "stale": False,
        "certificates": 1,
        "repeated": False,
    }
    assert (lists.json(), signers.json()) == ([found], [trusted.json()])


@pytest.mark.proves("ACT-5", "SEC-1")
def test_whoever_is_no_operator_keeps_no_certificates_and_a_list_that_is_none_leaves_nothing(ask: Ask) -> None:
    signer = new_signer().model_dump(mode="json")
    doors: tuple[tuple[str, dict[str, Any]], ...] = (
        ("/evidence/signers", {"json": signer}),
        ("/evidence/certificates", {"content": signed_list()}),
        ("/evidence/signers/list_key/end", {}),
    )

    denied = {
        who: [ask(who, "POST", path, **body).status_code for path, body in doors]
        for who in ("manager", "regulator", None)
    }
    untrusted = ask("operator", "POST", "/evidence/certificates", content=signed_list())
    ask("operator", "POST", "/evidence/signers", json=signer)
    longer = signed_list().replace(b"2026-12-31", b"2036-12-31")
    tampered = ask("operator", "POST", "/evidence/certificates", content=longer)
    no_list = ask("operator", "POST", "/evidence/certificates", content=b"number,route\n")
    ended = ask("operator", "POST", "/evidence/signers/list_key/end")
    too_late = ask("operator", "POST", "/evidence/certificates", content=signed_list())
    nobody = ask("operator", "POST", "/evidence/signers/nobody/end")

    assert denied == {"manager": [403] * 3, "regulator": [403] * 3, None: [401] * 3}
    assert [told(one) for one in (untrusted, tampered, no_list, too_late, nobody)] == [
        (422, "evidence.unknown_signer"),
        (422, "evidence.bad_signature"),
        (422, "evidence.misshapen_list"),
        (422, "evidence.unknown_signer"),
        (422, "evidence.unknown_signer"),
    ]
    assert (ended.status_code, ended.json()["ended_at"]) == (201, "2026-03-02T04:00:00Z")
    assert ask(None, "GET", "/evidence/certificates").json() == []


# ---- Ties ------------------------------------------------------------------------------------------------------------


@pytest.mark.proves("ACT-5", "UX-2")
def test_who_acts_for_a_merchant_is_noted_and_ended_by_an_operator_or_a_regulator_alone(
    shared: Database, shop: Shop, ask: Ask
) -> None:
    tie = {"merchant_id": shop.merchant_id, "consumer_id": shop.consumers[CARDS[0]], "kind": "owner"}

    def ties() -> list[str]:
        with shared.reading() as session:
            return list(session.scalars(text("SELECT kind FROM evidence_tie WHERE ended_at IS NULL")))

    denied = {who: ask(who, "POST", "/evidence/ties", json=tie).status_code for who in ("manager", None)}
    unknown = [
        ask("operator", "POST", "/evidence/ties", json={**tie, **changes})
        for changes in ({"merchant_id": "mer_nobody"}, {"consumer_id": "con_nobody"}, {"kind": "friend"})
    ]
    before = ties()
    noted = ask("regulator", "POST", "/evidence/ties", json=tie)
    standing = ties()
    ended = [ask("operator", "POST", "/evidence/ties/end", json=tie).status_code for _ in range(2)]

    assert (denied, before) == ({"manager": 403, None: 401}, [])
    assert [one.status_code for one in unknown] == [404, 404, 422]
    assert (noted.status_code, noted.json(), standing) == (201, tie, ["owner"])
    assert (ended, ties()) == ([201, 201], [])
    with shared.reading() as session:
        logged = session.execute(text("SELECT facts FROM people_audit WHERE action = 'tie.note' AND outcome = 'done'"))
        assert list(logged.scalars()) == ['{"kind":"owner"}', '{"ended":true}', '{"ended":false}']


def test_ending_what_nobody_noted_gives_nobody_a_number(shared: Database, shop: Shop, ask: Ask) -> None:
    tie = {"merchant_id": shop.merchant_id, "consumer_id": "con_nobody", "kind": "owner"}

    ended = ask("operator", "POST", "/evidence/ties/end", json=tie)

    assert ended.status_code == 201
    with shared.reading() as session:
        assert session.scalar(text("SELECT COUNT(*) FROM ledger_holder WHERE subject_id = 'con_nobody'")) == 0


# ---- Files, and what was put aside -----------------------------------------------------------------------------------


@pytest.mark.proves("ACT-5", "SEC-1")
def test_a_claim_that_was_put_aside_is_seen_by_overseers_and_by_neither_issuer(
    shared: Database, shop: Shop, ask: Ask, tmp_path: Path
) -> None:
    with shared.writing() as session:
        other = make_shop(session, purchase_rule(), number=2, merchant_id=shop.merchant_id, consumers=shop.consumers)
    path = receipt_csv(tmp_path / "r.csv", [bought()])
    for feed in (shop.receipts, other.receipts):
        jobs.import_file(shared, feed, path)

    seen = {who: ask(who, "GET", "/evidence/aside") for who in ("regulator", "manager", "operator", None)}

    assert {who: answer.status_code for who, answer in seen.items()} == {
        "regulator": 200,
        "manager": 403,
        "operator": 403,
        None: 401,
    }
    (aside,) = seen["regulator"].json()
    assert {name: aside[name] for name in ("batch_id", "line", "issuer_id", "first_batch_id", "first_issuer_id")} == {
        "batch_id": 2,
        "line": 2,
        "issuer_id": other.issuer_id,
        "first_batch_id": 1,
        "first_issuer_id": shop.issuer_id,
    }
    with shared.reading() as session:
        logged = session.scalars(text("SELECT outcome FROM people_audit WHERE action = 'evidence.oversee' ORDER BY id"))
        assert list(logged) == ["done", "denied", "denied"]


@pytest.mark.proves("AWD-3", "SEC-1")
def test_what_became_of_a_file_is_read_by_its_issuer_and_by_overseers_page_by_page(
    shared: Database, shop: Shop, ask: Ask, tmp_path: Path
) -> None:
    rows = [bought(), *(bought(receipt_no=f"R{number}", amount_yuan="-1") for number in range(2, 5))]
    outcome = jobs.import_file(shared, shop.receipts, receipt_csv(tmp_path / "r.csv", rows))
    path = f"/evidence/batches/{outcome.batch_id}"

    batch, told_outcome = ask("manager", "GET", path), ask("manager", "GET", f"/imports/{outcome.batch_id}")
    first = ask("regulator", "GET", f"{path}/rejects?limit=2").json()
    rest = ask("regulator", "GET", f"{path}/rejects?limit=2&after={first[-1]['line']}").json()
    denied = {who: ask(who, "GET", f"{path}/rejects").status_code for who in ("elsewhere", None)}
    missing = ask("manager", "GET", "/evidence/batches/99")

    assert batch.json() == _batch(shared, outcome.batch_id)
    assert told_outcome.json() == outcome.model_dump(mode="json")
    assert ([one["line"] for one in first], [one["line"] for one in rest]) == ([3, 4], [5])
    assert {(one["code"], one["field"], one["found"]) for one in first + rest} == {
        ("evidence.negative_amount", "amount_yuan", "-1")
    }
    assert denied == {"elsewhere": 403, None: 401}
    assert told(missing) == (404, "evidence.no_such_batch")


def _batch(database: Database, batch_id: int) -> dict[str, Any]:
    with database.reading() as session:
        return queries.batch(session, batch_id).model_dump(mode="json")
