"""The published shape of the data inside reports: JSON Schema (2020-12), made from the very shapes that check them."""

from typing import Any, Final

from pydantic import BaseModel

from greencredit.reports.rules.figures import FORMAT
from greencredit.schemas.reports import ReportFacts
from greencredit.schemas.reports.proven import REPORT_RECEIPT_FORMAT, ReportReceipt

FOLDER: Final = "schemas/report-1"
"""Where shapes stand below the public address; the number is that of the format."""

RECEIPT: Final = "receipt"
"""The name of the shape of `receipt.json`."""

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def facts_schema(kind: str, facts: type[ReportFacts], public_url: str) -> dict[str, Any]:
    """Give the shape of the `report.json` of one kind."""
    told = _told(facts)
    shapes = told.pop("$defs", {})
    return {
        **_head(kind, public_url, f"{FORMAT} {kind}"),
        "type": "object",
        "properties": {"facts": told, "format": {"const": FORMAT}, "kind": {"const": kind}},
        "required": ["facts", "format", "kind"],
        "additionalProperties": False,
        "$defs": shapes,
    }


def receipt_schema(public_url: str) -> dict[str, Any]:
    """Give the shape of the `receipt.json` of every report."""
    return {**_told(ReportReceipt), **_head(RECEIPT, public_url, REPORT_RECEIPT_FORMAT)}


def _told(shape: type[BaseModel]) -> dict[str, Any]:
    return shape.model_json_schema(mode="serialization")


def _head(name: str, public_url: str, title: str) -> dict[str, Any]:
    return {"$schema": _DIALECT, "$id": f"{public_url.rstrip('/')}/{FOLDER}/{name}", "title": title}
