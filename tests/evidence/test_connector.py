"""The example of the page on connectors is a source: dropped into the catalogue, it is there."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from greencredit.evidence import catalogue, queries
from greencredit.evidence.catalogue import form_of, forms
from tests.factories.evidence import keep_file, make_shop, open_feed, sent_back
from tests.factories.sources import example_of, write_csv
from tests.house.sources import ROOT

PAGE = ROOT / "docs" / "connectors.md"


@pytest.fixture
def _dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the catalogue have one more file: the code block of the page."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "refills.py").write_text(code, encoding="utf-8")
    monkeypatch.setattr(catalogue, "__path__", [*catalogue.__path__, str(tmp_path)])
    forms.cache_clear()
    yield
    sys.modules.pop("greencredit.evidence.catalogue.refills", None)
    forms.cache_clear()


@pytest.mark.proves("AWD-3")
@pytest.mark.usefixtures("_dropped")
def test_a_new_source_is_one_file(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)
    open_feed(session, "refills_1", "refills", shop.issuer_id)
    rows = [example_of("refills"), example_of("refills"), example_of("refills", refill_no="F-2", times="many")]

    batch = keep_file(session, "refills_1", write_csv(tmp_path / "r.csv", "refills", rows))

    assert (batch.qualifying, batch.duplicates, batch.rejected) == (1, 1, 1)
    assert sent_back(session, batch.batch_id)[0][:4] == (3, "duplicate", "", f"file {batch.batch_id}, line 2")
    assert [one.kind for one in queries.kinds() if one.kind == "refills"] == ["refills"]
    assert queries.proof(session, (batch.batch_id << 32) + 2).subject == "reusable_cup"


def test_the_page_tells_of_every_source_and_no_other() -> None:
    text = PAGE.read_text(encoding="utf-8")
    told = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)

    assert sorted(told) == sorted(forms())


def test_every_code_the_page_names_is_one() -> None:
    from greencredit.schemas.evidence import RejectCode
    from tests.house.errors_page import PAGE as ERRORS

    known = {one.value for one in RejectCode} | set(re.findall(r"evidence\.\w+", ERRORS.read_text(encoding="utf-8")))
    modules = {"evidence.catalogue"}
    named = set(re.findall(r"`(evidence\.\w+)[`.]", PAGE.read_text(encoding="utf-8")))

    assert named - known - modules == set()
    assert form_of("trips").no_places
