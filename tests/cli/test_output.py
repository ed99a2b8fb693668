"""Long work shows how far it is; machines read one document and nothing else."""

import io
import json
import re
import time
from collections.abc import Iterator

import pytest

from greencredit.cli import output
from greencredit.kernel.errors import Refused


class _TooMany(Refused):
    code = "tests.too_many"


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def _for_machines() -> Iterator[None]:
    token = output.AS_JSON.set(True)
    yield
    output.AS_JSON.reset(token)


def test_quick_work_shows_nothing() -> None:
    told = io.StringIO()

    with output.progress("小票 receipts", 10, stream=told) as advance:
        advance(10)

    assert told.getvalue() == ""


@pytest.mark.proves("UX-3")
def test_long_work_without_a_terminal_prints_a_line_now_and_then_with_rate_and_time_left() -> None:
    told = io.StringIO()

    with output.progress("小票 receipts", 2000, stream=told, patience_seconds=0, line_seconds=0.1) as advance:
        for _ in range(4):
            advance(500)
            time.sleep(0.1)

    lines = told.getvalue().splitlines()
    assert len(lines) >= 3
    assert re.fullmatch(r"小票 receipts [\d,]+/2,000 \(\d+%\) · [\d,]+/s · 剩余 left (\?|\d+:\d\d)", lines[0])
    assert re.fullmatch(r"小票 receipts 2,000/2,000 \(100%\) · [\d,]+/s · 用时 took 0:0\d", lines[-1])


@pytest.mark.proves("UX-3")
def test_long_work_on_a_terminal_shows_a_bar() -> None:
    told = _Terminal()

    with output.progress("小票 receipts", 2000, stream=told, patience_seconds=0) as advance:
        advance(1500)
        time.sleep(0.4)
        advance(500)

    assert "1,500/2,000 (75%)" in told.getvalue()
    assert "2,000/2,000 (100%)" in told.getvalue()
    assert "━" in told.getvalue()


def test_work_of_unknown_length_shows_what_was_done() -> None:
    told = io.StringIO()

    with output.progress("小票 receipts", stream=told, patience_seconds=0, line_seconds=0.1) as advance:
        advance(1500)
        time.sleep(0.15)

    assert re.fullmatch(r"小票 receipts 1,500 · [\d,]+/s · 已用 \d+:\d\d", told.getvalue().splitlines()[-1])


def test_long_work_that_fails_leaves_no_thread_behind() -> None:
    told = io.StringIO()

    def failing() -> None:
        with output.progress("小票 receipts", 10, stream=told, patience_seconds=0, line_seconds=0.05):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    printed = told.getvalue()
    time.sleep(0.15)

    assert told.getvalue() == printed


@pytest.mark.usefixtures("_for_machines")
def test_a_machine_sees_no_progress_no_remarks_and_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    told = _Terminal()

    with output.progress("小票 receipts", 10, stream=told, patience_seconds=0, line_seconds=0.05) as advance:
        advance(10)
        time.sleep(0.15)
    output.say("by the way")
    output.show({"credits": 3}, "three credits")

    seen = capsys.readouterr()
    assert (told.getvalue(), seen.err, json.loads(seen.out)) == ("", "", {"credits": 3})


def test_a_person_sees_lines_and_remarks(capsys: pytest.CaptureFixture[str]) -> None:
    output.say("by the way")
    output.show({"credits": 3}, "three credits")

    assert capsys.readouterr() == ("three credits\n", "by the way\n")


def test_a_refusal_is_one_line_for_people_and_facts_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    refusal = _TooMany("3 found, 2 wanted", found=3)

    output.refuse(refusal)
    person = capsys.readouterr()
    token = output.AS_JSON.set(True)
    output.refuse(refusal)
    output.AS_JSON.reset(token)
    machine = capsys.readouterr()

    assert person == ("", "未执行 · refused: 3 found, 2 wanted [tests.too_many]\n")
    assert json.loads(machine.out) == {"code": "tests.too_many", "detail": "3 found, 2 wanted", "facts": {"found": 3}}


def test_a_table_shows_markup_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    output.show_table([], ("名称 · name",), [("[red]示例[/red]",), (None,)])

    assert [line.strip() for line in capsys.readouterr().out.splitlines()] == ["名称 · name", "[red]示例[/red]", ""]
