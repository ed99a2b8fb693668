"""Households and member levels over HTTP: who may what, what comes back, and that a refusal changes nothing."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import text
from starlette.testclient import TestClient

from greencredit.awards import queries
from greencredit.kernel.access import PLATFORM, Role, Scope, ScopeKind
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from tests.awards.routes.conftest import People
from tests.factories.awards import purchase_rule
from tests.factories.evidence import Shop, make_shop
from tests.factories.people import PASSWORD, make_account_with, make_consumer, make_grant

API = "/api/v1"
ADULT = {"is_adult": True}
CHILD = {"is_adult": False}


def told(answer: Response) -> tuple[int, str]:
    """Give status and code of a refusal."""
    return answer.status_code, answer.json()["code"]


# ---- Households ------------------------------------------------------------------------------------------------------


@dataclass
class Street:
    """Three adults with accounts, and a child of the first; each at a client of his own."""

    database: Database
    people: People
    ids: dict[str, str]

    def __post_init__(self) -> None:
        self._clients: dict[str | None, TestClient] = {}

    def ask(self, who: str | None, method: str, of: str, path: str = "", body: Any = None) -> Response:  # noqa: ANN401
        """Ask about somebody's household."""
        if who not in self._clients:
            self._clients[who] = self.people(who)
        return self._clients[who].request(method, f"{API}/consumers/{self.ids[of]}/household{path}", json=body)

    def found(self, who: str) -> dict[str, Any]:
        """Found a household."""
        answer = self.ask(who, "POST", who, "", ADULT)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def code(self, head: str) -> str:
        """Give an invitation of the head's."""
        answer = self.ask(head, "POST", head, "/invitations")
        assert answer.status_code == 201, answer.text
        code: str = answer.json()["code"]
        return code

    def leave(self) -> None:
        """Let everybody sign in anew when he asks again: sign-ins end after a day."""
        self._clients.clear()

    def stays(self) -> int:
        """Count the stays on file."""
        with self.database.reading() as session:
            return int(session.scalar(text("SELECT COUNT(*) FROM awards_stay")) or 0)


@pytest.fixture
def street(shared: Database, people: People) -> Street:
    """Give the people."""
    with shared.writing() as session:
        actors = {
            login: make_account_with(session, Role.CONSUMER, login=login, password=PASSWORD)
            for login in ("chen", "wang", "zhao")
        }
        child = make_consumer(session, display_name="示例儿童").id
        make_grant(session, str(actors["chen"].account_id), Role.GUARDIAN, Scope(ScopeKind.CONSUMER, child))
        ids = {login: str(actor.subject_id) for login, actor in actors.items()} | {"child": child}
    return Street(shared, people, ids)


@pytest.mark.proves("AWD-1", "UX-2")
def test_a_household_is_founded_joined_on_an_invitation_and_left_by_each_for_himself(street: Street) -> None:
    made = street.found("chen")
    invitation = street.ask("chen", "POST", "chen", "/invitations").json()
    joined = street.ask("wang", "POST", "wang", "/membership", {"code": invitation["code"], **ADULT})
    seen = {who: street.ask(who, "GET", who).json() for who in ("chen", "wang")}
    left = street.ask("wang", "DELETE", "wang", "/membership")
    after = [street.ask(who, "GET", who) for who in ("chen", "wang")]

    assert made == {"household_id": 1, "since": "2026-03-02", "members": 1, "is_head": True}
    assert invitation["expires_at"] == "2026-03-09T04:00:00Z"
    assert (joined.status_code, joined.json()) == (201, {**made, "members": 2, "is_head": False})
    assert seen == {"chen": {**made, "members": 2}, "wang": joined.json()}
    assert (left.status_code, left.content) == (204, b"")
    assert (after[0].json(), told(after[1])) == (made, (404, "awards.no_household"))
    with street.database.reading() as session:
        logged = session.execute(
            text("SELECT object_id, outcome FROM people_audit WHERE action = 'membership.choose' ORDER BY id")
        ).all()
    assert [tuple(row) for row in logged] == [(street.ids[who], "done") for who in ("chen", "chen", "wang", "wang")]


@pytest.mark.proves("AWD-1", "UX-2")
def test_who_may_not_found_invite_join_or_leave_is_told_why_and_nothing_changes(
    street: Street, clock: StandingClock
) -> None:
    young = street.ask("zhao", "POST", "zhao", "", CHILD)
    alone = [
        street.ask("zhao", "POST", "zhao", "/invitations"),
        street.ask("zhao", "DELETE", "zhao", "/membership"),
        street.ask("zhao", "POST", "zhao", "/membership", {"code": "nobody-gave-it", **ADULT}),
    ]
    street.found("chen")
    used, late = street.code("chen"), street.code("chen")
    street.ask("wang", "POST", "wang", "/membership", {"code": used, **ADULT})
    before = street.stays()

    refused = {
        "founds a second one": street.ask("wang", "POST", "wang", "", ADULT),
        "is no head": street.ask("wang", "POST", "wang", "/invitations"),
        "the code was used": street.ask("zhao", "POST", "zhao", "/membership", {"code": used, **ADULT}),
        "joins as a child by himself": street.ask("zhao", "POST", "zhao", "/membership", {"code": late, **CHILD}),
    }
    clock.move(timedelta(days=7))
    street.leave()
    refused["the week is over"] = street.ask("zhao", "POST", "zhao", "/membership", {"code": late, **ADULT})

    assert told(young) == (422, "awards.household_consent_wanted")
    assert [told(one) for one in alone] == [
        (404, "awards.no_household"),
        (404, "awards.no_household"),
        (422, "awards.invitation_wrong"),
    ]
    assert {why: told(answer) for why, answer in refused.items()} == {
        "founds a second one": (409, "awards.in_household"),
        "is no head": (403, "awards.not_head"),
        "the code was used": (422, "awards.invitation_wrong"),
        "joins as a child by himself": (422, "awards.household_consent_wanted"),
        "the week is over": (422, "awards.invitation_wrong"),
    }
    assert (street.stays(), before) == (2, 2)


@pytest.mark.proves("AWD-1", "SEC-1")
def test_nobody_sees_or_moves_another_adult_and_a_guardian_speaks_for_his_child(street: Street) -> None:
    street.found("chen")
    code = street.code("chen")
    joining = {"code": code, **CHILD}

    strangers = [
        street.ask("zhao", "GET", "chen"),
        street.ask("zhao", "POST", "child", "/membership", joining),
        street.ask("chen", "POST", "wang", "/membership", {"code": code, **ADULT}),
        street.ask("chen", "DELETE", "wang", "/membership"),
    ]
    unknown = street.ask(None, "GET", "chen")
    grown = street.ask("chen", "POST", "child", "/membership", {"code": code, **ADULT})
    before = street.stays()
    joined = street.ask("chen", "POST", "child", "/membership", joining)
    seen = street.ask("chen", "GET", "child").json()
    gone = street.ask("chen", "DELETE", "child", "/membership")

    assert [told(one) for one in strangers] == [(403, "access.denied")] * 4
    assert (told(unknown), told(grown)) == (
        (401, "access.sign_in_first"),
        (422, "awards.household_consent_wanted"),
    )
    assert (before, joined.status_code, joined.json()) == (
        1,
        201,
        {"household_id": 1, "since": "2026-03-02", "members": 2, "is_head": False},
    )
    assert (seen, gone.status_code) == (joined.json(), 204)


# ---- Levels ----------------------------------------------------------------------------------------------------------

CARD = "CARD-0001"


@pytest.fixture
def shop(shared: Database) -> Shop:
    """Give an issuer with its manager, its viewer, a manager of another one, and a regulator."""
    with shared.writing() as session:
        made = make_shop(session, purchase_rule())
        here = Scope(ScopeKind.ISSUER, made.issuer_id)
        for login, role, scope in (
            ("manager", Role.ISSUER_MANAGER, here),
            ("viewer", Role.ISSUER_VIEWER, here),
            ("elsewhere", Role.ISSUER_MANAGER, Scope(ScopeKind.ISSUER, "iss_elsewhere")),
            ("regulator", Role.REGULATOR, PLATFORM),
        ):
            make_account_with(session, role, scope, login=login, password=PASSWORD)
    return made


def level(card: str = CARD, name: str = "gold", since: str = "2026-03-02") -> dict[str, str]:
    """Give a level as it is set."""
    return {"card": card, "level": name, "since": since}


@pytest.mark.proves("AWD-1", "UX-2")
def test_an_issuer_sets_the_levels_of_its_own_members_and_looks_them_up(shop: Shop, people: People) -> None:
    manager, path = people("manager"), f"{API}/issuers/{shop.issuer_id}/levels"

    set_ = manager.post(path, json=[level(), level("CARD-9999"), level(since="2026-04-01", name="")])
    found = manager.post(f"{path}/look-up", json={"card": CARD})
    nobody = manager.post(f"{path}/look-up", json={"card": "CARD-9999"})

    assert (set_.status_code, set_.json()) == (200, {"set": 2, "unknown": [1]})
    assert [(one["level"], one["since"], one["set_at"]) for one in found.json()] == [
        ("gold", "2026-03-02", "2026-03-02T04:00:00Z"),
        ("", "2026-04-01", "2026-03-02T04:00:00Z"),
    ]
    assert (nobody.status_code, nobody.json()) == (200, [])


@pytest.mark.proves("AWD-1", "SEC-1")
def test_levels_are_their_issuers_alone_and_never_of_days_that_are_over(
    shared: Database, shop: Shop, people: People
) -> None:
    path = f"{API}/issuers/{shop.issuer_id}/levels"
    logins = ("viewer", "elsewhere", "regulator", None)

    setting = {login: people(login).post(path, json=[level()]).status_code for login in logins}
    looking = {login: people(login).post(f"{path}/look-up", json={"card": CARD}).status_code for login in logins}
    past = people("manager").post(path, json=[level(), level("CARD-0002", since="2026-03-01")])
    unfit = [
        people("manager").post(path, json=body).status_code
        for body in ([], [level()] * 10_001, [level(name="金\u0000")], [{"card": CARD}])
    ]

    assert setting == looking == {"viewer": 403, "elsewhere": 403, "regulator": 403, None: 401}
    assert told(past) == (422, "awards.level_in_the_past")
    assert past.json()["facts"] == {"found": "2026-03-01", "wanted": "2026-03-02"}
    assert unfit == [422, 422, 422, 422]
    with shared.reading() as session:
        assert queries.levels_of(session, shop.issuer_id, shop.consumers[CARD]) == ()
