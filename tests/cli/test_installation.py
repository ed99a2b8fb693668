"""An installation is set up once, examined, and served."""

import gc
import json
import subprocess
import sys
from pathlib import Path

import pytest

from greencredit.kernel.database import Database
from greencredit.kernel.installation import schema_of, version
from greencredit.migrations.upgrade import newest, upgrade
from tests.cli.conftest import Run


@pytest.mark.proves("UX-3")
def test_setting_up_makes_keys_and_tables_and_a_second_time_changes_nothing(run: Run, data_dir: Path) -> None:
    first = run("setup", "--json")
    key, database = (data_dir / "keys" / "root").read_bytes(), (data_dir / "greencredit.db").read_bytes()
    second = run("setup", "--json")

    told = {"data_dir": str(data_dir), "database": f"sqlite:///{data_dir / 'greencredit.db'}", "schema": newest()}
    assert (first.code, json.loads(first.out)) == (0, told | {"keys": "made", "schema_before": None})
    assert (second.code, json.loads(second.out)) == (0, told | {"keys": "found", "schema_before": newest()})
    assert (data_dir / "keys" / "root").read_bytes() == key
    assert (data_dir / "greencredit.db").read_bytes() == database
    assert ((data_dir / "keys").stat().st_mode & 0o777, (data_dir / "keys" / "root").stat().st_mode & 0o777) == (
        0o700,
        0o600,
    )


def test_setting_up_brings_an_older_database_to_the_newest_schema(run: Run, data_dir: Path) -> None:
    old = Database(f"sqlite:///{data_dir / 'greencredit.db'}")
    with old.connection() as connection:
        upgrade(connection, "0001")

    told = run("setup", "--json")

    assert json.loads(told.out)["schema_before"] == "0001"
    assert schema_of(old) == newest()
    old.close()


@pytest.mark.parametrize("command", [("jobs", "list"), ("jobs", "run"), ("outbox", "list"), ("serve",)])
def test_a_command_on_nothing_is_refused_in_one_line_and_makes_nothing(
    run: Run, data_dir: Path, command: tuple[str, ...]
) -> None:
    plain, machine = run(*command), run(*command, "--json")

    said = f"{data_dir} has schema none, {newest()} wanted: run `greencredit setup`"
    assert plain == (2, "", f"未执行 · refused: {said} [cli.not_set_up]\n")
    assert (machine.code, machine.err) == (2, "")
    assert json.loads(machine.out) == {
        "code": "cli.not_set_up",
        "detail": said,
        "facts": {"database": str(data_dir), "found": None, "wanted": newest()},
    }
    assert not data_dir.exists()


def test_a_start_that_is_refused_leaves_the_search_for_garbage_on(run: Run) -> None:
    assert run("serve").code == 2

    assert gc.isenabled()


@pytest.mark.proves("UX-3")
def test_the_doctor_finds_what_is_missing_and_then_that_nothing_is(run: Run, data_dir: Path) -> None:
    ill = run("doctor", "--json")
    run("setup")
    well = run("doctor", "--json")

    def needed(told: str) -> dict[str, bool]:
        return {line["what"].partition(" ")[0]: line["ok"] for line in json.loads(told) if line["needed"]}

    assert (ill.code, needed(ill.out)) == (1, {"Python": True, "SQLite": True, "数据目录": False, "数据库": False})
    assert (well.code, needed(well.out)) == (0, {"Python": True, "SQLite": True, "数据目录": True, "数据库": True})
    assert data_dir.is_dir()


def test_the_doctor_tells_a_person_line_by_line(run: Run) -> None:
    run("setup")

    told = run("doctor")

    marks = [line.split()[0] for line in told.out.splitlines()[1:]]
    assert (told.code, len(marks), set(marks) <= {"✓", "–"}) == (0, 7, True)


def test_the_version_is_that_of_the_package(run: Run) -> None:
    assert run("version") == (0, f"greencredit {version()}\n", "")
    assert json.loads(run("--json", "version").out) == {"version": version()}


@pytest.mark.proves("UX-3")
def test_help_comes_without_the_database_the_web_or_any_heavy_library() -> None:
    code = (
        "import sys\n"
        "from greencredit.cli.main import main\n"
        "try:\n    main(['--help'])\n"
        "except SystemExit:\n"
        "    heavy = {'fastapi', 'sqlalchemy', 'alembic', 'pandas', 'pyarrow', 'weasyprint', 'uvicorn', 'jinja2'}\n"
        "    print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    root = Path(__file__).parents[2]
    told = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True, text=True)

    assert told.stderr == "[]\n"
    assert [word for word in ("setup", "serve", "doctor", "version", "jobs", "outbox") if word not in told.stdout] == []


def test_an_unknown_command_is_told_and_changes_nothing(run: Run, data_dir: Path) -> None:
    told = run("fly")

    assert (told.code, told.out) == (2, "")
    assert not data_dir.exists()
