"""Pictures that carry their credential (Open Badges 3.0 §5.3): an iTXt chunk of a PNG, one element of an SVG."""

import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple
from xml.parsers.expat import ExpatError, ParserCreate
from xml.sax.saxutils import quoteattr

from greencredit.proofs.errors import PictureMalformed

PNG_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
KEYWORD: Final = "openbadgecredential"
NAMESPACE: Final = "https://purl.imsglobal.org/ob/v3p0"
_ELEMENT: Final = f"{NAMESPACE} credential"
_SVG: Final = "http://www.w3.org/2000/svg svg"
_HEAD_BYTES: Final = 8
_CRC_BYTES: Final = 4


class _Chunk(NamedTuple):
    kind: bytes
    data: bytes

    @property
    def written(self) -> bytes:
        crc = zlib.crc32(self.kind + self.data)
        return len(self.data).to_bytes(4, "big") + self.kind + self.data + crc.to_bytes(4, "big")


def bake_png(picture: bytes, credential: str) -> bytes:
    """Put a credential into a PNG, right before its end; one that was there before makes room."""
    chunks = [chunk for chunk in _chunks(picture) if not _is_ours(chunk)]
    # Keyword, no compression (0, 0), no language, no translated keyword, text.
    ours = _Chunk(b"iTXt", KEYWORD.encode() + b"\0\0\0\0\0" + credential.encode())
    return PNG_MAGIC + b"".join(chunk.written for chunk in (*chunks[:-1], ours, chunks[-1]))


def from_png(picture: bytes) -> str:
    """Give the credential of a PNG; every chunk must be whole, and only one may carry a credential."""
    found = [chunk.data for chunk in _chunks(picture) if _is_ours(chunk)]
    if len(found) != 1:
        raise PictureMalformed(found=f"{len(found)} credentials in the PNG", wanted="exactly one")
    data = found[0][len(KEYWORD) + 1 :]
    if data[:2] != b"\0\0":
        raise PictureMalformed(found="a compressed credential", wanted="one without compression")
    try:
        _language, translated, text = data[2:].decode().split("\0", 2)
    except ValueError as error:
        raise PictureMalformed(found="an iTXt chunk without its parts", wanted="keyword, flags, text") from error
    del translated
    return text


def _chunks(picture: bytes) -> list[_Chunk]:
    chunks = list(_walked(picture))
    if chunks[0].kind != b"IHDR" or chunks[-1].kind != b"IEND":
        raise PictureMalformed(found="chunks in another order", wanted="IHDR first, IEND last")
    return chunks


def _walked(picture: bytes) -> Iterator[_Chunk]:
    if not picture.startswith(PNG_MAGIC):
        raise PictureMalformed(found="another first line", wanted="a PNG")
    at, ended = len(PNG_MAGIC), False
    while at < len(picture):
        size, kind = int.from_bytes(picture[at : at + 4], "big"), picture[at + 4 : at + _HEAD_BYTES]
        end = at + _HEAD_BYTES + size
        data, crc = picture[at + _HEAD_BYTES : end], picture[end : end + _CRC_BYTES]
        if ended or len(crc) != _CRC_BYTES or int.from_bytes(crc, "big") != zlib.crc32(kind + data):
            raise PictureMalformed(found=f"a broken chunk at byte {at}", wanted="whole chunks with their checksums")
        yield _Chunk(kind, data)
        at, ended = end + _CRC_BYTES, kind == b"IEND"
    if not ended:
        raise PictureMalformed(found="no end", wanted="IEND")


def _is_ours(chunk: _Chunk) -> bool:
    return chunk.kind == b"iTXt" and chunk.data.startswith(KEYWORD.encode() + b"\0")


def bake_svg(picture: str, credential: str) -> str:
    """Put a token into an SVG of ours, right after the opening of its root element."""
    head, opening, rest = picture.partition("<svg ")
    attributes, end, body = rest.partition(">")
    assert opening, "our pictures are SVG"
    assert end, "our pictures have a root element with attributes"
    assert NAMESPACE not in picture, "our pictures carry nothing yet"
    element = f"<openbadges:credential verify={quoteattr(credential)}></openbadges:credential>"
    return f'{head}<svg xmlns:openbadges="{NAMESPACE}" {attributes}>{element}{body}'


def from_svg(picture: bytes) -> str:
    """Give the credential of an SVG: the token of its `verify` attribute, or the document in its body."""
    reader = _Reader()
    parser = ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(picture, True)  # noqa: FBT003 - expat's own signature: this is the last piece
    except ExpatError as error:
        raise PictureMalformed(found=f"XML that breaks off: {error}", wanted="a whole SVG") from error
    if reader.root != _SVG or len(reader.found) != 1:
        raise PictureMalformed(found=f"{len(reader.found)} credentials in {reader.root}", wanted="one, in an SVG")
    return reader.found[0].strip()


class _Reader:
    """Collects what stands in the credential's element."""

    def __init__(self) -> None:
        self.root = ""
        self.found: list[str] = []
        self._inside = False

    def doctype(self, *_: object) -> None:
        """Refuse a document type: it could bring words of its own along."""
        raise PictureMalformed(found="a document type", wanted="an SVG without one")

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        self.root = self.root or name
        if self._inside:
            raise PictureMalformed(found=f"{name} inside the credential", wanted="text alone")
        if name == _ELEMENT:
            self._inside = True
            self.found.append(attributes.get("verify", ""))

    def end(self, name: str) -> None:
        """Close an element."""
        self._inside = self._inside and name != _ELEMENT

    def text(self, told: str) -> None:
        """Take in text."""
        if self._inside:
            self.found[-1] += told
