"""What every test is handed: a migrated database that forgets, a clock that stands still, seeded randomness."""

import os
import random
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from copy import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from hypothesis import settings as hypothesis_settings
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import Clock, StandingClock
from greencredit.kernel.database import Database, DatabaseInside, throwaway_engine
from greencredit.kernel.ids import Entropy, seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.kernel.logs import set_up_logs
from greencredit.ledger import queries as ledger
from greencredit.migrations.upgrade import upgrade
from tests.own import OwnDatabase
from tests.postgres import Cluster, NoPostgreSQL, programs, version

Dialect = Literal["sqlite", "postgres"]

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""Noon in Shanghai on Monday 2 March 2026: when every test begins."""

_BREAKS: Final = "breaks_invariants"
"""Marks a test that leaves the books wrong, which is what it is about."""

_CLUSTER: Final = pytest.StashKey[Cluster]()

hypothesis_settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis_settings.register_profile("explore", max_examples=1000, deadline=None, print_blob=True)
hypothesis_settings.load_profile("ci")


_DATABASES: Final = ("sqlite", "postgres", "both", "quick")
ON_BOTH: Final = (
    "awards/service/test_claim.py",
    "awards/service/test_gate_at_once.py",
    "awards/test_same_purchase.py",
    "awards/test_statements.py",
    "evidence/service/test_feeds.py",
    "evidence/service/test_keep.py",
    "house/",
    "kernel/",
    "ledger/service/",
    "ledger/test_",
    "migrations/",
    "notices/service/",
    "proofs/test_service.py",
    "simulation/test_every_write.py",
)
"""What says one thing to SQLite and another to PostgreSQL: a quick run has both for these, for the rest SQLite."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the caller choose the databases and the seed."""
    parser.addoption("--database", choices=_DATABASES, default="both", help="which databases; quick: see ON_BOTH")
    parser.addoption("--seed", type=int, default=0, help="seed of the tests' randomness (default 0)")


def pytest_configure(config: pytest.Config) -> None:
    """Agree on the folder of this session's PostgreSQL; it is started by the first test that needs it."""
    config.addinivalue_line("markers", f"{_BREAKS}(reason): leaves the books wrong on purpose; they are not audited")
    handed = getattr(config, "workerinput", None)
    if handed is None:
        config.stash[_CLUSTER] = Cluster(Path(tempfile.mkdtemp(prefix="greencredit-pg-")), os.getpid())
    else:
        config.stash[_CLUSTER] = Cluster(Path(handed["cluster"]), handed["cluster_owner"])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: pytest.Session) -> None:
    """Tell a worker of pytest-xdist which PostgreSQL is this session's."""
    cluster = node.config.stash[_CLUSTER]
    node.workerinput["cluster"] = str(cluster.folder)  # type: ignore[attr-defined] # xdist's node has no types
    node.workerinput["cluster_owner"] = cluster.owner_pid  # type: ignore[attr-defined] # as above


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the folder of a PostgreSQL that no test needed; a started one is removed by its watcher."""
    cluster = config.stash.get(_CLUSTER, None)
    if cluster and cluster.owner_pid == os.getpid() and not (cluster.folder / "data").exists():
        shutil.rmtree(cluster.folder, ignore_errors=True)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say which databases and which seed this run used."""
    databases: list[str] = []
    if config.getoption("database") != "postgres":
        databases.append(f"SQLite {throwaway_engine('sqlite://').dialect.dbapi.sqlite_version}")  # type: ignore[union-attr] # the driver's module
    if config.getoption("database") != "sqlite":
        try:
            databases.append(f"PostgreSQL {version(programs())} ({programs()})")
        except NoPostgreSQL as missing:
            raise pytest.UsageError(str(missing)) from missing
    return [f"databases: {', '.join(databases)}", f"seed: {config.getoption('seed')} (--seed N for another)"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test that touches a database on each of the databases asked for."""
    if "dialect" in metafunc.fixturenames:
        asked = metafunc.config.getoption("database")
        if asked == "quick":
            file = metafunc.definition.path.relative_to(Path(__file__).parent).as_posix()
            asked = "both" if file.startswith(ON_BOTH) else "sqlite"
        dialects = ("sqlite", "postgres") if asked == "both" else (asked,)
        metafunc.parametrize("dialect", dialects, indirect=True, scope="session")


@pytest.fixture(autouse=True)
def _seeded(request: pytest.FixtureRequest) -> None:
    """Seed Python's own generator for each test, so that one test's draws do not depend on another's."""
    random.seed(f"{request.config.getoption('seed')}:{request.node.nodeid}")


@pytest.fixture(scope="session", autouse=True)
def _logs() -> None:
    """Log as a process of the platform does; without that, a fault is drawn with every variable of every frame."""
    set_up_logs("plain")


@pytest.fixture(scope="session")
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """Name the database that this run of the test uses."""
    asked: Dialect = request.param
    return asked


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> Cluster:
    """Give the session's PostgreSQL, not necessarily started yet."""
    return pytestconfig.stash[_CLUSTER]


@pytest.fixture(scope="session")
def _migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an SQLite file with the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("database") / "migrated.db"
    engine = throwaway_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def _engines() -> Iterator[dict[Dialect, Engine]]:
    """Keep one engine per dialect for this worker, since pytest may go back and forth between them."""
    engines: dict[Dialect, Engine] = {}
    yield engines
    for engine in engines.values():
        engine.dispose()


@pytest.fixture(scope="session")
def engine(
    dialect: Dialect, _engines: dict[Dialect, Engine], request: pytest.FixtureRequest, cluster: Cluster
) -> Engine:
    """Give the migrated database of this worker, on each of the dialects in turn."""
    if dialect not in _engines:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        url = (
            f"sqlite:///{request.getfixturevalue('_migrated_file')}"
            if dialect == "sqlite"
            else cluster.create(f"worker_{worker}")
        )
        _engines[dialect] = throwaway_engine(url)
    return _engines[dialect]


@pytest.fixture(scope="session")
def _own_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Name the SQLite file that the tests of this worker have to themselves, one after the other."""
    return tmp_path_factory.mktemp("own") / "own.db"


@pytest.fixture(scope="session")
def _own_database(cluster: Cluster) -> OwnDatabase:
    """Give the same on PostgreSQL."""
    return OwnDatabase(cluster, f"own_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")


@pytest.fixture
def database_url(dialect: Dialect, request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the address of a fresh migrated database of the test's own, whose commits are real."""
    if dialect == "sqlite":
        path: Path = request.getfixturevalue("_own_file")
        for left in path.parent.iterdir():
            left.unlink()  # whoever still has it open keeps the old one
        shutil.copyfile(request.getfixturevalue("_migrated_file"), path)
        url = f"sqlite:///{path}"
    else:
        url = request.getfixturevalue("_own_database").fresh()
    yield url
    _audit_own(request, url)


@pytest.fixture(scope="session")
def _kept() -> Iterator[dict[str, Database]]:
    """Keep what this worker opened by its address: engines know the statements that they have compiled before."""
    kept: dict[str, Database] = {}
    yield kept
    for database in kept.values():
        database.close()


@pytest.fixture
def open_own(database_url: str, _kept: dict[str, Database]) -> Iterator[Callable[..., Database]]:
    """Give a way to open the test's own database with a clock, draws and keys, as `Database` itself takes them."""

    def opened(*, clock: Clock, entropy: Entropy = secrets.token_bytes, keys: Keys | None = None) -> Database:
        if database_url not in _kept:
            _kept[database_url] = Database(database_url)
        database = copy(_kept[database_url])
        database.clock, database.entropy, database.keys, database.carried = clock, entropy, keys, {"memory": {}}
        return database

    yield opened
    if database_url in _kept:
        _kept[database_url].close()


@pytest.fixture
def shared(open_own: Callable[..., Database], clock: StandingClock) -> Database:
    """Give a migrated database that several threads use, as a process does."""
    entropy = seeded_entropy("shared")
    return open_own(clock=clock, entropy=entropy, keys=Keys(entropy(32)))


@pytest.fixture
def clock() -> StandingClock:
    """Give a clock that stands at noon until the test moves it."""
    return StandingClock(NOON)


@pytest.fixture
def connection(engine: Engine, request: pytest.FixtureRequest) -> Iterator[Connection]:
    """Open one transaction, audit what the test did to the ledger in it, and roll it back."""
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        try:
            if not _is_spoiled(connection):
                with Session(connection, join_transaction_mode="create_savepoint") as session:
                    require_books(request, session)
        finally:
            transaction.rollback()


def _is_spoiled(connection: Connection) -> bool:
    """Tell whether PostgreSQL answers nothing but "aborted" any more, because the test let a statement fail last."""
    if connection.invalidated or connection.dialect.name == "sqlite":
        return connection.invalidated
    driver: Any = connection.connection.driver_connection
    return bool(driver.info.transaction_status == TransactionStatus.INERROR)


def _audit_own(request: pytest.FixtureRequest, url: str) -> None:
    """Audit the ledger of a database of the test's own, as far as it is still there and has one."""
    database = Database(url)
    try:
        with database.reading() as session:
            if inspect(session.connection()).has_table("ledger_head"):
                require_books(request, session)
    finally:
        database.close()


def require_books(request: pytest.FixtureRequest, session: Session) -> None:
    """Fail the test that leaves the books wrong, unless that is what it is about; untouched books cost one look."""
    if request.node.get_closest_marker(_BREAKS) is not None:
        return
    if session.scalar(text("SELECT next_event FROM ledger_head")) == 1:
        return
    broken = {finding.name: finding.broken for finding in ledger.audit(session) if not finding.holds}
    assert not broken, f"the test leaves the books wrong: {broken}"


@pytest.fixture
def database(connection: Connection, clock: StandingClock, request: pytest.FixtureRequest) -> Database:
    """Give a database whose commits are undone when the test ends."""
    # The same draws on every dialect: the part of the name in brackets says which.
    entropy = seeded_entropy(f"{request.config.getoption('seed')}:{request.node.nodeid.partition('[')[0]}")
    return DatabaseInside(connection, clock=clock, entropy=entropy, keys=Keys(bytes(32)))


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """Give a session inside the test's transaction."""
    with database.writing() as session:
        yield session
