"""Canonical JSON is byte for byte the one of a second implementation, and nothing else is read as canonical."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from greencredit.proofs.errors import NotCanonical
from greencredit.proofs.rules.canonical import canonical, parse_canonical, parse_plain

_PUBLISHED: Final[dict[str, list[str]]] = json.loads(
    (Path(__file__).parent / "vectors" / "jcs.json").read_text("utf-8")
)["cases"]
_PLAIN = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
_VALUES = st.recursive(_PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


def _oracle(value: Any) -> bytes:  # noqa: ANN401 - JSON values
    return rfc8785.dumps(value)


@pytest.mark.proves("LED-5")
@given(_VALUES)
def test_what_we_write_is_what_another_implementation_writes(value: object) -> None:
    written = canonical(value)

    assert written == _oracle(value)
    assert parse_canonical(written) == value


@pytest.mark.proves("LED-5", "REP-11")
@pytest.mark.parametrize("name", _PUBLISHED)
def test_the_published_vectors_come_out_byte_for_byte(name: str) -> None:
    given, wanted = _PUBLISHED[name]

    assert canonical(parse_plain(given.encode())) == wanted.encode()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"\u20ac": 1, "\r": 2, "1": 3, "\U0001f600": 4, "\u0080": 5, "\u00f6": 6, "\ufb33": 7}, None),
        ('\u20ac$\u000f\nA\'B"\\\\"/\u007f', None),
        ({}, b"{}"),
        ((1, [True, None]), b"[1,[true,null]]"),
    ],
)
def test_names_and_letters_that_others_got_wrong_are_written_alike(value: object, written: bytes | None) -> None:
    assert canonical(value) == (_oracle(value) if written is None else written)


@pytest.mark.parametrize(
    "value",
    [1.0, 0.5, float("nan"), 2**53, -(2**53), "\ud800", {"\udfff": 1}, b"bytes", {1: 2}, {"a": {1, 2}}, complex(1, 2)],
    ids=repr,
)
def test_what_has_no_exact_canonical_json_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)


def test_a_bottomless_value_is_refused() -> None:
    value: Any = []
    for _ in range(100):
        value = [value]

    with pytest.raises(NotCanonical) as no:
        canonical(value)

    assert no.value.facts == {"found": "a deeply nested value", "wanted": "at most 64 levels"}


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":1e2}',
        b'{"a":-0}',
        b'{"a":NaN}',
        b'"\\u0041"',
        b'"\\/"',
        b"9007199254740992",
        b"\xff",
        b"",
        b" 1",
        b"[1]\n",
        b"[" * 100_000,
        b"1" * 5_000,
    ],
    ids=lambda data: repr(data[:20]),
)
def test_every_other_way_to_write_a_value_is_refused(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        parse_canonical(data)


def test_plain_json_may_have_any_layout_and_still_no_name_twice() -> None:
    assert parse_plain(b'{\n  "b": [1, 2],\n  "a": null\n}\n') == {"b": [1, 2], "a": None}
    with pytest.raises(NotCanonical):
        parse_plain(b'{"a": 1, "a": 2}')


@given(_VALUES)
def test_only_the_canonical_bytes_of_a_value_are_read(value: object) -> None:
    indented = json.dumps(value, indent=1).encode()

    if indented == canonical(value):
        assert parse_canonical(indented) == value
    else:
        with pytest.raises(NotCanonical):
            parse_canonical(indented)
