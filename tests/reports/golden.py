"""Golden digests: what every case came to, in facts, in text and in bytes: `python -m tests.reports.golden [--write]`.

The facts and the text of a report are the same wherever it is drawn. Its bytes are the same for the same libraries;
so they are kept under the libraries' versions, and drawing with others adds to them.
"""

import hashlib
import io
import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, get_args

import pikepdf

from greencredit.reports.render import renderer_at
from greencredit.reports.render.press import libraries
from greencredit.schemas.reports import Lang
from tests.reports.paper import PUBLIC_URL, every_case, paper_of

FILE: Final = Path(__file__).parent / "golden.json"
_PAIR: Final = re.compile(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")


def kept() -> dict[str, Any]:
    """Give what is kept: digests of facts and of text by case, of bytes by libraries and case."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


@cache
def drawn(case: str, lang: Lang) -> tuple[str, str, str]:
    """Draw a case; give the digests of its facts, of the text on its pages, and of the file."""
    paper = paper_of(every_case()[case][1], lang)
    written = renderer_at(PUBLIC_URL).pdf(paper)
    return paper.imprint.digest, _digest(text_of(written).encode()), _digest(written)


def text_of(written: bytes) -> str:
    """Give the text that the pages of a PDF show, in order, without blanks and without what runs along every page."""
    with pikepdf.open(io.BytesIO(written)) as pdf:
        return re.sub(r"\s+", "", "".join(_shown(page) for page in pdf.pages))


def _shown(page: pikepdf.Page) -> str:
    fonts = {name: _meanings(font) for name, font in page.obj.Resources.Font.items()}
    return "".join(_strings(page, fonts))


def _strings(page: pikepdf.Page, fonts: dict[str, dict[str, str]]) -> Iterator[str]:
    marks: list[bool] = []
    meanings: dict[str, str] = {}
    for instruction in pikepdf.parse_content_stream(page):
        operator, operands = str(instruction.operator), instruction.operands
        if operator in {"BMC", "BDC"}:
            marks.append(str(operands[0]) == "/Artifact")
        elif operator == "EMC":
            marks.pop()
        elif operator == "Tf":
            meanings = fonts[str(operands[0])]
        elif operator == "TJ" and not any(marks):
            glyphs = "".join(bytes(one).hex() for one in operands[0] if isinstance(one, pikepdf.String))
            yield "".join(meanings.get(glyphs[at : at + 4], "") for at in range(0, len(glyphs), 4))


def _meanings(font: pikepdf.Object) -> dict[str, str]:
    """Read what the glyphs of a font stand for."""
    table = font.ToUnicode.read_bytes().decode("ascii")
    return {glyph.lower(): bytes.fromhex(meant).decode("utf-16-be") for glyph, meant in _PAIR.findall(table)}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _write() -> None:
    """Draw every case and keep what it came to; what other libraries came to stays only if facts and text did."""
    before = kept() if FILE.is_file() else {"facts": {}, "text": {}, "bytes": {}}
    now: dict[str, Any] = {"facts": {}, "text": {}, "bytes": {}}
    files: dict[str, str] = {}
    for case in every_case():
        for lang in get_args(Lang):
            name = f"{case} {lang}"
            now["facts"][name], now["text"][name], files[name] = drawn(case, lang)
    if (before["facts"], before["text"]) == (now["facts"], now["text"]):
        now["bytes"] = before["bytes"]
    now["bytes"][libraries()] = files
    FILE.write_text(json.dumps(now, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(files)} digests, {libraries()}\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        _write()
    else:
        sys.stdout.write(__doc__ or "")
