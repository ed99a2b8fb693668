"""The door for single records: once for each key, sent back by code, read like a file; and the doors of holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from greencredit.evidence import queries as evidence
from greencredit.kernel.access import Role
from greencredit.kernel.database import Database
from tests.awards.test_sources import CARD, back, has, opened, paid
from tests.factories.awards import require_sound, take_in
from tests.factories.direct import make_key
from tests.factories.evidence import Shop
from tests.factories.sources import example_of, write_csv

PAN = "4111111111111111"


@dataclass
class Door:
    """A shop, and the machine that hands its records in."""

    database: Database
    client: TestClient
    shop: Shop

    def hand_in(self, feed: str, record: object, key: str) -> Response:
        """Hand one record in."""
        return self.client.post(f"/api/v1/feeds/{feed}/records", json=record, headers={"Idempotency-Key": key})

    def hand_in_many(self, feed: str, records: list[Any], key: str) -> Response:
        """Hand many records in."""
        path = f"/api/v1/feeds/{feed}/records/batch"
        return self.client.post(path, json={"records": records}, headers={"Idempotency-Key": key})


@pytest.fixture
def door(shared: Database, app: FastAPI) -> Iterator[Door]:
    """Give a shop with a feed of every kind, and require at the end that the books hold."""
    with shared.writing() as session:
        shop = opened(session)
        scopes = ("evidence.take_in", "evidence.read")
        key = make_key(session, Role.ISSUER_MANAGER, shop.issuer_id, scopes=scopes)
    with TestClient(app, base_url="https://credits.example", headers={"Authorization": f"Bearer {key}"}) as client:
        yield Door(shared, client, shop)
    require_sound(shared)


@pytest.mark.proves("AWD-3", "UX-2")
def test_a_record_is_awarded_when_it_is_answered_and_once_for_each_key(door: Door) -> None:
    record = example_of("receipts")

    first, again = (door.hand_in(door.shop.receipts, record, "2026-11-22.1") for _ in range(2))
    other_key = door.hand_in(door.shop.receipts, record, "2026-11-22.2")

    assert (first.status_code, first.json()["outcome"], first.json()["credits"]) == (201, "awarded", 36)
    assert again.json() == first.json() | {"repeated": True}
    assert (other_key.json()["outcome"], other_key.json()["code"]) == ("sent_back", "evidence.duplicate")
    assert has(door.database, door.shop) == 36


@pytest.mark.proves("AWD-3")
def test_a_key_that_stands_for_another_record_is_refused(door: Door) -> None:
    door.hand_in("trips", example_of("trips"), "k")

    other = door.hand_in("trips", example_of("trips", trip_no="2"), "k")

    assert (other.status_code, other.json()["code"]) == (409, "evidence.record_key_reused")


@pytest.mark.proves("AWD-3")
def test_what_was_sent_back_may_come_again_corrected_under_its_key(door: Door) -> None:
    bad = door.hand_in("trips", example_of("trips", distance_km="far"), "k")
    good = door.hand_in("trips", example_of("trips", distance_km=12), "k")

    assert (bad.json()["outcome"], bad.json()["code"], bad.json()["field"], bad.json()["found"]) == (
        "sent_back",
        "evidence.not_a_number",
        "distance_km",
        "far",
    )
    assert good.json()["outcome"] == "awarded"
    with door.database.reading() as session:
        status = evidence.status_of(session, "trips")
    assert (status.lines, status.qualifying, status.rejected) == (2, 1, 1)


@pytest.mark.proves("AWD-3")
def test_many_records_are_answered_each_for_itself_and_the_same_again(door: Door) -> None:
    shop = door.shop
    records = [
        paid(shop, 1, "100"),
        paid(shop, 2, "50", kind="sign_up_bonus"),
        back(shop, 11, 1, "40"),
        paid(shop, 3, "20", green_kind=""),
        paid(shop, 4, "10") | {"track": "…"},
        paid(shop, 5, "10", transaction_no=PAN),
    ]

    first = door.hand_in_many(CARD, records, "2026-11-22.batch")
    again = door.hand_in_many(CARD, records, "2026-11-22.batch")

    told = [(one["outcome"], one["code"], one["credits"]) for one in first.json()["outcomes"]]
    assert (first.status_code, first.json()["records"], first.json()["sent_back"]) == (200, 6, 3)
    assert told == [
        ("awarded", None, 100),
        ("sent_back", "evidence.sign_up_bonus", 0),
        ("refunded", None, 40),
        ("not_green", None, 0),
        ("refused", "evidence.undeclared_column", 0),
        ("sent_back", "evidence.full_card_number", 0),
    ]
    assert PAN not in first.text
    assert [one["repeated"] for one in again.json()["outcomes"]] == [True, False, True, True, False, False]
    assert has(door.database, shop) == 60


@pytest.mark.proves("ACT-5")
def test_a_record_with_a_place_is_refused(door: Door) -> None:
    answer = door.hand_in("trips", example_of("trips") | {"lng": 121.5}, "k")

    assert (answer.status_code, answer.json()["code"]) == (422, "evidence.holds_places")


@pytest.mark.proves("AWD-3")
def test_what_came_as_a_file_and_comes_as_a_record_is_the_same(door: Door, tmp_path: Path) -> None:
    take_in(door.database, "trips", write_csv(tmp_path / "t.csv", "trips", [example_of("trips")]))

    answer = door.hand_in("trips", example_of("trips"), "k")

    assert (answer.json()["outcome"], answer.json()["code"]) == ("sent_back", "evidence.duplicate")


@pytest.mark.proves("ACT-5")
@pytest.mark.parametrize("kind", [CARD, "trips"])
def test_an_uploaded_file_that_must_not_be_kept_is_not(door: Door, tmp_path: Path, kind: str) -> None:
    if kind == CARD:
        path, code = write_csv(tmp_path / "f.csv", kind, [paid(door.shop, 1, "10", network=PAN)]), "holds_card_numbers"
    else:
        path, code = tmp_path / "f.csv", "holds_places"
        path.write_text("lat,lng\n31.2,121.5\n", encoding="utf-8")

    with path.open("rb") as file:
        answer = door.client.post(f"/api/v1/feeds/{kind}/files", files={"file": ("f.csv", file)})

    assert (answer.status_code, answer.json()["code"]) == (422, f"evidence.{code}")
    assert [one for one in tmp_path.rglob("*") if "inbox" in one.parts and one.is_file()] == []


@pytest.mark.proves("AWD-3")
def test_kinds_and_the_state_of_feeds_are_told(door: Door) -> None:
    door.hand_in("trips", example_of("trips"), "k")

    kinds = {one["kind"]: one for one in door.client.get("/api/v1/evidence/kinds").json()}
    status = door.client.get("/api/v1/feeds/trips/status").json()
    all_of_them = door.client.get(f"/api/v1/issuers/{door.shop.issuer_id}/feeds").json()

    assert kinds["trips"]["example"] == example_of("trips")
    assert (status["lines"], status["qualifying"], status["silent_seconds"]) == (1, 1, 0)
    assert status in all_of_them


@pytest.mark.proves("ACT-5")
def test_an_issuer_sees_what_is_kept_back_and_neither_appeals_nor_decides_an_operator_does(door: Door) -> None:
    records = [example_of("receipts", receipt_no=f"R{number}", amount_yuan="10") for number in range(16)]
    door.hand_in_many(door.shop.receipts, records, "many")

    (hold,) = door.client.get(f"/api/v1/issuers/{door.shop.issuer_id}/holds").json()
    appeal = door.client.post(f"/api/v1/holds/{hold['hold_id']}/appeal", json={"words": "示例"})
    decision = door.client.post(
        f"/api/v1/holds/{hold['hold_id']}/decision", json={"outcome": "released", "reason": "示例"}
    )

    assert (hold["monitor"], hold["credits"]) == ("velocity", 10)
    assert (appeal.status_code, decision.status_code) == (403, 403)

    with door.database.writing() as session:
        key = make_key(session, Role.OPERATOR, login="example_operator", scopes=("hold.decide",))
    decided = door.client.post(
        f"/api/v1/holds/{hold['hold_id']}/decision",
        json={"outcome": "released", "reason": "示例"},
        headers={"Authorization": f"Bearer {key}"},
    )

    assert (decided.status_code, decided.json()["decision"]["outcome"]) == (201, "released")
    assert has(door.database, door.shop) == 160
