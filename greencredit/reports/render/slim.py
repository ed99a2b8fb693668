"""What the pinned WeasyPrint writes at greater length than is needed, said shortly: smaller files of the same pages.

These change bytes, never what is seen, read aloud or copied; with and without accelerations alike.
"""

import inspect
import io
import struct
import textwrap
from collections.abc import Iterator
from typing import Any, Final

from greencredit.reports.render import binding, colour

_HOLDING: Final = ("P", "H1", "H2", "H3", "H4", "H5", "H6", "TH", "TD", "LBody", "Lbl", "Span", "Link")
"""Elements that may hold text themselves; all others only group."""

_WITHIN_LINES: Final = frozenset(
    ("abbr", "b", "bdi", "code", "em", "i", "small", "strong", "sub", "sup", "time", "label")
)

_LABELS: Final = (
    (
        (
            "                group = self.stream.add_group(0, 0, 0, 0)  # BBox set after drawing\n"
            "                original_streams.append(self.stream)\n"
        ),
        "                group = self.stream.clone()\n                original_streams.append(self.stream)\n",
    ),
    (
        (
            "            group_id = self.stream.id\n"
            "            self.stream = original_streams.pop()\n"
            "            self.stream.push_state()\n"
        ),
        "            self.stream = original_streams.pop()\n            self.stream.push_state()\n",
    ),
    (
        (
            "                group.extra['BBox'][:] = (\n"
            "                    x - font_size, y - font_size,\n"
            "                    x + width + font_size, y + height + font_size)\n"
        ),
        "",
    ),
    (
        "            self.stream.draw_x_object(group_id)\n            self.stream.pop_state()\n",
        "            self.stream.stream.extend(group.stream)\n            self.stream.pop_state()\n",
    ),
)
_TEXT: Final = ((" " * 16 + "if tag == 'Link':\n", " " * 16 + f"if tag in {_HOLDING!r}:\n"),)

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_HEAD: Final = struct.Struct(">II5B")
_GREY_OF_ONE_BIT: Final = (1, 0, 0, 0, 0)
"""Depth, colours, folding, filter and order of rows, as a PNG says them."""


def slim() -> None:
    """Apply them all."""
    _write_shortly()
    _draw_labels_where_they_stand()
    _keep_pictures_of_one_bit()
    _hold_text_without_a_span()
    _tell_meanings_in_order()
    _describe_colours_by_a_formula()


def _write_shortly() -> None:
    """Write numbers to the precision that is seen, and one folded index."""
    import pydyf

    slow, write = pydyf._to_bytes, pydyf.PDF.write  # noqa: SLF001 - there is no other door

    def to_bytes(item: Any) -> bytes:  # noqa: ANN401 - a library without types
        found: bytes = binding.number(item) if isinstance(item, float) else slow(item)
        return found

    def show_text(self: Any, text: str) -> None:  # noqa: ANN401 - as above
        self.stream.append(b"[%s] TJ" % binding.moved(text).encode("ascii"))

    def write_file(
        self: Any,  # noqa: ANN401 - as above
        output: Any,  # noqa: ANN401 - as above
        version: Any = b"1.7",  # noqa: ANN401 - as above
        identifier: Any = False,  # noqa: ANN401, FBT002 - as above
        compress: bool = False,  # noqa: FBT001, FBT002 - their signature
    ) -> None:
        said = pydyf._to_bytes(version or b"1.7")  # noqa: SLF001 - as above
        if compress and isinstance(identifier, bytes) and said >= b"1.5":
            binding.write(self, output, said, identifier)
        else:
            write(self, output, version, identifier, compress)

    pydyf._to_bytes = to_bytes  # noqa: SLF001 - as above
    pydyf.Stream.show_text = show_text
    pydyf.PDF.write = write_file


def _draw_labels_where_they_stand() -> None:
    """Draw a centred label of a chart into the page itself, not into a drawing of its own with fonts of its own.

    WeasyPrint does that to move it when its width is known; it can be moved as well on the page.
    """
    from weasyprint import svg

    made: dict[str, Any] = {}
    source = textwrap.dedent(_changed(svg.SVG.draw_node, _LABELS))
    exec(source, vars(svg), made)  # noqa: S102 - its own source, but for a few lines
    svg.SVG.draw_node = made["draw_node"]


def _hold_text_without_a_span() -> None:
    """Let a paragraph, a heading or a cell hold its text: the span that WeasyPrint puts around each says nothing.

    What stands within a line is a span, also where HTML has a finer word for it.
    """
    from weasyprint.pdf import tags

    named = tags._get_pdf_tag  # noqa: SLF001 - there is no other door

    def name_of(tag: Any) -> str:  # noqa: ANN401 - a library without types
        found: str = "Span" if tag in _WITHIN_LINES else named(tag)
        return found

    exec(_changed(tags._build_box_tree, _TEXT), vars(tags))  # noqa: S102, SLF001 - as above
    tags._get_pdf_tag = name_of  # noqa: SLF001 - as above


def _changed(function: Any, words: tuple[tuple[str, str], ...]) -> str:  # noqa: ANN401 - as above
    """Give the source of a function of the pinned version with other words in some places."""
    source = inspect.getsource(function)
    for theirs, ours in words:
        assert source.count(theirs) == 1, f"{function.__name__} of the pinned version says {theirs!r}"
        source = source.replace(theirs, ours)
    return source


def _keep_pictures_of_one_bit() -> None:
    """Embed a picture of black and white as it came; WeasyPrint makes 24 bits of each of its points."""
    import pydyf
    from weasyprint.images import RasterImage

    made, theirs = RasterImage.__init__, RasterImage.get_x_object

    def make(self: Any, picture: Any, name: Any, data: Any, *more: Any, **known: Any) -> None:  # noqa: ANN401 - a library without types
        if data and _shape(data)[2:] == _GREY_OF_ONE_BIT:
            picture = picture.convert("L")
            picture.format = "PNG"  # so that the data are kept
        made(self, picture, name, data, *more, **known)

    def get_x_object(self: Any, interpolate: bool, dpi_ratio: float) -> Any:  # noqa: ANN401, FBT001 - their signature
        data = self.image_data.data
        if self.format != "PNG" or dpi_ratio != 1 or _shape(data) != (self.width, self.height, *_GREY_OF_ONE_BIT):
            return theirs(self, interpolate, dpi_ratio)
        extra = {
            "Type": "/XObject",
            "Subtype": "/Image",
            "Width": self.width,
            "Height": self.height,
            "ColorSpace": "/DeviceGray",
            "BitsPerComponent": 1,
            "Interpolate": "true" if interpolate else "false",
            "Filter": "/FlateDecode",
            "DecodeParms": pydyf.Dictionary({"Predictor": 15, "BitsPerComponent": 1, "Columns": self.width}),
        }
        return pydyf.Stream([b"".join(body for name, body in _chunks(data) if name == b"IDAT")], extra)

    RasterImage.__init__, RasterImage.get_x_object = make, get_x_object


def _shape(data: bytes) -> tuple[int, ...]:
    """Read what a PNG says of itself; nothing if it is none, or one with more than points."""
    if not data.startswith(_PNG):
        return ()
    found = dict(_chunks(data))
    return () if {b"tRNS", b"PLTE"} & set(found) else _HEAD.unpack(found[b"IHDR"])


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give the parts of a PNG."""
    at = len(_PNG)
    while at + 8 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += length + 12


def _tell_meanings_in_order() -> None:
    """List what glyphs mean by their numbers: neighbours are alike, and the list folds smaller."""
    from weasyprint import pdf

    theirs = pdf.build_fonts_dictionary

    def build_fonts_dictionary(file: Any, fonts: dict[Any, Any], *how: Any) -> Any:  # noqa: ANN401 - a library without types
        for font in fonts.values():
            font.to_unicode = dict(sorted(font.to_unicode.items()))
        return theirs(file, fonts, *how)

    pdf.build_fonts_dictionary = build_fonts_dictionary


def _describe_colours_by_a_formula() -> None:
    """Embed a profile of half a kilobyte instead of one of three."""
    from weasyprint import pdf

    read = pdf.ColorProfile

    def read_ours(file: Any, name: str, *described: Any) -> Any:  # noqa: ANN401 - a library without types
        file.close()
        assert name == "sRGB2014.icc", "the profile of the pinned version"
        return read(io.BytesIO(colour.srgb()), name, *described)

    pdf.ColorProfile = read_ours
