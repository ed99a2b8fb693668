"""Filing over HTTP: checked, handed in, shown at the desk, given back field by field, accepted as it was read."""

from pathlib import Path

import pytest
from fastapi import FastAPI

from greencredit.issuers.catalogue.checks import checks
from greencredit.kernel.access import Role, Scope, ScopeKind
from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from greencredit.schemas.issuers import LifeState, MarketingText
from greencredit.schemas.values import Words
from tests.factories.doors import make_app
from tests.factories.issuers import make_issuer, new_scheme
from tests.issuers.test_routes import API, WHY, Side

GOOD = new_scheme().model_dump(mode="json")
BAD = (
    new_scheme()
    .model_copy(update={"marketing": (MarketingText(place="示例海报", text=Words(zh="积分过期作废", en="x")),)})
    .model_dump(mode="json")
)


@pytest.fixture
def app(shared: Database, tmp_path: Path) -> FastAPI:
    """Give the application without workers."""
    return make_app(shared, Settings(data_dir=tmp_path, public_url="https://credits.example"))


@pytest.fixture
def issuer_id(shared: Database) -> str:
    """Give an issuer that may file."""
    with shared.writing() as session:
        return make_issuer(session, LifeState.ASSESSED).issuer_id


@pytest.fixture
def admin(app: FastAPI, shared: Database, issuer_id: str) -> Side:
    """Give the issuer's administrator."""
    side = Side(app, shared, "admin")
    side.granted(Role.ISSUER_ADMIN, Scope(ScopeKind.ISSUER, issuer_id))
    return side


@pytest.fixture
def regulator(app: FastAPI, shared: Database) -> Side:
    """Give the authority of the region."""
    side = Side(app, shared, "regulator")
    side.granted(Role.REGULATOR, Scope(ScopeKind.REGION, "CN-SH"))
    return side


@pytest.mark.proves("ISS-4", "SUP-1")
def test_a_filing_goes_through_the_door_and_back_and_through_again(
    admin: Side, regulator: Side, issuer_id: str
) -> None:
    drafts = f"/issuers/{issuer_id}/filings"
    tried = admin.post(f"{drafts}/check", {"scheme": BAD})
    bad = admin.post(drafts, {"scheme": BAD, **WHY}, wanted=201)["filing_id"]
    admin.work_cases(bad)
    refused = admin.post(f"/filings/{bad}/submit", WHY, wanted=422)
    first = admin.post(drafts, {"scheme": GOOD, **WHY}, wanted=201)
    report = admin.post(f"/filings/{first['filing_id']}/check", {})
    admin.work_cases(first["filing_id"])
    admin.post(f"/filings/{first['filing_id']}/submit", WHY)
    (waiting,) = regulator.client.get(f"{API}/desk/filings").json()
    fields = [{"path": "complaints.phone", "reason": "电话无人接听"}]
    returned = regulator.post(f"/filings/{first['filing_id']}/return", {"fields": fields, **WHY})
    second = admin.post(drafts, {"scheme": GOOD | {"face_value_fen_per_100_credits": 120}, **WHY}, wanted=201)
    admin.work_cases(second["filing_id"])
    admin.post(f"/filings/{second['filing_id']}/submit", WHY)
    decision = {"number": "示例备2026-9", **WHY}
    stale = regulator.post(f"/filings/{second['filing_id']}/accept", decision | {"digest": first["digest"]}, wanted=409)
    accepted = regulator.post(f"/filings/{second['filing_id']}/accept", decision | {"digest": second["digest"]})

    assert (tried["passed"], refused["code"], refused["facts"]["found"]) == (
        False,
        "issuers.checks_not_passed",
        ["silent_expiry"],
    )
    assert (report["passed"], len(report["results"])) == (True, len(checks()))
    assert (waiting["filing_id"], waiting["check"]["passed"], waiting["placing"]["tier"]) == (
        first["filing_id"],
        True,
        "local",
    )
    assert (returned["state"], returned["opinions"][0]["fields"]) == ("returned", fields)
    assert (stale["code"], accepted["state"], accepted["number"]) == (
        "issuers.filing_changed",
        "effective",
        "示例备2026-9",
    )
    assert regulator.client.get(f"{API}/desk/filings").json() == []


def test_versions_reports_and_differences_are_read_by_both_sides(admin: Side, regulator: Side, issuer_id: str) -> None:
    versions = [
        admin.post(f"/issuers/{issuer_id}/filings", {"scheme": GOOD | changed, **WHY}, wanted=201)["filing_id"]
        for changed in ({}, {"refund_grace_days": 60})
    ]

    for side in (admin, regulator):
        read = side.client.get(f"{API}/filings/{versions[1]}")
        beside = side.client.get(f"{API}/filings/{versions[1]}/comparison", params={"against": 1}).json()
        assert (read.status_code, read.json()["version"]) == (200, 2)
        assert side.client.get(f"{API}/filings/{versions[1]}/check").json() is None
        assert [(one["path"], one["effect"]) for one in beside["changes"]] == [("refund_grace_days", "neutral")]


def test_a_return_without_a_field_and_an_acceptance_without_a_digest_are_no_orders(
    admin: Side, regulator: Side, issuer_id: str
) -> None:
    filed = admin.post(f"/issuers/{issuer_id}/filings", {"scheme": GOOD, **WHY}, wanted=201)["filing_id"]
    admin.work_cases(filed)
    admin.post(f"/filings/{filed}/submit", WHY)

    for path, body in (("return", WHY), ("return", {"fields": [], **WHY}), ("accept", {"number": "1", **WHY})):
        regulator.post(f"/filings/{filed}/{path}", body, wanted=422)

    assert admin.client.get(f"{API}/filings/{filed}").json()["state"] == "submitted"


def test_a_face_value_of_zero_is_not_taken(admin: Side, issuer_id: str) -> None:
    zero = GOOD | {"face_value_fen_per_100_credits": 0}

    admin.post(f"/issuers/{issuer_id}/filings", {"scheme": zero, **WHY}, wanted=422)


def test_everybody_may_read_what_is_checked_and_why(admin: Side) -> None:
    del admin.client.headers["cookie"]

    listed = admin.client.get(f"{API}/filing-checks")

    assert (listed.status_code, [one["name"] for one in listed.json()]) == (200, [one.name for one in checks()])
