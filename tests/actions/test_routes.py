"""The room over HTTP: open to the world, exact as text, refusals as problem documents."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from tests.factories.actions import publish
from tests.factories.doors import make_app


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    """Give a client of an application with this room alone, its factors published."""
    with database.writing() as session:
        publish(session)
    with TestClient(make_app(database, Settings())) as client:
        yield client


def test_the_catalogue_is_open_to_everybody(client: TestClient) -> None:
    answer = client.get("/api/v1/actions")

    assert (answer.status_code, len(answer.json())) == (200, 45)


def test_an_action_tells_its_method_and_caps(client: TestClient) -> None:
    told = client.get("/api/v1/actions/bus_trip").json()

    assert told["title"] == {"zh": "公交出行", "en": "City bus trip"}
    assert told["formula"] == "quantity * (pkm_taxi_avg_cn - pkm_bus_cn)"
    assert told["caps"]["quantity_per_day"] == "60"


def test_an_unknown_action_is_a_problem_document(client: TestClient) -> None:
    answer = client.get("/api/v1/actions/flying_carpet")

    assert (answer.status_code, answer.json()["code"]) == (404, "actions.action_unknown")


@pytest.mark.parametrize("quantity", ["8.5", 8.5])
def test_an_action_is_computed_with_its_trace_and_decimals_stay_exact(
    client: TestClient, quantity: str | float
) -> None:
    asked = {"inputs": {"quantity": quantity}, "region": "CN-SH", "on": "2026-11-22"}

    told = client.post("/api/v1/actions/bus_trip/quantify", json=asked).json()

    assert (told["grams"], told["grams_exact"], told["gas"], told["tier"]) == (400, "400.35", "CO2e", "C")
    assert [use["id"] for use in told["factors"]] == ["pkm_taxi_avg_cn", "pkm_bus_cn"]


@pytest.mark.parametrize(
    ("name", "inputs", "code"),
    [
        ("bus_trip", {}, "actions.input_missing"),
        ("bus_trip", {"quantity": -1}, "actions.input_out_of_range"),
        ("bus_trip", {"quantity": "eight"}, "actions.input_not_exact"),
        ("bus_trip", {"quantity": 1, "speed": 2}, "actions.input_unknown"),
        ("led_lamp", {"quantity": 1, "baseline_w": 36, "led_w": 16}, "actions.tier_too_low"),
    ],
)
def test_a_refused_calculation_is_a_problem_document(
    client: TestClient, name: str, inputs: dict[str, Any], code: str
) -> None:
    asked = {"inputs": inputs, "region": "CN", "on": "2026-11-22"}

    answer = client.post(f"/api/v1/actions/{name}/quantify", json=asked)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_factors_come_in_pages(client: TestClient) -> None:
    asked: dict[str, str | int] = {"category": "grid_electricity_co2", "on": "2026-11-22", "limit": 30}

    first = client.get("/api/v1/factors", params=asked).json()
    second = client.get("/api/v1/factors", params={**asked, "cursor": first["next"]}).json()

    assert (len(first["items"]), len(second["items"]), second["next"]) == (30, 8, None)
    assert {factor["tier"] for factor in first["items"] + second["items"]} == {"A"}


@pytest.mark.parametrize("limit", [0, 501])
def test_a_page_has_a_limit(client: TestClient, limit: int) -> None:
    assert client.get("/api/v1/factors", params={"limit": limit}).status_code == 422
