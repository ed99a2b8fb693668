"""Ids are sortable by time, spelled without doubtful letters, and the same for the same seed."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from greencredit.kernel.ids import base32, new_id, seeded_entropy
from tests.conftest import NOON


def test_an_id_says_its_kind_and_has_26_letters(session: Session) -> None:
    kind, _, letters = new_id(session, "iss", NOON).partition("_")

    assert (kind, len(letters), set(letters) & set("ilou")) == ("iss", 26, set())


def test_two_ids_of_one_moment_differ(session: Session) -> None:
    assert new_id(session, "iss", NOON) != new_id(session, "iss", NOON)


def test_ids_sort_by_the_moment_they_were_made(session: Session) -> None:
    ids = [new_id(session, "iss", NOON + timedelta(milliseconds=passed)) for passed in range(50)]

    assert sorted(ids) == ids


def test_a_seed_gives_the_same_bytes_again_and_another_seed_others() -> None:
    first, again, other = seeded_entropy("a"), seeded_entropy("a"), seeded_entropy("b")

    drawn = [first(10), first(10)]
    assert drawn == [again(10), again(10)]
    assert len({*drawn, other(10)}) == 3


@given(st.binary(min_size=1, max_size=20))
def test_base_32_keeps_order_and_length(raw: bytes) -> None:
    above = raw[:-1] + bytes([min(raw[-1] + 1, 255)])

    assert len(base32(raw)) == -(-len(raw) * 8 // 5)
    assert (base32(raw) < base32(above)) == (raw < above)
