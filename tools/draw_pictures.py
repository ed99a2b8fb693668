"""Make the small pictures of the reports that README.md and docs/reports.md show, out of the cases of the tests.

    python tools/draw_pictures.py

Of every kind, in both languages, the cover and the page behind it. Needs `pdftoppm` (Debian: poppler-utils).
"""
# ruff: noqa: INP001, T201 - a script that stands beside the package and reports what it made

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final, get_args

from PIL import Image

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "docs" / "images" / "reports"
PAGE_HEIGHT: Final = 460
GAP: Final = 10
DRAWN_AT_DPI: Final = 144
COLOURS: Final = 64

sys.path.insert(0, str(ROOT))

from greencredit.schemas.reports import Lang  # noqa: E402 - from the checkout beside this file
from tests.reports.paper import every_case, pdf_of  # noqa: E402


def pages_of(pdf: bytes) -> list[Image.Image]:
    """Draw the first two pages, as high as they are shown."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.pdf"
        file.write_bytes(pdf)
        command = ["pdftoppm", "-r", str(DRAWN_AT_DPI), "-f", "1", "-l", "2", "-png", str(file), f"{folder}/page"]
        subprocess.run(command, check=True)  # noqa: S603 - fixed arguments
        drawn = [Image.open(path).convert("RGB") for path in sorted(Path(folder).glob("page*.png"))]
    return [
        page.resize((round(page.width * PAGE_HEIGHT / page.height), PAGE_HEIGHT), Image.Resampling.LANCZOS)
        for page in drawn
    ]


def beside(pages: list[Image.Image]) -> Image.Image:
    """Lay pages beside each other on a quiet ground, in few colours: small files."""
    width = sum(page.width for page in pages) + GAP * (len(pages) + 1)
    sheet = Image.new("RGB", (width, PAGE_HEIGHT + 2 * GAP), "#e9edeb")
    left = GAP
    for page in pages:
        sheet.paste(page, (left, GAP))
        left += page.width + GAP
    return sheet.quantize(COLOURS, dither=Image.Dither.NONE)


def main() -> None:
    """Make every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for case, (kind, facts) in every_case().items():
        if not case.endswith("-ordinary"):
            continue
        langs: tuple[Lang, ...] = get_args(Lang)
        for lang in langs:
            path = FOLDER / f"{kind}-{lang}.png"
            beside(pages_of(pdf_of(facts, lang))).save(path, optimize=True)
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
