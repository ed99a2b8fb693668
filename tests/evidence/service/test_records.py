"""Records of actions: what is in order is kept, what is not is sent back with line, reason and what was found."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.factories.evidence import activities_csv, activities_parquet, did, keep_file, make_shop, sent_back

INPUTS = 'a JSON object such as {"hours_per_day": "4"}'
DEEP = "[" * 9_000
FAULTY: list[tuple[dict[str, object], tuple[str, str, str, str]]] = [
    ({"record_no": ""}, ("missing_value", "record_no", "", "a text")),
    ({"record_no": "T\0"}, ("not_a_text", "record_no", "T␀", "a text")),
    ({"card_no": "6222000012345678"}, ("unknown_card", "card_no", "…5678", "a card linked to a consumer")),
    ({"action": "teleport"}, ("unknown_action", "action", "teleport", "an action of the catalogue")),
    ({"done_at": "now"}, ("not_a_time", "done_at", "now", "a time such as 2025-03-14T09:26:53+08:00")),
    ({"done_at": "1969-07-20T20:17"}, ("too_early", "done_at", "1969-07-20T20:17", "not before 2000-01-01")),
    ({"done_at": "2099-01-05T08:10"}, ("in_the_future", "done_at", "2099-01-05T08:10", "not after 2026-03-02")),
    ({"quantity": "0"}, ("not_a_number", "quantity", "0", "a decimal number above zero")),
    ({"quantity": "-3"}, ("not_a_number", "quantity", "-3", "a decimal number above zero")),
    ({"quantity": "1e-999999"}, ("not_a_number", "quantity", "1e-999999", "a decimal number above zero")),
    ({"inputs": "hours"}, ("bad_inputs", "inputs", "hours", INPUTS)),
    ({"inputs": "[1]"}, ("bad_inputs", "inputs", "[1]", INPUTS)),
    ({"inputs": '{"a": [1]}'}, ("bad_inputs", "inputs", '{"a": [1]}', INPUTS)),
    ({"inputs": '{"a": NaN}'}, ("bad_inputs", "inputs", '{"a": NaN}', INPUTS)),
    ({"inputs": '{"a": "\\u0000"}'}, ("bad_inputs", "inputs", '{"a": "\\u0000"}', INPUTS)),
    ({"inputs": '{"\\ud800": "1"}'}, ("bad_inputs", "inputs", '{"\\ud800": "1"}', INPUTS)),
    ({"inputs": DEEP}, ("bad_inputs", "inputs", DEEP[:100], INPUTS)),
    # The quantity stands in its own column: a second one would be what is computed, and not what is shown.
    ({"inputs": '{"quantity": "5000"}'}, ("bad_inputs", "inputs", '{"quantity": "5000"}', INPUTS)),
]


@pytest.mark.proves("AWD-3")
def test_every_bad_record_is_sent_back_with_its_reason_and_the_good_ones_are_kept(
    session: Session, tmp_path: Path
) -> None:
    shop = make_shop(session)
    rows = [did(), *(did(record_no=f"X{number}") | change for number, (change, _) in enumerate(FAULTY))]
    rows += [did(record_no="T2")]

    batch = keep_file(session, shop.activities, activities_csv(tmp_path / "activities.csv", rows))

    assert sent_back(session, batch.batch_id) == [(number, *told) for number, (_, told) in enumerate(FAULTY, start=3)]
    assert (batch.lines, batch.qualifying, batch.duplicates, batch.rejected) == (len(rows), 2, 0, len(FAULTY))


def test_a_record_is_kept_with_all_that_its_method_needs(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)
    inputs = '{"led_w": 16, "baseline_w": "36", "hours_per_day": 3.50}'
    row = did(action="led_lamp", quantity="10.00", inputs=inputs)

    batch = keep_file(session, shop.activities, activities_csv(tmp_path / "activities.csv", [row]))

    (kept,) = session.execute(text("SELECT * FROM evidence_item")).all()
    assert kept._asdict() | {"holder": 0} == {
        "id": (batch.batch_id << 32) + 2,
        "holder": 0,
        "happened_on": "2026-01-05",
        "subject": "led_lamp",
        "quantity": "10",
        "unit": "lamp",
        "spent_fen": None,
        "receipt": "",
        "inputs": '{"baseline_w": "36", "hours_per_day": "3.50", "led_w": "16"}',
        "hour": 8,
        "attributes": None,
        "tier": "platform_record",
    }


@pytest.mark.parametrize(
    ("kind", "value", "plain"),
    [(pa.float64(), 12.5, "12.5"), (pa.int32(), 12, "12"), (pa.decimal128(8, 3), Decimal("12.125"), "12.125")],
)
def test_a_quantity_comes_from_every_type_that_can_hold_it(
    session: Session,
    tmp_path: Path,
    kind: Any,  # noqa: ANN401 - an Arrow type
    value: object,
    plain: str,
) -> None:
    shop = make_shop(session)
    path = tmp_path / "activities.parquet"

    activities_parquet(path, [did(quantity=value, inputs=None)], quantity=kind, inputs=pa.string())
    keep_file(session, shop.activities, path)

    assert session.scalars(text("SELECT quantity FROM evidence_item")).all() == [plain]


@pytest.mark.proves("ACT-5")
def test_a_record_of_one_feed_is_taken_once_whatever_else_it_says(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)
    keep_file(session, shop.activities, activities_csv(tmp_path / "one.csv", [did()]))

    again = keep_file(session, shop.activities, activities_csv(tmp_path / "two.csv", [did(quantity="900")]))

    assert (again.qualifying, again.duplicates) == (0, 1)
