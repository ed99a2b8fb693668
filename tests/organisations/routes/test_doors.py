"""Doors of organisations: who may do what where, from founding a school to reading its figures and an account."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from greencredit.app.main import create_app
from greencredit.awards import queries as awards
from greencredit.kernel.access import Actor, Role, Scope, ScopeKind, may_somewhere
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from greencredit.ledger import queries as ledger
from greencredit.organisations import queries
from greencredit.people import queries as accounts
from greencredit.people import service as people
from greencredit.privacy import service as privacy
from greencredit.schemas.ledger import Verb
from greencredit.schemas.organisations import Organisation, OrganisationKind
from greencredit.schemas.people import NewApiKey
from greencredit.schemas.privacy import Erasure
from tests.factories.direct import make_funder, make_key
from tests.factories.issuers import synthetic_code
from tests.factories.organisations import add, make_organisation
from tests.factories.people import make_account, make_account_with, make_consumer, make_grant

API = "/api/v1"
_ACTIONS = (
    *("organisation.found", "organisation.read", "organisation.change", "organisation.publish", "unit.invite"),
    *("roster.read", "membership.end", "membership.read", "membership.choose", "wallet.read", "wallet.give"),
    *("grant.give", "personal.copy"),
)


def _key(session: Session, actor: Actor) -> str:
    """Give an API key that carries all of these actions that somebody may do at all."""
    wanted = NewApiKey(name="示例程序", scopes=tuple(one for one in _ACTIONS if may_somewhere(actor, one)))
    return people.make_api_key(session, actor, wanted, environment="test").text


@dataclass
class Town:
    """The application, and keys of those who knock."""

    database: Database
    client: TestClient

    def key(self, role: Role, kind: ScopeKind, place: str, *, login: str) -> str:
        """Give the API key of a new account that holds a role in a place."""
        with self.database.writing() as session:
            return _key(session, make_account_with(session, role, Scope(kind, place), login=login))

    def member(self, login: str, name: str) -> tuple[str, str]:
        """Give the id and the key of a consumer with an account."""
        with self.database.writing() as session:
            account = make_account(session, login=login, display_name=name)
            consumer = make_consumer(session, display_name=name, account_id=account.id).id
            return consumer, _key(session, accounts.actor_of(session, account.id))

    def ask(self, method: str, path: str, bearer: str, body: Any = None, *, key: str = "") -> Response:  # noqa: ANN401
        """Send a request."""
        headers = {"Authorization": f"Bearer {bearer}"} | ({"Idempotency-Key": key} if key else {})
        return self.client.request(method, f"{API}{path}", json=body, headers=headers)


@pytest.fixture
def town(shared: Database, tmp_path: Path) -> Iterator[Town]:
    """Give the application on a database of its own."""
    app: FastAPI = create_app(shared, Settings(data_dir=tmp_path, public_url="https://credits.example"))
    with TestClient(app, base_url="https://credits.example") as client:
        yield Town(shared, client)


def told(answer: Response) -> tuple[int, str]:
    """Give status and code of a refusal."""
    return answer.status_code, answer.json()["code"]


@pytest.mark.proves("ORG-1", "ORG-4", "SEC-1", "UX-2")
def test_a_school_s_names_are_read_by_the_keeper_of_the_class_alone(town: Town) -> None:
    operator = town.key(Role.OPERATOR, ScopeKind.PLATFORM, "", login="operator")
    school = town.ask("POST", "/organisations", operator, {"kind": "school", "name": "示例小学", "region": "CN-SH"})
    whole = school.json()
    head = town.key(Role.ORGANISATION_ADMIN, ScopeKind.ORGANISATION, whole["organisation_id"], login="head")
    root = whole["units"][0]["unit_id"]
    units = f"/organisations/{whole['organisation_id']}/units"
    grade = town.ask("POST", units, head, {"parent_id": root, "name": "一年级", "for_children": True}).json()
    one = town.ask("POST", units, head, {"parent_id": grade["unit_id"], "name": "一班"}).json()["unit_id"]
    teacher = town.key(Role.UNIT_KEEPER, ScopeKind.ORGANISATION, one, login="teacher")
    above = town.key(Role.UNIT_KEEPER, ScopeKind.ORGANISATION, grade["unit_id"], login="above")
    code = town.ask("POST", f"/units/{one}/code", teacher).json()["code"]
    with town.database.writing() as session:
        child = make_consumer(session, display_name="示例学生").id
        parent = make_account(session, login="parent", display_name="示例家长").id
        make_grant(session, parent, Role.GUARDIAN, Scope(ScopeKind.CONSUMER, child))
        guardian = _key(session, accounts.actor_of(session, parent))
    joining = {"code": code, "age": "under_14", "notice_version": queries.notice().version, "agreed": True}

    joined = town.ask("POST", f"/consumers/{child}/memberships", guardian, joining)
    rosters = {
        name: town.ask("GET", f"/units/{one}/members", bearer)
        for name, bearer in {"teacher": teacher, "above": above, "head": head, "operator": operator}.items()
    }
    own = town.ask("GET", f"/consumers/{child}/memberships", guardian)
    gone = town.ask("DELETE", f"/consumers/{child}/memberships/{joined.json()['membership_id']}", guardian)

    assert (school.status_code, joined.status_code, joined.json()["by_guardian"]) == (201, 201, True)
    assert {name: answer.status_code for name, answer in rosters.items()} == {
        "teacher": 200,
        "above": 403,
        "head": 403,
        "operator": 403,
    }
    assert [line["display_name"] for line in rosters["teacher"].json()] == ["示例学生"]
    assert own.json() == [joined.json()]
    assert (gone.status_code, gone.json()["until"]) == (200, "2026-03-02")
    with town.database.reading() as session:
        logged = session.execute(
            text("SELECT action, outcome FROM people_audit WHERE action IN ('roster.read', 'membership.choose')")
        ).all()
    assert sorted(map(tuple, logged)) == sorted(
        [("roster.read", "done"), *[("roster.read", "denied")] * 3, *[("membership.choose", "done")] * 2]
    )


@pytest.mark.proves("ORG-4", "SEC-1")
def test_nobody_joins_or_looks_for_somebody_else_s_child(town: Town) -> None:
    with town.database.writing() as session:
        child = make_consumer(session).id
    _, stranger = town.member("stranger", "示例陌生人")
    joining = {"code": "x", "age": "under_14", "notice_version": "1", "agreed": True}

    answers = [
        town.ask("POST", f"/consumers/{child}/memberships", stranger, joining),
        town.ask("GET", f"/consumers/{child}/memberships", stranger),
        town.ask("POST", "/organisations", stranger, {"kind": "school", "name": "示例", "region": "CN-SH"}),
    ]

    assert [told(one) for one in answers] == [(403, "access.denied")] * 3


@pytest.mark.proves("ORG-3", "SEC-1", "UX-2")
def test_figures_are_published_when_the_month_is_over_and_read_by_the_administrator_and_members(
    town: Town, clock: StandingClock
) -> None:
    with town.database.writing() as session:
        whole = make_organisation(session, OrganisationKind.COMMUNITY, name="示例社区")
        house = add(session, whole.organisation_id, whole.units[0].unit_id, "1 号楼")
    admin = town.key(Role.ORGANISATION_ADMIN, ScopeKind.ORGANISATION, whole.organisation_id, login="admin")
    other = town.key(Role.ORGANISATION_ADMIN, ScopeKind.ORGANISATION, "org_elsewhere", login="other")
    code = town.ask("POST", f"/units/{house}/code", admin).json()["code"]
    li, own = town.member("li.example", "示例李")
    joining = {"code": code, "age": "from_14", "notice_version": queries.notice().version, "agreed": True}
    membership = town.ask("POST", f"/consumers/{li}/memberships", own, joining).json()["membership_id"]
    march = {"since": "2026-03-01", "until": "2026-04-01"}
    figures = f"/organisations/{whole.organisation_id}/figures"

    early = town.ask("POST", figures, admin, march)
    clock.move(timedelta(days=40))
    denied, published = town.ask("POST", figures, other, march), town.ask("POST", figures, admin, march)
    listed = town.ask("GET", figures, admin)
    asked = "since=2026-03-01&until=2026-04-01"
    facts = town.ask("GET", f"/units/{house}/figures?{asked}", admin)
    seen = town.ask("GET", f"/consumers/{li}/memberships/{membership}/figures?{asked}", own)
    roster = town.ask("GET", f"/units/{house}/members", admin)

    assert (told(early), told(denied)) == ((422, "organisations.period_not_over"), (403, "access.denied"))
    assert (published.status_code, listed.json()) == (201, [march])
    (whole_figures, house_figures) = published.json()["units"]
    assert (whole_figures["participants"], whole_figures["members"]) == (0, None)
    assert (facts.json()["own"], seen.json()) == (house_figures, facts.json())
    assert [line["consumer_id"] for line in roster.json()] == [li]


@dataclass
class Works:
    """A mill with an account that was funded, its administrator, one of its staff, a partner and somebody else."""

    issuer: str
    till: str
    mill: Organisation
    shop: Organisation
    admin: str
    other: str
    li: str
    wu: str


@pytest.fixture
def works(town: Town) -> Works:
    """Give a mill of whose account nothing was funded so far."""
    with town.database.writing() as session:
        issuer = make_funder(session)
        till = make_key(session, Role.ISSUER_MANAGER, issuer, scopes=("enterprise.fund", "enterprise.give"))
        mill, shop = (
            make_organisation(session, OrganisationKind.ENTERPRISE, name=name, code=synthetic_code(number))
            for name, number in (("示例纺织厂", 81), ("示例商店", 82))
        )
    admin = town.key(Role.ORGANISATION_ADMIN, ScopeKind.ORGANISATION, mill.organisation_id, login="admin")
    other = town.key(Role.ORGANISATION_ADMIN, ScopeKind.ORGANISATION, shop.organisation_id, login="other")
    code = town.ask("POST", f"/units/{mill.units[0].unit_id}/code", admin).json()["code"]
    (li, own), (wu, _) = town.member("li.example", "示例李"), town.member("wu.example", "示例吴")
    joining = {"code": code, "age": "from_14", "notice_version": queries.notice().version, "agreed": True}
    town.ask("POST", f"/consumers/{li}/memberships", own, joining)
    return Works(issuer, till, mill, shop, admin, other, li, wu)


@pytest.mark.proves("AWD-5", "LED-3", "SEC-1", "UX-2")
def test_an_enterprise_rewards_its_staff_and_partners_from_its_account_and_reads_its_statement(
    town: Town, works: Works
) -> None:
    issuer, mill, shop, admin, li = works.issuer, works.mill, works.shop, works.admin, works.li
    funding = {"enterprise": mill.enterprise_id, "credits": 500, "reason": "示例：年度合作"}
    town.ask("POST", f"/issuers/{issuer}/enterprise/funding", works.till, funding, key="fund")
    account, why = f"/organisations/{mill.organisation_id}", {"issuer_id": issuer, "reason": "示例：绿色通勤之星"}
    staff = {**why, "consumer": li, "credits": 60}
    partner = {**why, "receiver": shop.enterprise_id, "credits": 40}

    answers = {
        "staff": town.ask("POST", f"{account}/staff-awards", admin, staff, key="1"),
        "again": town.ask("POST", f"{account}/staff-awards", admin, staff, key="1"),
        "stranger": town.ask("POST", f"{account}/staff-awards", admin, {**staff, "consumer": works.wu}, key="2"),
        "too much": town.ask("POST", f"{account}/staff-awards", admin, {**staff, "credits": 101}, key="3"),
        "partner": town.ask("POST", f"{account}/partner-awards", admin, partner, key="4"),
        "priced": town.ask("POST", f"{account}/partner-awards", admin, {**partner, "price_fen": 5}, key="5"),
        "other": town.ask("POST", f"{account}/staff-awards", works.other, staff, key="6"),
        "issuer's key": town.ask("POST", f"/issuers/{issuer}/enterprise/funding", works.till, funding, key="1"),
    }
    statement = town.ask("GET", f"{account}/account?limit=2", admin).json()
    rest = town.ask("GET", f"{account}/account?limit=2&before={statement['next_before']}", admin).json()
    partners = town.ask("GET", f"/organisations/{shop.organisation_id}/account", works.other).json()

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "staff": 201,
        "again": 201,
        "stranger": 422,
        "too much": 422,
        "partner": 201,
        "priced": 422,
        "other": 403,
        "issuer's key": 201,
    }
    assert answers["again"].json() == {"event_id": answers["staff"].json()["event_id"], "repeated": True}
    assert told(answers["stranger"]) == (422, "organisations.not_a_member")
    assert told(answers["too much"]) == (422, "awards.more_allotted_than_filed")
    told_of = {name: statement[name] for name in ("credits", "received", "given_to_staff", "given_to_partners")}
    assert told_of == {"credits": 900, "received": 1_000, "given_to_staff": 60, "given_to_partners": 40}
    assert statement["credits"] == statement["received"] - 60 - 40 - statement["taken_back"]
    lines = [
        (line["verb"], line["incoming"], line["credits"], line["partner"])
        for line in statement["lines"] + rest["lines"]
    ]
    assert lines == [
        (Verb.FUND.value, True, 500, None),
        (Verb.PASS.value, False, 40, shop.enterprise_id),
        (Verb.ALLOT.value, False, 60, None),
        (Verb.FUND.value, True, 500, None),
    ]
    assert (rest["next_before"], li in str(statement), li in str(rest)) == (None, False, False)
    assert [(line["incoming"], line["credits"], line["partner"]) for line in partners["lines"]] == [
        (True, 40, mill.enterprise_id)
    ]
    with town.database.reading() as session:
        findings = [*awards.audit(session), *ledger.audit(session)]
    assert {one.name: one.broken for one in findings if not one.holds} == {}


@pytest.mark.proves("SEC-1", "ORG-1")
def test_a_copy_of_one_s_data_tells_where_one_belongs_and_an_erasure_forgets_it(town: Town) -> None:
    with town.database.writing() as session:
        whole = make_organisation(session, OrganisationKind.COMMUNITY, name="示例社区")
    admin = town.key(Role.ORGANISATION_ADMIN, ScopeKind.ORGANISATION, whole.organisation_id, login="admin")
    operator = town.key(Role.OPERATOR, ScopeKind.PLATFORM, "", login="operator")
    unit = whole.units[0].unit_id
    code = town.ask("POST", f"/units/{unit}/code", admin).json()["code"]
    li, own = town.member("li.example", "示例李")
    joining = {"code": code, "age": "from_14", "notice_version": queries.notice().version, "agreed": True}
    joined = town.ask("POST", f"/consumers/{li}/memberships", own, joining).json()

    copy = town.ask("GET", f"/consumers/{li}/personal-data", operator).json()
    with town.database.writing() as session:
        privacy.erase(session, li, Erasure(credits=0))
    roster = town.ask("GET", f"/units/{unit}/members", admin).json()

    assert (copy["memberships"], roster) == ([joined], [])
    with town.database.reading() as session:
        assert session.scalar(text("SELECT COUNT(*) FROM organisations_membership")) == 0
