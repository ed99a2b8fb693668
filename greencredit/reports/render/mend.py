"""Mends of the pinned WeasyPrint, once a process: our own HarfBuzz, no file left open, streams that end clearly."""

from functools import cache
from typing import Any, Final

_DROPPED_TABLES: Final = ("BASE", "DSIG", "EBDT", "EBLC", "EBSC", "GPOS", "GSUB", "JSTF", "LTSH", "PCLT", "SVG ")


def mend() -> None:
    """Apply them all."""
    _close_the_colour_profile()
    _subset_with_our_harfbuzz()
    _end_streams_clearly()


def read_fontconfig() -> None:
    """Let fontconfig read its configuration at once.

    Pango leaves that to a thread of its own, which would look at the environment at some later moment.
    """
    from weasyprint.text import ffi

    ffi.ffi.cdef("FcBool FcInit (void);")
    understood = ffi.fontconfig.FcInit()
    assert understood, "our own configuration of fontconfig can be read"


def _close_the_colour_profile() -> None:
    """Close the file of the colour profile, which is opened for every document and left to the garbage collector."""
    from weasyprint import pdf

    read = pdf.ColorProfile

    def read_and_close(file: Any, *described: Any) -> Any:  # noqa: ANN401 - a library without types
        with file:
            return read(file, *described)

    pdf.ColorProfile = read_and_close


def _subset_with_our_harfbuzz() -> None:
    """Let the pinned wheel cut fonts, so that neither the bytes nor the speed depend on the machine's library."""
    import uharfbuzz
    from weasyprint.pdf.fonts import Font

    keep_ids = (
        uharfbuzz.SubsetFlags.RETAIN_GIDS
        | uharfbuzz.SubsetFlags.PASSTHROUGH_UNRECOGNIZED
        | uharfbuzz.SubsetFlags.DESUBROUTINIZE
    )
    then = uharfbuzz.SubsetFlags.PASSTHROUGH_UNRECOGNIZED | uharfbuzz.SubsetFlags.DESUBROUTINIZE

    @cache
    def face_of(content: bytes, index: int) -> uharfbuzz.Face:
        return uharfbuzz.Face(content, index)

    def subset(self: Any, to_unicode: dict[int, str], hinting: bool) -> None:  # noqa: ANN401, FBT001 - their signature
        if not to_unicode:
            return
        flags = uharfbuzz.SubsetFlags.NOTDEF_OUTLINE if self.missing else 0
        first = uharfbuzz.SubsetInput()
        first.glyph_set.update(to_unicode)
        first.flags = keep_ids | flags
        first.drop_table_tag_set.update(int.from_bytes(tag.encode(), "big") for tag in _DROPPED_TABLES)
        cut = uharfbuzz.subset(face_of(self.file_content, self.index), first)
        second = uharfbuzz.SubsetInput()
        second.glyph_set.update(range(max(to_unicode) + 1))
        second.flags = then | flags | (0 if hinting else uharfbuzz.SubsetFlags.NO_HINTING)
        second.drop_table_tag_set.update(int.from_bytes(tag.encode(), "big") for tag in _DROPPED_TABLES)
        self.file_content = uharfbuzz.subset(cut, second).blob.data

    Font.subset = subset


def _end_streams_clearly() -> None:
    """Keep the last byte of a stream apart from the end of its line.

    Compressed data ends in a carriage return once in 256 times; with the line feed that follows, some readers take
    both for the end of the line and find the stream a byte too short.
    """
    from pydyf import Stream

    written = Stream.data.fget

    def data(self: Any) -> bytes:  # noqa: ANN401 - a library without types
        found: bytes = written(self)
        return found.removesuffix(b"\nendstream") + b"\r\nendstream" if found.endswith(b"\r\nendstream") else found

    Stream.data = property(data)
