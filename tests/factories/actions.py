"""Factors, books and factor files for tests; every number here is made up unless it is read from the shipped file."""

import csv
import io
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from greencredit.actions import queries, rules, service
from greencredit.actions.rules import FactorBook
from greencredit.actions.rules.factor_file import COLUMNS
from greencredit.schemas.actions import Factor, GreenAction, Published


def make_factor(**changes: object) -> Factor:
    """Give a factor of tier B, valid from 2025, of a series of its own name."""
    name = changes.get("id", "example_factor")
    facts: dict[str, Any] = {
        "id": name,
        "version": 1,
        "series": name,
        "selection": "latest",
        "category": "example",
        "title": {"zh": "示例因子", "en": "Example factor"},
        "value": Decimal("0.5"),
        "unit": "kgCO2e/kg",
        "gas": "CO2e",
        "region": "CN",
        "valid_from": date(2025, 1, 1),
        "valid_to": None,
        "tier": "B",
        "verification": "verified",
        "publisher": "示例发布单位",
        "document": "示例文件",
        "source_url": "https://example.org/",
        "notes": "",
    }
    return Factor.model_validate({**facts, **changes})


def make_action(**changes: object) -> GreenAction:
    """Give an action that multiplies its quantity by `example_factor`."""
    words = {"zh": "示例", "en": "Example"}
    facts: dict[str, Any] = {
        "name": "example_action",
        "version": 1,
        "title": words,
        "category": "recycling",
        "unit": "kg",
        "unit_title": words,
        "evidence": [words],
        "method": {"behaviour": words, "baseline": words},
        "formula": "quantity * example_factor",
        "inputs": [{"name": "quantity", "title": words, "unit": "kg"}],
        "factors": [{"name": "example_factor", "series": "example_factor", "role": "baseline", "region": "CN"}],
        "caps": {"basis": words},
        "source": words,
        "boundary": words,
        "conservativeness": words,
        "tier": "B",
        "example": {"inputs": {}, "region": "CN", "on": "2026-11-22", "expected_kg": "0", "grams": 0},
    }
    return GreenAction.model_validate({**facts, **changes})


@cache
def shipped_factors() -> tuple[Factor, ...]:
    """Give the factors of the file that comes with the platform."""
    return rules.require_publishable(rules.read_factor_file(queries.shipped_factor_file(), queries.units()), ())


@cache
def shipped_book() -> FactorBook:
    """Give the book of the shipped factors."""
    return FactorBook(shipped_factors())


def make_line(**changes: str) -> dict[str, str]:
    """Give one good line of a factor file."""
    name = changes.get("factor_id", "example_factor")
    facts = dict.fromkeys(COLUMNS, "") | {
        "factor_id": name,
        "version": "1",
        "series": name,
        "selection": "latest",
        "category": "example",
        "name_zh": "示例因子",
        "name_en": "Example factor",
        "value": "0.5",
        "unit": "kgCO2e/kg",
        "gas": "CO2e",
        "region": "CN",
        "valid_from": "2025-01-01",
        "tier": "B",
        "verification": "verified",
        "publisher": "示例发布单位",
        "document": "示例文件",
        "source_url": "https://example.org/",
    }
    return facts | changes


def make_file(*lines: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> bytes:
    """Write a factor file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode()


def publish(session: Session, *lines: dict[str, str]) -> Published:
    """Publish the lines as one file, or the shipped file if there are none."""
    file = make_file(*lines) if lines else queries.shipped_factor_file()
    return service.publish_factors(session, file, by="acc_example")
