"""How fast a register of 1,000 issuers answers: its page, a search, its API and one issuer, against bare reads."""

import logging
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import text
from starlette.testclient import TestClient

from benchmarks import Asked, Row, run
from greencredit.app.main import create_app
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database, throwaway_engine
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.kernel.logs import set_up_logs
from greencredit.kernel.settings import Settings
from greencredit.migrations.upgrade import upgrade
from tests.conftest import NOON
from tests.factories.issuers import make_issuer

_ISSUERS: Final = 1_000
_QUICK_ISSUERS: Final = 25
_ROUNDS: Final = 300
_QUICK_ROUNDS: Final = 10
_MUST_MILLISECONDS: Final = 50.0
_API: Final = "/api/v1/issuers"


def measure(asked: Asked) -> list[Row]:
    """Register the issuers through the real verbs, then ask again and again; take the 95th percentile."""
    set_up_logs("plain")
    logging.disable(logging.INFO)  # a line for each request would be most of what is measured
    count = _QUICK_ISSUERS if asked.quick else _ISSUERS
    rounds = _QUICK_ROUNDS if asked.quick else _ROUNDS
    with tempfile.TemporaryDirectory() as name, _served(Path(name), count) as (database, client):
        limit = _p95(lambda _: _bare(database, count), rounds)
        last = -(-count // 20)
        doors: dict[str, Callable[[int], str]] = {
            "page of the register": lambda turn: f"/register?page={1 + turn % last}",
            "search by name": lambda turn: f"/register?q=%E7%A4%BA%E4%BE%8B{turn % count:04d}",
            "API, 100 issuers": lambda turn: f"{_API}?offset={turn * 100 % count}",
            "API, the whole register": lambda _: f"{_API}?limit=1000",
        }
        _get(client, "/register?q=%E7%A4%BA%E4%BE%8B0000")  # the template itself is read once in a process's life
        # Nobody looked before: every line of a page is worked out while the first who looks waits.
        first = _p95(lambda turn: _get(client, doors["page of the register"](turn)), last)
        rows = [_row(f"page of the register that nobody looked at before, {count:,} issuers: p95 ms", first, limit)]
        for door in doors.values():
            for turn in range(last):
                _get(client, door(turn))
        for what, door in doors.items():
            ours = _p95(lambda turn, door=door: _get(client, door(turn)), rounds)  # type: ignore[misc]
            rows.append(_row(f"{what}, {count:,} issuers: p95 ms", ours, limit))
        (found,) = client.get(f"{_API}?limit=1").json()
        ours = _p95(lambda _: _get(client, f"/register/{found['issuer_id']}"), rounds)
        rows.append(_row("page of one issuer: p95 ms", ours, limit))
    return rows


def _row(what: str, ours: float, limit: float) -> Row:
    return Row(what, ours, limit, ours / limit, f"< {_MUST_MILLISECONDS:.0f}", "–", ours < _MUST_MILLISECONDS)


@contextmanager
def _served(folder: Path, count: int) -> Iterator[tuple[Database, TestClient]]:
    url = f"sqlite:///{folder / 'register.db'}"
    engine = throwaway_engine(url)
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()
    entropy = seeded_entropy("register")
    database = Database(url, clock=StandingClock(NOON), entropy=entropy, keys=Keys(entropy(32)))
    for begun in range(0, count, 50):
        with database.writing() as session:
            for number in range(begun, min(begun + 50, count)):
                make_issuer(session, number=number + 1_001, name=f"示例{number:04d}零售有限公司")
    app = create_app(database, Settings(data_dir=folder, public_url="http://credits.example"))
    with TestClient(app, base_url="http://credits.example") as client:
        yield database, client
    database.close()
    shutil.rmtree(folder, ignore_errors=True)


def _get(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    assert "示例" in answer.text, path


def _bare(database: Database, count: int) -> None:
    """Read every issuer's row and nothing else."""
    with database.reading() as session:
        found = session.execute(text("SELECT id, name, code, state FROM issuers_issuer")).all()
    assert len(found) == count, len(found)


def _p95(work: Callable[[int], None], rounds: int) -> float:
    taken = []
    for turn in range(rounds):
        began = time.perf_counter()
        work(turn)
        taken.append((time.perf_counter() - began) * 1_000)
    return sorted(taken)[int(len(taken) * 0.95)]


if __name__ == "__main__":
    sys.exit(run({"register": measure}, __doc__ or ""))
