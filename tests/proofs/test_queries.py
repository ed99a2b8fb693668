"""Roots and proofs read from tiles are those of the whole tree, at every size that a tile begins or ends at."""

import pytest
from sqlalchemy.orm import Session

from greencredit.proofs import queries
from greencredit.proofs.errors import NoSuchEntry, OutsideTheTree
from greencredit.proofs.rules import tree
from tests.factories.proofs import make_bodies, make_log

SIZES = (1, 2, 3, 255, 256, 257, 511, 512, 700)


@pytest.mark.proves("LED-5")
def test_a_root_read_from_tiles_is_the_root_over_all_entries(session: Session) -> None:
    make_log(session, 700)
    hashes = tree.leaf_hashes(make_bodies(700))

    found = {size: queries.root(session, size) for size in (0, *SIZES)}

    assert found == {size: tree.root_of(hashes[:size]) for size in (0, *SIZES)}


@pytest.mark.proves("LED-5")
def test_every_entry_has_a_path_to_the_root_of_every_larger_log(session: Session) -> None:
    make_log(session, 700)
    hashes = tree.leaf_hashes(make_bodies(700))

    for size in SIZES:
        for index in {0, size // 2, size - 1, *(edge for edge in (255, 256, 511) if edge < size)}:
            path = queries.inclusion(session, index, size)

            assert path == tree.inclusion_path(hashes[:size], index)
            assert tree.root_from_inclusion(hashes[index], index, size, path) == tree.root_of(hashes[:size])


@pytest.mark.proves("LED-5")
def test_every_log_is_shown_to_be_the_beginning_of_every_larger_one(session: Session) -> None:
    make_log(session, 700)
    roots = {size: queries.root(session, size) for size in SIZES}

    for old in SIZES:
        for new in (size for size in SIZES if size >= old):
            path = queries.consistency(session, old, new)

            tree.verify_consistency(old, roots[old], new, roots[new], path)


@pytest.mark.slow
def test_three_levels_of_tiles_give_the_same_tree(session: Session) -> None:
    size = make_log(session, 65_536 + 300, at_once=20_000)
    hashes = tree.leaf_hashes(make_bodies(size))

    assert queries.root(session, size) == tree.root_of(hashes)
    assert queries.inclusion(session, 40_000, size) == tree.inclusion_path(hashes, 40_000)
    assert queries.consistency(session, 65_535, size) == tree.consistency_path(hashes, 65_535, size)


def test_an_entry_is_given_back_as_it_was_written(session: Session) -> None:
    make_log(session, 3)

    assert [queries.entry(session, index) for index in range(3)] == make_bodies(3)
    assert queries.size(session) == 3


def test_an_entry_that_is_not_there_is_refused(session: Session) -> None:
    make_log(session, 3)

    with pytest.raises(NoSuchEntry) as no:
        queries.entry(session, 3)

    assert (no.value.code, no.value.facts) == ("proofs.no_such_entry", {"index": 3, "size": 3})


def test_a_proof_about_a_larger_log_than_there_is_is_refused(session: Session) -> None:
    make_log(session, 3)

    with pytest.raises(OutsideTheTree):
        queries.inclusion(session, 3, 3)
