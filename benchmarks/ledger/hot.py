"""One hot issuer on PostgreSQL: durable single awards by 64 callers through the group-commit writer, and pgbench.

pgbench carries out the complete award that a plain schema needs: one row with its key, the holder's balance, and the
issuer's balance, in one statement and one durable transaction, prepared. Every award waits for the issuer's row.
"""

import asyncio
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg
import uvicorn
from sqlalchemy.orm import Session

from benchmarks import Asked, Row
from benchmarks.ledger.goals import Pace, against, scaled, within
from benchmarks.ledger.limits import raw
from benchmarks.ledger.world import HOLDERS, World, ledger, take_turns, total
from greencredit.kernel.writer import Writer
from greencredit.ledger import service
from greencredit.schemas.ledger import Earning
from tests.postgres import programs

_CALLERS: Final = 64
_CLIENTS: Final = (1, 8, 32)
_TURNS: Final = 3
_SECONDS: Final = 4.0
_QUICK_SECONDS: Final = 1.0
_RAW_ROWS: Final = 10_000
_MUST_TIMES: Final = 7.0
_MUST_MS: Final = 15.0
_RATES: Final = (20_000, 40_000)
_MOST_A_SECOND: Final = 60_000
_SCHEMA: Final = f"""
CREATE TABLE award (
  id bigserial PRIMARY KEY, key uuid NOT NULL UNIQUE, issuer integer NOT NULL, holder integer NOT NULL,
  amount bigint NOT NULL
);
CREATE INDEX award_holder ON award (holder, id);
CREATE TABLE balance (id integer PRIMARY KEY, posted bigint NOT NULL) WITH (fillfactor = 50);
INSERT INTO balance SELECT n, 0 FROM generate_series(0, {HOLDERS}) n;
"""
# The issuer's row is locked by the last part of the statement, so that it is held as briefly as can be.
_AWARD: Final = rf"""\set holder random(1, {HOLDERS})
\set amount random(1, 500)
WITH i AS (INSERT INTO award (key, issuer, holder, amount) VALUES (gen_random_uuid(), 0, :holder, :amount)),
     s AS (UPDATE balance SET posted = posted - :amount WHERE id = 0)
UPDATE balance SET posted = posted + :amount WHERE id = :holder;
"""
_LOOP: Final = uvicorn.Config(app="", loop="auto").get_loop_factory()
"""The event loop that the API runs on."""
_TPS: Final = re.compile(r"tps = ([\d.]+)")


def measure(asked: Asked) -> list[Row]:
    """Let callers and pgbench take turns on one server."""
    seconds, turns = (_QUICK_SECONDS, 1) if asked.quick else (_SECONDS, _TURNS)
    with (
        tempfile.TemporaryDirectory(prefix="greencredit-benchmark-") as folder,
        ledger("PostgreSQL", issuers=1) as (world, address),
    ):
        bench = _Bench(address, Path(folder))
        callers = _Callers(world, seconds=seconds, turns=turns)
        limit = raw(address)
        spent = 0.0
        for turn in range(turns):
            callers.run(turn)
            for clients in _CLIENTS:
                bench.run(clients, seconds)
            rows = world.awards(_RAW_ROWS, seed=100 + turn)
            spent += take_turns({"limit": limit.post}, [rows])["limit"]
        bench.require_right()
        limit.close(rows=_RAW_ROWS * turns)
        callers.require_right()
    return _rows(callers.rate, callers.late_ms, bench.best, Pace(_RAW_ROWS * turns / spent, limit.reference))


def _rows(rate: float, late_ms: float, best: tuple[int, float], pace: Pace) -> list[Row]:
    clients, most = best
    what = f"hot issuer, PostgreSQL, durable single awards, {_CALLERS} callers"
    first, second = _RATES
    return [
        against(f"{what}, awards/s | pgbench at its best ({clients} clients)", rate, most, must=_MUST_TIMES),
        within(f"{what}, p99 ms", late_ms, pace, must=_MUST_MS),
        scaled(f"{what}, awards/s | COPY (first aim)", rate, pace, must=None, aim=first),
        scaled(f"{what}, awards/s | COPY (second aim)", rate, pace, must=None, aim=second),
    ]


class _Award(NamedTuple):
    """What a caller hands to the writer."""

    caller: int
    earning: Earning


def _give(session: Session, items: Sequence[_Award]) -> Sequence[Any]:
    """Book what waits together: the batch verb of this measurement."""
    return service.earn_each(session, items[0].caller, [item.earning for item in items])


class _Callers:
    """Sixty-four callers, each asking for its next award when the one before is durable."""

    def __init__(self, world: World, *, seconds: float, turns: int) -> None:
        self._world, self._seconds = world, seconds
        self._writer = Writer(world.database)
        self._latencies: list[float] = []
        self._given: list[Earning] = []
        self._spent = 0.0
        self._awards = [world.awards(int(_MOST_A_SECOND * seconds), seed=1 + turn) for turn in range(turns)]

    def run(self, turn: int) -> None:
        """Ask for some seconds."""
        began = time.perf_counter()
        with asyncio.Runner(loop_factory=_LOOP) as runner:
            runner.run(self._all(iter(self._awards[turn]), began + self._seconds))
        self._spent += time.perf_counter() - began

    async def _all(self, awards: Iterator[Earning], until: float) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(_CALLERS):
                group.create_task(self._one(awards, until))

    async def _one(self, awards: Iterator[Earning], until: float) -> None:
        clock, ask, caller = time.perf_counter, self._writer.submit_async, self._world.caller
        while (began := clock()) < until and (earning := next(awards, None)) is not None:
            await ask(_give, _Award(caller, earning))
            self._latencies.append(clock() - began)
            self._given.append(earning)

    @property
    def rate(self) -> float:
        """Give the durable awards a second."""
        return len(self._given) / self._spent

    @property
    def late_ms(self) -> float:
        """Give what 99 of 100 awards did not exceed, in milliseconds."""
        return sorted(self._latencies)[len(self._latencies) * 99 // 100] * 1_000

    def require_right(self) -> None:
        """Require that what was answered is there."""
        assert self._writer.stop(), "the writer has ended"
        self._world.require_right(outstanding=total(self._given))


class _Bench:
    """The measuring program that comes with PostgreSQL."""

    def __init__(self, address: str, folder: Path) -> None:
        self._connection = psycopg.connect(address, autocommit=True)
        self._connection.execute(_SCHEMA)
        self._script = folder / "award.sql"
        self._script.write_text(_AWARD, encoding="utf-8")
        self._rates: dict[int, list[float]] = {clients: [] for clients in _CLIENTS}

    def run(self, clients: int, seconds: float) -> None:
        """Let so many clients award for some seconds."""
        host, database = self._connection.info.host, self._connection.info.dbname
        command = [str(programs() / "pgbench"), "--no-vacuum", "--protocol=prepared", "--file", str(self._script)]
        command += ["--client", str(clients), "--jobs", str(min(clients, 2)), "--time", f"{max(1, round(seconds))}"]
        command += ["--host", host, "--username", "postgres", database]
        # PostgreSQL's own program, on a database of ours.
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
        found = _TPS.search(said)
        assert found, said
        self._rates[clients].append(float(found[1]))

    @property
    def best(self) -> tuple[int, float]:
        """Give with how many clients it was quickest, and its rate then."""
        return max(((clients, sum(rates) / len(rates)) for clients, rates in self._rates.items()), key=lambda it: it[1])

    def require_right(self) -> None:
        """Require that no leg was lost."""
        found = self._connection.execute(
            "SELECT (SELECT SUM(posted) FROM balance), -(SELECT posted FROM balance WHERE id = 0), SUM(amount) "
            "FROM award"
        ).fetchone()
        assert found is not None
        assert (found[0], found[1]) == (0, found[2]), f"pgbench's balances are wrong: {found}"
        self._connection.close()
