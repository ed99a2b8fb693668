"""Secret keys of this installation: made once, kept in files only the owner can read, handed in."""

import hashlib
import hmac
import os
from pathlib import Path

from greencredit.kernel.ids import Entropy

_KEY_BYTES = 32


class Keys:
    """One root secret; each purpose gets a key of its own that does not reveal the others."""

    def __init__(self, root: bytes) -> None:
        assert len(root) == _KEY_BYTES, "the root secret has 32 bytes"
        self._root = root

    def for_purpose(self, purpose: str) -> bytes:
        """Derive the 32-byte key of one purpose (HMAC-SHA-256 of its name under the root)."""
        return hmac.digest(self._root, purpose.encode(), hashlib.sha256)


def open_keys(data_dir: Path, entropy: Entropy) -> Keys:
    """Read the root secret, or make it on first use (mode 0600, never overwritten)."""
    path = data_dir / "keys" / "root"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return Keys(path.read_bytes())
    with os.fdopen(handle, "wb") as file:
        file.write(root := entropy(_KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    return Keys(root)
