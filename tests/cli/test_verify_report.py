"""The offline verifier of reports: one file in, every step out, and not a word to database or network."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.proofs import queries as proofs
from greencredit.proofs.rules.policy import policy_text
from greencredit.reports import service
from tests.cli.conftest import Run
from tests.cli.test_verify import _PROBE
from tests.conftest import NOON
from tests.factories.proven import SOURCE, make_proven
from tests.factories.tampering import flipped
from tests.house.sources import ROOT


@pytest.fixture(scope="module")
def files(_migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay out a report, whom to trust, and what was withdrawn."""
    folder = tmp_path_factory.mktemp("handed")
    shutil.copyfile(_migrated_file, folder / "away.db")
    database = Database(
        f"sqlite:///{folder / 'away.db'}",
        clock=StandingClock(NOON),
        entropy=seeded_entropy("handed"),
        keys=Keys(b"k" * 32),
    )
    report = make_proven(database)
    (folder / "report.pdf").write_bytes(report.content)
    (folder / "changed.pdf").write_bytes(flipped(report.content, 60_000))
    with database.reading() as session:
        policy = policy_text(proofs.log_keys(session, "w"), asks_witnesses=False)
        (folder / "policy").write_text(policy, encoding="utf-8")
        (folder / "withdrawn.txt").write_text(service.status_list(session, SOURCE), encoding="utf-8")
    database.close()
    (folder / "away.db").unlink()
    return folder


def words(files: Path, *names: str) -> list[str]:
    """Give a command line about these files."""
    return ["verify", *(str(files / name) if (files / name).exists() else name for name in names)]


@pytest.mark.proves("REP-9", "UX-3")
def test_a_report_that_stands_is_told_step_by_step_in_both_languages(run: Run, files: Path) -> None:
    told = run(*words(files, "report.pdf", "--policy", "policy", "--status", "withdrawn.txt"))

    lines = told.out.splitlines()
    assert (told.code, told.err) == (0, "")
    assert lines[-1] == "成立：每一步都已核对。 · It holds: every step was checked."
    assert (len(lines), all(line.startswith("✓ ") for line in lines[:-1])) == (14, True)
    assert lines[0].startswith("✓ 文件形状 · shape of the file: ")


@pytest.mark.proves("REP-9")
def test_the_longer_way_to_say_it_is_the_same(run: Run, files: Path) -> None:
    short = run(*words(files, "report.pdf", "--policy", "policy"))

    assert run(*words(files, "report", "report.pdf", "--policy", "policy")) == short
    assert short.out.splitlines()[-1].startswith("成立，标“–”的一步除外")


@pytest.mark.proves("REP-9", "UX-3")
def test_a_changed_report_fails_and_names_the_step(run: Run, files: Path) -> None:
    told = run("--json", *words(files, "changed.pdf", "--policy", "policy"))
    spoken = run(*words(files, "changed.pdf", "--policy", "policy"))

    facts = json.loads(told.out)
    assert (told.code, facts["holds"]) == (1, False)
    assert [(step["name"], step["ok"], step["code"]) for step in facts["steps"]] == [
        ("file_shape", True, ""),
        ("signature", False, "reports.signature_wrong"),
    ]
    assert spoken.out.splitlines()[-1] == (
        "不成立：止于“文件签名”——签名不符。 · It fails at: signature of the file – the signature does not fit the "
        "file; at least one byte of it was changed [reports.signature_wrong]"
    )


@pytest.mark.proves("REP-9")
def test_without_a_policy_it_is_whole_and_nobody_asked_whose_it_is(run: Run, files: Path) -> None:
    told = run(*words(files, "report.pdf"))

    assert told.code == 2
    assert told.out.splitlines()[-1].startswith("文件完整，但没有给出策略，签发人未核对。")


@pytest.mark.proves("REP-9")
def test_neither_network_nor_database_is_touched(files: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROBE, *words(files, "report.pdf", "--policy", "policy", "--status", "withdrawn.txt")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "GREENCREDIT_DATA_DIR": str(tmp_path / "none")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "imported:"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.proves("REP-9", "UX-3")
def test_the_shape_of_the_data_is_printed_without_a_database(run: Run) -> None:
    told = [json.loads(run("report", "schema", name).out) for name in ("consumer", "receipt")]
    none = run("report", "schema", "nothing")

    assert [one["title"] for one in told] == ["greencredit.report/1 consumer", "greencredit-report-receipt/v1"]
    assert (none.code, "[reports.unknown_kind]" in none.err) == (2, True)
