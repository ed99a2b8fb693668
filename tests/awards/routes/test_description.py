"""The doors of awards in the description: bodies, keys and examples, though the framework does not carry them out."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from greencredit.awards import service
from greencredit.kernel.columns import of_csv
from greencredit.schemas.awards import DirectAwardColumns, NewDirectAward
from tests.awards.routes.conftest import Shop
from tests.factories.doors import description


@pytest.fixture
def told() -> dict[str, Any]:
    """Give what the description tells of both doors, by the last part of their paths."""
    paths = description()["paths"]
    return {
        path.rpartition("/")[2]: methods["post"]
        for path, methods in paths.items()
        if path.startswith("/api/v1/issuers/{issuer_id}/awards") and "post" in methods
    }


@pytest.mark.proves("UX-2")
def test_both_doors_tell_of_their_keys_and_answers(told: dict[str, Any]) -> None:
    keys = {
        name: [one.get("required", False) for one in door["parameters"] if one["name"] == "Idempotency-Key"]
        for name, door in told.items()
    }
    answers = {name: sorted(door["responses"]) for name, door in told.items()}

    assert keys == {"awards": [True], "batch": [False]}
    assert answers == {"awards": ["201", "default"], "batch": ["200", "default"]}


@pytest.mark.proves("UX-2")
def test_the_examples_are_what_the_doors_take(told: dict[str, Any], shop: Shop) -> None:
    single = told["awards"]["requestBody"]["content"]["application/json"]["example"]
    many = told["batch"]["requestBody"]["content"]
    columns = many["application/json"]["example"]

    assert NewDirectAward(**single).promotion == "welcome_gift"
    assert TypeAdapter(DirectAwardColumns).validate_python(columns).credits == (30, 50)
    read = of_csv(many["text/csv"]["example"].encode(), service.COLUMNS, most=10)
    assert (read.of, read.unfit) == (columns, {})
    assert shop.give_many(columns | {"consumer": list(shop.consumers[:2])}).json()["awarded"] == 2


@pytest.mark.proves("SEC-1", "UX-2")
def test_the_short_way_is_surrounded_as_every_other(shop: Shop) -> None:
    good = shop.give(shop.consumers[0], 30, "order-1")
    bad = shop.give("con_nobody", 30, "order-2")
    long_way = shop.client.get("/api/v1/me")

    ours = ("x-content-type-options", "content-security-policy", "cache-control", "strict-transport-security")
    for answer in (good, bad):
        assert [answer.headers[name] for name in ours] == [long_way.headers[name] for name in ours]
        assert len(answer.headers["x-request-id"]) == 16
    assert bad.headers["content-type"] == "application/problem+json"
    assert bad.json()["request_id"] == bad.headers["x-request-id"]
