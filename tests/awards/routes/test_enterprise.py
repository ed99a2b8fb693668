"""Doors of enterprises' accounts: as far as the filing in force says, once for each key, by the issuer's hands."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import text
from starlette.testclient import TestClient

from greencredit.awards import queries as awards
from greencredit.issuers import service as issuing
from greencredit.kernel.access import POLICY, Role
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.schemas.issuers import EnterpriseTerms
from greencredit.schemas.values import Credits
from tests.factories.direct import ENTERPRISES, make_funder, make_key
from tests.factories.issuers import WHY, regulator, synthetic_code
from tests.factories.organisations import register_enterprise_as
from tests.factories.people import make_consumer

MILL, SHOP = "ent_mill", "ent_shop"
SCOPES = ("enterprise.fund", "enterprise.give", "shortage.waive", "award.give")
WALLET, AVAILABLE, OWED = 5, 1, 6


def _told(answer: Any) -> tuple[int, str, dict[str, Any]]:  # noqa: ANN401 - the client's own
    return answer.status_code, answer.json()["code"], answer.json()["facts"]


@dataclass
class Funder:
    """An issuer with accounts of enterprises, its machine, a person, and what the ledger says of them."""

    database: Database
    client: TestClient
    issuer_id: str
    li: str

    def ask(self, path: str, key: str = "k", *, issuer_id: str = "", bearer: str = "", **body: Any) -> Response:  # noqa: ANN401 - any field of a body
        """Order something of the issuer's."""
        headers = {"Idempotency-Key": key} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
        path = f"/api/v1/issuers/{issuer_id or self.issuer_id}/{path}"
        return self.client.post(path, json={"reason": "示例：年度合作", **body}, headers=headers)

    def fund(self, credits_: int, key: str = "f", *, enterprise: str = MILL, **more: Any) -> Response:  # noqa: ANN401
        """Fund an enterprise."""
        return self.ask("enterprise/funding", key, enterprise=enterprise, credits=credits_, **more)

    def allot(self, credits_: int, key: str = "a", **more: Any) -> Response:  # noqa: ANN401
        """Give the person credits of the mill."""
        body: dict[str, Any] = {"enterprise": MILL, "consumer": self.li, "credits": credits_, **more}
        return self.ask("enterprise/allotments", key, **body)

    def pass_on(self, credits_: int, key: str = "p") -> Response:
        """Give the shop credits of the mill."""
        return self.ask("enterprise/passes", key, giver=MILL, receiver=SHOP, credits=credits_)

    def has(self, subject: str, kind: int = WALLET) -> int:
        """Give what somebody has on leaves of a kind."""
        statement = text(
            "SELECT SUM(b.posted) FROM ledger_balance b JOIN ledger_holder h ON h.id = b.leaf_id >> 28 "
            "WHERE h.subject_id = :subject AND b.leaf_id & 15 = :kind"
        )
        with self.database.reading() as session:
            return int(session.execute(statement, {"subject": subject, "kind": kind}).scalar_one() or 0)

    def events(self) -> int:
        """Count everything that was ever posted."""
        with self.database.reading() as session:
            return int(session.scalar(text("SELECT COUNT(*) FROM ledger_event")) or 0)

    def logged(self) -> list[tuple[str, str, str]]:
        """Give the lines of the audit log about these doors: action, object, outcome."""
        statement = text(
            "SELECT action, object_id, outcome FROM people_audit "
            "WHERE action LIKE 'enterprise.%' OR action = 'shortage.waive' ORDER BY id"
        )
        with self.database.reading() as session:
            return [(row.action, row.object_id, row.outcome) for row in session.execute(statement)]

    def another(self, terms: EnterpriseTerms | None) -> tuple[str, str]:
        """Make another issuer with terms of its own; gives its id and the key of its machine."""
        with self.database.writing() as session:
            issuer_id = make_funder(session, terms, number=2)
            return issuer_id, make_key(session, Role.ISSUER_MANAGER, issuer_id, login="another", scopes=SCOPES)


@pytest.fixture
def funder(shared: Database, app: FastAPI) -> Iterator[Funder]:
    """Give an issuer that may do everything with accounts of enterprises; at the end everything holds together."""
    with shared.writing() as session:
        issuer_id = make_funder(session)
        for number, name in enumerate((MILL, SHOP), start=81):
            register_enterprise_as(session, name, code=synthetic_code(number))
        key = make_key(session, Role.ISSUER_MANAGER, issuer_id, scopes=SCOPES)
        li = make_consumer(session, display_name="示例李").id
    with TestClient(app, base_url="https://credits.example", headers={"Authorization": f"Bearer {key}"}) as client:
        yield Funder(shared, client, issuer_id, li)
    with shared.reading() as session:
        findings = awards.audit(session)
    assert {finding.name: finding.broken for finding in findings if not finding.holds} == {}


@pytest.mark.proves("AWD-5", "LED-1")
def test_an_enterprise_is_funded_gives_a_person_and_another_enterprise_and_the_rest_is_taken_back(
    funder: Funder,
) -> None:
    answers = [
        funder.fund(500),
        funder.allot(60),
        funder.pass_on(40),
        funder.ask("enterprise/withdrawals", "w", funding=1, credits=400),
    ]

    assert [(one.status_code, one.json()["event_id"]) for one in answers] == [(201, 1), (201, 2), (201, 3), (201, 4)]
    assert (funder.has(MILL), funder.has(SHOP), funder.has(funder.li, AVAILABLE)) == (0, 40, 60)
    assert funder.logged() == [
        (f"enterprise.{verb}", funder.issuer_id, "done") for verb in ("fund", "give", "give", "fund")
    ]


@pytest.mark.proves("AWD-5", "LED-4")
def test_who_did_it_why_and_on_what_document_is_kept(funder: Funder) -> None:
    funder.fund(500, document="示例协议 1 号")

    with funder.database.reading() as session:
        note = session.execute(text("SELECT actor_id, reason, document, office FROM ledger_note")).one()
        actor = session.execute(text("SELECT id FROM people_account WHERE login = 'till'")).scalar_one()
    assert tuple(note) == (actor, "示例：年度合作", "示例协议 1 号", "issuer_manager")


@pytest.mark.proves("AWD-5", "LED-3")
def test_each_order_is_carried_out_once_for_its_key_whatever_was_filed_or_ended_since(
    funder: Funder, clock: StandingClock
) -> None:
    orders: list[Callable[[], Response]] = [
        lambda: funder.fund(900, "1"),
        lambda: funder.allot(60, "2"),
        lambda: funder.pass_on(40, "3"),
        lambda: funder.ask("enterprise/withdrawals", "4", funding=1, credits=5),
    ]
    first = [order().json() for order in orders]
    with funder.database.writing() as session:
        issuing.suspend(session, regulator(), funder.issuer_id, reason=WHY)
    clock.move(timedelta(days=40))

    again = [order().json() for order in orders]
    reused = [funder.fund(901, "1"), funder.allot(61, "2"), funder.fund(40, "3"), funder.pass_on(5, "4")]

    assert [one["repeated"] for one in first] == [False] * 4
    assert again == [one | {"repeated": True} for one in first]
    assert [(one.status_code, one.json()["code"]) for one in reused] == [(409, "ledger.key_reused")] * 4
    assert funder.events() == 4


@pytest.mark.proves("AWD-5")
def test_a_month_has_its_most_for_each_enterprise_and_what_was_taken_back_counts_no_more(
    funder: Funder, clock: StandingClock
) -> None:
    funder.fund(700, "1")
    over = funder.fund(301, "2")
    at_once = funder.fund(1_001, "3", enterprise=SHOP)
    other = funder.fund(1_000, "4", enterprise=SHOP)
    funder.ask("enterprise/withdrawals", "5", funding=1, credits=200)
    fits = funder.fund(500, "6")
    full = funder.fund(1, "7")
    clock.move(timedelta(days=31))
    next_month = funder.fund(1_000, "8")

    facts = {"enterprise": MILL, "funded": 700, "found": 301, "wanted": 1_000}
    assert _told(over) == (422, "awards.more_funded_than_filed", facts)
    assert _told(at_once)[2] == {"enterprise": SHOP, "funded": 0, "found": 1_001, "wanted": 1_000}
    assert [one.status_code for one in (other, fits, full, next_month)] == [201, 201, 422, 201]
    assert (funder.has(MILL), funder.has(SHOP)) == (2_000, 1_000)


@pytest.mark.proves("AWD-5", "LED-3")
def test_two_fundings_at_once_stay_within_the_month(funder: Funder) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: funder.fund(300, f"f{number}"), range(8)))

    assert sorted(one.status_code for one in answers) == [201] * 3 + [422] * 5
    assert (funder.has(MILL), funder.events()) == (900, 3)


@pytest.mark.proves("AWD-5", "ISS-5")
def test_an_issuer_that_may_not_issue_funds_nobody_yet_what_was_funded_can_be_given(funder: Funder) -> None:
    funder.fund(100)
    with funder.database.writing() as session:
        issuing.suspend(session, regulator(), funder.issuer_id, reason=WHY)

    refused, given = funder.fund(1, "f2"), funder.allot(60)

    assert (refused.status_code, refused.json()["code"], given.status_code) == (422, "issuers.not_active", 201)
    assert (funder.has(MILL), funder.has(funder.li, AVAILABLE), funder.events()) == (40, 60, 2)


@pytest.mark.proves("AWD-5", "ISS-4")
@pytest.mark.parametrize(
    ("terms", "path", "body", "wanted", "found"),
    [
        (None, "funding", {"enterprise": MILL}, "funding", "no accounts of enterprises"),
        (None, "allotments", {"enterprise": MILL}, "an allotment", "no accounts of enterprises"),
        (None, "passes", {"giver": MILL, "receiver": SHOP}, "passing on", "no accounts of enterprises"),
        (None, "withdrawals", {"funding": 1}, "a withdrawal", "no accounts of enterprises"),
        (
            EnterpriseTerms(may_be_funded=False, most_allotted_each=Credits(9)),
            "funding",
            {"enterprise": MILL},
            "funding",
            "accounts that are funded no more",
        ),
        (
            ENTERPRISES.model_copy(update={"may_pass_on": False}),
            "passes",
            {"giver": MILL, "receiver": SHOP},
            "passing on",
            "accounts that pass nothing on",
        ),
    ],
)
def test_what_is_not_filed_is_not_done(
    funder: Funder, terms: EnterpriseTerms | None, path: str, body: dict[str, Any], wanted: str, found: str
) -> None:
    funder.fund(100)
    issuer_id, bearer = funder.another(terms)
    person = {"consumer": funder.li} if path == "allotments" else {}

    answer = funder.ask(f"enterprise/{path}", issuer_id=issuer_id, bearer=bearer, credits=5, **person, **body)

    facts = {"issuer_id": issuer_id, "wanted": wanted, "found": found}
    assert _told(answer) == (422, "awards.enterprise_not_filed", facts)
    assert (funder.has(MILL), funder.events()) == (100, 1)


@pytest.mark.proves("AWD-5")
def test_a_person_is_given_no_more_at_once_than_is_filed_nor_more_than_there_is(funder: Funder) -> None:
    funder.fund(50)

    over, short = funder.allot(101), funder.allot(51)
    nobody = funder.allot(1, consumer="con_nobody")
    strange = funder.allot(1, enterprise="ent_nobody")

    facts = {"enterprise": MILL, "found": 101, "wanted": 100}
    assert _told(over) == (422, "awards.more_allotted_than_filed", facts)
    assert _told(short) == (422, "ledger.not_enough_credits", {"wanted": 51, "found": 50})
    assert _told(nobody) == (404, "people.unknown_consumer", {"consumer_id": "con_nobody"})
    assert _told(strange) == (404, "ledger.no_such_holder", {"subject_id": "ent_nobody"})
    assert (funder.has(MILL), funder.events()) == (50, 1)


@pytest.mark.proves("AWD-5", "LED-1")
def test_an_issuer_moves_its_own_credits_only(funder: Funder) -> None:
    funder.fund(100)
    issuer_id, bearer = funder.another(ENTERPRISES)
    other = {"issuer_id": issuer_id, "bearer": bearer}

    answers = [
        funder.allot(1, **other),
        funder.ask("enterprise/passes", giver=MILL, receiver=SHOP, credits=1, **other),
        funder.ask("enterprise/withdrawals", funding=1, credits=1, **other),
    ]

    none = {"wanted": 1, "found": 0}
    assert [_told(one) for one in answers] == [
        (422, "ledger.not_enough_credits", none),
        (422, "ledger.not_enough_credits", none),
        (404, "awards.no_such_funding", {"issuer_id": issuer_id, "funding": 1}),
    ]
    assert (funder.has(MILL), funder.events()) == (100, 1)


@pytest.mark.proves("AWD-5", "LED-1")
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("funding", {"enterprise": "con_li", "credits": 1}),
        ("funding", {"enterprise": MILL, "credits": 0}),
        ("funding", {"enterprise": MILL, "credits": -1}),
        ("funding", {"enterprise": MILL, "credits": 1.5}),
        ("funding", {"enterprise": MILL, "credits": 2**63}),
        ("funding", {"enterprise": MILL, "credits": 1, "reason": ""}),
        ("allotments", {"enterprise": MILL, "consumer": SHOP, "credits": 1}),
        ("allotments", {"enterprise": "con_wu", "consumer": "con_li", "credits": 1}),
        ("passes", {"giver": MILL, "receiver": "con_li", "credits": 1}),
        ("passes", {"giver": "con_li", "receiver": MILL, "credits": 1}),
        ("withdrawals", {"funding": 0, "credits": 1}),
    ],
)
def test_persons_have_no_such_accounts_and_amounts_are_whole(funder: Funder, path: str, body: dict[str, Any]) -> None:
    answer = funder.ask(f"enterprise/{path}", **body)

    assert (answer.status_code, answer.json()["code"], funder.events()) == (422, "app.invalid_request", 0)


@pytest.mark.proves("AWD-5", "SEC-1")
def test_only_the_issuers_own_hands_keep_accounts_of_enterprises(funder: Funder, app: FastAPI) -> None:
    _, another = funder.another(ENTERPRISES)
    scoped = tuple(one for one in SCOPES if one != "award.give")
    with funder.database.writing() as session:
        keys = {
            role.value: make_key(session, role, funder.issuer_id, login=f"of.{role.value}", scopes=scoped)
            for role in (Role.ISSUER_ADMIN, Role.ISSUER_MANAGER)
        }
    told = {who: funder.fund(1, who, bearer=key).status_code for who, key in {**keys, "another": another}.items()}
    with TestClient(app, base_url="https://credits.example") as stranger:
        path = f"/api/v1/issuers/{funder.issuer_id}/enterprise/funding"
        body = {"enterprise": MILL, "credits": 1, "reason": WHY}
        told["nobody"] = stranger.post(path, json=body, headers={"Idempotency-Key": "x"}).status_code

    assert told == {"issuer_admin": 201, "issuer_manager": 201, "another": 403, "nobody": 401}
    assert funder.events() == 2
    hands = {Role.ISSUER_ADMIN, Role.ISSUER_MANAGER}
    assert [{role for role, _ in POLICY[action].holders} for action in scoped] == [hands] * 3


# ---- Shortages that are given up -------------------------------------------------------------------------------------


def _short(funder: Funder) -> int:
    """Let the person owe 30 credits: awarded, spent, taken back; gives the series."""
    body = {"consumer": funder.li, "credits": 30, "promotion": "welcome_gift"}
    funder.client.post(f"/api/v1/issuers/{funder.issuer_id}/awards", json=body, headers={"Idempotency-Key": "o"})
    with funder.database.writing() as session:
        operator = make_key(session, Role.OPERATOR, login="operator", scopes=("ledger.spend", "award.reverse"))
    headers = {"Authorization": f"Bearer {operator}", "Idempotency-Key": "s"}
    spent = {"consumer": funder.li, "credits": 30, "party": "mer_tea"}
    assert funder.client.post("/api/v1/ledger/redemptions", json=spent, headers=headers).status_code == 201
    back = {"credits": 30, "reason": "示例：误发"}
    assert funder.client.post("/api/v1/awards/1/reversals", json=back, headers=headers).status_code == 201
    with funder.database.reading() as session:
        return int(session.execute(text("SELECT series FROM ledger_event WHERE id = 1")).scalar_one())


@pytest.mark.proves("LED-1", "LED-3")
def test_the_issuer_gives_up_what_a_holder_owes_it_once_for_each_key(funder: Funder) -> None:
    series = _short(funder)
    owed = funder.has(funder.li, OWED)

    first, again = (funder.ask("waivers", "w", consumer=funder.li, series=series, credits=20) for _ in range(2))
    more = funder.ask("waivers", "w2", consumer=funder.li, series=series, credits=11)

    assert (first.status_code, first.json()["repeated"], again.json()["repeated"]) == (201, False, True)
    assert _told(more) == (422, "ledger.not_enough_credits", {"wanted": 11, "found": 10})
    assert (owed, funder.has(funder.li, OWED)) == (-30, -10)
    assert funder.logged() == [("shortage.waive", funder.issuer_id, "done")] * 2


@pytest.mark.proves("LED-1", "SEC-1")
def test_nobody_gives_up_what_is_owed_to_another_and_a_reason_is_needed(funder: Funder) -> None:
    series = _short(funder)
    issuer_id, bearer = funder.another(None)
    whole: dict[str, Any] = {"consumer": funder.li, "series": series, "credits": 30}

    others = funder.ask("waivers", issuer_id=issuer_id, bearer=bearer, **whole)
    denied = funder.ask("waivers", bearer=bearer, **whole)
    none = funder.ask("waivers", **{**whole, "series": 99})
    silent = funder.ask("waivers", **{**whole, "reason": ""})
    nobody = funder.ask("waivers", **{**whole, "consumer": "con_nobody"})

    assert _told(others) == (404, "ledger.no_such_series", {"series_id": series})
    assert [(one.status_code, one.json()["code"]) for one in (denied, none, silent, nobody)] == [
        (403, "access.denied"),
        (404, "ledger.no_such_series"),
        (422, "app.invalid_request"),
        (404, "ledger.no_such_holder"),
    ]
    assert funder.has(funder.li, OWED) == -30


@pytest.mark.proves("AWD-5")
def test_only_registered_enterprises_are_funded_and_passed_to(funder: Funder) -> None:
    funder.fund(100)
    stranger: dict[str, Any] = {"giver": MILL, "receiver": "ent_nobody", "credits": 1}

    funded, passed = funder.fund(1, "2", enterprise="ent_nobody"), funder.ask("enterprise/passes", "3", **stranger)

    unknown = (404, "people.unknown_enterprise", {"enterprise_id": "ent_nobody"})
    assert (_told(funded), _told(passed), funder.events()) == (unknown, unknown, 1)
