"""Drills: one byte is changed behind the platform's back, and the audit or the offline check finds and names it."""

from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from greencredit.kernel.database import Database
from greencredit.proofs import queries, service
from greencredit.proofs.rules.steps import failed_step
from greencredit.proofs.rules.verify_log import verify_log
from tests.factories.proofs import ORIGIN, lift_guards, log_policy, make_finished_log, reader_of

_HOLDS: Final[dict[str, tuple[str, ...]]] = {}


def _broken(session: Session) -> dict[str, tuple[str, ...]]:
    return {finding.name: finding.broken for finding in queries.audit(session) if not finding.holds}


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _flip(session: Session, table: str, column: str, where: str, at: int) -> None:
    """Change one bit of a stored value, once the guards of its table are gone."""
    found: bytes = session.execute(text(f"SELECT {column} FROM {table} WHERE {where}")).scalar_one()
    update = text(f"UPDATE {table} SET {column} = :changed WHERE {where}")
    session.execute(update, {"changed": _flipped(bytes(found), at)})


@pytest.fixture
def told(session: Session) -> Session:
    """Give a session on a log of 600 entries, signed six times."""
    make_finished_log(session, 600)
    return session


@pytest.mark.proves("LED-5")
def test_an_honest_log_holds_and_everything_in_it_was_looked_at(told: Session) -> None:
    findings = {finding.name: (finding.looked_at, finding.broken) for finding in queries.audit(told)}

    assert findings == {
        "log_is_gapless": (600, ()),
        "log_entries_hash": (600, ()),
        "log_tiles_agree": (2 + 1, ()),
        "log_roots_agree": (6, ()),
        "checkpoints_are_signed": (6, ()),
        "checkpoints_are_consistent": (5, ()),
        "log_keys_follow": (0, ()),
    }


@pytest.mark.proves("LED-5")
def test_an_empty_log_holds(session: Session) -> None:
    assert _broken(session) == _HOLDS
    service.open_log(session, ORIGIN)
    service.checkpoint(session)

    assert _broken(session) == _HOLDS


@pytest.mark.proves("LED-5")
def test_a_byte_of_an_entry_is_found_and_named(told: Session) -> None:
    lift_guards(told, "proofs_entry")
    _flip(told, "proofs_entry", "body", "position = 317", 3)

    assert _broken(told) == {
        "log_entries_hash": ("entry 317",),
        "log_tiles_agree": ("tile 1 of level 0",),
        "log_roots_agree": ("checkpoint of size 400", "checkpoint of size 500", "checkpoint of size 600"),
    }


@pytest.mark.proves("LED-5")
def test_a_byte_of_a_kept_hash_is_found_and_named(told: Session) -> None:
    lift_guards(told, "proofs_entry")
    _flip(told, "proofs_entry", "hash", "position = 550", 31)

    # The ragged end of the tree is read from it, so the last step cannot be shown any more.
    assert _broken(told) == {
        "log_entries_hash": ("entry 550",),
        "checkpoints_are_consistent": ("checkpoint of size 600",),
    }


@pytest.mark.proves("LED-5")
def test_a_missing_entry_is_found_and_named(told: Session) -> None:
    lift_guards(told, "proofs_entry")
    told.execute(text("DELETE FROM proofs_entry WHERE position = 598"))

    broken = _broken(told)

    assert broken["log_is_gapless"] == ("entry 599",)
    assert broken["log_roots_agree"] == ("checkpoint of size 600",)


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize(("column", "at"), [("hashes", 0), ("hashes", 8191), ("root", 5)])
def test_a_byte_of_a_kept_tile_is_found_and_named(told: Session, column: str, at: int) -> None:
    lift_guards(told, "proofs_tile")
    _flip(told, "proofs_tile", column, "number = 1", at)

    assert _broken(told)["log_tiles_agree"] == ("tile 1 of level 0",)


@pytest.mark.proves("LED-5")
def test_a_missing_and_a_foreign_tile_are_found(told: Session) -> None:
    lift_guards(told, "proofs_tile")
    told.execute(text("UPDATE proofs_tile SET level = 3 WHERE number = 1"))

    assert _broken(told)["log_tiles_agree"] == ("tile 1 of level 0",)
    told.execute(text("UPDATE proofs_tile SET level = 0 WHERE number = 1"))
    told.execute(text("INSERT INTO proofs_tile SELECT 3, 1, hashes, root FROM proofs_tile WHERE number = 1"))
    assert _broken(told)["log_tiles_agree"] == ("3 tiles are kept, 2 wanted",)


@pytest.mark.proves("LED-5")
def test_a_byte_of_a_checkpoints_root_is_found_and_named(told: Session) -> None:
    lift_guards(told, "proofs_checkpoint")
    _flip(told, "proofs_checkpoint", "root", "size = 300", 0)

    assert _broken(told) == {
        "log_roots_agree": ("checkpoint of size 300",),
        "checkpoints_are_signed": ("checkpoint of size 300",),
        "checkpoints_are_consistent": ("checkpoint of size 300", "checkpoint of size 400"),
    }


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize("at", [0, len(ORIGIN) + 1, len(ORIGIN) + 10, -30, -2])
def test_a_byte_of_a_signed_note_is_found_and_named(told: Session, at: int) -> None:
    lift_guards(told, "proofs_checkpoint")
    length = len(queries.checkpoint_at(told, 300).note.encode())
    _flip(told, "proofs_checkpoint", "note", "size = 300", at % length)

    assert _broken(told) == {"checkpoints_are_signed": ("checkpoint of size 300",)}


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize("table", ["proofs_entry", "proofs_tile", "proofs_checkpoint", "proofs_key"])
def test_as_long_as_the_guards_stand_the_database_refuses(told: Session, table: str) -> None:
    with pytest.raises(DBAPIError, match=f"{table} is append-only"), told.begin_nested():
        told.execute(text(f"DELETE FROM {table}"))

    assert _broken(told) == _HOLDS


# ---- Files, checked without our database -----------------------------------------------------------------------------


def _check(database: Database, folder: Path) -> tuple[str, str, str] | None:
    """Check the whole log offline; give the step that failed, its code, and what was found."""
    with database.reading() as session:
        policy = log_policy(session)
    failed = failed_step(verify_log(reader_of(folder), policy, {}))
    return None if failed is None else (failed.name, failed.code, failed.found)


@pytest.fixture
def folder(database: Database, tmp_path: Path) -> Path:
    """Give the folder of a published log of 600 entries."""
    with database.writing() as session:
        make_finished_log(session, 600)
    service.publish(database, tmp_path / "log", origin=ORIGIN)
    return tmp_path / "log"


@pytest.mark.proves("LED-5")
def test_the_published_log_holds_without_our_database(database: Database, folder: Path) -> None:
    assert _check(database, folder) is None


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize(
    ("path", "at", "step", "named"),
    [
        ("tile/0/001", 700, "entries", "tile/0/001"),
        ("tile/0/002.p/88", 0, "entries", "tile/0/002.p/88"),
        ("tile/1/000.p/2", 40, "entries", "tile/1/000.p/2"),
        ("tile/entries/001", 50, "entries", "entry 257"),
        ("tile/entries/002.p/88", 20, "entries", "entry 512"),
        ("checkpoint", len(ORIGIN) + 1, "checkpoint_signature", "a signature under credits.example/log"),
        ("checkpoint", -3, "form", ""),
    ],
)
def test_a_byte_of_a_published_file_is_found_and_named(
    database: Database, folder: Path, path: str, at: int, step: str, named: str
) -> None:
    file = folder / path
    data = file.read_bytes()
    file.write_bytes(_flipped(data, at % len(data)))

    failed = _check(database, folder)

    assert failed is not None, "the change is found"
    assert failed[0] == step
    assert named in failed[2]


@pytest.mark.proves("LED-5")
def test_a_missing_file_is_found(database: Database, folder: Path) -> None:
    (folder / "tile/0/001").unlink()

    assert _check(database, folder) == ("entries", "proofs.tile_missing", "no file tile/0/001")
