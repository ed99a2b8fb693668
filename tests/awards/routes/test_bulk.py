"""The door for awards in bulk: columns of JSON or CSV, all or nothing or each for itself, bad items by their places."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from greencredit.awards import service
from tests.awards.routes.conftest import Shop


def _columns(shop: Shop, count: int, *, first: int = 0) -> dict[str, list[Any]]:
    numbers = range(first, first + count)
    return {
        "consumer": [shop.consumers[number % 3] for number in numbers],
        "credits": [number % 7 + 1 for number in numbers],
        "key": [f"2026-03-02.{number}" for number in numbers],
    }


def _refused(answer: Any) -> list[tuple[int, int | None, str]]:  # noqa: ANN401 - the client's own
    return [(one["item"], one["line"], one["code"]) for one in answer.json()["refused_items"]]


@pytest.mark.proves("LED-3", "UX-2")
def test_columns_are_awarded_and_asked_again_they_are_answered_as_they_were(shop: Shop) -> None:
    columns = _columns(shop, 1_000)

    first, again = shop.give_many(columns), shop.give_many(columns)

    numbers = list(range(1, 1_001))
    assert (first.status_code, first.json()) == (
        200,
        {
            "items": 1_000,
            "awarded": 1_000,
            "repeated": 0,
            "refused": 0,
            "event_id": numbers,
            "repeated_items": [],
            "refused_items": [],
        },
    )
    told = again.json()
    assert (told["awarded"], told["repeated"], told["event_id"]) == (0, 1_000, numbers)
    assert told["repeated_items"] == list(range(1_000))
    assert (sum(map(shop.has, shop.consumers)), shop.events()) == (sum(columns["credits"]), 1_000)
    assert shop.logged() == [(shop.issuer_id, "done")] * 2


def _spoilt(shop: Shop) -> dict[str, list[Any]]:
    columns = _columns(shop, 12)
    columns["credits"][2], columns["credits"][7], columns["credits"][9] = 0, "5", 1_001
    columns["consumer"][4], columns["key"][5], columns["key"][6] = "con_nobody", "", columns["key"][1]
    return columns


_BAD = [
    (2, None, "ledger.not_positive"),
    (4, None, "people.unknown_consumer"),
    (5, None, "kernel.unfit_cell"),
    (6, None, "ledger.key_reused"),
    (7, None, "kernel.unfit_cell"),
    (9, None, "awards.more_than_filed"),
]


@pytest.mark.proves("LED-3", "UX-2")
def test_each_for_itself_keeps_what_is_in_order(shop: Shop) -> None:
    answer = shop.give_many(_spoilt(shop))

    told = answer.json()
    assert (answer.status_code, _refused(answer)) == (200, _BAD)
    assert (told["items"], told["awarded"], told["repeated"], told["refused"]) == (12, 6, 0, 6)
    assert [place for place, number in enumerate(told["event_id"]) if number is None] == [place for place, _, _ in _BAD]
    assert told["refused_items"][4]["facts"] == {"column": "credits", "found": "5", "wanted": "a whole number"}
    assert shop.events() == 6


@pytest.mark.proves("LED-3", "UX-2")
def test_all_or_nothing_writes_nothing_and_names_what_is_to_blame(shop: Shop) -> None:
    unfit = shop.give_many(_spoilt(shop), mode="atomic")
    unknown = _columns(shop, 12)
    unknown["consumer"][4] = "con_nobody"
    refused = shop.give_many(unknown, mode="atomic")

    assert (unfit.status_code, unfit.json()["code"]) == (422, "awards.batch_refused")
    assert [one["item"] for one in unfit.json()["facts"]["refused"]] == [5, 7]
    assert (refused.status_code, refused.json()["code"]) == (422, "awards.batch_refused")
    assert [(one["item"], one["code"]) for one in refused.json()["facts"]["refused"]] == [
        (4, "people.unknown_consumer")
    ]
    assert (shop.events(), shop.logged()) == (0, [])
    assert shop.give_many(_columns(shop, 12), mode="atomic").json()["awarded"] == 12


@pytest.mark.proves("LED-3", "UX-2")
def test_a_key_that_comes_twice_in_a_request_is_one_award(shop: Shop) -> None:
    li = shop.consumers[0]

    told = shop.give_many({"consumer": [li, li], "credits": [5, 5], "key": ["a", "a"]}).json()

    assert (told["event_id"], told["repeated_items"], shop.has(li)) == ([1, 1], [1], 5)


@pytest.mark.proves("LED-3", "UX-2")
def test_a_file_is_awarded_and_its_bad_lines_are_named(shop: Shop) -> None:
    li, wang, zhao = shop.consumers
    content = (
        "\ufeffconsumer,credits,key\r\n"
        f'{li},30,"one\u00a0"\r\n'
        f"{wang},3.5,two\r\n"
        "\r\n"
        f"{zhao},7,three,more\r\n"
        f"{zhao},\N{ARABIC-INDIC DIGIT SEVEN},four\r\n"
        f"{zhao},9223372036854775808,five\r\n"
        f"{zhao},7,six\r\n"
    ).replace("\u00a0", "")

    answer = shop.give_file(content.encode())

    assert _refused(answer) == [
        (1, 3, "kernel.unfit_cell"),
        (2, 5, "kernel.unfit_cell"),
        (3, 6, "kernel.unfit_cell"),
        (4, 7, "awards.more_than_filed"),
    ]
    assert answer.json()["refused_items"][1]["facts"] == {"column": "*", "found": "4 cells", "wanted": "3 cells"}
    assert [shop.has(one) for one in shop.consumers] == [30, 0, 7]


@pytest.mark.proves("LED-3", "UX-2")
def test_a_file_without_keys_takes_them_from_the_request(shop: Shop) -> None:
    li, wang, _ = shop.consumers
    content = f"consumer,credits\n{li},30\n{wang},7\n".encode()

    first, again = (shop.give_file(content, key="2026-03-02.evening") for _ in range(2))
    without = shop.give_file(content)

    assert (first.json()["awarded"], again.json()["repeated"], shop.events()) == (2, 2, 2)
    assert (without.status_code, without.json()["code"]) == (422, "kernel.key_missing")


@pytest.mark.proves("LED-3", "UX-2")
@pytest.mark.parametrize("key", ["evening", "2026-03-02.evening"])
def test_the_key_of_an_item_is_never_that_of_a_single_award(shop: Shop, key: str) -> None:
    li, wang, _ = shop.consumers
    items = f"consumer,credits\n{li},30\n".encode()

    many = shop.give_file(items, key=key)
    single = shop.give(wang, 7, f"{key}#0")
    named = shop.give_many({"consumer": [li], "credits": [5], "key": [f"{key}#1"]})

    assert (many.json()["awarded"], single.status_code, single.json()["repeated"]) == (1, 201, False)
    assert (named.json()["awarded"], shop.events()) == (1, 3)


_JSON = {"Content-Type": "application/json"}
_CSV = {"Content-Type": "text/csv"}


@pytest.mark.proves("LED-3", "UX-2")
@pytest.mark.parametrize(
    ("body", "headers", "found"),
    [
        (b'{"consumer":["a"],"credits":[1,2],"key":["x"]}', _JSON, '{"consumer": 1, "credits": 2, "key": 1}'),
        (b'{"consumer":["a"],"key":["x"]}', _JSON, "consumer, key"),
        (b'{"consumer":["a"],"credits":[1],"key":["x"],"rate":[1]}', _JSON, "consumer, credits, key, rate"),
        (b'{"consumer":"a","credits":[1],"key":["x"]}', _JSON, '{"consumer": "a", "credits": [1], "key": ["x"]}'),
        (b"[]", _JSON, "[]"),
        (b"consumer,credits,key\ncon_a,1,\xff\n", _CSV, "byte 0xff on line 2"),
        (b"consumer,credits\x00", _CSV, None),
        (b"", _CSV, "none"),
        (b"consumer,credits,credits\n", _CSV, "consumer, credits, credits"),
        (b"consumer;credits\n", _CSV, "consumer;credits"),
        (b'consumer,credits,key\n"con_a,1,x\n', _CSV, "unexpected end of data on line 2"),
        (b"{}", {"Content-Type": "application/xml"}, "Content-Type application/xml"),
    ],
)
def test_a_body_that_is_no_columns_is_refused(
    shop: Shop, body: bytes, headers: dict[str, str], found: str | None
) -> None:
    path = f"{shop.path}/batch?promotion=welcome_gift"
    answer = shop.client.post(path, content=body, headers=headers | {"Idempotency-Key": "k"})

    told = answer.json()
    assert (answer.status_code, told["code"], shop.events()) == (422, "kernel.unfit_columns", 0)
    assert found is None or told["facts"]["found"] == found


@pytest.mark.proves("UX-2")
def test_a_request_has_no_more_items_than_it_may(shop: Shop) -> None:
    count = service.MOST_ITEMS + 1
    answer = shop.give_many({"consumer": ["con_a"] * count, "credits": [1] * count, "key": ["k"] * count})

    assert (answer.status_code, answer.json()["code"]) == (422, "kernel.too_many_items")
    assert answer.json()["facts"] == {"found": 10_001, "wanted": 10_000}


@pytest.mark.proves("UX-2")
def test_mode_and_promotion_are_named(shop: Shop) -> None:
    columns = _columns(shop, 1)
    without = shop.client.post(f"{shop.path}/batch", json=columns)

    assert without.json()["facts"]["column"] == "promotion"
    assert shop.give_many(columns, mode="some").json()["facts"] == {
        "column": "mode",
        "found": "some",
        "wanted": "atomic or continue",
    }
    assert shop.give_many(columns, promotion="autumn_gift").json()["refused_items"][0]["code"] == (
        "awards.no_such_promotion"
    )
    assert shop.events() == 0


@pytest.mark.proves("LED-3")
def test_nothing_at_all_is_nothing(shop: Shop) -> None:
    answer = shop.give_many({"consumer": [], "credits": [], "key": []})

    assert (answer.status_code, answer.json()["items"], shop.events()) == (200, 0, 0)


@pytest.mark.proves("LED-3")
def test_eight_machines_at_once_award_each_key_once(shop: Shop) -> None:
    columns = [_columns(shop, 200, first=100 * number) for number in range(4)]

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(shop.give_many, [*columns, *columns]))

    assert [answer.status_code for answer in answers] == [200] * 8
    assert sum(answer.json()["awarded"] for answer in answers) == 500
    by_key: dict[str, set[int]] = {}
    for asked, answer in zip([*columns, *columns], answers, strict=True):
        for key, number in zip(asked["key"], answer.json()["event_id"], strict=True):
            by_key.setdefault(key, set()).add(number)
    assert {key: numbers for key, numbers in by_key.items() if len(numbers) != 1} == {}
    assert (len(by_key), shop.events()) == (500, 500)
