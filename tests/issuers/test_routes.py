"""Issuers over HTTP: a whole life through the door, each side with its own account; strangers see the register."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from greencredit.awards.queries.cases import suggested
from greencredit.issuers import queries, rules
from greencredit.kernel.access import PLATFORM, Role, Scope, ScopeKind
from greencredit.kernel.clock import StandingClock, civil_date
from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from greencredit.schemas.issuers import Document, LifeState, NewAssessment
from tests.factories.documents import example_document, synthetic_pdf
from tests.factories.doors import make_app
from tests.factories.issuers import (
    agency_scope,
    make_agencies,
    make_issuer,
    new_assessment,
    new_certificate,
    new_issuer,
    new_scheme,
    new_statement,
    registration_papers,
    synthetic_code,
)
from tests.factories.people import PASSWORD, make_account, make_grant

API = "/api/v1"
WHY = {"reason": "示例"}


@pytest.fixture
def app(shared: Database, tmp_path: Path) -> FastAPI:
    """Give the application without workers."""
    return make_app(shared, Settings(data_dir=tmp_path, public_url="https://credits.example"))


@pytest.fixture
def stranger(app: FastAPI) -> Iterator[TestClient]:
    """Give a client that nobody knows."""
    with TestClient(app, base_url="https://credits.example") as client:
        yield client


class Side:
    """One account at its own client; grants are given by the operator as the life goes on."""

    def __init__(self, app: FastAPI, shared: Database, login: str) -> None:
        self.shared = shared
        with shared.writing() as session:
            self.account_id = make_account(session, login=login, password=PASSWORD).id
        self.client = TestClient(app, base_url="https://credits.example")
        answer = self.client.post(f"{API}/sessions", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 201
        # The test's clock stands in the past, so a client that looks at the real one would drop the cookie at once.
        self.client.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]

    def granted(self, role: Role, scope: Scope = PLATFORM) -> None:
        """Let the account hold a role in a place."""
        with self.shared.writing() as session:
            make_grant(session, self.account_id, role, scope)

    def post(self, path: str, body: dict[str, Any], *, wanted: int = 200) -> Any:  # noqa: ANN401 - any answer
        """Send a body and give the answer, which must have the wanted status."""
        answer = self.client.post(f"{API}{path}", json=body)
        assert answer.status_code == wanted, answer.text
        return answer.json()

    def work_cases(self, filing_id: str) -> None:
        """Store the worked cases that a draft suggests itself: without them no scheme is handed in."""
        with self.shared.reading() as session:
            wanted = [case.model_dump(mode="json") for case in suggested(queries.filing(session, filing_id).scheme)]
        answer = self.client.put(f"{API}/filings/{filing_id}/cases", json=wanted)
        assert answer.status_code == 200, answer.text

    def hand_in(self, *papers: Document) -> None:
        """Upload papers as the factories describe them."""
        for paper in papers:
            content = {"file": (paper.name, synthetic_pdf(paper.name), paper.media_type)}
            answer = self.client.post(f"{API}/documents", files=content)
            assert (answer.status_code, answer.json().get("digest")) == (201, paper.digest), answer.text


def test_a_whole_life_goes_through_the_door_and_every_step_is_in_the_audit_log(
    app: FastAPI, shared: Database, stranger: TestClient, clock: StandingClock
) -> None:
    admin, certifier, assessor, reviewer, regulator = (
        Side(app, shared, login) for login in ("admin", "certifier", "assessor", "reviewer", "regulator")
    )
    today = civil_date(clock.now())
    with shared.writing() as session:
        make_agencies(session)
    admin.hand_in(*registration_papers(), new_statement(today).document, example_document("示例材料.pdf"))
    certifier.hand_in(new_certificate(today).document)
    assessor.hand_in(*rules.papers_in(new_assessment(today)))

    issuer_id = admin.post("/issuers", {"issuer": new_issuer().model_dump(mode="json"), **WHY}, wanted=201)["issuer_id"]
    here = Scope(ScopeKind.ISSUER, issuer_id)
    admin.granted(Role.ISSUER_ADMIN, here)
    certifier.granted(Role.CERTIFIER, here)
    assessor.granted(Role.ASSESSOR, here)
    reviewer.granted(Role.ASSESSOR, here)
    certifier.granted(Role.CERTIFIER, agency_scope(900))
    for side in (assessor, reviewer):
        side.granted(Role.ASSESSOR, agency_scope(901))
    regulator.granted(Role.REGULATOR, Scope(ScopeKind.REGION, "CN-SH"))
    life = f"/issuers/{issuer_id}"
    admin.post(f"{life}/submit", WHY)
    certifier.post(f"{life}/certificates", {"certificate": new_certificate(today).model_dump(mode="json"), **WHY})
    _assess(life, assessor, reviewer, new_assessment(today))
    filing = admin.post(f"{life}/filings", {"scheme": new_scheme().model_dump(mode="json"), **WHY}, wanted=201)
    admin.work_cases(filing["filing_id"])
    admin.post(f"/filings/{filing['filing_id']}/submit", WHY)
    accepted = regulator.post(
        f"/filings/{filing['filing_id']}/accept", {"number": "示例备2026-1", "digest": filing["digest"], **WHY}
    )
    statement = new_statement(today).model_dump(mode="json")
    stated = admin.post(f"{life}/guarantee", {"statement": statement, **WHY}, wanted=201)
    active = regulator.post(f"{life}/activate", WHY)

    (listed,) = stranger.get(f"{API}/issuers").json()
    assert (accepted["state"], active["state"]) == ("effective", "active")
    assert (listed["issuer_id"], listed["state"], listed["filing_number"]) == (issuer_id, "active", "示例备2026-1")
    assert stranger.get(f"{API}{life}").json() == listed
    (measured,) = stranger.get(f"{API}{life}/coverage").json()
    assert (measured["statement_id"], measured["kept"], measured["basis_points"]) == (
        stated["statement_id"],
        True,
        None,
    )
    assert admin.client.get(f"{API}{life}/reasons").json() == []
    with shared.reading() as session:
        audited = session.execute(
            text("SELECT action FROM people_audit WHERE action LIKE 'issuer.%' OR action = 'rule.file' ORDER BY id")
        )
        assert list(audited.scalars()) == [
            *("issuer.register", "issuer.submit", "issuer.certify"),
            *("issuer.assess", "issuer.assess", "issuer.assess"),  # scored, refused to sign his own, signed
            *("rule.file", "rule.file", "issuer.file", "issuer.decide", "issuer.decide"),
        ]


def _assess(life: str, assessor: Side, reviewer: Side, paper: NewAssessment) -> None:
    body = {"assessment": paper.model_dump(mode="json"), **WHY}
    scored = assessor.post(f"{life}/assessments", body, wanted=201)["scored_id"]
    own = assessor.post(f"{life}/assessments/{scored}/sign", WHY, wanted=403)
    assert own["code"] == "access.own_filing"
    reviewer.post(f"{life}/assessments/{scored}/sign", WHY)


@pytest.mark.proves("ISS-1")
def test_a_wrong_code_comes_back_as_a_problem_that_says_found_and_wanted(app: FastAPI, shared: Database) -> None:
    admin = Side(app, shared, "admin")
    wrong = new_issuer().model_dump(mode="json") | {"code": "91350100M000100Y4A"}

    problem = admin.post("/issuers", {"issuer": wrong, **WHY}, wanted=422)

    assert (problem["code"], problem["facts"]) == (
        "issuers.code_wrong_check",
        {"position": 18, "found": "A", "wanted": "3"},
    )


def test_a_step_out_of_turn_comes_back_as_a_problem_and_changes_nothing(app: FastAPI, shared: Database) -> None:
    with shared.writing() as session:
        issuer = make_issuer(session, LifeState.FILED)
    regulator = Side(app, shared, "regulator")
    regulator.granted(Role.REGULATOR)

    problem = regulator.post(f"/issuers/{issuer.issuer_id}/lift", WHY, wanted=422)

    assert (problem["code"], problem["facts"]) == (
        "issuers.step_not_allowed",
        {"state": "filed", "step": "lift", "role": "regulator", "wanted": ["accept_filing", "activate", "lapse"]},
    )
    with shared.reading() as session:
        assert queries.issuer(session, issuer.issuer_id) == issuer


@pytest.mark.parametrize(
    "path",
    [
        "submit",
        "certificates",
        "certificates/return",
        "assessments",
        "assessments/sco_1/sign",
        "assessments/sco_1/return",
        "conditions/1/met",
        "filings",
        "return",
        "refuse",
        "lapse",
        "give-up",
        "activate",
        "restrict",
        "suspend",
        "lift",
        "stop-issuing",
        "withdraw",
        "exclude",
        "close",
    ],
)
def test_a_stranger_takes_no_step(stranger: TestClient, shared: Database, path: str) -> None:
    with shared.writing() as session:
        issuer = make_issuer(session)

    answer = stranger.post(f"{API}/issuers/{issuer.issuer_id}/{path}", json=WHY)

    assert (answer.status_code, answer.json()["code"]) == (401, "access.sign_in_first")


def test_a_dossier_is_shown_to_the_issuers_own_and_hidden_from_strangers(
    app: FastAPI, shared: Database, stranger: TestClient
) -> None:
    with shared.writing() as session:
        issuer = make_issuer(session, LifeState.DRAFT)
    viewer = Side(app, shared, "viewer")
    viewer.granted(Role.ISSUER_VIEWER, Scope(ScopeKind.ISSUER, issuer.issuer_id))
    path = f"{API}/issuers/{issuer.issuer_id}"

    assert viewer.client.get(f"{path}/dossier").json()["issuer"]["code"] == synthetic_code()
    assert stranger.get(f"{path}/dossier").status_code == 401
    assert (stranger.get(path).status_code, stranger.get(path).json()["code"]) == (404, "issuers.unknown_issuer")
