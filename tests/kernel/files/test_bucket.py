"""A store in a bucket: the same promises as in a folder, signed requests, and older files where they were."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from greencredit.kernel.files.folder import FolderFiles
from greencredit.kernel.files.kept import FileDamaged, FileMissing, Files, Kept, StoreUnreachable
from greencredit.kernel.files.opening import StoreAddressWrong, open_files
from greencredit.kernel.settings import Settings
from tests.factories.bucket import ACCESS_KEY, REGION, SECRET_KEY, BucketServer, bucket_server

pytest.importorskip("obstore", reason="the library of buckets (greencredit[s3]) is not installed")

CONTENT = b"%PDF made up" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
ADDRESS = f"sha256/{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}.pdf"
KEY = f"/papers/of/2026/{ADDRESS}"


@pytest.fixture
def server() -> Iterator[BucketServer]:
    """Run a bucket."""
    with bucket_server() as running:
        yield running


def opened(server: BucketServer, folder: Path, *, secret: str = SECRET_KEY) -> Files:
    """Give the store as an installation opens it."""
    settings = Settings(
        data_dir=folder,
        report_store="s3://papers/of/2026/",
        s3_endpoint=server.address,
        s3_region=REGION,
        s3_access_key=ACCESS_KEY,
        s3_secret_key=SecretStr(secret),
    )
    return open_files(settings, "reports")


@pytest.mark.proves("REP-10")
def test_what_was_kept_is_given_back_and_asked_for_once(server: BucketServer, tmp_path: Path) -> None:
    files = opened(server, tmp_path)

    kept = files.keep(CONTENT, "pdf")

    assert kept == Kept(ADDRESS, DIGEST, len(CONTENT))
    assert server.objects == {KEY: CONTENT}
    assert files.read(kept.address, kept.sha256) == CONTENT
    assert files.keep(CONTENT, "pdf") == kept
    assert [verb for verb, _ in server.asked].count("PUT") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_a_batch_is_kept_piece_by_piece(server: BucketServer, tmp_path: Path) -> None:
    (tmp_path / "made").write_bytes(CONTENT)

    assert opened(server, tmp_path).keep(tmp_path / "made", "pdf") == Kept(ADDRESS, DIGEST, len(CONTENT))
    assert server.objects == {KEY: CONTENT}


def test_bytes_that_changed_in_the_bucket_are_refused_and_put_back(server: BucketServer, tmp_path: Path) -> None:
    files = opened(server, tmp_path)
    kept = files.keep(CONTENT, "pdf")
    server.objects[KEY] = CONTENT[:-1] + b"!"

    with pytest.raises(FileDamaged) as no:
        files.read(kept.address, kept.sha256)

    assert (no.value.facts["address"], no.value.facts["wanted"]) == (ADDRESS, DIGEST)
    assert not files.holds(kept.address, kept.sha256)
    files.put_back(kept.address, CONTENT)
    assert files.read(kept.address, kept.sha256) == CONTENT


def test_a_file_that_was_kept_before_the_bucket_was_set_is_still_found(server: BucketServer, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    by_content = FolderFiles(folder).keep(CONTENT, "pdf")
    (folder / "consumer/AB").mkdir(parents=True)
    (folder / "consumer/AB/GC.pdf").write_bytes(CONTENT)

    files = opened(server, tmp_path)

    assert files.read(by_content.address, DIGEST) == CONTENT
    assert files.read("consumer/AB/GC.pdf", DIGEST) == CONTENT


@pytest.mark.proves("SEC-1")
def test_what_is_removed_is_gone_from_the_bucket_and_from_the_folder(server: BucketServer, tmp_path: Path) -> None:
    FolderFiles(tmp_path / "reports").keep(CONTENT, "pdf")
    files = opened(server, tmp_path)
    files.keep(CONTENT, "pdf")

    files.remove(ADDRESS)
    files.remove(ADDRESS)

    assert server.objects == {}
    with pytest.raises(FileMissing):
        files.read(ADDRESS, DIGEST)


def test_a_wrong_key_or_a_silent_bucket_is_told_without_the_key(server: BucketServer, tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable) as wrong:
        opened(server, tmp_path, secret="another").keep(CONTENT, "pdf")
    server.refusing = True
    with pytest.raises(StoreUnreachable) as silent:
        opened(server, tmp_path).read(ADDRESS, DIGEST)

    assert (wrong.value.code, wrong.value.facts) == ("kernel.store_unreachable", {"what": "PermissionDeniedError"})
    assert silent.value.facts == {"what": "GenericError"}
    assert server.objects == {}


def test_an_address_that_is_no_bucket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreAddressWrong) as no:
        open_files(Settings(data_dir=tmp_path, report_store="ftp://papers"), "reports")

    assert (no.value.code, no.value.facts) == ("kernel.store_address_wrong", {"found": "ftp://papers"})
