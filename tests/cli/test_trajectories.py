"""Credits are followed from a terminal: on the screen, into a file, by award and by serial."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyarrow import parquet
from sqlalchemy import text

from greencredit.kernel.database import Database
from greencredit.kernel.installation import open_database
from greencredit.kernel.settings import Settings
from greencredit.ledger import service
from greencredit.ledger.rules.serial import Serial
from tests.cli.conftest import Run
from tests.factories.ledger import earn, make_earning, make_terms, redeem, reverse


@pytest.fixture
def lived(run: Run, installed: Path) -> Iterator[Database]:
    """Give the database of an installation in which something happened."""
    run("setup")
    database = open_database(Settings(data_dir=installed))
    with database.writing() as session:
        earn(session, make_earning(session, credits_=30, key="a"), make_earning(session, "con_wu", key="b"))
    with database.writing() as session:
        redeem(session, 10)
        reverse(session, 2, 30, reason="=误发")
    yield database
    database.close()


def _noted(database: Database) -> list[tuple[str, str]]:
    statement = text("SELECT action, object_id FROM people_audit WHERE action = 'trajectory.read' ORDER BY id")
    with database.reading() as session:
        return [(row[0], row[1]) for row in session.execute(statement)]


@pytest.mark.proves("LED-4", "SUP-4")
def test_an_issuers_trajectory_is_shown_without_names_and_the_look_is_written_down(run: Run, lived: Database) -> None:
    told = run("ledger", "trajectory", "--issuer", "iss_example", "--json")

    page = json.loads(told.out)
    assert [(line["event_id"], line["verb"], line["credits"]) for line in page["lines"]] == [
        (4, "reverse", 30),
        (3, "redeem", 10),
        (2, "earn", 30),
        (1, "earn", 30),
    ]
    assert "con_" not in told.out
    assert _noted(lived) == [("trajectory.read", "issuer:iss_example")]


@pytest.mark.proves("LED-4", "SUP-4")
def test_an_export_says_beside_the_file_what_it_is_of(run: Run, lived: Database, tmp_path: Path) -> None:
    path = tmp_path / "all.csv"

    told = run("ledger", "export", str(path), "--issuer", "iss_example", "--bom", "--json")

    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    facts = json.loads((tmp_path / "all.csv.json").read_text(encoding="utf-8"))
    assert (told.code, json.loads(told.out)["lines"], len(rows)) == (0, 4, 5)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert rows[0][:4] == ["事件编号 event_id", "业务组编号 group_id", "记账时间 posted_at", "动作代码 verb"]
    assert [row[3] for row in rows[1:]] == ["earn", "earn", "redeem", "reverse"]
    assert rows[4][15] == "'=误发", "a spreadsheet reckons nothing"
    assert (facts["following"], facts["as_of"], facts["log_size"], facts["checkpoint_size"]) == (
        "issuer:iss_example",
        4,
        4,  # three batches and the terms of their series
        None,
    )
    assert not (tmp_path / "all.csv.part").exists()
    assert _noted(lived) == [("trajectory.read", "issuer:iss_example")]


@pytest.mark.proves("LED-4")
def test_parquet_carries_its_facts_inside(run: Run, lived: Database, tmp_path: Path) -> None:
    path = tmp_path / "li.parquet"

    run("ledger", "export", str(path), "--consumer", "con_li")

    table = parquet.read_table(path)
    facts = json.loads(table.schema.metadata[b"greencredit"])
    assert table.column("verb").to_pylist() == ["earn", "redeem"]
    assert table.column("credits").to_pylist() == [30, 10]
    assert table.column("party").to_pylist() == [None, "mer_tea"]
    assert (facts["format"], facts["as_of"]) == ("greencredit-trajectory/v1", 4)
    assert lived is not None


@pytest.mark.proves("LED-4")
def test_an_award_and_a_serial_are_followed(run: Run, lived: Database) -> None:
    with lived.writing() as session:
        series = service.series(session, make_terms())

    story = json.loads(run("ledger", "story", "1", "--json").out)
    serial = json.loads(run("ledger", "serial", str(Serial(series, 202603, 31)), "--json").out)

    assert [(part["place"], part["credits"], part["path"]) for part in story["now"]] == [
        ("available", 20, [1]),
        ("redeemed", 10, [1, 3]),
    ]
    assert (serial["state"], serial["issuer_id"]) == ("cancelled", "iss_example")
    assert "reverse" in run("ledger", "story", "2", "--json").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("trajectory",), "one thing to follow"),
        (("trajectory", "--issuer", "iss_example", "--award", "1"), "one thing to follow"),
        (("trajectory", "--rule", "organic"), "a rule needs its issuer"),
        (("trajectory", "--issuer", "iss_example", "--since", "yesterday"), "a day such as 2026-03-01"),
        (("export", "all.xlsx", "--issuer", "iss_example"), "ends in .csv or .parquet"),
    ],
)
def test_what_cannot_be_followed_is_said_in_one_line(
    run: Run, lived: Database, words: tuple[str, ...], said: str
) -> None:
    told = run("ledger", *words)

    assert (told.code, said in told.err.replace("\n", " "), _noted(lived)) == (2, True, [])
