"""The published shapes: every report of every kind fits the JSON Schema that is given out for it."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from greencredit.reports import queries, rules
from greencredit.reports.errors import UnknownKind
from tests.factories.doors import make_app
from tests.reports.conftest import Drilled
from tests.reports.paper import every_case
from tests.reports.shapes import misfits

ADDRESS = "https://credits.example"


def test_the_small_validator_sees_what_does_not_fit() -> None:
    shape = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/n"}, "b": {"anyOf": [{"type": "null"}, {"enum": ["x"]}]}},
        "required": ["a"],
        "additionalProperties": False,
        "$defs": {"n": {"type": "integer", "minimum": 0}},
    }

    assert misfits({"a": 1, "b": None}, shape, shape) == []
    assert misfits({"a": -1, "b": "y", "c": 0}, shape, shape) == [
        "a: below 0",
        "b: fits none of 2 shapes",
        "the whole: c is not described",
    ]
    assert misfits({"a": True}, shape, shape) == ["a: no integer"]
    assert misfits({}, shape, shape) == ["the whole: a is missing"]


@pytest.mark.proves("REP-9")
@pytest.mark.parametrize("case", every_case())
def test_the_data_of_every_report_fit_the_shape_that_is_published(case: str) -> None:
    kind, facts = every_case()[case]
    shape = queries.published_shape(kind, ADDRESS)

    assert misfits(json.loads(rules.facts_json(kind, facts)), shape, shape) == []


@pytest.mark.proves("REP-9")
def test_the_receipt_in_a_report_fits_its_shape(drilled: Drilled) -> None:
    shape = queries.published_shape("receipt", f"{ADDRESS}/")

    assert misfits(json.loads(drilled.proof.receipt), shape, shape) == []
    assert (shape["$id"], shape["title"]) == (
        f"{ADDRESS}/schemas/report-1/receipt",
        "greencredit-report-receipt/v1",
    )


@pytest.mark.proves("REP-9")
def test_another_spelling_of_the_data_does_not_fit() -> None:
    kind, facts = every_case()["consumer-ordinary"]
    shape = queries.published_shape(kind, ADDRESS)
    told: dict[str, Any] = json.loads(rules.facts_json(kind, facts))
    told["facts"]["totals"]["credits"] = str(told["facts"]["totals"]["credits"])
    told["facts"]["holder"]["surname"] = "示例"
    told["format"] = "greencredit.report/2"

    assert misfits(told, shape, shape) == [
        "facts.holder: surname is not described",
        "facts.totals.credits: no integer",
        "format: another value",
    ]


@pytest.mark.proves("REP-9", "UX-2")
def test_the_shapes_are_open_to_everybody(shared: Database, tmp_path: Path) -> None:
    with TestClient(make_app(shared, Settings(data_dir=tmp_path, public_url=ADDRESS)), base_url=ADDRESS) as anybody:
        found = anybody.get("/schemas/report-1/consumer")
        none = anybody.get("/schemas/report-1/nothing")

    assert (found.status_code, found.json()["properties"]["kind"]) == (200, {"const": "consumer"})
    assert (none.status_code, none.json()["code"]) == (404, UnknownKind.code)
