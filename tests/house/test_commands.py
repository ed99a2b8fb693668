"""The two commands say clearly what a machine lacks, and change nothing on it then."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.house.sources import ROOT

_SCRIPTS: Final = ("run", "check", "tools/setup.sh", "tools/lock", ".ci/run")
_NEEDED: Final = ("dirname", "cat", "cksum", "tr", "id", "rm", "mkdir", "mktemp", "awk", "date")
_REAL: Final = f'exec {sys.executable} "$@"\n'
_OLD: Final = 'case "$1" in -V) echo "Python 3.9.2" ;; *) exit 1 ;; esac\n'
_WITHOUT_PIP: Final = f'case "$*" in *"-m pip"*) exit 1 ;; *) {_REAL} ;; esac\n'


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Give a machine that has the scripts and the plainest programs, and nothing installed."""
    for script in (
        "run",
        "check",
        "tools/setup.sh",
        "tools/requirements.lock",
        "requirements.lock",
        "requirements-dev.lock",
    ):
        (tmp_path / "project" / script).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / script, tmp_path / "project" / script)
    (tmp_path / "bin").mkdir()
    for name in _NEEDED:
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    return tmp_path


def _said(machine: Path, command: str, *arguments: str, python: str | None = None) -> tuple[int, list[str]]:
    """Run a command of the project on the machine; give its exit code and what it said."""
    if python is not None:
        (machine / "bin" / "python3").write_text(f"#!/bin/sh\n{python}", encoding="utf-8")
        (machine / "bin" / "python3").chmod(0o755)
    done = subprocess.run(
        [machine / "project" / command, *arguments],
        env={"PATH": str(machine / "bin"), "HOME": str(machine)},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    return done.returncode, (done.stdout + done.stderr).splitlines()


@pytest.mark.parametrize("command", ["run", "check"])
def test_a_machine_without_python_is_told_so(machine: Path, command: str) -> None:
    code, said = _said(machine, command)

    assert (code, said) == (
        2,
        [
            "缺少 Python 3.11 或更新版本。",
            "Python 3.11 or newer is needed and python3 was not found (Debian: apt-get install python3 python3-pip).",
        ],
    )


@pytest.mark.parametrize("command", ["run", "check"])
def test_an_old_python_is_named_with_what_was_wanted(machine: Path, command: str) -> None:
    code, said = _said(machine, command, python=_OLD)

    assert (code, said) == (
        2,
        [
            "需要 Python 3.11 或更新版本，找到的是 Python 3.9.2。",
            f"Python 3.11 or newer is needed, found Python 3.9.2 at {machine}/bin/python3.",
        ],
    )


@pytest.mark.parametrize("command", ["run", "check"])
def test_a_machine_without_pip_is_told_how_to_get_it(machine: Path, command: str) -> None:
    code, said = _said(machine, command, python=_WITHOUT_PIP)

    assert (code, said) == (
        2,
        [
            "缺少 pip。请先安装：apt-get install python3-pip",
            "pip is missing. Install it first: apt-get install python3-pip",
        ],
    )
    assert not (machine / "project" / ".venv").exists()


def test_an_unknown_word_after_check_is_refused_with_the_usage(machine: Path) -> None:
    code, said = _said(machine, "check", "--everything", python=_REAL)

    assert (code, said[0].split()[0]) == (2, "./check")


@pytest.mark.parametrize("script", _SCRIPTS)
def test_a_script_can_be_read_by_its_shell_and_started(script: str) -> None:
    path = ROOT / script
    shell = "bash" if "bash" in path.read_text(encoding="utf-8").splitlines()[0] else "sh"

    assert subprocess.run([f"/bin/{shell}", "-n", path], check=False, capture_output=True).stderr == b""
    assert os.access(path, os.X_OK) == (script != "tools/setup.sh")
