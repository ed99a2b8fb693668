"""Status lists: the standard's own example unfolds, what is written is read, and hostile lists are refused."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greencredit.proofs.errors import StatusListWrong
from greencredit.proofs.rules.bitstring import ENTRIES, is_set, list_decoded, list_encoded
from greencredit.proofs.rules.multikey import base64url_encoded

# W3C Bitstring Status List 1.0, "Example BitstringStatusListCredential" (github.com/w3c/vc-bitstring-status-list).
EXAMPLE = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"


@pytest.mark.proves("REP-11")
def test_the_example_of_the_standard_is_a_list_in_which_nothing_is_set() -> None:
    assert list_decoded(EXAMPLE) == bytes(ENTRIES // 8)


@pytest.mark.proves("REP-11")
@given(st.sets(st.integers(0, ENTRIES - 1), max_size=40))
def test_what_is_set_is_read_and_nothing_else(indexes: set[int]) -> None:
    written = list_encoded(indexes)
    bits = list_decoded(written)

    assert written == list_encoded(sorted(indexes))
    assert {index for index in (*indexes, *range(64)) if is_set(bits, index)} == indexes & {*indexes, *range(64)}
    assert sum(byte.bit_count() for byte in bits) == len(indexes)


def test_index_0_is_the_leftmost_bit() -> None:
    assert list_decoded(list_encoded([0]))[:2] == b"\x80\0"


@pytest.mark.parametrize("index", [-1, ENTRIES, 10**9])
def test_an_index_outside_the_list_is_refused(index: int) -> None:
    with pytest.raises(StatusListWrong):
        is_set(list_decoded(EXAMPLE), index)


def _written(data: bytes) -> str:
    return "u" + base64url_encoded(data)


@pytest.mark.parametrize(
    "text",
    [
        EXAMPLE[1:],
        "uAAAA",
        _written(gzip.compress(bytes(ENTRIES // 8 - 1))),
        _written(gzip.compress(bytes(ENTRIES // 8))[:-4]),
        _written(gzip.compress(bytes(ENTRIES // 8)) + b"more"),
        _written(gzip.compress(bytes((16 << 20) + 1))),
    ],
    ids=["no prefix", "no gzip", "too short", "cut off", "more at the end", "a bomb"],
)
def test_lists_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(StatusListWrong):
        list_decoded(text)
