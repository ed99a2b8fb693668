"""Merchants over HTTP: everybody sees who accepts credits, and where."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from tests.factories.doors import make_app
from tests.factories.merchants import make_merchant, make_store


@pytest.fixture
def stranger(shared: Database, tmp_path: Path) -> Iterator[TestClient]:
    """Give a client that nobody knows."""
    app = make_app(shared, Settings(data_dir=tmp_path, public_url="https://credits.example"))
    with TestClient(app, base_url="https://credits.example") as client:
        yield client


def test_everybody_sees_who_accepts_credits_and_where(shared: Database, stranger: TestClient) -> None:
    with shared.writing() as session:
        merchant = make_merchant(session)
        make_store(session, merchant.merchant_id, code="406")
    shown = merchant.model_dump(mode="json")

    assert stranger.get("/api/v1/merchants").json() == [shown]
    assert stranger.get(f"/api/v1/merchants/{merchant.merchant_id}").json() == {
        "merchant": shown,
        "stores": [
            {
                "merchant_id": merchant.merchant_id,
                "code": "406",
                "name": "示例门店 406",
                "region": "CN-SH",
                "opened_on": "2026-03-02",
            }
        ],
    }


def test_a_merchant_nobody_knows_is_not_found(stranger: TestClient) -> None:
    answer = stranger.get("/api/v1/merchants/mer_nobody")

    assert (answer.status_code, answer.json()["code"], answer.json()["facts"]) == (
        404,
        "merchants.unknown_merchant",
        {"merchant_id": "mer_nobody"},
    )
