"""A store in a folder: a file is written beside its place, made durable, and moved there in one step."""

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from greencredit.kernel.files.kept import (
    AT_ONCE_BYTES,
    BY_CONTENT,
    FileMissing,
    Kept,
    StoreFull,
    address_of,
    checked,
    digest_of,
)

OpenBeside = Callable[[Path], IO[bytes]]
"""Opens a new file in a folder for writing, under a name that nobody reads."""

_UNFINISHED: Final = ".unfinished-"
NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What a machine says where it has no room for a file."""


def _open_beside(folder: Path) -> IO[bytes]:
    return tempfile.NamedTemporaryFile(dir=folder, prefix=_UNFINISHED, delete=False)


class FolderFiles:
    """Files below one folder of this machine, or of a share that all machines mount."""

    def __init__(self, root: Path, *, open_beside: OpenBeside = _open_beside) -> None:
        self.root = root
        self._open_beside = open_beside

    def keep(self, content: bytes | Path, suffix: str) -> Kept:
        """Keep bytes, or a copy of a file, whole or not at all; afterwards they outlast a loss of power."""
        sha256, size = digest_of(content)
        kept = Kept(address_of(sha256, suffix), sha256, size)
        if not (self.holds(kept.address, sha256) and self._is_kept_anew(kept.address)):
            self._write(self.root / kept.address, content, size)
        return kept

    def put_back(self, address: str, content: bytes) -> None:
        """Write a lost or damaged file again at the address that it had, whatever kind of address that is."""
        self._write(self.root / address, content, len(content))

    def read(self, address: str, sha256: str) -> bytes:
        """Give the bytes at an address; refuse any but those with this digest."""
        return b"".join(self.chunks(address, sha256))

    def chunks(self, address: str, sha256: str) -> Iterator[bytes]:
        """Give the bytes in pieces; the last piece comes only when the digest of them all is right."""
        return checked(address, sha256, self.pieces(address))

    def holds(self, address: str, sha256: str) -> bool:
        """Tell whether these very bytes lie at the address."""
        path = self.root / address
        return path.is_file() and digest_of(path)[0] == sha256

    def remove(self, address: str) -> None:
        """Remove what lies at an address; nothing there is as good."""
        (self.root / address).unlink(missing_ok=True)

    def kept_before(self, at: datetime, *, below: str) -> Iterator[str]:
        """Give the addresses in one of the store's 256 parts (`00` to `ff`) that nobody kept since an instant.

        What a writer that was killed left unfinished is among them.
        """
        for path in (self.root / BY_CONTENT / below).glob("*/*"):
            address = path.relative_to(self.root).as_posix()
            if self.was_kept_before(address, at):
                yield address

    def was_kept_before(self, address: str, at: datetime) -> bool:
        """Tell whether a file lies at the address that nobody kept since an instant."""
        try:
            return (self.root / address).stat().st_mtime < at.timestamp()
        except FileNotFoundError:
            return False

    def pieces(self, address: str) -> Iterator[bytes]:
        """Give the bytes in pieces as they lie there, unchecked."""
        try:
            with (self.root / address).open("rb") as file:
                while piece := file.read(AT_ONCE_BYTES):
                    yield piece
        except FileNotFoundError:
            raise FileMissing(address) from None

    def _is_kept_anew(self, address: str) -> bool:
        """Note that a file is wanted again, or tell that it is gone meanwhile."""
        try:
            os.utime(self.root / address)
        except FileNotFoundError:
            return False
        return True

    def _write(self, path: Path, content: bytes | Path, size: int) -> None:
        beside: Path | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._open_beside(path.parent) as file:
                beside = Path(file.name)
                _copy(content, file)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
            _make_durable(path.parent)
        except BaseException as fault:
            if beside is not None:
                beside.unlink(missing_ok=True)
            if isinstance(fault, OSError) and fault.errno in NO_ROOM:
                raise StoreFull(size) from fault
            raise


def _copy(content: bytes | Path, into: IO[bytes]) -> None:
    if isinstance(content, bytes):
        into.write(content)
        return
    with content.open("rb") as file:
        while piece := file.read(AT_ONCE_BYTES):
            into.write(piece)


def _make_durable(folder: Path) -> None:
    """Let the new name itself outlast a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
