"""Looking at a meter from a terminal, and leading a project up to its measurement."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from greencredit.kernel.clock import SystemClock, civil_date
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import open_keys
from greencredit.kernel.settings import Settings
from greencredit.schemas.issuers import LifeState
from greencredit.schemas.projects import Participant
from tests.cli.conftest import Run
from tests.factories.issuers import make_issuer
from tests.factories.people import make_consumer
from tests.factories.projects import (
    AFTER,
    BEFORE,
    building_csv,
    daily_csv,
    heated,
    new_project,
    publish_factors,
)


@pytest.fixture
def database(run: Run, installed: Path) -> Iterator[Database]:
    """Look at the installation on which the commands run."""
    run("setup")
    entropy = seeded_entropy("projects")
    opened = Database(Settings(data_dir=installed).database_url, entropy=entropy, keys=open_keys(installed, entropy))
    yield opened
    opened.close()


def told(run: Run, *words: str) -> dict[str, Any]:
    """Run a command and read what it tells a machine."""
    said = run(*words, "--json")
    assert said.code == 0, said
    found: dict[str, Any] = json.loads(said.out)
    return found


@pytest.mark.proves("ACT-3")
def test_a_meter_file_is_looked_at_without_an_installation(run: Run, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes(building_csv(*BEFORE))
    bad.write_bytes(b"date,kwh,temp_c\n2025-03-01,5,1\n2025-03-03,5,1\n")

    looked = run("projects", "check", str(good))
    fitted = told(run, "projects", "fit", str(good))
    refused = run("projects", "check", str(bad), "--json")

    assert looked.out.splitlines()[1] == "行 lines: 365  天 days: 365  缺 missing: 0"
    assert fitted["model"]["form"] == "3ph"
    assert len(fitted["candidates"]) == 18
    assert (refused.code, json.loads(refused.out)["code"]) == (2, "projects.meter_gap")


@pytest.mark.proves("ACT-3")
def test_a_project_is_led_to_a_measurement_that_holds(run: Run, database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        publish_factors(session)
        issuer_id = make_issuer(session, LifeState.DRAFT).issuer_id
        new = new_project(issuer_id, [Participant(holder_id=make_consumer(session).id, weight=1)], installed=None)
    order, before, after = (tmp_path / name for name in ("order.json", "before.csv", "after.csv"))
    order.write_text(new.model_dump_json(), encoding="utf-8")
    before.write_bytes(building_csv(*BEFORE))
    yesterday = civil_date(SystemClock().now()) - timedelta(days=1)
    weeks = (yesterday - AFTER[1]).days // 7
    after.write_bytes(building_csv(*AFTER, moved_days=weeks * 7))

    project_id = told(run, "projects", "open", str(order))["project_id"]
    told(run, "projects", "data", project_id, "baseline", str(before))
    fitted = run("projects", "baseline", project_id, "--freeze")
    told(run, "projects", "data", project_id, "reporting", str(after))
    measured = run("projects", "measure", project_id)
    again = told(run, "projects", "recompute", project_id)

    assert fitted.out.startswith("三参数（供暖） 3ph  已冻结 frozen")
    assert "节能量 saved: 422,250.444（7.6%）" in measured.out
    assert (again["holds"], again["recomputed"]["saved_milli"]) == (True, 422_250_444)
    assert told(run, "projects", "show", project_id)["state"] == "measured"
    assert run("projects", "list").out.splitlines()[1].startswith(project_id)


def test_a_baseline_that_does_not_fit_is_kept_and_not_frozen(run: Run, database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        publish_factors(session)
        issuer_id = make_issuer(session, LifeState.DRAFT).issuer_id
        new = new_project(issuer_id, [Participant(holder_id="ent_example", weight=1)], installed=None)
    order, meter = tmp_path / "order.json", tmp_path / "wild.csv"
    order.write_text(new.model_dump_json(), encoding="utf-8")
    meter.write_bytes(daily_csv(BEFORE[0], 366, heated(), noise=0.5))

    project_id = told(run, "projects", "open", str(order))["project_id"]
    told(run, "projects", "data", project_id, "baseline", str(meter))
    refused = run("projects", "baseline", project_id, "--freeze", "--json")

    assert (refused.code, json.loads(refused.out)["code"]) == (2, "projects.baseline_unfit")
    assert told(run, "projects", "show", project_id)["baseline_number"] == 1
