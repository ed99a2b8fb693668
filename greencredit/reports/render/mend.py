"""Mends of the pinned WeasyPrint, once a process: our own HarfBuzz, no memory kept, streams that end clearly."""

import inspect
from functools import cache
from typing import Any, Final

FEATURES: Final = (
    "font_kerning",
    "font_variant_ligatures",
    "font_variant_position",
    "font_variant_caps",
    "font_variant_numeric",
    "font_variant_alternates",
    "font_variant_east_asian",
    "font_feature_settings",
)
"""What in a style decides over the features of the font."""

_STEP: Final = (
    "add_height = 1 if lost_space == inf else lost_space",
    "add_height = max(8, 0 if lost_space == inf else lost_space)",
)
"""How much higher columns are tried each time: WeasyPrint's words, and ours."""

_DROPPED_TABLES: Final = (
    *("BASE", "DSIG", "EBDT", "EBLC", "EBSC", "GPOS", "GSUB", "JSTF", "LTSH", "PCLT", "SVG "),
    *("GDEF", "OS/2", "STAT", "cmap", "gasp", "name", "post"),
)
"""WeasyPrint's own list, and what no reader of a PDF looks at, who finds glyphs by number and metrics elsewhere."""


def mend() -> None:
    """Apply them all."""
    _subset_with_our_harfbuzz()
    _end_streams_clearly()
    _give_features_back()
    _raise_columns_by_larger_steps()


def read_fontconfig() -> None:
    """Let fontconfig read its configuration at once.

    Pango leaves that to a thread of its own, which would look at the environment at some later moment.
    """
    from weasyprint.text import ffi

    ffi.ffi.cdef("FcBool FcInit (void);")
    understood = ffi.fontconfig.FcInit()
    assert understood, "our own configuration of fontconfig can be read"


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


def _give_features_back() -> None:
    """Let each layout own the features of its font, so that they go when it goes.

    WeasyPrint makes an attribute and a list for each layout and frees neither: about a quarter of a megabyte a report.
    """
    from weasyprint.text import line_break

    setup, features_of = line_break.Layout.setup, line_break.font_features
    pango, ffi = line_break.pango, line_break.ffi

    def no_features(*_style: Any) -> dict[str, Any]:  # noqa: ANN401 - a library without types
        return {}

    def set_up(self: Any, style: Any) -> None:  # noqa: ANN401 - as above
        setup(self, style)
        features = features_of(*(style[name] for name in FEATURES))
        if features:
            said = ",".join(f"{key} {value}" for key, value in features.items()).encode()
            owned = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
            pango.pango_attr_list_insert(owned, pango.pango_attr_font_features_new(said))
            pango.pango_layout_set_attributes(self.layout, owned)

    line_break.font_features = no_features  # only asked there
    line_break.Layout.setup = set_up


def _raise_columns_by_larger_steps() -> None:
    """Let columns grow by at least eight pixels from one try to the next, half a line of text.

    WeasyPrint lays columns out again and again, each time a little higher, until all fits: mostly by a single pixel,
    so that eight short texts took a hundred tries and seconds.
    """
    from weasyprint.layout import block, column

    theirs, ours = _STEP
    source = inspect.getsource(column.columns_layout)
    assert source.count(theirs) == 1, "the loop of the pinned version"
    exec(source.replace(theirs, ours), vars(column))  # noqa: S102 - its own source, but for one line
    block.columns_layout = column.columns_layout
