"""Every refusal has a code of its own, a name in two languages and a line on the page of errors."""

import re
from collections import Counter

from greencredit.kernel.errors import Refusal
from tests.house.errors_page import PAGE, page, refusals, sentences

_CODE = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z0-9]+)*")


def _named(kind: type[Refusal]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def test_every_code_belongs_to_one_class() -> None:
    counted = Counter(kind.code for kind in refusals())

    assert {code: times for code, times in counted.items() if times > 1} == {}


def test_every_class_states_its_own_code() -> None:
    assert [_named(kind) for kind in refusals() if "code" not in vars(kind)] == []


def test_every_code_names_its_room_and_what_is_refused() -> None:
    def rooms(kind: type[Refusal]) -> set[str]:
        room = kind.__module__.split(".")[1]
        return {room, "access"} if room == "kernel" else {room}

    misnamed = [
        f"{_named(kind)}: {kind.code}"
        for kind in refusals()
        if not _CODE.fullmatch(kind.code) or kind.code.partition(".")[0] not in rooms(kind)
    ]

    assert misnamed == []


def test_every_refusal_is_said_in_chinese_and_in_english() -> None:
    assert [_named(kind) for kind in refusals() if not all(sentences(kind))] == []


def test_every_refusal_is_on_the_page_as_its_class_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
