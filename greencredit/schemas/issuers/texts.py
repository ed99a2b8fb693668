"""What the shapes of issuers share: digests, lines of text, papers."""

import hashlib
from typing import Annotated, Self

from pydantic import Field

from greencredit.schemas.values import Record

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 digest in lower-case hexadecimal."""


Line = Annotated[str, Field(min_length=1, max_length=400, pattern=r"\S")]
"""One line of text that says something."""


Percent = Annotated[int, Field(ge=0, le=100)]


class Document(Record):
    """A paper somebody holds, known here by its digest only (材料)."""

    name: Line
    media_type: Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]+$")]
    digest: Digest

    @classmethod
    def of(cls, name: str, content: bytes, media_type: str = "application/pdf") -> Self:
        """Describe a paper by its content."""
        return cls(name=name, media_type=media_type, digest=hashlib.sha256(content).hexdigest())
