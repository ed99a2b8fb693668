"""Opens a signed report: its embedded files, what its metadata say, and the words on its pages; all of it bounded.

It is only called for a file whose signature fits, but that may be anybody's signature: so every stream is unfolded
against a budget, and a file made to unfold without end is refused at its limit.
"""

import io
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from greencredit.reports.errors import DigestDiffers, FilesMissing

if TYPE_CHECKING:
    import pikepdf

UNFOLDED_BYTES_MAX: Final = 100_000_000
"""What all streams that are looked at may unfold to together."""

_PAGES_MAX: Final = 2_000
_FILES_MAX: Final = 16
_DEEPEST: Final = 4
_GLYPH_DIGITS: Final = 4
_DEFLATE: Final = "/FlateDecode"
_FORM: Final = "/Form"

_NUMBER: Final = re.compile(rb"<gc:number>([0-9A-Z-]{1,40})</gc:number>")
_DIGEST: Final = re.compile(rb"<gc:factsSha256>([0-9a-f]{64})</gc:factsSha256>")
# Nothing that opens may stand inside what it opens: each byte of a page made to be slow is then looked at a few times.
_SHOWN: Final = re.compile(
    rb"/([^\s/]{1,127}) [0-9.]{1,20} Tf\b|(\[[^\[\]]*\]) TJ\b|(<[0-9a-fA-F]*>) Tj\b|/([^\s/]{1,127}) Do\b"
)
_HEX: Final = re.compile(rb"<([0-9a-fA-F]*)>")
_MAPPED: Final = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]{4,32})>")

Glyphs = Mapping[bytes, str]


class Opened(NamedTuple):
    """What is inside a report."""

    files: Mapping[str, bytes]
    number: str
    facts_sha256: str
    words: tuple[str, ...]
    """Every run of text on its pages, in drawing order."""


def opened(data: bytes) -> Opened:
    """Open a file; refuses one that lacks what every report has, or that unfolds beyond every report."""
    import pikepdf

    most = UNFOLDED_BYTES_MAX
    pikepdf.settings.set_qpdf_limits(flate_max_memory=most, png_max_memory=most, run_length_max_memory=most)
    with _refusing(), pikepdf.open(io.BytesIO(data), attempt_recovery=False) as pdf:
        reader = _Reader(most)
        metadata = reader.unfolded(pdf.Root["/Metadata"])
        return Opened(
            files=reader.files(pdf),
            number=_only(_NUMBER, metadata, "number"),
            facts_sha256=_only(_DIGEST, metadata, "digest"),
            words=tuple(reader.words(pdf)),
        )


class _Reader:
    """Reads streams against one budget, and each font once."""

    def __init__(self, budget_bytes: int) -> None:
        self._left = budget_bytes
        self._fonts: dict[tuple[int, int], Glyphs] = {}

    def unfolded(self, stream: Any) -> bytes:  # noqa: ANN401 - an object of the file
        """Give what a stream holds."""
        raw: bytes = stream.read_raw_bytes()
        if "/Filter" in stream:
            if str(stream["/Filter"]) != _DEFLATE or "/DecodeParms" in stream:
                raise FilesMissing(found="a stream in another coding", wanted="deflate, as reports are written")
            inflate = zlib.decompressobj()
            raw = inflate.decompress(raw, self._left + 1)
        self._left -= len(raw)
        if self._left < 0:
            raise FilesMissing(
                found=f"streams beyond {UNFOLDED_BYTES_MAX} bytes", wanted="no more, as no report has more"
            )
        return raw

    def files(self, pdf: "pikepdf.Pdf") -> dict[str, bytes]:
        """Give the embedded files by name."""
        listed: Any = pdf.Root["/AF"]
        if len(listed) > _FILES_MAX:
            raise FilesMissing(found=f"{len(listed)} files", wanted=f"at most {_FILES_MAX}")
        found = {str(one["/UF"]): self.unfolded(one["/EF"]["/F"]) for one in listed}
        if len(found) != len(listed):
            raise FilesMissing(found="two files of one name", wanted="each name once")
        return found

    def words(self, pdf: "pikepdf.Pdf") -> Iterator[str]:
        """Give the text of every page."""
        import pikepdf

        if len(pdf.pages) > _PAGES_MAX:
            raise FilesMissing(found=f"{len(pdf.pages)} pages", wanted=f"at most {_PAGES_MAX}")
        for page in pdf.pages:
            parts: Any = page.obj["/Contents"]
            streams = list(parts) if isinstance(parts, pikepdf.Array) else [parts]
            content = b"\n".join(self.unfolded(stream) for stream in streams)
            yield from self._shown(content, page.resources, 0)

    def _shown(self, content: bytes, resources: Any, depth: int) -> Iterator[str]:  # noqa: ANN401 - of the file
        glyphs: Glyphs = {}
        for font, many, one, form in _SHOWN.findall(content):
            if font:
                glyphs = self._glyphs(resources["/Font"]["/" + font.decode()])
            elif form:
                drawn = resources["/XObject"]["/" + form.decode()]
                if str(drawn.get("/Subtype")) == _FORM and depth < _DEEPEST:
                    yield from self._shown(self.unfolded(drawn), drawn.get("/Resources", resources), depth + 1)
            else:
                text = b"".join(_HEX.findall(many or one))
                yield "".join(
                    glyphs.get(text[at : at + _GLYPH_DIGITS], "\ufffd") for at in range(0, len(text), _GLYPH_DIGITS)
                )

    def _glyphs(self, font: Any) -> Glyphs:  # noqa: ANN401 - an object of the file
        known = self._fonts.get(font.objgen)
        if known is None:
            table = self.unfolded(font["/ToUnicode"])
            known = {glyph: bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in _MAPPED.findall(table)}
            self._fonts[font.objgen] = known
        return known


def _only(wanted: re.Pattern[bytes], metadata: bytes, what: str) -> str:
    found = wanted.findall(metadata)
    if len(found) != 1:
        raise DigestDiffers(found=f"{len(found)} times a {what} in the metadata", wanted="once")
    text: str = found[0].decode()
    return text


@contextmanager
def _refusing() -> Iterator[None]:
    """Refuse whatever the PDF library or a wrong structure stumbles over."""
    import pikepdf

    try:
        yield
    except (pikepdf.PdfError, zlib.error, RuntimeError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise FilesMissing(
            found=f"a file that cannot be read ({type(fault).__name__})", wanted="the files that every report carries"
        ) from fault
