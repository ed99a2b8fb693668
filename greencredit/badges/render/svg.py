"""A badge as SVG: shapes, and text as outlines of our own fonts, so that it looks alike on every machine."""

from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final

from greencredit.badges.rules.drawing import SIDE, Curve, Face, Ring, Scene, Text

FONTS: Final = Path(__file__).parents[2] / "reports" / "fonts"
_LANGUAGES: Final = {"zh": "zh-CN", "en": "en"}


def svg(scene: Scene) -> str:
    """Give the picture; the same scene gives the same characters."""
    label = escape(f"{scene.title}. {scene.description}")
    told = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" width="{SIDE}" height="{SIDE}" '
            f'role="img" lang="{_LANGUAGES[scene.lang]}" aria-label="{label}">'
        ),
        f"<title>{escape(scene.title)}</title>",
        f"<desc>{escape(scene.description)}</desc>",
        *map(_shape, scene.shapes),
        *map(_text, scene.texts),
        "</svg>",
    ]
    return "".join(told)


def _shape(shape: Ring | Curve) -> str:
    if isinstance(shape, Ring):
        line = f' stroke="{shape.line}" stroke-width="{_n(shape.width)}"' if shape.line else ""
        return f'<circle cx="{SIDE // 2}" cy="{SIDE // 2}" r="{_n(shape.radius)}" fill="{shape.fill or "none"}"{line}/>'
    turns = "".join(f"Q{_n(a)} {_n(b)} {_n(c)} {_n(d)}" for a, b, c, d in shape.turns)
    return f'<path d="M{_n(shape.start[0])} {_n(shape.start[1])}{turns}Z" fill="{shape.fill}"/>'


def _text(text: Text) -> str:
    font, scale = _font(text.face), text.size / 1000
    glyphs = _shaped(font, text.text)
    x = SIDE / 2 - sum(advance for _, advance in glyphs) * scale / 2
    outlines = []
    for glyph, advance in glyphs:
        outline = _Outline(x, text.y, scale)
        font.draw_glyph(glyph, _draw_funcs(), outline)
        outlines.append("".join(outline.told))
        x += advance * scale
    return f'<path d="{"".join(outlines)}" fill="{text.fill}"/>'


class _Outline:
    """Collects the outline of one glyph, placed and scaled; fonts count upwards, pictures downwards."""

    def __init__(self, x: float, y: float, scale: float) -> None:
        self.told: list[str] = []
        self._x, self._y, self._scale = x, y, scale

    def add(self, letter: str, *places: float) -> None:
        """Add one piece of the outline."""
        pairs = zip(places[::2], places[1::2], strict=True)
        at = " ".join(f"{_n(self._x + x * self._scale)} {_n(self._y - y * self._scale)}" for x, y in pairs)
        self.told.append(f"{letter}{at}")


@cache
def _draw_funcs() -> Any:  # noqa: ANN401 - a library without types
    import uharfbuzz

    funcs = uharfbuzz.DrawFuncs()
    funcs.set_move_to_func(lambda x, y, outline: outline.add("M", x, y))
    funcs.set_line_to_func(lambda x, y, outline: outline.add("L", x, y))
    funcs.set_quadratic_to_func(lambda a, b, x, y, outline: outline.add("Q", a, b, x, y))
    funcs.set_cubic_to_func(lambda a, b, c, d, x, y, outline: outline.add("C", a, b, c, d, x, y))
    funcs.set_close_path_func(lambda outline: outline.add("Z"))
    return funcs


def _shaped(font: Any, text: str) -> list[tuple[int, float]]:  # noqa: ANN401 - a library without types
    import uharfbuzz

    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer, {})
    return [
        (info.codepoint, place.x_advance)
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
    ]


@cache
def _font(face: Face) -> Any:  # noqa: ANN401 - a library without types
    import uharfbuzz

    return uharfbuzz.Font(uharfbuzz.Face((FONTS / f"{face}.ttf").read_bytes()))


def _n(value: float) -> str:
    """Write a place with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
