"""A badge as PNG: drawn larger than wanted and made small, so that every edge is smooth."""

import io
from functools import cache
from typing import Any, Final

from greencredit.badges.render.svg import FONTS
from greencredit.badges.rules.drawing import SIDE, Curve, Face, Ring, Scene, Text

_SCALE: Final = 3
_STEPS: Final = 24
_COLOURS: Final = 255  # a handful of colours and their shades at the edges: a fifth of the size


def png(scene: Scene) -> bytes:
    """Give the picture, on nothing; the same scene and library give the same bytes."""
    from PIL import Image, ImageDraw

    side = SIDE * _SCALE
    picture = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    brush = ImageDraw.Draw(picture)
    for shape in scene.shapes:
        _draw(brush, shape)
    for text in scene.texts:
        _write(brush, text)
    small = picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    few = small.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(written, "PNG", optimize=True)
    return written.getvalue()


def _draw(brush: Any, shape: Ring | Curve) -> None:  # noqa: ANN401 - Pillow's brush
    if isinstance(shape, Ring):
        middle, radius = SIDE / 2 * _SCALE, (shape.radius + shape.width / 2) * _SCALE
        box = (middle - radius, middle - radius, middle + radius, middle + radius)
        brush.ellipse(box, fill=shape.fill, outline=shape.line, width=round(shape.width * _SCALE) or 1)
        return
    brush.polygon([(x * _SCALE, y * _SCALE) for x, y in _flattened(shape)], fill=shape.fill)


def _flattened(curve: Curve) -> list[tuple[float, float]]:
    """Give points along an outline, close enough to look round."""
    found, (x, y) = [curve.start], curve.start
    for a, b, c, d in curve.turns:
        for step in range(1, _STEPS + 1):
            t = step / _STEPS
            s = 1 - t
            found.append((s * s * x + 2 * s * t * a + t * t * c, s * s * y + 2 * s * t * b + t * t * d))
        x, y = c, d
    return found


def _write(brush: Any, text: Text) -> None:  # noqa: ANN401 - Pillow's brush
    place = (SIDE / 2 * _SCALE, text.y * _SCALE)
    brush.text(place, text.text, font=_font(text.face, round(text.size * _SCALE)), fill=text.fill, anchor="ms")


@cache
def _font(face: Face, size: int) -> Any:  # noqa: ANN401 - Pillow's font
    from PIL import ImageFont

    return ImageFont.truetype(FONTS / f"{face}.ttf", size)
