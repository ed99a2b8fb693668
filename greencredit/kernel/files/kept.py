"""What a store of files promises, whatever lies behind it, and how it refuses."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from greencredit.kernel.errors import Conflict, NotFound, NotNow

AT_ONCE_BYTES: Final = 1 << 20
"""How much of a file is in memory at once where it is read or written in pieces."""

BY_CONTENT: Final = "sha256"
"""What addresses begin with that follow from the bytes."""

_ADDRESS: Final = re.compile(BY_CONTENT + r"/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}\.[a-z]{1,8}")


class FileMissing(NotFound):
    """文件不在: the store has no file at this address."""

    code = "kernel.file_missing"

    def __init__(self, address: str) -> None:
        super().__init__(f"the store has no {address}", address=address)


class FileDamaged(Conflict):
    """文件已损坏: the bytes at this address are not the ones that were kept there."""

    code = "kernel.file_damaged"

    def __init__(self, address: str, *, wanted: str, found: str) -> None:
        super().__init__(
            f"{address} has digest {found}, {wanted} was kept", address=address, wanted=wanted, found=found
        )


class StoreFull(NotNow):
    """存储空间已满: the disk is full; nothing was kept, and nothing half."""

    code = "kernel.store_full"

    def __init__(self, size_bytes: int) -> None:
        super().__init__(f"no room for {size_bytes} bytes", size_bytes=size_bytes)


class StoreUnreachable(NotNow):
    """存储服务不可用: the bucket did not answer, or did not accept our key; nothing was changed."""

    code = "kernel.store_unreachable"

    def __init__(self, what: str) -> None:
        super().__init__(f"the bucket could not be used: {what}", what=what)


class Kept(NamedTuple):
    """Where a file lies, and what it is."""

    address: str
    sha256: str
    size_bytes: int


class Files(Protocol):
    """A store of files; the address of a file follows from its bytes, so keeping it again changes nothing."""

    def keep(self, content: bytes | Path, suffix: str) -> Kept:
        """Keep bytes, or a copy of a file, whole or not at all; afterwards they outlast a loss of power."""
        ...

    def put_back(self, address: str, content: bytes) -> None:
        """Write a lost or damaged file again at the address that it had, whatever kind of address that is."""
        ...

    def read(self, address: str, sha256: str) -> bytes:
        """Give the bytes at an address; refuse any but those with this digest."""
        ...

    def chunks(self, address: str, sha256: str) -> Iterator[bytes]:
        """Give the bytes in pieces; the last piece comes only when the digest of them all is right."""
        ...

    def holds(self, address: str, sha256: str) -> bool:
        """Tell whether these very bytes lie at the address."""
        ...

    def remove(self, address: str) -> None:
        """Remove what lies at an address; nothing there is as good."""
        ...


def address_of(sha256: str, suffix: str) -> str:
    """Give the address of a file with this digest: spread over folders, for there may be millions."""
    return f"{BY_CONTENT}/{sha256[:2]}/{sha256[2:4]}/{sha256}.{suffix}"


def is_by_content(address: str) -> bool:
    """Tell an address that follows from the bytes from one of the time when files were named by their report."""
    return _ADDRESS.fullmatch(address) is not None


def digest_of(content: bytes | Path) -> tuple[str, int]:
    """Give the SHA-256 and the size of bytes or of a file."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest(), len(content)
    hashed, size = hashlib.sha256(), 0
    with content.open("rb") as file:
        while piece := file.read(AT_ONCE_BYTES):
            hashed.update(piece)
            size += len(piece)
    return hashed.hexdigest(), size


def checked(address: str, sha256: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Give pieces on, the last one only if the digest of all is the one that was kept."""
    hashed, last = hashlib.sha256(), b""
    for piece in pieces:
        if last:
            yield last
        hashed.update(piece)
        last = piece
    if (found := hashed.hexdigest()) != sha256:
        raise FileDamaged(address, wanted=sha256, found=found)
    yield last
