"""The search for garbage waits for a large batch, and goes on afterwards whatever happens."""

import gc

import pytest

from greencredit.kernel.collecting import collected_later


def test_garbage_is_not_looked_for_while_a_large_batch_is_on_its_way() -> None:
    with collected_later(1_000):
        assert not gc.isenabled()

    assert gc.isenabled()


def test_a_small_batch_changes_nothing() -> None:
    with collected_later(999):
        assert gc.isenabled()


def test_a_batch_that_fails_leaves_the_search_on() -> None:
    with pytest.raises(ValueError, match="a fault"), collected_later(5_000):
        raise ValueError("a fault")  # noqa: EM101, TRY003 - only that it fails matters

    assert gc.isenabled()


def test_whoever_put_it_off_before_ends_that_himself() -> None:
    with collected_later(2_000):
        with collected_later(2_000):
            pass
        assert not gc.isenabled()
