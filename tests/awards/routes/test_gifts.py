"""Gifts over HTTP, one and many: each once, each for itself, by the issuer's own hands; and who pays for credits."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from greencredit.awards.queries.gifts import gifts_of
from greencredit.kernel.access import PLATFORM, Role, Scope, ScopeKind
from greencredit.kernel.database import Database
from greencredit.schemas.awards import Ground
from tests.awards.routes.conftest import People
from tests.awards.service.test_funding import scheme_with
from tests.awards.service.test_gift import gift_rule
from tests.factories.awards import credits_of, purchase_rule, require_sound, take_in
from tests.factories.evidence import CARDS, Shop, bought, make_shop, receipt_csv
from tests.factories.people import PASSWORD, make_account_with

LOGINS = ("viewer", "elsewhere", "regulator", None)


@pytest.fixture
def shop(shared: Database) -> Shop:
    """Give an issuer that files gifts for reviews and referrals, thirty credits for each person at most."""
    with shared.writing() as session:
        made = make_shop(session, purchase_rule(), gift_rule(Ground.REVIEW), gift_rule(Ground.REFERRAL))
        here = Scope(ScopeKind.ISSUER, made.issuer_id)
        for login, role, scope in (
            ("manager", Role.ISSUER_MANAGER, here),
            ("viewer", Role.ISSUER_VIEWER, here),
            ("elsewhere", Role.ISSUER_MANAGER, Scope(ScopeKind.ISSUER, "iss_elsewhere")),
            ("regulator", Role.REGULATOR, PLATFORM),
        ):
            make_account_with(session, role, scope, login=login, password=PASSWORD)
    return made


def review(shop: Shop, number: int, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of a gift
    """Give a gift for a review."""
    facts = {"ground": "review", "consumer": shop.consumers[CARDS[0]], "happened_on": "2026-01-05"}
    return {**facts, "reference": f"REV-{number}", **changes}


def test_one_gift_is_given_once_and_asked_again_it_is_answered_as_it_was(
    shared: Database, shop: Shop, people: People
) -> None:
    manager, path = people("manager"), f"/api/v1/issuers/{shop.issuer_id}/gifts"

    answers = [manager.post(path, json=review(shop, 1)) for _ in range(2)]
    tomorrow = manager.post(path, json=review(shop, 2, happened_on="2026-03-03"))

    assert [(one.status_code, one.json()) for one in answers] == [
        (201, {"gift_id": 1, "credits": 10, "repeated": False}),
        (201, {"gift_id": 1, "credits": 10, "repeated": True}),
    ]
    assert (tomorrow.status_code, tomorrow.json()["code"], tomorrow.json()["facts"]) == (
        422,
        "awards.gift_in_the_future",
        {"found": "2026-03-03", "wanted": "2026-03-02"},
    )
    assert credits_of(shared, shop.consumers[CARDS[0]]) == 10
    require_sound(shared)


@pytest.mark.proves("AWD-4", "UX-2")
def test_many_gifts_are_answered_each_in_its_place_and_the_same_request_again_gives_nothing_more(
    shared: Database, shop: Shop, people: People
) -> None:
    manager, path = people("manager"), f"/api/v1/issuers/{shop.issuer_id}/gifts/batch"
    first, second, third = (shop.consumers[card] for card in CARDS)
    gifts = [
        *(review(shop, number) for number in range(4)),
        review(shop, 9, consumer="con_nobody"),
        {**review(shop, 5), "ground": "referral", "newcomer": second},
        # Whoever was brought once is brought by nobody else.
        {**review(shop, 6, consumer=third), "ground": "referral", "newcomer": second},
        review(shop, 7, happened_on="2026-03-03"),
    ]

    given, again = manager.post(path, json=gifts), manager.post(path, json=gifts)

    assert (given.status_code, again.status_code) == (200, 200)
    assert {name: value for name, value in given.json().items() if name != "outcomes"} == {
        "gifts": 8,
        "given": 5,
        "repeated": 1,
        "refused": 2,
        "credits": 40,
    }
    assert [
        (one["place"], one["code"], None if one["given"] is None else one["given"]["credits"])
        for one in given.json()["outcomes"]
    ] == [
        (0, None, 10),
        (1, None, 10),
        (2, None, 10),
        (3, None, 0),
        (4, "people.unknown_consumer", None),
        (5, None, 10),
        (6, None, 10),
        (7, "awards.gift_in_the_future", None),
    ]
    assert (again.json()["given"], again.json()["repeated"], again.json()["credits"]) == (0, 6, 0)
    assert [credits_of(shared, one) for one in (first, second, third)] == [40, 0, 0]
    with shared.reading() as session:
        logged = session.execute(text("SELECT object_id, facts FROM people_audit WHERE action = 'award.give'")).all()
    assert [(row.object_id, row.facts) for row in logged] == [(shop.issuer_id, '{"gifts":8,"refused":2}')] * 2
    require_sound(shared)


@pytest.mark.proves("AWD-4", "AWD-2")
def test_a_gift_that_came_to_nothing_says_why_to_its_issuer_and_to_overseers(shop: Shop, people: People) -> None:
    manager = people("manager")
    manager.post(f"/api/v1/issuers/{shop.issuer_id}/gifts/batch", json=[review(shop, number) for number in range(4)])

    told = {login: people(login).get("/api/v1/gifts/4/why") for login in ("manager", "regulator", "elsewhere", None)}
    missing = manager.get("/api/v1/gifts/5/why")

    assert {login: answer.status_code for login, answer in told.items()} == {
        "manager": 200,
        "regulator": 200,
        "elsewhere": 403,
        None: 401,
    }
    (rule,) = told["manager"].json()["rules"]
    assert (told["manager"].json()["verdict"], rule["outcome"]) == ("nothing", "capped")
    assert (missing.status_code, missing.json()["code"]) == (404, "evidence.no_such_evidence")


@pytest.mark.proves("AWD-6", "SEC-1", "UX-2")
def test_who_paid_for_an_award_and_what_budgets_hold_is_told_to_those_who_may_read_it(
    shared: Database, people: People, tmp_path: Path
) -> None:
    with shared.writing() as session:
        shop = make_shop(session, scheme=scheme_with(purchase_rule(), budget=10))
        for login, role, scope in (
            ("manager", Role.ISSUER_MANAGER, Scope(ScopeKind.ISSUER, shop.issuer_id)),
            ("elsewhere", Role.ISSUER_MANAGER, Scope(ScopeKind.ISSUER, "iss_elsewhere")),
        ):
            make_account_with(session, role, scope, login=login, password=PASSWORD)
    take_in(shared, shop.receipts, receipt_csv(tmp_path / "one.csv", [bought(amount_yuan="20.00")]))
    manager, elsewhere = people("manager"), people("elsewhere")
    paths = "/api/v1/awards/1/funding", f"/api/v1/issuers/{shop.issuer_id}/funders"

    parts, totals = (manager.get(path).json() for path in paths)

    assert {one["funder"]: (one["credits"], one["parts"], one["of_parts"]) for one in parts} == {
        "us": (10, 3, 6),
        "brand": (7, 2, 6),
        "city": (3, 1, 6),
    }
    assert {one["funder"]: (one["credits"], one["left_credits"]) for one in totals} == {
        "us": (10, None),
        "brand": (7, None),
        "city": (3, 7),
    }
    assert [elsewhere.get(path).status_code for path in paths] == [403, 403]


@pytest.mark.proves("AWD-4", "SEC-1")
def test_only_the_issuers_own_hands_give_and_what_is_no_list_of_gifts_gives_nothing(
    shared: Database, shop: Shop, people: People
) -> None:
    path = f"/api/v1/issuers/{shop.issuer_id}/gifts"
    sent = (path, review(shop, 1)), (f"{path}/batch", [review(shop, 1)])

    denied = {login: [people(login).post(at, json=body).status_code for at, body in sent] for login in LOGINS}
    bodies: list[Any] = [
        [],
        [review(shop, number) for number in range(1_001)],
        [review(shop, 1), review(shop, 2, ground="purchase")],
        [review(shop, 1, stars=5)],
        [review(shop, 1, ground="referral")],
        {"gifts": []},
    ]
    unfit = [people("manager").post(f"{path}/batch", json=body).status_code for body in bodies]

    assert denied == {"viewer": [403, 403], "elsewhere": [403, 403], "regulator": [403, 403], None: [401, 401]}
    assert unfit == [422] * 6
    with shared.reading() as session:
        assert gifts_of(session, shop.issuer_id) == ()
