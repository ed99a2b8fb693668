"""Text: the same words in the same type are broken into lines and drawn the same way.

A line is kept as what WeasyPrint found; what it draws is kept as a recipe, which a later page follows. A recipe names
the fonts and glyphs it needs; where a document has given one of these glyphs another width, WeasyPrint draws by itself.
"""

from dataclasses import dataclass, field
from operator import itemgetter
from types import SimpleNamespace
from typing import Any, Final

from greencredit.reports.render.mend import FEATURES
from greencredit.reports.render.swift.swaps import Kept, Swaps

_TYPE: Final = (
    "font_family",
    "font_size",
    "font_style",
    "font_stretch",
    "font_weight",
    "font_kerning",
    "font_variant_ligatures",
    "font_variant_position",
    "font_variant_caps",
    "font_variant_numeric",
    "font_variant_alternates",
    "font_variant_east_asian",
    "font_feature_settings",
    "font_variation_settings",
    "font_language_override",
    "lang",
    "direction",
    "letter_spacing",
    "word_spacing",
    "overflow_wrap",
    "tab_size",
)
_BREAKING: Final = (
    "white_space",
    "text_decoration_line",
    "hyphens",
    "hyphenate_character",
    "hyphenate_limit_chars",
    "hyphenate_limit_zone",
    "word_break",
    "line_height",
)
_type_of = itemgetter(*_TYPE)
_breaking_of = itemgetter(*_BREAKING)

_lines: Final = Kept(4_000)
_recipes: Final = Kept(1_500)
_types: Final = Kept(500)
_fonts: Final = Kept(500)


class _Unusual(Exception):  # noqa: N818 - it is no error, it is a way out
    """Something that no recipe can say."""


def swap(swaps: Swaps) -> None:
    """Exchange how text is laid out, broken and drawn."""
    from weasyprint.draw import text as drawing
    from weasyprint.text import line_break

    swaps.function(line_break, "split_first_line", _splitter(line_break))
    swaps.member(line_break.Layout, "setup", _setup(line_break))
    swaps.member(line_break.Layout, "reactivate", _reactivate)
    swaps.member(line_break.Layout, "deactivate", _deactivate)
    swaps.function(drawing, "draw_first_line", _drawer(drawing))


def _typed(style: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a library without types
    """Give everything that decides over the glyphs of a text."""
    said = _type_of(style)
    family = said[0]
    if type(family) is list:  # texts of a drawing
        return (style.font_config, tuple(family), *said[1:])
    return (style.font_config, *said)


# ---- Lines -----------------------------------------------------------------------------------------------------------


def _splitter(line_break: Any) -> Any:  # noqa: ANN401 - as above
    theirs, layout_class = line_break.split_first_line, line_break.Layout

    def split_first_line(
        text: str,
        style: Any,  # noqa: ANN401 - as above
        context: Any,  # noqa: ANN401 - as above
        max_width: Any,  # noqa: ANN401 - as above
        justification_spacing: Any,  # noqa: ANN401 - as above
        is_line_start: bool = True,  # noqa: FBT001, FBT002 - their signature
        minimum: bool = False,  # noqa: FBT001, FBT002 - as above
    ) -> tuple[Any, ...]:
        question = (
            text,
            max_width,
            _typed(style),
            _breaking_of(style),
            justification_spacing,
            is_line_start,
            minimum,
        )
        found = _lines.get(question)
        if found is None:
            layout, *measured = theirs(text, style, context, max_width, justification_spacing, is_line_start, minimum)
            _lines.keep(question, (dict(layout.__dict__), tuple(measured)))
            return (layout, *measured)
        layout = layout_class.__new__(layout_class)
        layout.__dict__.update(found[0])
        return (layout, *found[1])

    return split_first_line


def _setup(line_break: Any) -> Any:  # noqa: ANN401 - as above
    theirs = line_break.Layout.setup
    pango, gobject, ffi = line_break.pango, line_break.gobject, line_break.ffi

    def setup(self: Any, style: Any) -> None:  # noqa: ANN401 - as above
        """Make a new layout of a type that is known, without asking for context and features again."""
        if style["text_decoration_line"] != "none":
            theirs(self, style)
            return
        question = _typed(style)
        known = _types.get(question)
        if known is None:
            known = _type(line_break, style)
            _types.keep(question, known)
        context, self.language, description, features = known
        self.style = style
        self.first_line_direction = 0
        self.ascent = self.underline_position = self.strikethrough_position = None
        self.layout = ffi.gc(pango.pango_layout_new(context), gobject.g_object_unref)
        pango.pango_layout_set_auto_dir(self.layout, False)  # noqa: FBT003 - a foreign function
        pango.pango_layout_set_font_description(self.layout, description)
        if features:
            attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
            pango.pango_attr_list_insert(attributes, pango.pango_attr_font_features_new(features))
            pango.pango_layout_set_attributes(self.layout, attributes)

    return setup


def _type(line_break: Any, style: Any) -> tuple[Any, ...]:  # noqa: ANN401 - as above
    from weasyprint.text.fonts import font_features

    pango, gobject, ffi = line_break.pango, line_break.gobject, line_break.ffi
    context = ffi.gc(pango.pango_font_map_create_context(style.font_config.font_map), gobject.g_object_unref)
    pango.pango_context_set_round_glyph_positions(context, False)  # noqa: FBT003 - a foreign function
    pango.pango_context_set_base_dir(context, line_break.PANGO_DIRECTION[style["direction"]])
    override, named = style["font_language_override"], style["lang"]
    if override != "normal":
        named = line_break.LST_TO_ISO.get(override.lower(), override)
    if named:
        pointer, _alive = line_break.unicode_to_char_p(named)
        language = pango.pango_language_from_string(pointer)
        pango.pango_context_set_language(context, language)
    else:
        language = pango.pango_language_get_default()
    features = font_features(*(style[name] for name in FEATURES))
    said = ",".join(f"{key} {value}" for key, value in features.items()).encode()
    return context, language, line_break.get_font_description(style), said


def _reactivate(self: Any, style: Any) -> None:  # noqa: ANN401 - a library without types
    """Remember the style only: what follows a recipe needs no layout."""
    self.asleep = style


def _deactivate(self: Any) -> None:  # noqa: ANN401 - as above
    for name in ("layout", "language", "style", "asleep"):
        self.__dict__.pop(name, None)


def _wake(layout: Any) -> None:  # noqa: ANN401 - as above
    if "asleep" in layout.__dict__:
        layout.setup(layout.__dict__.pop("asleep"))
        layout.set_text(layout.text, justify=True)


# ---- Drawing ---------------------------------------------------------------------------------------------------------


@dataclass
class _Recipe:
    """How a line is drawn: pieces of a content stream, and the glyphs they need."""

    steps: list[Any] = field(default_factory=list)
    """Bytes as they are written, or the font to be set from here on: the key in `faces` and the size."""

    faces: dict[Any, "_Facts"] = field(default_factory=dict)
    """By the key of the font: what is known of it."""

    glyphs: dict[Any, tuple[dict[int, str], dict[int, int]]] = field(default_factory=dict)
    """By the key of the font: what each glyph stands for, and how wide it is."""


def _drawer(drawing: Any) -> Any:  # noqa: ANN401 - as above
    theirs = drawing.draw_first_line

    def draw_first_line(stream: Any, textbox: Any, text_overflow: Any, block_ellipsis: Any, matrix: Any) -> Any:  # noqa: ANN401 - as above
        layout = textbox.pango_layout
        if not textbox.text.strip() or textbox.style["font_size"] < 1e-6:  # noqa: PLR2004 - theirs
            return []
        if text_overflow == "ellipsis" or block_ellipsis != "none":
            _wake(layout)
            return theirs(stream, textbox, text_overflow, block_ellipsis, matrix)
        question = (layout.text, _typed(textbox.style), layout.justification_spacing)
        recipe = _recipes.get(question)
        if recipe is None:
            _wake(layout)
            recipe = _written_down(theirs, stream, textbox, matrix)
            _recipes.keep(question, recipe)
        if recipe is _NONE or not _follow(recipe, stream, matrix):
            _wake(layout)
            return theirs(stream, textbox, text_overflow, block_ellipsis, matrix)
        return []

    return draw_first_line


_NONE: Final = _Recipe()


def _written_down(theirs: Any, stream: Any, textbox: Any, matrix: Any) -> _Recipe:  # noqa: ANN401 - as above
    """Let WeasyPrint draw a line on a pad that only notes what was said."""
    pad = _Pad(stream)
    try:
        emojis = theirs(pad, textbox, "clip", "none", matrix)
    except _Unusual:
        return _NONE
    return _NONE if emojis else pad.recipe


class _Pad:
    """Notes what is drawn in one line, apart from any document."""

    def __init__(self, stream: Any) -> None:  # noqa: ANN401 - as above
        import pydyf

        self.ink_rect, self.logical_rect = stream.ink_rect, stream.logical_rect
        self.recipe = _Recipe()
        self._known = stream
        self._pen = pydyf.Stream(self.recipe.steps)
        self._pen.stream = self.recipe.steps
        self._faces: dict[Any, Any] = {}

    def set_text_matrix(self, *_numbers: float) -> None:
        """Leave the place to whoever follows the recipe."""

    def add_font(self, pango_font: Any) -> tuple[Any, Any]:  # noqa: ANN401 - as above
        """Give a face without any glyph in it."""
        from weasyprint.text.fonts import get_pango_font_key

        key, description, size = get_pango_font_key(pango_font)
        if key not in self._faces:
            facts = _font(pango_font, key, description, size)
            if facts.png or facts.svg or facts.colr or facts.bitmap:
                raise _Unusual
            face = SimpleNamespace(
                hash=key,
                bitmap=False,
                png=False,
                svg=False,
                colr=False,
                to_unicode={},
                widths={},
                get_unused_glyph_id=_no_glyph,
            )
            self._faces[key] = face
            self.recipe.faces[key] = facts
            self.recipe.glyphs[key] = (face.to_unicode, face.widths)
        return self._faces[key], size

    def set_font_size(self, key: Any, size: Any) -> None:  # noqa: ANN401 - as above
        """Note the font."""
        self.recipe.steps.append((key, size))

    def show_text(self, text: Any) -> None:  # noqa: ANN401 - as above
        """Note glyphs."""
        self._pen.show_text(text)

    def set_text_rise(self, height: Any) -> None:  # noqa: ANN401 - as above
        """Note the rise."""
        self._pen.set_text_rise(height)


def _no_glyph(_codepoint: int) -> int:
    raise _Unusual


def _follow(recipe: _Recipe, stream: Any, matrix: Any) -> bool:  # noqa: ANN401 - as above
    """Draw by the recipe; say no, and draw nothing, if the document knows one of the glyphs in another width."""
    fonts = stream._fonts  # noqa: SLF001 - there is no other door
    if not all(_agree(fonts.get(key), widths) for key, (_means, widths) in recipe.glyphs.items()):
        return False
    stream.set_text_matrix(*matrix.values)
    write = stream.stream.append
    for step in recipe.steps:
        if type(step) is bytes:
            write(step)
            continue
        key, size = step
        font = fonts.get(key)
        if font is None:
            font = fonts[key] = recipe.faces[key].new()
        stream.set_font_size(font.hash, size)
    for key, (means, widths) in recipe.glyphs.items():
        font = fonts[key]
        for glyph, meant in means.items():
            font.to_unicode.setdefault(glyph, meant)
        for glyph, width in widths.items():
            font.widths.setdefault(glyph, width)
    return True


def _agree(font: Any, widths: dict[int, int]) -> bool:  # noqa: ANN401 - as above
    if font is None:
        return True
    known = font.widths
    return all(known.get(glyph, width) == width for glyph, width in widths.items())


class _Facts:
    """What is known of a font before any glyph of it is used."""

    def __init__(self, font: Any) -> None:  # noqa: ANN401 - as above
        self._font = font
        self.png, self.svg, self.colr, self.bitmap = font.png, font.svg, font.colr, font.bitmap

    def new(self) -> Any:  # noqa: ANN401 - as above
        """Give it to a document, with nothing used yet."""
        kind: Any = type(self._font)
        font = kind.__new__(kind)
        font.__dict__.update(self._font.__dict__)
        font.widths, font.to_unicode, font.missing, font.variations = {}, {}, {}, dict(self._font.variations)
        return font


def _font(pango_font: Any, key: Any, description: Any, size: Any) -> _Facts:  # noqa: ANN401 - as above
    """Read a font once: its file is some megabytes."""
    from weasyprint.pdf.fonts import Font

    question = (key, size)
    found: _Facts | None = _fonts.get(question)
    if found is None:
        found = _Facts(Font(pango_font, description, size))
        _fonts.keep(question, found)
    return found
