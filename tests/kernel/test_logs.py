"""Logs tell what happened in one form, with the request's id, and never name a person."""

import logging
import sqlite3
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from greencredit.kernel import logs
from greencredit.kernel.errors import Refused
from greencredit.kernel.messages import queue
from tests.factories.logs import lines, logged

_LOG = logs.log("greencredit.example")


class _TooMany(Refused):
    code = "tests.too_many"


def _line(told: str) -> dict[str, Any]:
    (line,) = lines(told)
    assert line.pop("at").endswith("Z")
    return line


def test_a_line_says_what_happened_where_and_for_which_request() -> None:
    with logged() as told, logs.carrying(request_id="req-1"):
        _LOG.info("file taken in", lines=12, 种类="小票")

    assert _line(told()) == {
        "level": "info",
        "logger": "greencredit.example",
        "event": "file taken in",
        "request_id": "req-1",
        "lines": 12,
        "种类": "小票",
    }


def test_what_is_carried_ends_with_the_block_and_nothing_is_no_fact() -> None:
    with logged() as told:
        with logs.carrying(request_id=None, job="job_1"):
            inside = logs.request_id()
            _LOG.info("inside")
        _LOG.info("outside")

    assert inside is None
    assert [(line["event"], line.get("job"), "request_id" in line) for line in lines(told())] == [
        ("inside", "job_1", False),
        ("outside", None, False),
    ]


def test_libraries_speak_in_the_same_form() -> None:
    with logged() as told, logs.carrying(request_id="req-1"):
        logging.getLogger("some.library").warning("%s of %s", 3, "13800138000")

    assert _line(told()) == {
        "level": "warning",
        "logger": "some.library",
        "event": f"3 of {logs.HIDDEN}",
        "request_id": "req-1",
    }


def test_lines_below_the_lowest_level_are_left_out() -> None:
    with logged(lowest="warning") as told:
        _LOG.info("chatter")
        _LOG.warning("trouble")

    assert [line["event"] for line in lines(told())] == ["trouble"]


def test_for_people_a_line_is_plain() -> None:
    with logged("plain") as told:
        _LOG.info("file taken in", lines=12)

    assert told().split()[1:] == ["[info", "]", "file", "taken", "in", "[greencredit.example]", "lines=12"]


@pytest.mark.parametrize(
    "key",
    [
        *("name", "display_name", "realName", "phone", "guardian_phone", "mobile", "email", "address", "birthday"),
        *("id_number", "idCard", "identity", "card", "card_ref", "passport", "openid", "plate"),
        *("password", "token", "session_token", "api_key", "x-api-key", "Authorization", "cookie", "secret", "salt"),
        *("body", "params", "query", "payload", "headers"),
    ],
)
def test_a_value_under_a_personal_or_secret_key_is_hidden(key: str) -> None:
    with logged() as told:
        _LOG.info("seen", **{key: "示例", "inside": {key: ["示例"]}})

    assert _line(told()) == {
        "level": "info",
        "logger": "greencredit.example",
        "event": "seen",
        key: logs.HIDDEN,
        "inside": {key: logs.HIDDEN},
    }


@pytest.mark.parametrize("key", ["request_id", "kind", "issuer_id", "key", "route", "status"])
def test_a_value_under_any_other_key_is_shown(key: str) -> None:
    with logged() as told:
        _LOG.info("seen", **{key: "iss_1"})

    assert _line(told())[key] == "iss_1"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call 13800138000 now", "call [hidden] now"),
        ("身份证11010519491231002X。", "身份证[hidden]。"),
        ("card 6222 0212 3456 7890 123", "card [hidden]"),
        ("a.b+c@example.com.cn", "[hidden]"),
        ("iss_01jd3q 1472345 lines in 35 s", "iss_01jd3q 1472345 lines in 35 s"),
        ("12800138000 138001380001", "12800138000 138001380001"),
    ],
)
def test_numbers_that_name_a_person_are_covered_in_any_text(text: str, shown: str) -> None:
    with logged() as told:
        _LOG.info(text, note=text, notes=(text,))

    line = _line(told())
    assert (logs.scrubbed(text), line["event"], line["note"], line["notes"]) == (shown, shown, shown, [shown])


def test_a_fault_is_told_by_kind_and_frames_not_by_the_values_it_repeats(session: Session) -> None:
    class Shape(BaseModel):
        age: int

    statement = sa.text("INSERT INTO kernel_cursor (name, position, moved_at) VALUES (:name, 1, NULL)")
    nobody: dict[str, int] = {}
    acts = (
        lambda: Shape.model_validate({"age": "示例一"}),
        lambda: session.execute(statement, {"name": "示例二"}),
        lambda: nobody["示例三"],
    )

    with logged() as told:
        for act in acts:
            try:
                with session.begin_nested():
                    act()
            except (ValidationError, IntegrityError, KeyError):
                _LOG.exception("failed")

    assert [line["error"] for line in lines(told())] == ["ValidationError", "IntegrityError", "KeyError"]
    assert "示例" not in told()
    assert all("test_logs.py" in "".join(line["trace"]) for line in lines(told()))


def test_a_cause_is_told_with_its_fault() -> None:
    def inner() -> None:
        message = "UNIQUE constraint failed: t.a"
        raise sqlite3.IntegrityError(message)

    def outer() -> None:
        try:
            inner()
        except sqlite3.IntegrityError as error:
            message = "three, two wanted"
            raise _TooMany(message, found=3) from error

    with logged() as told:
        try:
            outer()
        except _TooMany:
            _LOG.exception("refused")

    line = _line(told())
    assert line["error"] == "_TooMany tests.too_many"
    assert [told for told in line["trace"] if not told.startswith("  ")] == [
        "_TooMany tests.too_many",
        "IntegrityError: UNIQUE constraint failed: t.a",
    ]


def test_the_place_of_a_fault_is_the_last_line_of_our_own() -> None:
    with pytest.raises(AssertionError) as ours:
        queue.pause_after(0)

    assert logs.place_of(ours.value).rpartition(":")[0] == "kernel/messages/queue.py"
    assert logs.place_of(ValueError()) == "?"
