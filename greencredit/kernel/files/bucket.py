"""A store in a bucket that speaks Amazon's S3 protocol: Amazon's, MinIO, Ceph, OSS, COS, OBS."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from greencredit.kernel.errors import Refused
from greencredit.kernel.files.folder import FolderFiles
from greencredit.kernel.files.kept import (
    AT_ONCE_BYTES,
    FileDamaged,
    FileMissing,
    Kept,
    StoreUnreachable,
    address_of,
    checked,
    digest_of,
    is_by_content,
)

if TYPE_CHECKING:
    from obstore.store import S3Config, S3Store

_RETRIES: Final = 3


class BucketLibraryMissing(Refused):
    """未安装对象存储组件: a bucket is set, and the library that speaks to buckets is not installed."""

    code = "kernel.bucket_library_missing"


class Bucket(NamedTuple):
    """Where a bucket is and who we are to it."""

    name: str
    prefix: str
    endpoint: str
    region: str
    access_key: str
    secret_key: str


class BucketFiles:
    """Files in a bucket; one that was kept before the bucket was set is found in the folder where it was kept."""

    def __init__(self, bucket: Bucket, *, before: FolderFiles) -> None:
        self._store = _opened(bucket)
        self._prefix = f"{bucket.prefix.strip('/')}/" if bucket.prefix.strip("/") else ""
        self._before = before

    def keep(self, content: bytes | Path, suffix: str) -> Kept:
        """Keep bytes, or a copy of a file: a bucket shows an object whole or not at all, and checks its digest."""
        import obstore

        sha256, size = digest_of(content)
        kept = Kept(address_of(sha256, suffix), sha256, size)
        if not (self._is_there(kept) and self.holds(kept.address, sha256)):
            with _told():
                obstore.put(self._store, self._prefix + kept.address, content)
        return kept

    def put_back(self, address: str, content: bytes) -> None:
        """Write a lost or damaged file again at the address that it had, whatever kind of address that is."""
        import obstore

        if not is_by_content(address):
            self._before.put_back(address, content)
            return
        with _told():
            obstore.put(self._store, self._prefix + address, content)

    def read(self, address: str, sha256: str) -> bytes:
        """Give the bytes at an address; refuse any but those with this digest."""
        return b"".join(self.chunks(address, sha256))

    def chunks(self, address: str, sha256: str) -> Iterator[bytes]:
        """Give the bytes in pieces; the last piece comes only when the digest of them all is right."""
        return checked(address, sha256, self._pieces(address))

    def holds(self, address: str, sha256: str) -> bool:
        """Tell whether these very bytes lie at the address."""
        try:
            for _piece in self.chunks(address, sha256):
                pass
        except (FileMissing, FileDamaged):
            return False
        return True

    def remove(self, address: str) -> None:
        """Remove what lies at an address, here and where it may have been kept before; nothing there is as good."""
        import obstore

        if is_by_content(address):
            with _told():
                obstore.delete(self._store, self._prefix + address)
        self._before.remove(address)

    def _is_there(self, kept: Kept) -> bool:
        import obstore

        with _told():
            try:
                found = obstore.head(self._store, self._prefix + kept.address)
            except FileNotFoundError:
                return False
        return bool(found["size"] == kept.size_bytes)

    def _pieces(self, address: str) -> Iterator[bytes]:
        import obstore

        if not is_by_content(address):
            yield from self._before.pieces(address)
            return
        with _told():
            try:
                found = obstore.get(self._store, self._prefix + address)
            except FileNotFoundError:
                found = None
            if found is not None:
                for piece in found.stream(min_chunk_size=AT_ONCE_BYTES):
                    yield bytes(piece)
        if found is None:
            yield from self._before.pieces(address)


class _told:  # noqa: N801 - reads as a clause
    """Says of whatever the library raises that the bucket could not be used; never shows a key."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: object) -> None:
        """Word what was raised."""
        from obstore.exceptions import BaseError

        if isinstance(fault, BaseError) and not isinstance(fault, FileNotFoundError):
            raise StoreUnreachable(type(fault).__name__) from fault


def _opened(bucket: Bucket) -> "S3Store":
    try:
        from obstore.store import S3Store
    except ImportError:
        message = "a bucket is set; install greencredit[s3], which brings the library obstore"
        raise BucketLibraryMissing(message, wanted="greencredit[s3]") from None
    plain = bucket.endpoint.startswith("http://")
    config: S3Config = {
        "access_key_id": bucket.access_key,
        "secret_access_key": bucket.secret_key,
        "region": bucket.region,
        "checksum_algorithm": "sha256",  # the bucket refuses bytes that changed on the way
    }
    if bucket.endpoint:
        config["endpoint"] = bucket.endpoint
    return S3Store(
        bucket.name,
        config=config,
        client_options={"allow_http": plain, "timeout": "60s"},
        retry_config={"max_retries": _RETRIES},
    )
