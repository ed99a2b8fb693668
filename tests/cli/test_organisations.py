"""Whoever runs the platform founds organisations, gives them units, and publishes their figures."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import open_keys
from greencredit.kernel.settings import Settings
from tests.cli.conftest import Run


@pytest.fixture
def database(run: Run, installed: Path) -> Iterator[Database]:
    """Look at the installation on which the commands run."""
    run("setup")
    entropy = seeded_entropy("organisations")
    opened = Database(Settings(data_dir=installed).database_url, entropy=entropy, keys=open_keys(installed, entropy))
    yield opened
    opened.close()


def _told(run: Run, *words: str) -> Any:  # noqa: ANN401 - as JSON has it
    told = run(*words, "--json")
    assert told.code == 0, told
    return json.loads(told.out)


@pytest.mark.proves("ORG-1", "ORG-3", "UX-3")
def test_a_school_is_founded_given_classes_and_its_figures_are_published_once(run: Run, database: Database) -> None:
    school = _told(run, "organisation", "found", "school", "示例小学", "--region", "CN-SH")
    organisation_id, root = school["organisation_id"], school["units"][0]["unit_id"]
    grade = _told(run, "organisation", "add", organisation_id, root, "一年级", "--for-children")
    period = (organisation_id, "2026-01-01", "2026-02-01")

    missing = run("organisation", "figures", *period, "--json")
    first, again = (_told(run, "organisation", "publish", *period) for _ in range(2))
    read = run("organisation", "figures", *period)
    listed = _told(run, "organisation", "list")

    assert (grade["level"], grade["for_children"], grade["parent_id"]) == ("grade", True, root)
    assert (missing.code, json.loads(missing.out)["code"]) == (2, "organisations.not_published")
    assert (first, [one["name"] for one in first["units"]]) == (again, ["示例小学", "一年级"])
    assert (read.code, [line for line in read.out.splitlines() if "一年级" in line] != []) == (0, True)
    assert [(one["organisation_id"], len(one["units"])) for one in listed] == [(organisation_id, 2)]
    with database.reading() as session:
        logged = session.execute(
            text("SELECT action FROM people_audit WHERE action LIKE 'organisation.%' ORDER BY id")
        ).scalars()
        assert list(logged) == [
            "organisation.found",
            "organisation.change",
            "organisation.publish",
            "organisation.publish",
        ]


@pytest.mark.proves("ORG-3")
def test_a_period_that_ends_before_it_begins_and_a_group_below_ten_are_refused(run: Run, database: Database) -> None:
    small = run("organisation", "found", "school", "示例", "--region", "CN-SH", "--smallest-group", "9")
    nowhere = run("organisation", "found", "school", "示例", "--region", "Shanghai")
    turned = run("organisation", "publish", "org_x", "2026-02-01", "2026-01-01")

    assert (small.code, nowhere.code, turned.code) == (2, 2, 2)
    assert ("region" in nowhere.err, "ends after it begins" in turned.err) == (True, True)
    with database.reading() as session:
        assert session.scalar(text("SELECT COUNT(*) FROM organisations_organisation")) == 0
