"""Two fresh databases of a test's own, so that what happened to one can be compared with the other."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from tests.conftest import NOON, Dialect
from tests.postgres import Cluster


@pytest.fixture
def twins(
    dialect: Dialect, request: pytest.FixtureRequest, cluster: Cluster, tmp_path: Path
) -> Iterator[tuple[Database, Database]]:
    """Give two migrated databases whose commits are real, with the same clock, the same draws and the same keys."""
    names = [f"twin_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{number}" for number in (1, 2)]
    if dialect == "sqlite":
        urls = [f"sqlite:///{tmp_path / name}.db" for name in names]
        for name in names:
            shutil.copyfile(request.getfixturevalue("_migrated_file"), tmp_path / f"{name}.db")
    else:
        urls = [cluster.create(name) for name in names]
    one, other = (
        Database(url, clock=StandingClock(NOON), entropy=seeded_entropy("twins"), keys=Keys(bytes(range(32))))
        for url in urls
    )
    yield one, other
    for database in (one, other):
        database.close()
    if dialect == "postgres":
        for name in names:
            cluster.drop(name)
