"""One root secret, made once, readable by its owner only; each purpose has a key of its own."""

import stat
from pathlib import Path

import pytest

from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys, open_keys


def test_the_root_is_made_once_and_never_overwritten(tmp_path: Path) -> None:
    first = open_keys(tmp_path, seeded_entropy("first"))
    again = open_keys(tmp_path, seeded_entropy("second"))

    assert first.for_purpose("sessions") == again.for_purpose("sessions")


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    open_keys(tmp_path, seeded_entropy("first"))

    assert stat.S_IMODE((tmp_path / "keys" / "root").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_purposes_have_different_keys_and_none_is_the_root() -> None:
    keys = Keys(root := bytes(range(32)))

    assert len({root, keys.for_purpose("sessions"), keys.for_purpose("cards")}) == 3


def test_a_root_of_another_length_is_not_accepted() -> None:
    with pytest.raises(AssertionError, match="32 bytes"):
        Keys(b"short")
