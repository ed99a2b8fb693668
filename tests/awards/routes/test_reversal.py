"""The door for taking awards back: by the operator, once for each key, as far as there is something to take."""

from typing import Any

import pytest

from greencredit.kernel.access import Role
from tests.awards.routes.conftest import Shop
from tests.factories.direct import make_key


def _reversed(shop: Shop, api_key: str, award: int, key: str, credits_: Any = 30) -> Any:  # noqa: ANN401 - the client's
    headers = {"Authorization": f"Bearer {api_key}", "Idempotency-Key": key}
    body = {"credits": credits_, "reason": "示例：误发"}
    return shop.client.post(f"/api/v1/awards/{award}/reversals", json=body, headers=headers)


@pytest.mark.proves("LED-1", "LED-3", "UX-2")
def test_a_direct_award_is_taken_back_once_by_the_operator_alone(shop: Shop) -> None:
    with shop.database.writing() as session:
        operator = make_key(session, Role.OPERATOR, login="operator", scopes=("award.reverse",))
    shop.give(shop.consumers[0], 30, "order-1")
    till = shop.client.headers["Authorization"].removeprefix("Bearer ")

    denied = _reversed(shop, till, 1, "r")
    first, again = (_reversed(shop, operator, 1, "r") for _ in range(2))
    more, unknown = _reversed(shop, operator, 1, "r2", 1), _reversed(shop, operator, 9, "r")
    odd = _reversed(shop, operator, 1, "r3", 0)

    assert [one.status_code for one in (denied, first, again, more, unknown, odd)] == [403, 201, 201, 409, 404, 422]
    assert (first.json()["taken"], first.json()["repeated"], again.json()["repeated"]) == (30, False, True)
    assert [one.json()["code"] for one in (more, unknown)] == ["ledger.already_reversed", "awards.no_such_award"]
    assert (shop.has(shop.consumers[0]), shop.events()) == (0, 2)
