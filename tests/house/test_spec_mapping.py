"""The mapping of requirements is true both ways: what it calls kept is proved, what is proved is in it."""

import ast
from collections import Counter
from itertools import groupby

from tests.house.mapping import STATES, Mapped, is_id, mapped, marks_in, proofs, read
from tests.house.sources import ROOT, Source

_ROW = "| {id} | words | {state} | `greencredit/ledger` | `tests/ledger/test_rules.py` | R-1 |"


def test_every_requirement_stands_in_the_mapping_once_and_no_number_is_left_out() -> None:
    ids = [row.id for row in mapped()]
    numbers = {
        prefix: sorted(int(id_.split("-")[1]) for id_ in found)
        for prefix, found in groupby(sorted(ids), key=lambda id_: id_.split("-")[0])
    }

    assert [id_ for id_, times in Counter(ids).items() if times > 1] == []
    assert numbers == {prefix: list(range(1, len(found) + 1)) for prefix, found in numbers.items()}
    assert len(ids) == 63  # as many as there are; a new one is written into the mapping first


def test_every_state_is_one_of_the_three() -> None:
    assert {row.id: row.state for row in mapped() if row.state not in STATES} == {}


def test_what_is_partly_kept_says_what_is_missing_and_nothing_else_does() -> None:
    missing = {row.id: ("缺：" in row.said, "Lacks " in row.said) for row in mapped() if row.state != "not yet"}

    assert missing == {row.id: (row.state == "partly",) * 2 for row in mapped() if row.state != "not yet"}


def test_every_row_says_what_is_required_and_which_regulation_it_serves() -> None:
    assert [row.id for row in mapped() if not row.requirement or not row.regulation] == []


def test_what_is_kept_or_partly_kept_is_proved_by_exactly_the_tests_that_are_named() -> None:
    proved = proofs()
    different = {
        row.id: {"named": sorted(row.tests), "marked": sorted(proved.get(row.id, ()))}
        for row in mapped()
        if row.state != "not yet" and (not row.tests or row.tests != proved.get(row.id))
    }

    assert different == {}


def test_what_is_not_yet_done_is_claimed_by_no_test() -> None:
    proved = proofs()

    assert {row.id: sorted(proved[row.id]) for row in mapped() if row.state == "not yet" and row.id in proved} == {}


def test_every_mark_names_a_requirement_of_the_mapping() -> None:
    known = {row.id for row in mapped()}

    assert {id_: sorted(files) for id_, files in proofs().items() if id_ not in known or not is_id(id_)} == {}


def test_code_that_the_mapping_names_exists() -> None:
    named = {(row.id, path) for row in mapped() for path in row.code}

    assert sorted((id_, path) for id_, path in named if not (ROOT / path).exists()) == []


def test_what_is_kept_says_where() -> None:
    assert [row.id for row in mapped() if row.state != "not yet" and not row.code] == []


def test_a_row_is_read_as_it_is_written() -> None:
    text = "\n".join(["| id | requirement |", "| --- | --- |", _ROW.format(id="LED-1", state="kept 已做到")])

    assert read(text) == [
        Mapped(
            id="LED-1",
            requirement="words",
            state="kept",
            said="kept 已做到",
            code=frozenset({"greencredit/ledger"}),
            tests=frozenset({"tests/ledger/test_rules.py"}),
            regulation="R-1",
        )
    ]


def test_marks_are_found_on_functions_in_lists_and_on_whole_files() -> None:
    text = "pytestmark = pytest.mark.proves('A-1')\n@pytest.mark.proves('B-1', 'B-2')\ndef test_it(): ..."

    assert marks_in(Source(ROOT / "tests" / "planted.py", text, ast.parse(text))) == {"A-1", "B-1", "B-2"}
