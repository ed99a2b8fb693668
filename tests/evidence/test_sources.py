"""Every kind of source: its example is taken in, its bad records are sent back by code, nothing is taken in twice."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.evidence import queries, service
from greencredit.evidence.catalogue import Form, Ground, form_of, forms
from greencredit.evidence.errors import HoldsCardNumbers, HoldsPlaces, UndeclaredColumn
from tests.factories.certificates import label, new_signer, signed_list
from tests.factories.evidence import Shop, keep_file, make_shop, open_feed, sent_back, write_parquet
from tests.factories.sources import example_of, write_csv

KINDS = tuple(forms())
PAN = "4111 1111 1111 1111"
"""A number for tests whose check digit fits; nobody's card."""

Fault = tuple[str, str, str]


def opened(session: Session, kind: str, *, number: int = 1, like: Shop | None = None) -> Shop:
    """Open a shop with a feed of a kind called `source_1`, and whatever its example needs."""
    shop = (
        make_shop(session, number=number)
        if like is None
        else make_shop(session, number=number, merchant_id=like.merchant_id, consumers=like.consumers)
    )
    if like is None and number == 1:
        service.trust_signer(session, new_signer())
        service.import_list(session, signed_list())
        service.import_list(session, signed_list(label(), kind="energy_label"))
    merchant = shop.merchant_id if form_of(kind).names_merchant else None
    open_feed(session, f"source_{number}", kind, shop.issuer_id, merchant_id=merchant)
    return shop


def good(shop: Shop, kind: str, **changes: object) -> dict[str, object]:
    """Give the example of a kind, at the shop's own merchant."""
    at = {"merchant": shop.merchant_id} if kind == "card_transactions" else {}
    return example_of(kind, **at) | changes


def told(session: Session, batch_id: int) -> list[Fault]:
    """Give code, column and what was found of what was sent back."""
    return [(code, field, found) for _, code, field, found, _ in sent_back(session, batch_id)]


# ---- Every kind ----------------------------------------------------------------------------------------------------


@pytest.mark.proves("ACT-5", "AWD-3")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if form_of(kind).ground is not Ground.REFUND])
def test_the_example_of_a_kind_is_taken_in_and_known_with_its_tier(
    session: Session, tmp_path: Path, kind: str, encoding: str
) -> None:
    shop = opened(session, kind)
    path = write_csv(tmp_path / "source.csv", kind, [good(shop, kind)], encoding=encoding)

    batch = keep_file(session, "source_1", path, encoding=encoding.removesuffix("-sig"))

    assert (batch.lines, batch.qualifying, told(session, batch.batch_id)) == (1, 1, [])
    proof = queries.proof(session, (batch.batch_id << 32) + 2)
    assert (proof.feed, proof.line, proof.tier) == ("source_1", 2, form_of(kind).tier)
    (kept,) = queries.items(session, [proof.evidence_id])
    assert (kept.subject, kept.quantity, kept.hour) == (proof.subject, proof.quantity, kept.hour)
    assert 0 <= kept.hour <= 23


@pytest.mark.proves("AWD-3")
@pytest.mark.parametrize("kind", [kind for kind in KINDS if form_of(kind).ground is not Ground.REFUND])
def test_text_and_parquet_of_a_kind_are_the_same_records(session: Session, tmp_path: Path, kind: str) -> None:
    shop = opened(session, kind)
    rows = [good(shop, kind)]
    keep_file(session, "source_1", write_csv(tmp_path / "a.csv", kind, rows))

    again = keep_file(session, "source_1", write_parquet(tmp_path / "a.parquet", tuple(rows[0]), rows))

    assert (again.lines, again.qualifying, again.duplicates) == (1, 0, 1)


@pytest.mark.proves("AWD-3")
@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_value_of_any_column_sends_the_record_back(session: Session, tmp_path: Path, kind: str) -> None:
    shop = opened(session, kind)
    required = [column.name for column in form_of(kind).columns if column.required]
    rows = [good(shop, kind) | {name: ""} for name in required]

    batch = keep_file(session, "source_1", write_csv(tmp_path / "source.csv", kind, rows))

    assert [field for _, _, field, _, _ in sent_back(session, batch.batch_id)] == required
    assert (batch.qualifying, batch.rejected) == (0, len(required))


@pytest.mark.proves("AWD-3")
@pytest.mark.parametrize("kind", [kind for kind in KINDS if form_of(kind).ground is Ground.ACTION])
def test_three_bad_records_are_told_by_line_and_the_rest_is_kept(session: Session, tmp_path: Path, kind: str) -> None:
    shop = opened(session, kind)
    number, quantity = _number_and_quantity(kind)
    rows = [good(shop, kind, **{number: f"N{count}"}) for count in range(60)]
    card = next(column.name for column in form_of(kind).columns if column.form is Form.CARD)
    rows[9] |= {card: "nobody"}
    rows[19] |= {form_of(kind).times: "yesterday"}
    rows[29] |= {quantity: "x"}

    batch = keep_file(session, "source_1", write_csv(tmp_path / "source.csv", kind, rows))

    assert [line for line, *_ in sent_back(session, batch.batch_id)] == [11, 21, 31]
    assert (batch.lines, batch.qualifying, batch.rejected) == (60, 57, 3)


def _number_and_quantity(kind: str) -> tuple[str, str]:
    columns = form_of(kind).columns
    quantity = next(column.name for column in columns if column.form in {Form.DECIMAL, Form.LEVEL})
    return next(column.name for column in columns if column.name.endswith("_no") and column.form is Form.TEXT), quantity


# ---- The same evidence, sent to two issuers ------------------------------------------------------------------------


@pytest.mark.proves("ACT-5")
@pytest.mark.parametrize("kind", [kind for kind in KINDS if form_of(kind).ground is not Ground.REFUND])
def test_what_two_issuers_are_told_counts_for_the_first_and_neither_learns_of_the_other(
    session: Session, tmp_path: Path, kind: str
) -> None:
    first = opened(session, kind)
    second = opened(session, kind, number=2, like=first)
    path = write_csv(tmp_path / "source.csv", kind, [good(first, kind, **_named(kind))])
    kept = keep_file(session, "source_1", path)

    batch = keep_file(session, "source_2", path)

    assert (batch.qualifying, batch.duplicates, batch.rejected) == (0, 1, 0)
    assert sent_back(session, batch.batch_id) == [(2, "claimed_elsewhere", "", "", "evidence that counts nowhere else")]
    (aside,) = queries.put_aside(session)
    assert (aside.batch_id, aside.line, aside.issuer_id) == (batch.batch_id, 2, second.issuer_id)
    assert (aside.first_batch_id, aside.first_line, aside.first_issuer_id) == (kept.batch_id, 2, first.issuer_id)
    assert queries.status_of(session, "source_2").put_aside == 1


def _named(kind: str) -> dict[str, object]:
    """Name who recorded an action, where that is left to whoever sends it."""
    return {"origin": "示例记录方"} if kind == "activities" else {}


@pytest.mark.proves("ACT-5")
def test_a_name_that_is_written_another_way_is_the_same_name(session: Session, tmp_path: Path) -> None:
    first = opened(session, "trips")
    opened(session, "trips", number=2, like=first)
    keep_file(session, "source_1", write_csv(tmp_path / "a.csv", "trips", [example_of("trips", operator="Metro A")]))

    rows = [example_of("trips", operator="\uff2d\uff25\uff34\uff32\uff2f\u3000\uff21")]
    batch = keep_file(session, "source_2", write_csv(tmp_path / "b.csv", "trips", rows))

    assert told(session, batch.batch_id) == [("claimed_elsewhere", "", "")]


def test_what_is_kept_of_a_line_cannot_be_guessed_without_the_key(session: Session, tmp_path: Path) -> None:
    from hashlib import blake2b

    opened(session, "trips")
    keep_file(session, "source_1", write_csv(tmp_path / "a.csv", "trips", [example_of("trips")]))

    (mark,) = session.scalars(text("SELECT fingerprint FROM evidence_key")).all()
    guess = blake2b("trips:示例地铁\0M-20260105-0001".encode(), digest_size=13).digest()
    assert bytes(mark)[3:] != guess


# ---- Places and cards ----------------------------------------------------------------------------------------------


@pytest.mark.proves("ACT-5")
@pytest.mark.parametrize(
    "column",
    ["lat", "start_lng", "endLatitude", "track", "GPS", "route_polyline", "wkt", "经度", "起点坐标", "行驶轨迹"],
)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if form_of(kind).no_places])
def test_a_file_with_places_or_a_track_is_refused_whole(
    session: Session, tmp_path: Path, kind: str, column: str
) -> None:
    shop = opened(session, kind)
    path = write_parquet(
        tmp_path / "t.parquet", (*form_of(kind).example, column), [good(shop, kind) | {column: "31.2,121.5"}]
    )

    with pytest.raises(HoldsPlaces) as no:
        service.require_readable(path, form_of(kind), "utf-8")
    with pytest.raises(HoldsPlaces):
        service.require_keepable(path, form_of(kind), "utf-8")

    assert (no.value.code, no.value.facts["columns"]) == ("evidence.holds_places", [column])


@pytest.mark.proves("ACT-5")
def test_places_among_further_inputs_send_the_record_back_and_are_not_kept_there(
    session: Session, tmp_path: Path
) -> None:
    opened(session, "activities")
    row = example_of("activities", inputs='{"lng": "121.4737", "lat": "31.2304"}')

    batch = keep_file(session, "source_1", write_csv(tmp_path / "a.csv", "activities", [row]))

    assert told(session, batch.batch_id) == [("location_track", "inputs", "a place or a track")]


@pytest.mark.proves("ACT-5")
@pytest.mark.parametrize("number", [PAN, "4111-1111-1111-1111", "4111111111111111", "pan=6222021234567890128 "])
@pytest.mark.parametrize("column", ["card_token", "transaction_no", "last_four", "original_no", "network"])
def test_a_full_card_number_is_refused_wherever_it_stands_and_never_stored(
    session: Session, tmp_path: Path, column: str, number: str
) -> None:
    kind = "card_transactions"
    shop = opened(session, kind)
    digits = "".join(one for one in number if one.isdigit())
    path = write_csv(tmp_path / "c.csv", kind, [good(shop, kind, **{column: number}), good(shop, kind)])

    batch = keep_file(session, "source_1", path)

    assert told(session, batch.batch_id) == [("full_card_number", column, "13 to 19 digits whose check digit fits")]
    assert batch.qualifying == 1
    assert [name for name, value in everything_kept(session) if digits in value or number.strip() in value] == []


def everything_kept(session: Session) -> Iterator[tuple[str, str]]:
    """Give every text that the room of evidence holds, with the table it stands in."""
    from greencredit.kernel.database import Table

    for name, table in Table.metadata.tables.items():
        if name.startswith(("evidence_", "people_", "awards_")):
            for row in session.execute(table.select()):
                yield from ((name, str(value)) for value in row)


@pytest.mark.proves("ACT-5")
def test_a_file_with_a_full_card_number_is_not_to_be_kept_and_says_on_which_line(
    session: Session, tmp_path: Path
) -> None:
    kind = "card_transactions"
    shop = opened(session, kind)
    rows = [good(shop, kind), good(shop, kind, transaction_no=PAN)]
    csv, parquet = write_csv(tmp_path / "c.csv", kind, rows), tmp_path / "c.parquet"
    write_parquet(parquet, tuple(rows[0]), rows)

    for path, line in ((csv, 3), (parquet, 2)):
        with pytest.raises(HoldsCardNumbers) as no:
            service.require_keepable(path, form_of(kind), "utf-8")
        assert (no.value.code, no.value.facts) == ("evidence.holds_card_numbers", {"lines": [line]})


def test_a_card_file_with_a_column_that_nobody_looks_into_is_refused(session: Session, tmp_path: Path) -> None:
    kind = "card_transactions"
    shop = opened(session, kind)
    path = write_parquet(tmp_path / "c.parquet", (*form_of(kind).example, "pan"), [good(shop, kind) | {"pan": PAN}])

    with pytest.raises(UndeclaredColumn) as no:
        service.require_keepable(path, form_of(kind), "utf-8")

    assert (no.value.code, no.value.facts["columns"]) == ("evidence.undeclared_column", ["pan"])


CARD_FAULTS: list[tuple[dict[str, object], Fault]] = [
    ({"kind": "sign_up_bonus"}, ("sign_up_bonus", "kind", "sign_up_bonus")),
    ({"kind": "fee"}, ("not_spending", "kind", "fee")),
    ({"kind": "cash_advance"}, ("not_spending", "kind", "cash_advance")),
    ({"kind": "gift"}, ("not_listed", "kind", "gift")),
    ({"state": "authorised"}, ("not_settled", "state", "authorised")),
    ({"last_four": "00011"}, ("not_listed", "last_four", "not four digits")),
    ({"merchant": "mer_nobody"}, ("unknown_merchant", "merchant", "mer_nobody")),
    ({"green_kind": "perpetual_motion"}, ("not_listed", "green_kind", "perpetual_motion")),
    ({"amount_yuan": "-1"}, ("negative_amount", "amount_yuan", "-1")),
    ({"kind": "refund"}, ("missing_value", "original_no", "")),
    ({"kind": "refund", "original_no": "TX-9"}, ("unknown_transaction", "", "")),
]


@pytest.mark.proves("AWD-3")
@pytest.mark.parametrize(("change", "fault"), CARD_FAULTS)
def test_a_card_feed_takes_settled_spending_and_nothing_else(
    session: Session, tmp_path: Path, change: dict[str, object], fault: Fault
) -> None:
    kind = "card_transactions"
    shop = opened(session, kind)
    rows = [good(shop, kind, transaction_no="TX-1") | change]

    batch = keep_file(session, "source_1", write_csv(tmp_path / "c.csv", kind, rows))

    assert (batch.qualifying, told(session, batch.batch_id)) == (0, [fault])


# ---- Single kinds --------------------------------------------------------------------------------------------------

METER_FAULTS: list[tuple[dict[str, object], Fault]] = [
    ({"reading_after": "10100"}, ("meter_runs_backwards", "reading_after", "10100")),
    ({"reading_after": "10410"}, ("no_saving", "reading_after", "210")),
    ({"reading_after": "10500"}, ("no_saving", "reading_after", "300")),
    ({"month": "2026-13"}, ("not_a_time", "month", "2026-13")),
    ({"supply": "steam"}, ("not_listed", "supply", "steam")),
    ({"account": "factory"}, ("not_listed", "account", "factory")),
    ({"reading_before": "-1"}, ("not_a_number", "reading_before", "-1")),
]


@pytest.mark.proves("ACT-5")
@pytest.mark.parametrize(("change", "fault"), METER_FAULTS)
def test_a_meter_that_cannot_be_believed_is_sent_back_by_code(
    session: Session, tmp_path: Path, change: dict[str, object], fault: Fault
) -> None:
    opened(session, "meters")

    batch = keep_file(session, "source_1", write_csv(tmp_path / "m.csv", "meters", [example_of("meters") | change]))

    assert (batch.qualifying, told(session, batch.batch_id)) == (0, [fault])


def test_a_reading_becomes_what_was_saved_once_for_each_month(session: Session, tmp_path: Path) -> None:
    opened(session, "meters")
    rows = [
        example_of("meters"),
        example_of("meters", read_at="2026-02-02T00:00:00"),
        example_of("meters", supply="gas"),
    ]

    batch = keep_file(session, "source_1", write_csv(tmp_path / "m.csv", "meters", rows))

    found: Any = session.execute(text("SELECT subject, quantity, unit, tier FROM evidence_item ORDER BY id")).all()
    assert [tuple(row) for row in found] == [
        ("household_electricity_saving", "29.5", "kWh", "measured"),
        ("household_gas_saving", "29.5", "m3", "measured"),
    ]
    assert batch.duplicates == 1


def test_a_walk_is_stated_and_a_metro_trip_recorded(session: Session, tmp_path: Path) -> None:
    opened(session, "trips")
    rows = [example_of("trips"), example_of("trips", trip_no="2", mode="walk")]

    batch = keep_file(session, "source_1", write_csv(tmp_path / "t.csv", "trips", rows))

    found = [queries.proof(session, (batch.batch_id << 32) + line).tier.value for line in (2, 3)]
    assert found == ["platform_record", "self_report"]
