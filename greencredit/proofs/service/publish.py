"""Writes the log as plain files that any web server can serve (c2sp.org/tlog-tiles), the checkpoint last.

A kill at any moment leaves the files of the last finished publication usable: a tile never changes, a file is never
seen half-written, and the checkpoint is put in place only when everything that it covers is on the disk.
"""

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from greencredit.kernel.clock import now
from greencredit.kernel.database import Database
from greencredit.kernel.ids import new_id
from greencredit.proofs import queries
from greencredit.proofs.errors import PublishedElsewhere
from greencredit.proofs.queries import tree
from greencredit.proofs.queries.files import CHECKPOINT
from greencredit.proofs.rules.tiles import TILE_HEIGHT, TILE_WIDTH, Tile, bundles_of, pack_entries, tile_path, tiles_of
from greencredit.proofs.service.sign import checkpoint, open_log
from greencredit.proofs.tables import ProofsLog
from greencredit.schemas.proofs import Published

LEASE: Final = timedelta(minutes=2)
"""How long a publisher that says nothing is believed to be alive."""

_FILES_PER_LEASE: Final = 200


def publish(database: Database, folder: Path, *, origin: str, everything: bool = False) -> Published:
    """Sign the log as it stands, and bring its files up to that; one process at a time, resumed after any stop.

    Opens its own transactions: the checkpoint is stored, for good, before the first byte of it is published.
    With `everything`, all files are written anew.
    """
    with database.writing() as session:
        open_log(session, origin)
        publisher, done = _lease(session)
        newest = checkpoint(session).size
    disk = _Disk(folder)
    since = 0 if everything else done
    for tile in _wanted(database, since):
        if disk.written % _FILES_PER_LEASE == 0:
            _renew(database, publisher)
        with database.reading() as session:
            disk.write(tile_path(tile), _bytes_of(session, tile))
    disk.settle()
    with database.writing() as session:
        _end(session, publisher, newest)
        # Under the row's lock: a publisher that lost its lease cannot put an older checkpoint over a newer one.
        disk.write(CHECKPOINT, queries.checkpoint_at(session, newest).note.encode())
        disk.settle()
    _tidy(folder, since, newest)
    return Published(size=newest, files=disk.written)


def _wanted(database: Database, since: int) -> Iterator[Tile]:
    """List the files that are not there yet; each signed size has its ragged tiles, until they have become full."""
    with database.reading() as session:
        sizes = queries.checkpoint_sizes(session, above=since)
    for size in sizes:
        for tile in (*tiles_of(size, since=since), *bundles_of(size, since=since)):
            becomes_full = (tile.number + 1) * TILE_WIDTH <= sizes[-1] >> TILE_HEIGHT * (tile.level or 0)
            if tile.width == TILE_WIDTH or not becomes_full:
                yield tile
        since = size


def _bytes_of(session: Session, tile: Tile) -> bytes:
    if tile.level is not None:
        return tree.tile(session, tile.level, tile.number, tile.width)
    first = tile.number * TILE_WIDTH
    return pack_entries(tree.entries(session, first, tile.width))


def _lease(session: Session) -> tuple[str, int]:
    """Become the one publisher, or refuse; tells how far the files are."""
    at = now(session)
    publisher = new_id(session, "pub", at)
    free = or_(ProofsLog.publisher.is_(None), ProofsLog.leased_until <= at)
    done = session.scalar(
        update(ProofsLog)
        .where(ProofsLog.id == 1, free)
        .values(publisher=publisher, leased_until=at + LEASE)
        .returning(ProofsLog.published)
    )
    if done is None:
        raise PublishedElsewhere(str(session.scalar(select(ProofsLog.publisher))))
    return publisher, done


def _renew(database: Database, publisher: str) -> None:
    with database.writing() as session:
        _held(session, publisher, leased_until=now(session) + LEASE)


def _end(session: Session, publisher: str, size: int) -> None:
    _held(session, publisher, leased_until=None, publisher=None, published=size)


def _held(session: Session, mine: str, **values: object) -> None:
    kept = session.scalar(update(ProofsLog).where(ProofsLog.publisher == mine).values(**values).returning(ProofsLog.id))
    if kept is None:
        raise PublishedElsewhere(str(session.scalar(select(ProofsLog.publisher))))


def _tidy(folder: Path, since: int, size: int) -> None:
    """Remove the ragged tiles that have become full; the format lets clients ask for the full one instead."""
    for tile in (*tiles_of(size, since=since), *bundles_of(size, since=since)):
        if tile.width == TILE_WIDTH:
            shutil.rmtree(folder / f"{tile_path(tile)}.p", ignore_errors=True)


class _Disk:
    """Puts files in place whole: written aside, flushed, renamed; folders are flushed by `settle`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._changed: set[Path] = set()
        self.written = 0

    def write(self, path: str, data: bytes) -> None:
        """Put one file in place."""
        target = self._folder / path
        self._make(target.parent)
        aside = target.with_name(f"{target.name}.new")
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
        self._changed.add(target.parent)
        self.written += 1

    def settle(self) -> None:
        """Flush every folder in which a name has changed; only now are the files there after a power cut."""
        for folder in sorted(self._changed):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        self._changed.clear()

    def _make(self, folder: Path) -> None:
        if not folder.is_dir():
            self._make(folder.parent)
            folder.mkdir(exist_ok=True)
            self._changed.add(folder.parent)
