"""A file of direct awards from a terminal: bad lines named and sent back, the rest kept, again changes nothing."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from greencredit.kernel.database import Database
from greencredit.kernel.installation import open_database
from greencredit.kernel.settings import Settings
from tests.cli.conftest import Run, Told
from tests.factories.direct import make_promoter
from tests.factories.people import make_consumer


@pytest.fixture
def installed(run: Run, installed: Path) -> Iterator[Database]:
    """Give the database of an installation that was set up."""
    run("setup")
    opened = open_database(Settings(data_dir=installed))
    yield opened
    opened.close()


class Desk:
    """An issuer, consumers, and a command on files of awards to them."""

    def __init__(self, run: Run, database: Database, folder: Path) -> None:
        self._run, self._database, self._folder = run, database, folder
        with database.writing() as session:
            self.issuer_id = make_promoter(session)
            self.consumers = [make_consumer(session).id for _ in range(3)]

    def file(self, rows: list[str], *, header: str = "consumer,credits,key") -> Path:
        """Write a file."""
        path = self._folder / "awards.csv"
        path.write_bytes("\n".join([header, *rows, ""]).encode("utf-8", "surrogateescape"))
        return path

    def post(self, path: Path, *more: str) -> Told:
        """Run the command."""
        words = ("--issuer", self.issuer_id, "--promotion", "welcome_gift", "--json")
        return self._run("ledger", "post", str(path), *words, *more)

    def events(self) -> int:
        """Count everything that was ever posted."""
        with self._database.reading() as session:
            return int(session.scalar(text("SELECT COUNT(*) FROM ledger_event")) or 0)


@pytest.fixture
def desk(run: Run, installed: Database, tmp_path: Path) -> Desk:
    """Give a desk."""
    return Desk(run, installed, tmp_path)


def _rows(desk: Desk, count: int) -> list[str]:
    return [f"{desk.consumers[number % 3]},{number % 7 + 1},2026-03-02.{number}" for number in range(count)]


@pytest.mark.proves("UX-3", "LED-3")
def test_three_bad_lines_of_many_are_named_and_the_rest_is_kept(desk: Desk) -> None:
    rows = _rows(desk, 25_000)
    rows[4] = f"{desk.consumers[0]},0,2026-03-02.4"
    rows[12_345] = "con_nobody,5,2026-03-02.12345"
    rows[24_999] = f"{desk.consumers[0]},\udcff,2026-03-02.24999"

    path = desk.file(rows)
    first, again = desk.post(path), desk.post(path)

    told = json.loads(first.out)
    assert (first.code, {name: told[name] for name in ("items", "awarded", "repeated", "refused")}) == (
        0,
        {"items": 25_000, "awarded": 24_997, "repeated": 0, "refused": 3},
    )
    assert [(one["line"], one["code"]) for one in told["first_refused"]] == [
        (6, "ledger.not_positive"),
        (12_347, "people.unknown_consumer"),
        (25_001, "kernel.unfit_cell"),
    ]
    assert len(Path(told["rejects"]).read_text(encoding="utf-8").splitlines()) == 4
    assert (json.loads(again.out)["repeated"], desk.events()) == (24_997, 24_997)


@pytest.mark.proves("UX-3", "LED-3")
def test_all_or_nothing_leaves_nothing_of_a_file_with_a_bad_line(desk: Desk) -> None:
    rows = _rows(desk, 10_010)
    rows[10_005] = "con_nobody,5,2026-03-02.10005"

    refused = desk.post(desk.file(rows), "--mode", "atomic")
    kept = desk.post(desk.file(_rows(desk, 10_010)), "--mode", "atomic")

    assert (refused.code, json.loads(refused.out)["code"]) == (2, "awards.batch_refused")
    assert json.loads(refused.out)["facts"]["refused"][0]["line"] == 10_007
    assert (json.loads(kept.out)["awarded"], desk.events()) == (10_010, 10_010)


@pytest.mark.proves("UX-3")
def test_a_file_without_keys_has_one_of_its_own(desk: Desk) -> None:
    path = desk.file([f"{desk.consumers[0]},5", f"{desk.consumers[1]},6"], header="consumer,credits")

    without, first, again = desk.post(path), desk.post(path, "--key", "evening"), desk.post(path, "--key", "evening")

    assert (without.code, json.loads(without.out)["code"]) == (2, "kernel.unfit_columns")
    assert (json.loads(first.out)["awarded"], json.loads(again.out)["repeated"], desk.events()) == (2, 2, 2)


@pytest.mark.parametrize("header", ["consumer;credits;key", "consumer,credits,credits", ""])
def test_a_file_that_is_none_is_refused(desk: Desk, header: str) -> None:
    told = desk.post(desk.file([], header=header))

    assert (told.code, json.loads(told.out)["code"], desk.events()) == (2, "kernel.unfit_columns", 0)
