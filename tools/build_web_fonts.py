"""Make the portal's fonts out of the reports' fonts: what our own pages say first, the rest of GB 2312 apart.

    python tools/build_web_fonts.py

Reads `greencredit/reports/fonts`, writes `greencredit/web/static/fonts`. Run it again when the pages say something new;
until then a new character is drawn from the second file, so nothing breaks. Needs `fonttools` and `brotli`.

- `serif-600`: headings and large numbers, with the characters of the templates. No phone has a good Chinese serif, so
  this one is always fetched.
- `sans-400`, `sans-700`: the characters of the templates and of our own texts. Fetched only where the device has no
  Chinese face of its own, as on a bare machine.
- `sans-400-rest`: the other characters of GB 2312 and those met in given names, for names and goods on such a machine.
- `sans-400-more`: characters that only the Japanese face has (𠮷).
"""
# ruff: noqa: INP001, T201 - a script that stands beside the package and reports what it made

from pathlib import Path
from typing import Final

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
FEATURES: Final = ["kern", "palt", "halt", "chws", "liga", "ccmp", "tnum"]


def said_in(*patterns: str) -> set[str]:
    """Give every character that the project's own texts use."""
    found = set(ALWAYS | ALWAYS_SIGNS)
    for pattern in patterns:
        for path in ROOT.glob(pattern):
            found |= set(path.read_text(encoding="utf-8"))
    return {sign for sign in found if sign.isprintable()}


def make(source: str, target: str, characters: set[str]) -> int:
    """Write one face with these characters and give how many it has."""
    options = subset.Options(
        flavor="woff2", layout_features=FEATURES, hinting=False, notdef_outline=True, name_IDs=["*"]
    )
    font: TTFont = subset.load_font(str(FROM / f"{source}.ttf"), options)
    font.recalcTimestamp = False  # the same input gives the same bytes
    wanted = {ord(sign) for sign in characters} & set(font.getBestCmap())
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    path = INTO / f"{target}.woff2"
    subset.save_font(font, str(path), options)
    print(f"{path.relative_to(ROOT)}  {len(wanted)} characters  {path.stat().st_size / 1000:.0f} kB")
    return len(wanted)


def main() -> None:
    """Make the five files."""
    INTO.mkdir(parents=True, exist_ok=True)
    pages = said_in("templates/web/*.html", "greencredit/web/*.py")
    everything = {chr(code) for code in TTFont(FROM / "sans-400.ttf").getBestCmap()}
    texts = (pages | said_in("greencredit/**/*.py", "greencredit/**/*.toml")) & everything
    make("serif-600", "serif-600", pages)
    make("sans-400", "sans-400", texts)
    make("sans-700", "sans-700", texts)
    make("full-400", "sans-400-rest", (everything | IN_NAMES) - texts)
    make("extra-jp-400", "sans-400-more", {chr(code) for code in TTFont(FROM / "extra-jp-400.ttf").getBestCmap()})


if __name__ == "__main__":
    main()
