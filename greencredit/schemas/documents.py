"""Papers as they are handed in and kept: by what they contain, not by what they are called (材料)."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from greencredit.schemas.values import Instant, Record, Words

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 digest in lower-case hexadecimal."""


class MediaType(StrEnum):
    """The kinds of file that are taken in; nothing that a browser or an office program would carry out."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"

    @property
    def endings(self) -> tuple[str, ...]:
        """Give the endings that names of such files have; the first is the usual one."""
        return _ENDINGS[self]


_ENDINGS: Final = {
    MediaType.PDF: (".pdf",),
    MediaType.PNG: (".png",),
    MediaType.JPEG: (".jpg", ".jpeg"),
}


class HandedIn(Record):
    """A file that somebody handed in (已提交材料)."""

    digest: Digest
    size_bytes: int
    media_type: MediaType
    """Found by looking at the bytes."""
    name: str
    """As the file was called, without folders and without characters that no name needs."""
    account_id: str
    at: Instant


class Kept(Record):
    """A file that belongs to a place, such as the papers of one issuer."""

    digest: Digest
    size_bytes: int
    media_type: MediaType
    name: str
    since: Instant


class UploadLimits(Record):
    """How much may be handed in (上传限制)."""

    title: Words
    basis: Words
    largest_bytes: Annotated[int, Field(gt=0)]
    most_bytes_a_day: Annotated[int, Field(gt=0)]
    """Of one account, on one civil day."""
    most_files_a_day: Annotated[int, Field(gt=0)]


class ShelfAudit(Record):
    """Whether the folder holds what the register says (材料核对)."""

    looked_at: int
    lost: tuple[Digest, ...]
    """In the register and not in the folder."""
    altered: tuple[Digest, ...]
    """In the folder, with other bytes than the register says."""
    strange: tuple[str, ...]
    """In the folder and not in the register; an upload that was cut off leaves one, and it does no harm."""

    @property
    def holds(self) -> bool:
        """Tell whether nothing is lost and nothing was altered."""
        return not (self.lost or self.altered)
