"""Opens the store that the settings name: a folder below the data folder, or a bucket."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from greencredit.kernel.errors import Refused
from greencredit.kernel.files.bucket import Bucket, BucketFiles
from greencredit.kernel.files.folder import FolderFiles
from greencredit.kernel.files.kept import Files
from greencredit.kernel.settings import Settings

_SCHEME: Final = "s3"


class StoreAddressWrong(Refused):
    """存储地址有误: the setting names neither a folder nor a bucket."""

    code = "kernel.store_address_wrong"

    def __init__(self, found: str) -> None:
        super().__init__(f"a store is empty or s3://bucket/prefix, found {found!r}", found=found)


def open_files(settings: Settings, folder: str) -> Files:
    """Give the store of files: `folder` below the data folder, unless `report_store` names a bucket."""
    local = local_files(settings, folder)
    if not settings.report_store:
        return local
    named = urlsplit(settings.report_store)
    if named.scheme != _SCHEME or not named.netloc or named.query or named.fragment:
        raise StoreAddressWrong(settings.report_store)
    bucket = Bucket(
        name=named.netloc,
        prefix=named.path,
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key.get_secret_value(),
    )
    return BucketFiles(bucket, before=local)


def local_files(settings: Settings, folder: str) -> FolderFiles:
    """Give the store of files on this machine, whether or not a bucket was set since."""
    return FolderFiles(settings.data_dir / folder)


def files_in(into: Path | Files) -> Files:
    """Give a store: the one that is handed in, or one in the folder that is."""
    return FolderFiles(into) if isinstance(into, Path) else into
