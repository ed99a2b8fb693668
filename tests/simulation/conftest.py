"""Ground for simulations: a fresh database for every run, cheaply."""

import logging
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import structlog
from sqlalchemy import inspect

from greencredit.kernel.database import throwaway_engine
from tests.conftest import Dialect
from tests.postgres import Cluster

Fresh = Callable[[], str]


@pytest.fixture(autouse=True)
def _silence() -> Iterator[None]:
    """Faults are planted here by the hundred; a traceback of each would cost more than everything else."""
    before = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(wrapper_class=before)


@pytest.fixture
def fresh(dialect: Dialect, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    """Give what makes a ledger with nothing in it, and its address."""
    if dialect == "sqlite":
        numbers = count()

        def copied() -> str:
            path = tmp_path / f"{next(numbers)}.db"
            shutil.copyfile(request.getfixturevalue("_migrated_file"), path)
            return f"sqlite:///{path}"

        yield copied
    else:
        url = request.getfixturevalue("_emptied")

        def emptied() -> str:
            _empty(url)
            return str(url)

        yield emptied


@pytest.fixture(scope="module")
def _emptied(cluster: Cluster, worker_id: str) -> Iterator[str]:
    name = f"simulated_{worker_id}"
    yield cluster.create(name)
    cluster.drop(name)


def _empty(url: str) -> None:
    """Make a database as it was: quicker than another one."""
    engine = throwaway_engine(url)
    with engine.begin() as connection:
        kept = {"alembic_version", "ledger_head"}
        tables = [name for name in inspect(connection).get_table_names() if name.startswith(("ledger_", "proofs_"))]
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # append-only tables refuse
        connection.exec_driver_sql(f"TRUNCATE {', '.join(set(tables) - kept)} RESTART IDENTITY")
        connection.exec_driver_sql(
            "UPDATE ledger_head SET next_event = 1, next_batch = 1, log_size = 0, epoch = 0, erasures = 0, latest = 0"
        )
    engine.dispose()
