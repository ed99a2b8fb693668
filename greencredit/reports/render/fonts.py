"""The fonts of the reports: which characters they can draw, and how the type-setter is told about them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

from greencredit.reports.errors import MissingGlyph

FOLDER: Final = Path(__file__).parent.parent / "fonts"

FACES: Final = (
    ("GC Sans", 400, "sans-400"),
    ("GC Sans", 500, "sans-500"),
    ("GC Sans", 700, "sans-700"),
    ("GC Serif", 600, "serif-600"),
    ("GC Full", 400, "full-400"),
    ("GC Extra", 400, "extra-jp-400"),
    ("GC More", 400, "extra-hk-400"),
)
"""Family, weight and file; every font stack in the style sheet ends with the last three families."""

EVERYWHERE: Final = ("full-400", "extra-jp-400", "extra-hk-400")
_NEVER_DRAWN: Final = frozenset("\t\n\r")

NO_SYSTEM_FONTS: Final = FOLDER / "fontconfig.xml"
"""A configuration without a single font: what the machine has installed must not change our bytes."""

_VARIABLE: Final = "FONTCONFIG_FILE"
_ONE_AT_A_TIME: Final = Lock()


@contextmanager
def no_system_fonts() -> Iterator[None]:
    """Let fontconfig read a configuration without fonts; afterwards the environment is what it was.

    A program that this process starts later (a browser, say) inherits the environment and needs the machine's fonts.
    Two threads that came here together would each restore what the other had set, hence the lock.
    """
    with _ONE_AT_A_TIME:
        before = os.environ.get(_VARIABLE)
        os.environ[_VARIABLE] = str(NO_SYSTEM_FONTS)
        try:
            yield
        finally:
            if before is None:
                del os.environ[_VARIABLE]
            else:
                os.environ[_VARIABLE] = before


def font_faces() -> str:
    """Give the style sheet that names the font files."""
    return "\n".join(
        f"@font-face {{ font-family: '{family}'; font-weight: {weight}; src: url('{(FOLDER / name).as_uri()}.ttf') }}"
        for family, weight, name in FACES
    )


@cache
def drawn() -> frozenset[int]:
    """Give every code point that the fonts at the end of each stack can draw."""
    import uharfbuzz

    found: set[int] = set()
    for name in EVERYWHERE:
        found.update(uharfbuzz.Face((FOLDER / f"{name}.ttf").read_bytes()).unicodes)
    return frozenset(found)


def require_glyphs(text: str) -> None:
    """Refuse a text with a character that no font draws."""
    missing = sorted(
        character for character in set(text) if ord(character) not in drawn() and character not in _NEVER_DRAWN
    )
    if missing:
        raise MissingGlyph(missing)
