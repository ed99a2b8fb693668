"""What a file is, by its bytes: a whole PDF, PNG or JPEG and nothing behind it, with nothing in it that acts."""

import hashlib
import struct
import zlib
from typing import Final, NamedTuple

from greencredit.documents.errors import EmptyFile, FileTooLarge, TypeMismatch, TypeNotTaken, Unreadable
from greencredit.documents.rules.names import cleaned_name, ending_of
from greencredit.documents.rules.pdf import require_inert
from greencredit.schemas.documents import MediaType


class LookedAt(NamedTuple):
    """A file that was looked at and may be kept."""

    content: bytes
    digest: str
    media_type: MediaType
    name: str

    @property
    def size_bytes(self) -> int:
        """Count its bytes."""
        return len(self.content)


_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG_BEGINS, _JPEG_ENDS = b"\xff\xd8\xff", b"\xff\xd9"
_GENERIC: Final = frozenset({"", "application/octet-stream"})
_ALIASES: Final = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "application/x-pdf": "application/pdf"}

# Only to say what was found instead; none of these is taken.
_KNOWN: Final = (
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"GIF8", "a GIF image"),
    (b"#!", "a script"),
)
_MARKUP: Final = (b"<svg", b"<html", b"<!doctype", b"<?xml", b"<script", b"<body", b"<head")


def look_at(content: bytes, *, name: str, declared: str, largest_bytes: int) -> LookedAt:
    """Give what a file is, or refuse one that is not taken or is not what its name and sender say."""
    if not content:
        raise EmptyFile
    if len(content) > largest_bytes:
        raise FileTooLarge(found=len(content), wanted=largest_bytes)
    found = media_type_of(content)
    said = declared.partition(";")[0].strip().lower()
    said = _ALIASES.get(said, said)
    if said not in _GENERIC and said != found:
        raise TypeMismatch(where="declared type", found=said[:80], wanted=found)
    ending = ending_of(name)
    if ending and ending not in found.endings:
        raise TypeMismatch(where="name", found=ending[:20], wanted=found)
    if found is MediaType.PDF:
        require_inert(content)
    return LookedAt(content, hashlib.sha256(content).hexdigest(), found, cleaned_name(name, found))


def media_type_of(content: bytes) -> MediaType:
    """Give the type of a whole file by its bytes, or refuse it."""
    # A file that begins as one thing and holds another behind it would be two files under one digest.
    if content.startswith(b"%PDF-"):
        return MediaType.PDF
    if content.startswith(_PNG):
        _require_whole_png(content)
        return MediaType.PNG
    if content.startswith(_JPEG_BEGINS):
        if not content.endswith(_JPEG_ENDS):
            raise Unreadable(found="a JPEG image that is cut off or has something behind it", wanted="a whole image")
        return MediaType.JPEG
    raise TypeNotTaken(found=_guess(content), wanted=[one.value for one in MediaType])


def _guess(content: bytes) -> str:
    for beginning, what in _KNOWN:
        if content.startswith(beginning):
            return what
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if any(one in start for one in _MARKUP):
        return "SVG, HTML or other markup"
    return "an unknown kind"


def _require_whole_png(content: bytes) -> None:
    """Follow the chunks to the end: every check sum holds, and nothing stands behind the last chunk."""
    place, kind = len(_PNG), b""
    while kind != b"IEND":
        header = content[place : place + 8]
        if len(header) < 8:  # noqa: PLR2004 - length and kind of a chunk
            raise Unreadable(found="a PNG image that is cut off", wanted="a whole image")
        length, kind = struct.unpack(">I4s", header)
        body = content[place + 4 : place + 8 + length]
        check = content[place + 8 + length : place + 12 + length]
        if len(check) < 4 or struct.unpack(">I", check)[0] != zlib.crc32(body):  # noqa: PLR2004 - a check sum
            raise Unreadable(found="a PNG image with a broken chunk", wanted="a whole image")
        place += 12 + length
    if place != len(content):
        raise Unreadable(found=f"{len(content) - place:,} bytes behind the end of the image", wanted="a whole image")
