"""Registers of agencies, reviews of codes and states of papers over HTTP: each open to its side and to no other."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from greencredit.issuers import queries
from greencredit.kernel.access import PLATFORM, Role, Scope, ScopeKind
from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from greencredit.schemas.issuers import LifeState
from tests.factories.documents import example_document, hand_in, synthetic_pdf
from tests.factories.doors import make_app
from tests.factories.issuers import (
    agency_scope,
    hand_papers_in,
    make_agencies,
    make_issuer,
    new_agency,
    new_assessment,
    new_issuer,
    synthetic_code,
)
from tests.factories.people import PASSWORD, make_account, make_grant

API = "/api/v1"
WHY = {"reason": "示例"}
FAILING = "91350211M0000XUF46"


@pytest.fixture
def app(shared: Database, tmp_path: Path) -> FastAPI:
    """Give the application without workers."""
    return make_app(shared, Settings(data_dir=tmp_path, public_url="https://credits.example"))


def _side(
    app: FastAPI, shared: Database, login: str, role: Role | None = None, at: Scope = PLATFORM
) -> tuple[TestClient, str]:
    with shared.writing() as session:
        account_id = make_account(session, login=login, password=PASSWORD).id
        if role is not None:
            make_grant(session, account_id, role, at)
    client = TestClient(app, base_url="https://credits.example")
    answer = client.post(f"{API}/sessions", json={"login": login, "password": PASSWORD})
    client.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]
    return client, account_id


def _agency(number: int = 950) -> dict[str, Any]:
    return {"agency": new_agency(number).model_dump(mode="json"), **WHY}


@pytest.mark.proves("ISS-2")
@pytest.mark.parametrize(
    ("role", "at", "status"),
    [
        (Role.OPERATOR, PLATFORM, 201),
        (Role.REGULATOR, PLATFORM, 201),
        (Role.REGULATOR, Scope(ScopeKind.REGION, "CN-SH"), 403),
        (Role.AUDITOR, PLATFORM, 403),
        (None, PLATFORM, 403),
    ],
)
def test_the_register_of_agencies_is_kept_by_operator_and_regulator(
    app: FastAPI, shared: Database, role: Role | None, at: Scope, status: int
) -> None:
    client, _ = _side(app, shared, "keeper", role, at)

    answer = client.post(f"{API}/agencies", json=_agency())

    assert answer.status_code == status
    listed = TestClient(app, base_url="https://credits.example").get(f"{API}/agencies").json()
    assert [one["code"] for one in listed] == ([synthetic_code(950)] if status == 201 else [])


def test_everybody_sees_who_was_withdrawn_since_when_and_nobodys_name(app: FastAPI, shared: Database) -> None:
    client, _ = _side(app, shared, "keeper", Role.OPERATOR)
    agency_id = client.post(f"{API}/agencies", json=_agency()).json()["agency_id"]

    body = {"since": "2026-03-01", **WHY}
    assert client.post(f"{API}/agencies/{agency_id}/withdraw", json=body).status_code == 200

    (listed,) = TestClient(app, base_url="https://credits.example").get(f"{API}/agencies?kind=credit").json()
    assert listed == {
        "agency_id": agency_id,
        "kind": "credit",
        "kind_title": {"zh": "信用认证或评价机构", "en": "Credit certification or evaluation body"},
        "name": "示例信用服务有限公司",
        "code": synthetic_code(950),
        "approval_number": None,
        "state": "withdrawn",
        "state_title": {"zh": "已除名", "en": "Withdrawn"},
        "since": "2026-03-01",
    }
    again = client.post(f"{API}/agencies/{agency_id}/relist", json=body | {"approval_number": "示例-批准-9"})
    assert [one["state"] for one in again.json()["standings"]] == ["listed", "withdrawn", "listed"]


@pytest.mark.proves("ISS-1")
def test_a_failing_code_goes_from_request_through_another_persons_review_to_a_registration(
    app: FastAPI, shared: Database
) -> None:
    founder, founder_id = _side(app, shared, "founder")
    operator, operator_id = _side(app, shared, "operator", Role.OPERATOR)
    licence = example_document("执照.pdf")
    uploaded = founder.post(f"{API}/documents", files={"file": (licence.name, synthetic_pdf(licence.name))})
    assert uploaded.json()["digest"] == licence.digest
    with shared.writing() as session:
        hand_in(session, operator_id, licence)
        hand_papers_in(session, founder_id)
    asked = {"code": FAILING, "reason": "营业执照所载如此", "document": licence.model_dump(mode="json")}
    wanted = {"issuer": new_issuer().model_dump(mode="json") | {"code": FAILING}, **WHY}

    before = founder.post(f"{API}/issuers", json=wanted)
    review_id = founder.post(f"{API}/code-reviews", json=asked).json()["review_id"]
    not_his = founder.post(f"{API}/code-reviews/{review_id}/confirm", json=WHY)
    listed = operator.get(f"{API}/code-reviews").json()
    looked_at = [one.get(f"{API}/code-reviews/{review_id}/document") for one in (operator, founder)]
    confirmed = operator.post(f"{API}/code-reviews/{review_id}/confirm", json=WHY)
    registered = founder.post(f"{API}/issuers", json=wanted)
    own = operator.post(f"{API}/code-reviews", json=asked | {"reason": "自己申请"}).json()["review_id"]
    own_review = operator.post(f"{API}/code-reviews/{own}/confirm", json=WHY)

    assert (before.status_code, before.json()["code"]) == (422, "issuers.code_wrong_check")
    assert (not_his.status_code, [one["state"] for one in listed]) == (403, ["waiting"])
    assert [one.status_code for one in looked_at] == [200, 403]
    assert looked_at[0].content == synthetic_pdf(licence.name)
    assert (confirmed.status_code, confirmed.json()["reviewer_id"]) == (200, operator_id)
    assert (registered.status_code, registered.json()["code_review"]["reviewer_id"]) == (201, operator_id)
    assert (own_review.status_code, own_review.json()["code"]) == (403, "access.own_filing")


@pytest.mark.proves("ISS-1")
def test_what_a_registration_lacks_is_shown_before_it_is_handed_in(app: FastAPI, shared: Database) -> None:
    with shared.writing() as session:
        issuer = make_issuer(session, LifeState.DRAFT)
    here = Scope(ScopeKind.ISSUER, issuer.issuer_id)
    admin, _ = _side(app, shared, "admin", Role.ISSUER_ADMIN, here)
    bare = {"issuer": new_issuer().model_copy(update={"documents": ()}).model_dump(mode="json"), **WHY}
    path = f"{API}/issuers/{issuer.issuer_id}"

    assert admin.get(f"{path}/completeness").json()["missing"] == []
    assert admin.put(path, json=bare).status_code == 200
    told = admin.get(f"{path}/completeness").json()
    refused = admin.post(f"{path}/submit", json=WHY)

    assert [one["title"]["zh"] for one in told["missing"]] == ["经办人授权委托书", "营业执照", "诚信承诺书"]
    assert (refused.status_code, refused.json()["code"]) == (422, "issuers.papers_missing")
    assert refused.json()["facts"]["missing"] == ["authorisation", "business_licence", "integrity_pledge"]
    listed = TestClient(app, base_url="https://credits.example").get(f"{API}/required-papers").json()
    assert {one["name"] for one in told["required"]} < {one["name"] for one in listed}


@pytest.mark.proves("ISS-3")
@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.ASSESSOR, 201),
        (Role.CERTIFIER, 403),
        (Role.ISSUER_ADMIN, 403),
        (Role.REGULATOR, 403),
        (Role.OPERATOR, 403),
    ],
)
def test_only_an_assessor_of_this_issuer_scores_it(app: FastAPI, shared: Database, role: Role, status: int) -> None:
    with shared.writing() as session:
        issuer = make_issuer(session, LifeState.CERTIFIED)
    places = {Role.REGULATOR: Scope(ScopeKind.REGION, "CN-SH"), Role.OPERATOR: PLATFORM}
    client, account_id = _side(app, shared, "judge", role, places.get(role, Scope(ScopeKind.ISSUER, issuer.issuer_id)))
    with shared.writing() as session:
        if role in {Role.ASSESSOR, Role.CERTIFIER}:
            make_grant(session, account_id, role, agency_scope(901))
    paper = new_assessment(date(2026, 3, 2)).model_dump(mode="json")

    answer = client.post(f"{API}/issuers/{issuer.issuer_id}/assessments", json={"assessment": paper, **WHY})

    assert answer.status_code == status, answer.text
    with shared.reading() as session:
        assert len(queries.scored_assessments(session, issuer.issuer_id)) == (1 if status == 201 else 0)
    if status == 201:
        scored_id = answer.json()["scored_id"]
        listed = client.get(f"{API}/issuers/{issuer.issuer_id}/assessments").json()
        assert [(one["scored_id"], one["outcome"]) for one in listed] == [(scored_id, "waiting")]


def test_the_state_of_papers_is_told_for_any_day(app: FastAPI, shared: Database) -> None:
    with shared.writing() as session:
        make_agencies(session)
        issuer = make_issuer(session, LifeState.ACTIVE)
    client, _ = _side(app, shared, "overseer", Role.AUDITOR)
    path = f"{API}/issuers/{issuer.issuer_id}/papers-in-force"

    now, later = client.get(path).json(), client.get(f"{path}?on=2027-03-02").json()

    assert (now["on"], now["bars"], now["certificate_last_day"], now["grade_floor"]) == (
        "2026-03-02",
        [],
        "2027-03-01",
        "BBB",
    )
    assert [bar["code"] for bar in later["bars"]] == [
        "issuers.certificate_not_in_date",
        "issuers.assessment_not_passed",
    ]


def test_the_indicators_are_published(app: FastAPI) -> None:
    listed = TestClient(app, base_url="https://credits.example").get(f"{API}/indicator-sets").json()

    assert [(one["version"], len(one["indicator"]), one["pass_from"]) for one in listed] == [("GCI-1", 4, 75)]
