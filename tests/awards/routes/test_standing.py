"""Records, marks, negative results and baselines over HTTP: who may what, and what comes back."""

from pathlib import Path

import pytest

from greencredit.awards import queries
from greencredit.awards.queries.check import check_record
from greencredit.kernel.access import PLATFORM, Role, Scope, ScopeKind
from greencredit.kernel.database import Database
from tests.awards.routes.conftest import People
from tests.factories.awards import action_rule, publish_factors, take_in
from tests.factories.evidence import Shop, activities_csv, did, make_shop
from tests.factories.people import PASSWORD, make_account_with

OVERRIDE = {
    "action": "metro_trip_km",
    "name": "pkm_taxi_avg_cn",
    "value": "0.12",
    "unit": "kgCO2e/pkm",
    "tier": "B",
    "publisher": "示例机构",
    "document": "示例文件",
    "document_digest": "c" * 64,
    "page": "第 1 页",
    "since": "2026-01-01",
    "reason": "示例",
}
CLAIM = {"scheme": "ccer", "reference": "CCER-示例-0001"}


@pytest.fixture
def shop(shared: Database, tmp_path: Path) -> Shop:
    """Give an issuer for which one rode the metro, and one made a detour longer than his trip; and its overseers."""
    with shared.writing() as session:
        publish_factors(session)
        made = make_shop(session, action_rule(actions=("metro_trip_km", "carpool_trip")))
        here = Scope(ScopeKind.ISSUER, made.issuer_id)
        for login, role, scope in (
            ("manager", Role.ISSUER_MANAGER, here),
            ("elsewhere", Role.ISSUER_MANAGER, Scope(ScopeKind.ISSUER, "iss_elsewhere")),
            ("regulator", Role.REGULATOR, PLATFORM),
            ("colleague", Role.REGULATOR, PLATFORM),
        ):
            make_account_with(session, role, scope, login=login, password=PASSWORD)
    rides = [did(record_no="T1"), did(record_no="T2", action="carpool_trip", quantity="1", inputs={"detour_km": "9"})]
    take_in(shared, made.activities, activities_csv(tmp_path / "rides.csv", rides))
    return made


@pytest.mark.proves("ACT-2", "AWD-2")
def test_the_record_that_is_handed_out_holds(shared: Database, shop: Shop, people: People) -> None:
    with shared.reading() as session:
        (line,) = queries.awards_of(session, shop.consumers["CARD-0001"])
    path = f"/api/v1/awards/{line.award_id}"

    answer = people("regulator").get(f"{path}/record")
    told = people("manager").get(f"{path}/explanation").json()

    assert (answer.status_code, check_record(answer.content).holds) == (200, True)
    assert [step["stage"] for step in told][:5] == [
        "behaviour",
        "baseline",
        "baseline_emissions",
        "behaviour_emissions",
        "reduction",
    ]
    assert [people(login).get(f"{path}/record").status_code for login in (None, "elsewhere")] == [401, 403]


@pytest.mark.proves("ACT-2")
def test_negative_results_are_shown_to_overseers_and_to_the_issuer_alone(shop: Shop, people: People) -> None:
    found = {
        login: people(login).get("/api/v1/negative-results") for login in (None, "regulator", "manager", "elsewhere")
    }

    assert {login: answer.status_code for login, answer in found.items()} == {
        None: 401,
        "regulator": 200,
        "manager": 200,
        "elsewhere": 200,
    }
    (one,) = found["regulator"].json()["items"]
    assert (one["action"], one["grams"], one["issuer_id"]) == ("carpool_trip", -1340, shop.issuer_id)
    assert found["manager"].json() == found["regulator"].json()
    assert (found["elsewhere"].json()["items"], found["elsewhere"].json()["total"]) == ([], 0)


@pytest.mark.proves("ACT-2")
def test_an_action_is_marked_once_by_whoever_has_it_in_his_place(shared: Database, shop: Shop, people: People) -> None:
    with shared.reading() as session:
        (line,) = queries.awards_of(session, shop.consumers["CARD-0001"])
    path = f"/api/v1/evidence/{line.evidence_id}/claim"

    refused = people("elsewhere").post(path, json=CLAIM)
    made = people("manager").post(path, json=CLAIM)
    twice = people("manager").post(path, json=CLAIM | {"reference": "another"})

    assert (refused.status_code, made.status_code, made.json()["grams"]) == (403, 201, 683)
    assert (twice.status_code, twice.json()["code"]) == (409, "awards.claimed_before")


@pytest.mark.proves("ACT-2", "SEC-1")
def test_a_mark_made_by_mistake_is_taken_back_by_another_person_and_its_grams_count_again(
    shared: Database, shop: Shop, people: People
) -> None:
    consumer = shop.consumers["CARD-0001"]
    with shared.reading() as session:
        (line,) = queries.awards_of(session, consumer)
    path, why = f"/api/v1/evidence/{line.evidence_id}/claim", {"reason": "示例：登记错了编号"}
    manager, regulator, elsewhere = people("manager"), people("regulator"), people("elsewhere")

    def grams() -> tuple[int, int]:
        found = regulator.get(f"/api/v1/consumers/{consumer}/totals").json()
        return found["grams"], found["claimed_grams"]

    unmarked = regulator.post(f"{path}/withdrawal", json=why)
    manager.post(path, json=CLAIM)
    refused = [
        (answer.status_code, answer.json()["code"])
        for answer in (
            manager.post(f"{path}/withdrawal", json=why),
            elsewhere.post(f"{path}/withdrawal", json=why),
            people(None).post(f"{path}/withdrawal", json=why),
        )
    ]
    wordless = regulator.post(f"{path}/withdrawal", json={"reason": " "})
    while_marked = grams()
    answers = [regulator.post(f"{path}/withdrawal", json=why).status_code for _ in range(2)]
    again = manager.post(path, json=CLAIM)

    assert (unmarked.status_code, unmarked.json()["code"]) == (404, "awards.not_marked")
    assert refused == [(403, "awards.own_mark"), (403, "access.denied"), (401, "access.sign_in_first")]
    assert (wordless.status_code, while_marked) == (422, (0, 683))
    assert (answers, grams()) == ([204, 204], (683, 0))
    assert (again.status_code, again.json()["code"], grams()) == (409, "awards.mark_withdrawn", (683, 0))


@pytest.mark.proves("ACT-2")
def test_an_awards_computation_is_handed_out_to_whoever_may_read_the_award(
    shared: Database, shop: Shop, people: People
) -> None:
    with shared.reading() as session:
        (line,) = queries.awards_of(session, shop.consumers["CARD-0001"])
        kept = queries.quantification(session, line.evidence_id)
    path = f"/api/v1/awards/{line.award_id}/quantification"

    told = {login: people(login).get(path) for login in ("manager", "regulator", "elsewhere", None)}

    assert kept is not None
    assert {login: answer.status_code for login, answer in told.items()} == {
        "manager": 200,
        "regulator": 200,
        "elsewhere": 403,
        None: 401,
    }
    assert told["manager"].json() == told["regulator"].json() == kept.model_dump(mode="json")


@pytest.mark.proves("ACT-2", "SEC-1")
def test_a_baseline_is_proposed_by_the_issuer_and_approved_by_another_person(shop: Shop, people: People) -> None:
    manager, regulator, colleague = people("manager"), people("regulator"), people("colleague")
    city = OVERRIDE | {"region": "CN-GD-SZ"}

    own = manager.post("/api/v1/overrides", json=OVERRIDE | {"issuer_id": shop.issuer_id})
    foreign = people("elsewhere").post("/api/v1/overrides", json=OVERRIDE | {"issuer_id": shop.issuer_id})
    of_city = regulator.post("/api/v1/overrides", json=city)
    not_his = manager.post("/api/v1/overrides", json=city)
    decision = f"/api/v1/overrides/{of_city.json()['id']}/decision"
    same = regulator.post(decision, json={"approved": True, "note": "示例"})
    waits = people(None).get("/api/v1/overrides").json()
    other = colleague.post(decision, json={"approved": True, "note": "示例"})
    public = people(None).get("/api/v1/overrides").json()

    assert [one.status_code for one in (own, foreign, of_city, not_his)] == [201, 403, 201, 403]
    assert (same.status_code, same.json()["code"]) == (403, "actions.same_person")
    assert (other.status_code, other.json()["approved"], waits) == (200, True, [])
    assert [(one["region"], one["value"], one["proposed_by"], one["decided_by"]) for one in public] == [
        ("CN-GD-SZ", "0.12", "", "")
    ]


@pytest.mark.proves("ACT-4")
def test_the_list_of_reduction_products_is_public(people: People) -> None:
    told = people(None).get("/api/v1/reduction-products").json()

    assert {one["name"]: one["adds_co2e"] for one in told} == {
        "green_certificate": True,
        "retired_credit": False,
        "verified_footprint": True,
    }


@pytest.mark.proves("ACT-2")
def test_the_page_of_negative_results_names_nobody(shop: Shop, people: People) -> None:
    pages = [people("regulator").get("/negatives", params={"lang": lang}).text for lang in ("zh", "en")]

    for page in pages:
        assert "\u22121,340" in page
        assert [name for name in (*shop.consumers.values(), "示例住户") if name in page] == []
    assert people("elsewhere").get("/negatives").text.count("<tr>") == 0
