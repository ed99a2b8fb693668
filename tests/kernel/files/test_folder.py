"""A store in a folder: whole or nothing, whatever the disk does, and never other bytes than were kept."""

import errno
import hashlib
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO, Any, cast

import pytest

from greencredit.kernel.files.folder import FolderFiles
from greencredit.kernel.files.kept import FileDamaged, FileMissing, Kept, StoreFull
from tests.house.sources import ROOT

CONTENT = b"%PDF made up" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
ADDRESS = f"sha256/{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}.pdf"


def everything_in(folder: Path) -> list[str]:
    """List every file below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_was_kept_is_given_back_at_the_address_of_its_digest(tmp_path: Path) -> None:
    files = FolderFiles(tmp_path)

    kept = files.keep(CONTENT, "pdf")

    assert kept == Kept(ADDRESS, DIGEST, len(CONTENT))
    assert files.read(kept.address, kept.sha256) == CONTENT
    assert files.holds(kept.address, kept.sha256)
    assert files.keep(CONTENT, "pdf") == kept
    assert everything_in(tmp_path) == [ADDRESS]


def test_a_file_is_kept_as_its_bytes_are(tmp_path: Path) -> None:
    (tmp_path / "made").write_bytes(CONTENT)
    files = FolderFiles(tmp_path / "store")

    assert files.keep(tmp_path / "made", "pdf") == Kept(ADDRESS, DIGEST, len(CONTENT))
    assert everything_in(tmp_path / "store") == [ADDRESS]


def test_bytes_that_changed_on_the_disk_are_refused_and_kept_anew(tmp_path: Path) -> None:
    files = FolderFiles(tmp_path)
    kept = files.keep(CONTENT, "pdf")
    (tmp_path / kept.address).write_bytes(CONTENT[:-1] + b"!")

    with pytest.raises(FileDamaged) as no:
        files.read(kept.address, kept.sha256)

    found = hashlib.sha256(CONTENT[:-1] + b"!").hexdigest()
    assert no.value.facts == {"address": ADDRESS, "wanted": DIGEST, "found": found}
    assert not files.holds(kept.address, kept.sha256)
    assert files.keep(CONTENT, "pdf") == kept
    assert files.read(kept.address, kept.sha256) == CONTENT


def test_what_is_not_there_is_not_found_and_removing_it_is_as_good(tmp_path: Path) -> None:
    files = FolderFiles(tmp_path)
    files.remove(ADDRESS)

    with pytest.raises(FileMissing) as no:
        files.read(ADDRESS, DIGEST)

    assert (no.value.code, no.value.facts) == ("kernel.file_missing", {"address": ADDRESS})


class _Full(io.FileIO):
    """A file on a disk that fills up at the n-th step of writing it: each write, the flush, the making durable."""

    steps_left = 0

    def _step(self) -> None:
        if not self.steps_left:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.steps_left -= 1

    def write(self, content: Any) -> int:  # noqa: ANN401 - the library's own form
        """Take bytes, if there is room."""
        self._step()
        return super().write(content)

    def flush(self) -> None:
        """Fail like a write that was put off."""
        self._step()
        super().flush()

    def fileno(self) -> int:
        """Fail where the store asks for the file to be made durable."""
        self._step()
        return super().fileno()


@pytest.mark.proves("REP-10")
@pytest.mark.parametrize("steps", range(4))
def test_a_disk_that_is_full_at_any_step_leaves_nothing_half(tmp_path: Path, steps: int) -> None:
    def nearly_full(folder: Path) -> IO[bytes]:
        file = _Full(folder / ".unfinished-1", "xb")
        file.steps_left = steps
        return cast("IO[bytes]", file)

    (tmp_path / "made").write_bytes(CONTENT + b"!" * (1 << 20))  # two pieces

    with pytest.raises(StoreFull) as no:
        FolderFiles(tmp_path / "store", open_beside=nearly_full).keep(tmp_path / "made", "pdf")

    assert (no.value.code, no.value.facts) == ("kernel.store_full", {"size_bytes": len(CONTENT) + (1 << 20)})
    assert everything_in(tmp_path / "store") == []


_ON_A_TINY_DISK = """
import os, sys
from pathlib import Path
from greencredit.kernel.files.folder import FolderFiles
from greencredit.kernel.files.kept import StoreFull

root = Path(sys.argv[1])
files = FolderFiles(root)
small = files.keep(b"small", "pdf")
try:
    files.keep(os.urandom(200_000), "pdf")
except StoreFull as no:
    print(no.code, no.facts["size_bytes"])
print(sorted(path.name for path in root.rglob("*") if path.is_file()) == [small.sha256 + ".pdf"])
print(files.read(small.address, small.sha256).decode())
"""


def test_a_disk_of_64_kilobytes_takes_what_fits_and_refuses_the_rest_whole(tmp_path: Path) -> None:
    if shutil.which("unshare") is None or os.geteuid() != 0:
        pytest.skip("only root mounts a small disk")
    mounted = f"mount -t tmpfs -o size=64k none {tmp_path} && exec {sys.executable} - {tmp_path}"

    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", mounted],  # noqa: S607 - the system's own
        input=_ON_A_TINY_DISK,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )

    if "unshare failed" in done.stderr or "permission denied" in done.stderr.lower():
        pytest.skip(f"this machine mounts nothing: {done.stderr.strip()}")
    assert (done.stdout.splitlines(), done.stderr) == (["kernel.store_full 200000", "True", "small"], "")
