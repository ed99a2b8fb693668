"""Keys of tokens: the same for ever, in the order of time, apart from everybody else's."""

import uuid

import pytest

from greencredit.ledger import rules

_SEVEN = "019a9c1e-8f00-7abc-8def-0123456789ab"


@pytest.mark.proves("LED-3")
def test_the_same_token_is_the_same_key_within_a_scope_and_another_one_elsewhere() -> None:
    tokens = ["order-1", _SEVEN, "2026-11-22.order-1", "订单一", str(uuid.UUID(int=7))]

    keys = rules.scoped_keys("iss_shop", tokens)

    assert keys == rules.scoped_keys("iss_shop", tokens)
    assert {len(key) for key in keys} == {rules.KEY_BYTES}
    assert set(keys).isdisjoint(rules.scoped_keys("iss_bank", tokens))
    assert len(set(keys)) == len(tokens)


@pytest.mark.proves("LED-3")
def test_a_scope_and_a_token_never_run_into_each_other() -> None:
    assert rules.scoped_keys("iss_a", ["b:c"]) != rules.scoped_keys("iss_ab", [":c"])
    assert rules.scoped_keys("x", ["y"]) != rules.scoped_keys("xy", [""])


def test_time_stays_in_front_where_a_token_begins_with_it() -> None:
    earlier, later = rules.scoped_keys("iss_shop", [_SEVEN, _SEVEN.replace("019a9c1e", "019a9c1f")])
    monday, tuesday = rules.scoped_keys("iss_shop", ["2026-11-23.a", "2026-11-24.a"])

    assert (earlier < later, monday < tuesday) == (True, True)
    assert (earlier[:6].hex(), monday[:3]) == ("019a9c1e8f00", rules.key_of("2026-11-23.b")[:3])


@pytest.mark.parametrize("token", ["2026-13-45.x", "z19a9c1e-8f00-7abc-8def-0123456789ab", "é" * 18, "积分.积分.积分"])
def test_what_only_looks_like_time_is_a_token_like_any_other(token: str) -> None:
    (key,) = rules.scoped_keys("iss_shop", [token])

    assert (len(key), key) == (rules.KEY_BYTES, rules.scoped_keys("iss_shop", [token])[0])
