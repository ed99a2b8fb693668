"""One report on request: two who ask at once get one report, whatever each of them drew."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import text

from greencredit.kernel.database import Database
from greencredit.kernel.files.folder import FolderFiles
from greencredit.kernel.settings import Settings
from greencredit.reports import queries, service
from greencredit.schemas.reports import IssuedReport
from tests.factories.batches import YEAR, make_people, tiny_press


@pytest.mark.proves("REP-9", "REP-10")
def test_two_who_register_the_same_report_at_once_get_the_one_that_was_first(shared: Database, tmp_path: Path) -> None:
    with shared.writing() as session:
        (somebody,) = make_people(session, 1)
    with shared.reading() as session:
        facts = queries.kind_named("consumer").gather(session, somebody, YEAR)
    first = tiny_press(shared, Settings(data_dir=tmp_path), "consumer", [facts], "zh")(facts)
    drawings = [first, replace(first, content=first.content + b" signed at another second")]
    both = Barrier(2)

    def register(drawing: service.Drawing) -> IssuedReport:
        both.wait()
        with shared.writing() as session:
            return service.enter(session, drawing, FolderFiles(tmp_path), shared.clock.now())

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(register, drawings))

    with shared.reading() as session:
        rows = session.scalar(text("SELECT count(*) FROM reports_report"))
    files = [path for path in tmp_path.rglob("*.pdf") if path.is_file()]
    assert (rows, found[0]) == (1, found[1])
    assert files == [tmp_path / found[0].path]
    assert FolderFiles(tmp_path).read(found[0].path, found[0].file_sha256) in {one.content for one in drawings}
