"""Awards over HTTP, one process: authenticated, idempotent, durable before the answer; against doing nothing at all.

The server has one core and the load generator another. Three servers take turns: the whole application, an empty
FastAPI POST, and an ASGI application without a framework.
"""

import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks import Asked, Row
from benchmarks.ledger.goals import Pace, against, scaled
from benchmarks.ledger.limits import raw
from benchmarks.ledger.load import Loaded
from benchmarks.ledger.world import ledger, take_turns
from greencredit.awards import queries as awards
from greencredit.kernel.access import Role
from greencredit.kernel.database import Database
from greencredit.kernel.keys import open_keys
from greencredit.ledger import queries
from greencredit.migrations.upgrade import upgrade
from tests.factories.direct import GIFT, make_key, make_promoter
from tests.factories.people import make_consumer

_CONNECTIONS: Final = 64
_BULK: Final = 1_000
_BULK_CONNECTIONS: Final = 4
_RAW_ROWS: Final = 10_000
_CAP: Final = 10**12
_MUST: Final = 0.65
_AIM_OF_RAW: Final = 0.35
_AIM_RATE: Final = 10_000
_BULK_GOALS: Final = (40_000, 80_000)
_PATIENCE_SECONDS: Final = 30


class Sizes(NamedTuple):
    """How much is sent."""

    consumers: int
    rounds: int
    singles: int
    bulks: int


_FULL: Final = Sizes(10_000, 5, 4_000, 40)
_QUICK: Final = Sizes(100, 1, 200, 2)


def measure(asked: Asked) -> list[Row]:
    """Send the same load to each server in turn."""
    sizes = _QUICK if asked.quick else _FULL
    with tempfile.TemporaryDirectory(prefix="greencredit-benchmark-") as name:
        place = _prepared(Path(name), sizes)
        with ExitStack() as stack:
            ports = {server: stack.enter_context(_server(server, place.folder)) for server in ("ours", "empty", "raw")}
            rows = _measured(place, sizes, ports)
        _require_right(place)
    return rows


class _Place:
    """An installation with one issuer, its machine and its consumers, and the requests that its machine sends."""

    def __init__(self, folder: Path, issuer_id: str, key: str, consumers: list[str]) -> None:
        self.folder, self.issuer_id = folder, issuer_id
        self._key, self._consumers = key, consumers
        self._chance = random.Random(1)
        self._number = 0
        self.credits = 0

    def singles(self, count: int) -> list[str]:
        """Write requests for single awards, each with its own key."""
        return [self._single() for _ in range(count)]

    def _single(self) -> str:
        consumer, credits_, key = self._drawn()
        body = json.dumps({"consumer": consumer, "credits": credits_, "promotion": GIFT.name})
        return self._request(f"/api/v1/issuers/{self.issuer_id}/awards", body, key)

    def bulks(self, count: int) -> list[str]:
        """Write requests for a thousand awards each, in columns."""
        path = f"/api/v1/issuers/{self.issuer_id}/awards/batch?promotion={GIFT.name}"
        found = []
        for _ in range(count):
            consumers, credits_, keys = zip(*(self._drawn() for _ in range(_BULK)), strict=True)
            body = json.dumps({"consumer": consumers, "credits": credits_, "key": keys})
            found.append(self._request(path, body, None))
        return found

    def empties(self, count: int) -> list[str]:
        """Write the same requests for a server that does nothing with them."""
        body = json.dumps({"consumer": self._consumers[0], "credits": 30, "promotion": GIFT.name})
        return [self._request("/awards", body, "2026-11-22.0000000000")] * count

    def _drawn(self) -> tuple[str, int, str]:
        self._number += 1
        credits_ = self._chance.randint(1, 500)
        self.credits += credits_
        return self._chance.choice(self._consumers), credits_, f"2026-11-22.{self._number:010d}"

    def _request(self, path: str, body: str, key: str | None) -> str:
        lines = [
            f"POST {path} HTTP/1.1",
            "Host: 127.0.0.1",
            f"Authorization: Bearer {self._key}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
        lines += [] if key is None else [f"Idempotency-Key: {key}"]
        return "\r\n".join([*lines, "", body])


def _prepared(folder: Path, sizes: Sizes) -> _Place:
    database = _opened(folder)
    with database.connection() as connection:
        upgrade(connection)
    with database.writing() as session:
        issuer_id = make_promoter(session, cap=_CAP)
        key = make_key(session, Role.ISSUER_MANAGER, issuer_id)
        consumers = [make_consumer(session, display_name=f"示例{n}").id for n in range(sizes.consumers)]
    database.close()
    return _Place(folder, issuer_id, key, consumers)


def _opened(folder: Path) -> Database:
    return Database(f"sqlite:///{folder / 'greencredit.db'}", keys=open_keys(folder, secrets.token_bytes))


def _measured(place: _Place, sizes: Sizes, ports: dict[str, int]) -> list[Row]:
    seconds = dict.fromkeys(("ours", "empty", "raw", "bulk"), 0.0)
    late: list[float] = []
    with ledger("SQLite", holders=1) as (world, address):
        limit = raw(address)
        inserting = 0.0
        for turn in range(sizes.rounds + 1):  # the first round warms everything up and is not counted
            counted = turn > 0
            inserting += counted * take_turns({"raw": limit.post}, [world.awards(_RAW_ROWS, seed=turn + 1)])["raw"]
            loads = {
                "ours": place.singles(sizes.singles),
                "empty": place.empties(sizes.singles),
                "raw": place.empties(sizes.singles),
                "bulk": place.bulks(sizes.bulks),
            }
            for name, requests in loads.items():
                found = _loaded(ports["ours" if name == "bulk" else name], requests, bulk=name == "bulk")
                seconds[name] += counted * found.seconds
                late += found.latencies_ms if counted and name == "ours" else []
        limit.close(rows=_RAW_ROWS * (sizes.rounds + 1))
    pace = Pace(_RAW_ROWS * sizes.rounds / inserting, limit.reference)
    ours, empty, least = (sizes.singles * sizes.rounds / seconds[name] for name in ("ours", "empty", "raw"))
    bulk = sizes.bulks * _BULK * sizes.rounds / seconds["bulk"]
    return _rows(ours, empty, least, bulk, pace, sorted(late))


def _rows(ours: float, empty: float, least: float, bulk: float, pace: Pace, late_ms: list[float]) -> list[Row]:
    middle, last = late_ms[len(late_ms) // 2], late_ms[len(late_ms) * 99 // 100]
    told = f"HTTP single award, SQLite, {_CONNECTIONS} connections, p50 {middle:.1f} ms, p99 {last:.1f} ms, requests/s"
    must, aim = _BULK_GOALS
    return [
        against(f"{told} | empty FastAPI POST", ours, empty, must=_MUST),
        against(f"{told} | raw ASGI", ours, least, must=None, aim=_AIM_OF_RAW),
        scaled(f"{told} | raw insert", ours, pace, must=None, aim=_AIM_RATE),
        scaled(f"HTTP bulk, {_BULK:,} a request, SQLite, awards/s | raw insert", bulk, pace, must=must, aim=aim),
    ]


def _loaded(port: int, requests: list[str], *, bulk: bool) -> Loaded:
    """Send requests from a process of its own; every one is answered as it should be."""
    asked = {
        "core": min(1, (os.cpu_count() or 1) - 1),
        "port": port,
        "connections": _BULK_CONNECTIONS if bulk else _CONNECTIONS,
        "requests": requests,
    }
    command = [sys.executable, "-m", "benchmarks.ledger.load"]
    said = subprocess.run(  # noqa: S603 - our own
        command, input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    found = Loaded(**json.loads(said.stdout))
    assert found.statuses == {"200" if bulk else "201": len(requests)}, f"answered: {found.statuses}"
    return found


@contextmanager
def _server(name: str, folder: Path) -> Iterator[int]:
    """Run a server process on the first core until the end; gives its port."""
    port = _free_port()
    environment = os.environ | {"GREENCREDIT_DATA_DIR": str(folder), "GREENCREDIT_LOG_FORMAT": "json"}
    command = [sys.executable, "-m", "benchmarks.ledger.served", "0", str(port), name]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet) as process:  # noqa: S603 - our own
        try:
            _await(process, port)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def _await(process: "subprocess.Popen[bytes]", port: int) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None, "the server is alive"
            assert time.monotonic() < until, "the server answers"
            time.sleep(0.05)
        else:
            return


def _require_right(place: _Place) -> None:
    """Require that every credit that was answered is there, and that ledger and awards hold together."""
    database = _opened(place.folder)
    with database.reading() as session:
        findings = [*queries.audit(session), *awards.audit(session)]
        outstanding = queries.position_of(session, place.issuer_id).outstanding
    database.close()
    assert [finding.name for finding in findings if not finding.holds] == []
    assert outstanding == place.credits, f"{outstanding} credits are outstanding, wanted {place.credits}"
