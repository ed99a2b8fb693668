"""A scheme that somebody is still writing, kept beside the shelf until it becomes a version (编辑中的方案).

It need not be whole: whatever was typed stays as it was typed. Nobody but its writer is shown it, nothing rests on it,
and it is gone once it was filed as a draft; that is why it is a file and no row.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from greencredit.kernel.settings import Settings

FOLDER: Final = "workpapers"


class Workpaper(NamedTuple):
    """What was typed, and when it was kept."""

    answers: dict[str, str]
    reason: str
    kept_at: datetime


def kept(settings: Settings, issuer_id: str, account_id: str) -> Workpaper | None:
    """Give what this account is writing for the issuer, or none."""
    try:
        said = json.loads(_path(settings, issuer_id, account_id).read_text(encoding="utf-8"))
        return Workpaper(said["answers"], said["reason"], datetime.fromisoformat(said["kept_at"]))
    except FileNotFoundError:
        return None


def keep(
    settings: Settings, issuer_id: str, account_id: str, answers: Mapping[str, str], *, reason: str, at: datetime
) -> None:
    """Keep what was typed so far, in the place of what was kept before; a crash leaves the one or the other, whole."""
    path = _path(settings, issuer_id, account_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    said = json.dumps({"answers": dict(answers), "reason": reason, "kept_at": at.isoformat()}, ensure_ascii=False)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".json")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(said)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)


def drop(settings: Settings, issuer_id: str, account_id: str) -> None:
    """Forget what was typed."""
    _path(settings, issuer_id, account_id).unlink(missing_ok=True)


def _path(settings: Settings, issuer_id: str, account_id: str) -> Path:
    names = (issuer_id, account_id)
    assert all(name.replace("_", "").isalnum() for name in names), f"ids are plain names, found {names}"
    return settings.data_dir / FOLDER / issuer_id / f"{account_id}.json"
