"""Make the portal's fonts out of the reports' fonts: what our own pages say first, the rest of GB 2312 apart.

    python tools/build_web_fonts.py

Reads `greencredit/reports/fonts`, writes `greencredit/web/static/fonts`. Run it again when the pages say something new;
until then a new character is drawn from the second file, so nothing breaks. Needs `fonttools` and `brotli`.

- `serif-600`: headings and large numbers, with the characters of the pages, of the words for kinds, states and errors
  in the code, and of the titles of reports. No phone has a good Chinese serif, so this one is always fetched.
- `sans-400`: the characters of the pages and of our own texts. Fetched only where the device has no Chinese face of its
  own, as on a bare machine.
- `sans-700`: those and the 3,755 common characters of GB 2312, since names are headings too and one thin character
  among bold ones looks broken; with all 6,763 it would weigh nearly a megabyte. Fetched as `sans-400` is.
- `sans-400-rest`: the other characters of GB 2312 and those met in given names, for names and goods on such a machine.
- `sans-400-more`: characters that only the Japanese face has (𠮷).
"""
# ruff: noqa: INP001, T201 - a script that stands beside the package and reports what it made

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT: Final = Path(__file__).parent.parent
FROM: Final = ROOT / "greencredit" / "reports" / "fonts"
INTO: Final = ROOT / "greencredit" / "web" / "static" / "fonts"
ALWAYS: Final = {chr(code) for code in (*range(0x20, 0x7F), *range(0x2080, 0x208A), 0xA0, 0xA5, 0xB7, 0x2013, 0x2019)}
ALWAYS_SIGNS: Final = set("\u2212×÷≥≤→…“”‘’—，。：；（）！？、％¥°")  # U+2212 is the minus sign
IN_NAMES: Final = set(
    "喆堃昇玥淼燚翀龑䶮㛃犇骉羴鱻飝珺瑀瑄璟瑢昉晞旻旸彧翊嫄婳妤鋆鎏钰镕峣沄沚浛渟湉湜潆灏烜焘焓燊爔祎祐禛竑翥翯芃蒨虓衎訚谖贇赟頔飏髙喦囍垚塬妘姮娳宓峯崟岽巖廼弢忞怹恺惪慜戬昶晅晳暅曌杲枘栢桢楟橦檠毓氤沣洸浉淏湑溁滟漪濬瀚炘炜煐煜熠熤燏爕牧犖猷珅珣珩琎琤琇璥璩甡甯畑皓皞皦盼眭砚磊祇祜祾禤稑穎竫笢筱粲絜綝緁繇羿翕翙翛耔肜胤芷苡茀荇莛莜菀菂葎蓥薷蘅蘐虹蛟袆裒褀覃觐諲譞谌谡赪赜跶轲辀辿逄逯邝邠邬郄郜鄢鄯醴釮釥鉷鋐鏖钊钌钎钤钦铖铠铤铱铧锜锳镡镠镱闳阇陟隽雒雩霂霄霙靖鞠韡顗颛颢飖飚骎骙鬯魆鲀鳣鸑鸢鸷麐黇黼鼗齮龢"
)
WORDS: Final = re.compile(r'zh=f?"([^"]*)"|"""([^":\n]*):')
"""A text of `Words`, or what stands before the colon of a docstring: an error is named there."""
FEATURES: Final = ["kern", "palt", "halt", "chws", "liga", "ccmp", "tnum"]
OF_HEADINGS: Final = ["liga", "ccmp", "tnum"]
"""Headings are set apart letter by letter; their kerning would be three of the kilobytes that every phone fetches."""

NAMES: Final = [0, 1, 2, 4, 6, 13, 14]
"""Whose face it is, what it is called and under which licence."""


def said_in(*patterns: str) -> set[str]:
    """Give every character that the project's own texts use."""
    found = set(ALWAYS | ALWAYS_SIGNS)
    for pattern in patterns:
        for path in ROOT.glob(pattern):
            found |= set(path.read_text(encoding="utf-8"))
    return {sign for sign in found if sign.isprintable()}


def words_in_code() -> set[str]:
    """Give every character of the words for kinds and states and of the names of errors."""
    code = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("greencredit/**/*.py"))
    return {sign for said in WORDS.findall(code) for sign in "".join(said) if sign.isprintable()}


def titles_in(texts: dict[str, Any]) -> Iterator[str]:
    """Give every title among the texts of the reports, in both languages."""
    for name, text in texts.items():
        if name.startswith("title") and isinstance(text, dict):
            yield from text.values()
        elif isinstance(text, dict):
            yield from titles_in(text)


def common() -> set[str]:
    """Give the 3,755 characters of the first level of GB 2312."""
    rows, cells = range(0xB0, 0xD8), range(0xA1, 0xFF)
    return set("".join(bytes([row, cell]).decode("gb2312", "ignore") for row in rows for cell in cells))


def make(source: str, target: str, characters: set[str], features: list[str] = FEATURES) -> int:
    """Write one face with these characters and give how many it has."""
    options = subset.Options(
        flavor="woff2", layout_features=features, hinting=False, notdef_outline=True, name_IDs=NAMES
    )
    font: TTFont = subset.load_font(str(FROM / f"{source}.ttf"), options)
    font.recalcTimestamp = False  # the same input gives the same bytes
    wanted = {ord(sign) for sign in characters} & set(font.getBestCmap())
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    font["cmap"].tables = [table for table in font["cmap"].tables if table.isUnicode()][-1:]
    for table in ("STAT", "gasp"):  # of variable faces and of old screens
        if table in font:
            del font[table]
    path = INTO / f"{target}.woff2"
    subset.save_font(font, str(path), options)
    print(f"{path.relative_to(ROOT)}  {len(wanted)} characters  {path.stat().st_size / 1000:.0f} kB")
    return len(wanted)


def main() -> None:
    """Make the five files."""
    INTO.mkdir(parents=True, exist_ok=True)
    texts_of_reports = {
        path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in (ROOT / "templates" / "reports" / "texts").glob("*.toml")
    }
    pages = said_in("templates/web/*.html", "greencredit/web/*.py", "greencredit/notices/catalogue/*.toml")
    pages |= words_in_code()
    pages |= set("".join(titles_in(texts_of_reports)))
    everything = {chr(code) for code in TTFont(FROM / "sans-400.ttf").getBestCmap()}
    texts = (pages | said_in("greencredit/**/*.py", "greencredit/**/*.toml", "templates/**/*.toml")) & everything
    make("serif-600", "serif-600", pages, OF_HEADINGS)
    make("sans-400", "sans-400", texts)
    make("sans-700", "sans-700", texts | common())
    make("full-400", "sans-400-rest", (everything | IN_NAMES) - texts)
    make("extra-jp-400", "sans-400-more", {chr(code) for code in TTFont(FROM / "extra-jp-400.ttf").getBestCmap()})


if __name__ == "__main__":
    main()
