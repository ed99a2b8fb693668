"""Make the fonts of the reports out of the public Noto packages: small, static, and without a missing CO₂.

    python tools/build_fonts.py FOLDER_OF_TARBALLS greencredit/reports/fonts

The tarballs are the npm packages named in `SOURCES` (`npm pack`), SIL Open Font License 1.1. Needs `fonttools` and
`east-asian-spacing`. Three kinds of file come out:

- four faces with the characters of GB 2312 and Latin: what nearly every line is set in, quick to load and to embed;
- one complete regular face, for whatever rare character a name brings;
- two supplements with the characters that only the Japanese and Hong Kong faces have (𠮷).

Hinting and vertical layout are dropped; subscript digits and contextual punctuation spacing (`chws`) are added. The
four faces are then thinned: what a page of Chinese weighs is its outlines.

    python tools/build_fonts.py --thin FILE...

thins files that were made before.
"""
# ruff: noqa: INP001, T201 - a script that stands beside the package and reports what it made

import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.qu2cuPen import Qu2CuPen
from fontTools.pens.roundingPen import RoundingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph, GlyphComponent

SOURCES: Final = {
    "sc": "expo-google-fonts-noto-sans-sc-0.4.3.tgz",
    "serif": "expo-google-fonts-noto-serif-sc-0.4.3.tgz",
    "jp": "expo-google-fonts-noto-sans-jp-0.4.3.tgz",
    "hk": "expo-google-fonts-noto-sans-hk-0.4.3.tgz",
}
LATIN_AND_SIGNS: Final = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x2010, 0x2044), (0x2070, 0x209F), (0x20A0, 0x20BF), (0x2100, 0x214F),
    (0x2150, 0x218F), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2460, 0x24FF), (0x25A0, 0x26FF), (0x2713, 0x2717),
    (0x3000, 0x303F), (0x3220, 0x3243), (0xFE30, 0xFE4F), (0xFF01, 0xFFEE),
)  # fmt: skip
KEPT_FEATURES: Final = ["kern", "palt", "halt", "chws", "liga", "ccmp", "mark", "mkmk"]
FIRST_SUPPLEMENTED: Final = 0x2E80  # below it the faces differ in signs only; the supplements are for hanzi
SUBSCRIPT_SCALE: Final = 0.62
SUBSCRIPT_DROP: Final = -150
SUBSCRIPT_BEARING: Final = 18
MERGED_UNITS: Final = 1.5
DRAWN_UNITS: Final = 3.0
GRID_UNITS: Final = 2
"""Of a thousand to the em: how far a merged curve and one drawn anew may lie from the old, and the grid of all points.

Three units are a hundredth of a millimetre in the type of a report, and a sixth of the files.
"""


@dataclass(frozen=True)
class Face:
    """One file to make: from which package, which face, which characters."""

    name: str
    source: str
    member: str
    repertoire: str


FACES: Final = (
    Face("sans-400", "sc", "400Regular/NotoSansSC_400Regular.ttf", "gb2312"),
    Face("sans-500", "sc", "500Medium/NotoSansSC_500Medium.ttf", "gb2312"),
    Face("sans-700", "sc", "700Bold/NotoSansSC_700Bold.ttf", "gb2312"),
    Face("serif-600", "serif", "600SemiBold/NotoSerifSC_600SemiBold.ttf", "gb2312"),
    Face("full-400", "sc", "400Regular/NotoSansSC_400Regular.ttf", "all"),
    Face("extra-jp-400", "jp", "400Regular/NotoSansJP_400Regular.ttf", "supplement"),
    Face("extra-hk-400", "hk", "400Regular/NotoSansHK_400Regular.ttf", "supplement"),
)


def gb2312() -> set[int]:
    """Give the code points that GB 2312 can write, with Latin letters and signs."""
    found = {code for first, last in LATIN_AND_SIGNS for code in range(first, last + 1)}
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes([row, cell]).decode("gb2312")))
            except UnicodeDecodeError:
                continue  # a cell that the standard leaves empty
    return found


def cut(raw: bytes, codes: Iterable[int]) -> TTFont:
    """Keep only some characters of a font."""
    options = subset.Options()
    options.layout_features = KEPT_FEATURES
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.drop_tables = [*options.drop_tables, "vhea", "vmtx", "VORG", "BASE", "DSIG"]
    font = subset.load_font(io.BytesIO(raw), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=sorted(codes))
    cutter.subset(font)
    return font


def add_subscript_digits(font: TTFont) -> None:
    """Add ₀ to ₉, scaled from the digits: Noto SC has none, and CO₂ would show an empty box."""
    cmap = font.getBestCmap()
    tables: list[Any] = [table for table in font["cmap"].tables if table.isUnicode() and table.format in {4, 12}]
    for digit in range(10):
        code, base = 0x2080 + digit, cmap.get(0x30 + digit)
        if code in cmap or base is None:
            continue
        part = GlyphComponent()
        part.glyphName, part.x, part.y, part.flags = base, SUBSCRIPT_BEARING, SUBSCRIPT_DROP, 0x0002 | 0x0008
        part.transform = ((SUBSCRIPT_SCALE, 0), (0, SUBSCRIPT_SCALE))
        glyph = Glyph()
        glyph.numberOfContours, glyph.components = -1, [part]
        name = f"subscript{digit}"
        font.setGlyphOrder([*font.getGlyphOrder(), name])
        font["glyf"][name] = glyph
        glyph.recalcBounds(font["glyf"])
        width = round(font["hmtx"][base][0] * SUBSCRIPT_SCALE) + 2 * SUBSCRIPT_BEARING
        font["hmtx"][name] = (width, glyph.xMin)
        for table in tables:
            table.cmap[code] = name
    font["maxp"].numGlyphs = len(font.getGlyphOrder())


def add_punctuation_spacing(path: Path) -> None:
    """Add `chws`, which closes the gap between neighbouring full-width marks; fonts that have it stay as they are."""
    font = TTFont(path, lazy=True)
    features = (
        {record.FeatureTag for record in font["GPOS"].table.FeatureList.FeatureRecord} if "GPOS" in font else set()
    )
    font.close()
    if "chws" in features:
        return
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / path.name
        command = [sys.executable, "-m", "east_asian_spacing", "--language", "ZHS", "-o", str(made), str(path)]
        subprocess.run(command, check=True)  # noqa: S603 - our own interpreter, fixed arguments
        path.write_bytes(made.read_bytes())


def thin(path: Path) -> None:
    """Draw outlines with as few points, on as coarse a grid, as show no difference in print."""
    font = TTFont(path, recalcTimestamp=False)
    glyphs, metrics = font["glyf"], font["hmtx"]
    for name in font.getGlyphOrder():
        glyph = glyphs[name]
        if glyph.numberOfContours < 1:
            continue  # nothing, or made of others
        pen = TTGlyphPen(None)
        rounded = RoundingPen(pen, roundFunc=lambda value: round(value / GRID_UNITS) * GRID_UNITS)
        glyph.draw(Qu2CuPen(Cu2QuPen(rounded, DRAWN_UNITS), MERGED_UNITS, all_cubic=True), glyphs)
        drawn = pen.glyph(dropImpliedOnCurves=True)
        if len(drawn.coordinates) <= len(glyph.coordinates):
            glyphs[name] = drawn
            drawn.recalcBounds(glyphs)
            metrics[name] = (metrics[name][0], drawn.xMin)
    font.save(path, reorderTables=True)


def settle(path: Path) -> None:
    """Write a font so that the same input gives the same bytes on any day."""
    font = TTFont(path, recalcTimestamp=False)
    font["head"].modified = font["head"].created
    font.save(path, reorderTables=True)


def member(tarballs: Path, source: str, name: str) -> bytes:
    """Read one file out of a package."""
    with tarfile.open(tarballs / SOURCES[source]) as packed:
        found = packed.extractfile(f"package/{name}")
        assert found is not None, f"{SOURCES[source]} holds {name}"
        return found.read()


def main(tarballs: Path, folder: Path) -> None:
    """Make every face, the licence and the list of digests."""
    folder.mkdir(parents=True, exist_ok=True)
    covered: set[int] = set()
    sums: list[str] = []
    for face in FACES:
        raw = member(tarballs, face.source, face.member)
        every = set(TTFont(io.BytesIO(raw), lazy=True).getBestCmap())
        wanted = {
            "gb2312": every & gb2312(),
            "all": every,
            "supplement": {code for code in every - covered if code >= FIRST_SUPPLEMENTED},
        }[face.repertoire]
        font = cut(raw, wanted)
        add_subscript_digits(font)
        path = folder / f"{face.name}.ttf"
        font.save(path)
        if face.repertoire == "gb2312":
            add_punctuation_spacing(path)
            thin(path)
        elif face.repertoire == "all":
            add_punctuation_spacing(path)
        covered |= wanted if face.repertoire == "supplement" else every
        settle(path)
        sums.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n")
        print(f"{path.name}: {len(wanted)} characters, {path.stat().st_size / 1e6:.2f} MB")
    (folder / "OFL.txt").write_bytes(member(tarballs, "sc", "LICENSE_FONT"))
    (folder / "SHA256SUMS").write_text("".join(sorted(sums, key=lambda line: line.split()[1])))


if __name__ == "__main__":
    if sys.argv[1] == "--thin":
        for file in sys.argv[2:]:
            thin(Path(file))
            settle(Path(file))
    else:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
