"""What is installed from the wheel is whole: it migrates, answers and draws without the checkout."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.house.sources import ROOT

pytestmark = pytest.mark.slow

_USE = """
import json, sys, tempfile
from pathlib import Path

import greencredit
from greencredit.actions.queries import actions
from greencredit.app.main import create_app
from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from greencredit.migrations.upgrade import newest, upgrade
from greencredit.reports.catalogue.consumer import REPORT
from greencredit.reports.render import Paper, Renderer, fonts
from greencredit.web.pages import templates
from starlette.testclient import TestClient
from tests.factories.reports import consumer_report

with tempfile.TemporaryDirectory() as folder:
    database = Database(f"sqlite:///{folder}/installed.db")
    with database.connection() as connection:
        upgrade(connection)
    with TestClient(create_app(database, Settings(data_dir=Path(folder)))) as client:
        answer = client.get("/health/live").status_code
    database.close()
page = Renderer("http://127.0.0.1:8000").page(Paper(REPORT, consumer_report(), "zh"))
fonts.require_glyphs(page)
json.dump({
    "from": greencredit.__file__,
    "newest": newest(),
    "answer": answer,
    "actions": len(actions()),
    "page": page[:15],
    "pages of the portal": [name for name in templates().list_templates() if name == "web/base.html"],
}, sys.stdout)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as it would be published; nothing is fetched for that."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel alone into a folder; its dependencies are those of this environment."""
    folder = tmp_path_factory.mktemp("installed")
    uv = ROOT / ".tools" / "bin" / "uv"
    subprocess.run([uv, "pip", "install", "--quiet", "--offline", "--no-deps", "--target", folder, wheel], check=True)
    return folder


def _package_files() -> set[str]:
    package = {path.relative_to(ROOT).as_posix() for path in (ROOT / "greencredit").rglob("*") if path.is_file()}
    templates = {
        f"greencredit/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "templates").rglob("*") if path.is_file()
    }
    return {name for name in package | templates if "__pycache__" not in name}


def test_the_wheel_carries_the_whole_package_and_the_templates(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert names == _package_files()


def test_the_installed_package_migrates_answers_and_draws(installed: Path, tmp_path: Path) -> None:
    # The factories of the tests come from the checkout; the package itself must come from the wheel.
    environment = {**os.environ, "PYTHONPATH": f"{installed}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-P", "-c", _USE], cwd=tmp_path, env=environment, capture_output=True, check=False, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")

    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])  # the log comes before it
    assert told == {
        "from": str(installed / "greencredit" / "__init__.py"),
        "newest": max(path.stem[:4] for path in (ROOT / "greencredit/migrations/versions").glob("0*.py")),
        "answer": 200,
        "actions": len(list((ROOT / "greencredit/actions/catalogue").glob("*.toml"))),
        "page": "<!DOCTYPE html>",
        "pages of the portal": ["web/base.html"],
    }


def test_the_installed_command_lists_its_commands(installed: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "greencredit.cli", "--help"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=True,
    )

    assert b"greencredit" in done.stdout
