"""A server killed between its commit and its answer: whoever asks again with the same key hears what was done."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from httpx2 import Client, HTTPTransport, TransportError

from greencredit.kernel.database import Database
from tests.awards.routes.conftest import Shop
from tests.house.sources import ROOT

_BEGINS_WITHIN_SECONDS = 60


@contextmanager
def _served(database: Database, *, dies: bool) -> Iterator[Client]:
    """Serve the database from another process, and give a client of it."""
    url = database.url.render_as_string(hide_password=False)
    with TemporaryDirectory() as folder:
        socket = Path(folder) / "s"
        command = [sys.executable, "-m", "tests.awards.routes.killed_server", url, str(socket), "dies" if dies else ""]
        with subprocess.Popen(command, cwd=ROOT) as process:
            try:
                until = time.monotonic() + _BEGINS_WITHIN_SECONDS
                while not socket.exists() and process.poll() is None and time.monotonic() < until:
                    time.sleep(0.05)
                transport = HTTPTransport(uds=str(socket))
                with Client(transport=transport, base_url="http://credits.example", timeout=30) as client:
                    yield client
                assert (process.wait(30) == -9) if dies else process.poll() is None
            finally:
                process.kill()


def _asked(client: Client, shop: Shop, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - an answer in JSON
    headers = {"Authorization": shop.client.headers["Authorization"], "Idempotency-Key": "order-1"}
    return client.post(f"{shop.path}{path}", json=body, headers=headers).json()


@pytest.mark.slow
@pytest.mark.proves("LED-3")
def test_a_single_award_whose_answer_was_lost_is_answered_the_second_time(shop: Shop) -> None:
    body = {"consumer": shop.consumers[0], "credits": 30, "promotion": "welcome_gift"}
    with _served(shop.database, dies=True) as client, pytest.raises(TransportError):
        _asked(client, shop, "", body)
    after_death = shop.has(shop.consumers[0])

    with _served(shop.database, dies=False) as client:
        told = [_asked(client, shop, "", body) for _ in range(2)]

    assert told == [{"event_id": 1, "repeated": True}] * 2
    assert (after_death, shop.has(shop.consumers[0]), shop.events()) == (30, 30, 1)


@pytest.mark.slow
@pytest.mark.proves("LED-3")
def test_a_bulk_request_whose_answer_was_lost_is_answered_the_second_time(shop: Shop) -> None:
    keys = [f"2026-03-02.{number}" for number in range(500)]
    body = {"consumer": [shop.consumers[0]] * 500, "credits": [2] * 500, "key": keys}
    path = "/batch?promotion=welcome_gift&mode=atomic"
    with _served(shop.database, dies=True) as client, pytest.raises(TransportError):
        _asked(client, shop, path, body)

    with _served(shop.database, dies=False) as client:
        told = _asked(client, shop, path, body)

    assert (told["awarded"], told["repeated"], told["event_id"]) == (0, 500, list(range(1, 501)))
    assert (shop.has(shop.consumers[0]), shop.events()) == (1_000, 500)
