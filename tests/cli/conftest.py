"""What the tests of the side door share: an installation of the test's own, and a way to run commands on it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy.engine import make_url

from greencredit.cli import output
from greencredit.cli.main import main
from greencredit.kernel.settings import Settings
from tests.factories.logs import logged


class Told(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Told]


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name an installation that is not there yet."""
    monkeypatch.setenv("GREENCREDIT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("GREENCREDIT_DATABASE", raising=False)
    return tmp_path / "data"


@pytest.fixture
def installed(data_dir: Path, _migrated_file: Path) -> Path:
    """Give an installation whose tables are there already, which `setup` finds and leaves; its folder."""
    file = make_url(Settings(data_dir=data_dir).database_url).database
    assert file is not None, "an installation begins with an SQLite file"
    data_dir.mkdir(mode=0o700)
    shutil.copyfile(_migrated_file, file)
    return data_dir


@pytest.fixture
def run(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Give a way to run a command line in this process."""
    del data_dir

    def ran(*words: str) -> Told:
        capsys.readouterr()
        with logged():  # commands set the process's logs up; the tests after this one keep theirs
            try:
                main(list(words))
                code = 0
            except SystemExit as ended:
                code = int(ended.code or 0)
            finally:
                output.AS_JSON.set(False)
        told = capsys.readouterr()
        return Told(code, told.out, told.err)

    return ran
