"""Batches from the side door: ordered, worked on by processes of their own, looked at, put back, checked off line."""

import json
from pathlib import Path

import pytest

from greencredit.kernel.installation import open_database
from greencredit.kernel.settings import Settings
from tests.cli.conftest import Run
from tests.factories.batches import make_people

YEAR = ("--since", "2025-01-01", "--until", "2026-01-01")


@pytest.fixture
def people(installed: Path, run: Run) -> list[str]:
    """Register three people in an installation."""
    del installed
    assert run("setup").code == 0
    database = open_database(Settings())
    with database.writing() as session:
        found = make_people(session, 3)
    database.close()
    return found


@pytest.mark.slow
@pytest.mark.proves("REP-10")
def test_a_batch_is_ordered_issued_by_processes_and_its_manifest_checked_off_line(
    people: list[str], run: Run, tmp_path: Path
) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text("\n".join([*people, "per_nobody,示例", ""]), encoding="utf-8")
    order = ("report", "batch", "order", "consumer", "--list", str(listed), *YEAR, "--key", "示例")
    ordered = json.loads(run("--json", *order).out)
    batch_id = ordered["batch_id"]
    assert json.loads(run("--json", *order).out) == ordered

    worked = run("--json", "report", "batch", "work", "--batch", batch_id, "--processes", "2")

    (found,) = json.loads(worked.out)
    assert (worked.code, found["state"], found["subjects"], found["done"], found["dead"]) == (0, "closed", 4, 3, 1)
    (dead,) = json.loads(run("--json", "report", "batch", "dead", batch_id).out)
    assert (dead["subject_id"], dead["code"]) == ("per_nobody", "people.unknown_consumer")
    assert "100%" in run("report", "batch", "show", batch_id).out
    assert batch_id in run("report", "batch", "list").out

    assert run("jobs", "run").code == 0
    assert run("log", "checkpoint").code == 0
    assert run("log", "policy", "--out", str(tmp_path / "policy")).code == 0
    made, proof = str(tmp_path / "manifest.jsonl"), str(tmp_path / "manifest.tlog-proof")
    assert run("report", "batch", "manifest", batch_id, "--out", made, "--proof", proof).code == 0
    files = sorted(str(path) for path in (Settings().data_dir / "reports").rglob("*.pdf"))
    check = ("verify", "manifest", made, "--policy", str(tmp_path / "policy"), "--proof", proof)
    assert len(files) == 3
    assert run(*check, *files).code == 0

    whole = Path(made).read_text(encoding="utf-8")
    Path(made).write_text(whole.replace('"size_bytes":', '"size_bytes":1', 1), encoding="utf-8")
    altered = run(*check)
    assert (altered.code, "reports.manifest_differs" in altered.out) == (1, True)
    Path(made).write_text(whole, encoding="utf-8")
    strange = run(*check, str(listed))
    assert (strange.code, "reports.not_in_manifest" in strange.out) == (1, True)

    again = run("--json", "report", "batch", "retry", batch_id)
    assert json.loads(again.out) == {"subjects": 1}
    assert run("report", "batch", "work", "--batch", batch_id).code == 0
    assert run("--json", "report", "batch", "work", "--batch", "bat_none").code == 2


def test_a_batch_of_both_an_issuer_and_a_list_is_refused(people: list[str], run: Run, tmp_path: Path) -> None:
    (tmp_path / "list").write_text(people[0], encoding="utf-8")

    told = run("report", "batch", "order", "consumer", "--issuer", "iss_1", "--list", str(tmp_path / "list"), *YEAR)

    assert told.code == 2
    assert json.loads(run("--json", "report", "batch", "list").out) == []
