"""The portal's own files (style sheet, marks, type, one script), served for ever under the digest of their content."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import Response
from fastapi.responses import FileResponse

from greencredit.kernel.doors import Doors
from greencredit.kernel.errors import NotFound

FOLDER: Final = Path(__file__).parent / "static"
_KINDS: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}

router = Doors(include_in_schema=False)


class NoSuchAsset(NotFound):
    """没有这个文件: the portal has no file of that name."""

    code = "web.no_such_asset"


@cache
def files() -> dict[str, Path]:
    """Give every file that may be served, by name; nothing outside this list can be asked for."""
    return {path.relative_to(FOLDER).as_posix(): path for path in sorted(FOLDER.rglob("*")) if path.suffix in _KINDS}


@cache
def edition() -> str:
    """Give the digest of all files together: the style sheet names its fonts by their place beside it."""
    digest = hashlib.sha256()
    for name, path in files().items():
        digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def address_of(name: str) -> str:
    """Give the address of one file; a misspelt name is a mistake of ours."""
    assert name in files(), f"there is no file {name} in {FOLDER}"
    return f"/static/{edition()}/{name}"


@router.get("/static/{asked_edition}/{name:path}")
def asset(asked_edition: str, name: str) -> Response:
    """Give one file; only the present edition may be kept for ever."""
    path = files().get(name)
    if path is None:
        message = f"there is no file {name}"
        raise NoSuchAsset(message, name=name)
    keep = "public, max-age=31536000, immutable" if asked_edition == edition() else "no-cache"
    return FileResponse(path, media_type=_KINDS[path.suffix], headers={"Cache-Control": keep})
