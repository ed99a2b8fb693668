"""One press a process: the template environment, the fonts and the style sheets are read once and kept."""

import csv
import hashlib
import io
import warnings
import zlib
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache, cached_property, partial
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from greencredit.reports import rules
from greencredit.reports.catalogue import ReportKind
from greencredit.reports.errors import PdfUnavailable
from greencredit.reports.render import fonts, swift, words
from greencredit.reports.render.mend import mend, read_fontconfig
from greencredit.reports.render.seal import finish
from greencredit.reports.render.slim import slim
from greencredit.reports.rules.receipt import FILE_NAME as RECEIPT
from greencredit.schemas.reports import Lang, ReportFacts
from greencredit.schemas.values import Words

_PACKAGE: Final = Path(__file__).parents[2]
TEMPLATE_FOLDERS: Final = (_PACKAGE / "templates", _PACKAGE.parent / "templates")
"""Inside the installed package first, then beside it in a checkout."""

_LARGE: Final = 1.6
"""How many times large print is enlarged; `large.css` gives the sheets that come to A4 by it."""

_MODULE_PIXELS: Final = 10  # whole pixels per QR module: the picture stays one bit deep and small
_LIBRARIES: Final = ("weasyprint", "pydyf", "jinja2", "segno", "uharfbuzz", "fonttools", "pillow")


@dataclass(frozen=True)
class Paper:
    """One report about to be drawn."""

    kind: ReportKind
    record: ReportFacts
    lang: Lang
    receipt: bytes | None = None
    """What the log says of it, to be embedded; none in a draft."""
    kept: bytes | None = None
    """The facts as an issued file has them, where it is drawn anew: they were written by the shapes of their day."""

    @cached_property
    def imprint(self) -> rules.Imprint:
        """Give the number, the digest and the canonical facts."""
        return rules.Imprint(self.kind.name, self.record, self.lang, self.kept)


class Renderer:
    """Draws any report of the catalogue, as a page or as a PDF."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url.rstrip("/")
        self._folder = next(folder for folder in TEMPLATE_FOLDERS if (folder / "reports").is_dir())
        self._texts = words.read_texts(self._folder)
        self._environment = Environment(
            loader=FileSystemLoader([folder for folder in TEMPLATE_FOLDERS if folder.is_dir()]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        plain = (
            words.whole,
            words.signed,
            words.signed_kilograms,
            words.tenths,
            words.yuan,
            words.kilograms,
            words.mass,
            words.hundredths,
        )
        self._environment.filters |= {write.__name__: write for write in plain}
        self._environment.filters |= {"percent": words.percent, "quantity": words.quantity, "tail": words.tail}
        self._environment.globals |= {
            "axis_of": rules.axis_of,
            "budget": rules.ROW_BUDGET,
            "kinds_budget": rules.KIND_BUDGET,
            "span_of": rules.span_of,
            "movement_budget": rules.MOVEMENT_BUDGET,
        }

    @cached_property
    def style(self) -> str:
        """Give the style sheet of all reports: the house's own, then what single kinds add under their own class."""
        reports = self._folder / "reports"
        sheets = (reports / "print.css", *sorted((reports / "styles").glob("*.css")))
        return "".join(path.read_text(encoding="utf-8") for path in sheets)

    @cached_property
    def screen_style(self) -> str:
        """Give the style of the page as a file of its own: on a phone it stands in one column."""
        return f"{self.style}@media screen and (max-width: 640px) {{\n{self._sheet('narrow')}{self._sheet('phone')}}}\n"

    def _sheet(self, name: str) -> str:
        return (self._folder / "reports" / f"{name}.css").read_text(encoding="utf-8")

    @cached_property
    def fingerprint(self) -> str:
        """Name everything that decides over the bytes: libraries, templates, style, fonts, the printed address."""
        seen = hashlib.sha256(self._public_url.encode())
        seen.update(libraries().encode())
        templates = sorted(path for path in (self._folder / "reports").rglob("*") if path.is_file())
        for path in (*templates, fonts.FOLDER / "SHA256SUMS"):
            seen.update(path.name.encode() + b"\0" + path.read_bytes())
        for path in sorted(Path(__file__).parent.rglob("*.py")):
            seen.update(path.read_bytes())
        return seen.hexdigest()[:16]

    def verify_url(self, paper: Paper) -> str:
        """Give the address behind the QR code; the digest stays in the reader's browser."""
        return f"{self._public_url}/verify/{paper.imprint.number}#{paper.imprint.digest}"

    def page(self, paper: Paper, *, with_style: bool = True) -> str:
        """Draw a report as one self-contained page; the PDF goes without the style, which is parsed once a process."""
        lang = paper.lang
        template = self._environment.get_template(paper.kind.template)

        def written(text: Words) -> str:
            return text.in_(lang)

        return template.render(
            r=paper.record,
            kind=paper.kind,
            lang="zh-CN" if lang == "zh" else "en",
            zh=lang == "zh",
            w=written,
            t=words.texts_in(self._texts, lang),
            day=partial(words.day, lang=lang),
            month=partial(words.month, lang=lang),
            month_tick=partial(words.month_tick, lang=lang),
            period_title=partial(words.period_title, lang=lang),
            period_tick=partial(words.period_tick, lang=lang),
            moment=partial(words.moment, lang=lang),
            number=paper.imprint.number,
            digest=paper.imprint.digest,
            proven=paper.receipt is not None and not with_style,  # only a PDF is signed
            verify_url=self.verify_url(paper),
            qr=segno.make(self.verify_url(paper), error="m", micro=False).png_data_uri(scale=_MODULE_PIXELS, border=0),
            style=Markup(self.screen_style if with_style else ""),  # noqa: S704 - our own file
        )

    def pdf(self, paper: Paper, *, large: bool = False) -> bytes:
        """Draw a report as a PDF that is PDF/A-3a and PDF/UA-1 at once; refuse a character no font draws.

        Large print (大字版) is the same page in one column on small sheets, enlarged to A4: another dress of the same
        numbered facts, drawn when it is asked for.
        """
        page = self.page(paper, with_style=False)
        fonts.require_glyphs(page + self.style)
        weasyprint, font_configuration, sheets = self._type_setter
        dress = [*sheets, self._large_sheet] if large else sheets
        at = paper.record.as_of
        attachments = [
            weasyprint.Attachment(
                string=content, name=name, description=what, relationship=relationship, created=at, modified=at
            )
            for name, content, relationship, what in (
                ("report.json", paper.imprint.facts, "Data", "the facts of this report"),
                (paper.kind.sheet.file_name, sheet_of(paper.kind, paper.record), "Data", "the detailed statement"),
                (RECEIPT, paper.receipt, "Supplement", "the receipt of this report from the log"),
            )
            if content is not None
        ]
        html = weasyprint.HTML(
            string=page, url_fetcher=weasyprint.urls.URLFetcher(allowed_protocols={"data"}, fail_on_errors=True)
        )
        imprint = paper.imprint
        with swift.undisturbed():
            document = html.render(font_config=font_configuration, stylesheets=dress, pdf_variant="pdf/a-3a")
            written: bytes = document.write_pdf(
                zoom=_LARGE if large else 1,
                pdf_variant="pdf/a-3a",
                pdf_identifier=bytes.fromhex(imprint.digest)[:16],
                attachments=attachments,
                finisher=lambda _document, pdf: finish(
                    pdf, number=imprint.number, digest=imprint.digest, renderer=libraries()
                ),
            )
        return written

    @cached_property
    def _type_setter(self) -> tuple[Any, Any, list[Any]]:
        weasyprint = _weasyprint()
        with fonts.no_system_fonts():
            configuration = weasyprint.text.fonts.FontConfiguration()
        sheets = [weasyprint.CSS(string=css, font_config=configuration) for css in (fonts.font_faces(), self.style)]
        return weasyprint, configuration, sheets

    @cached_property
    def _large_sheet(self) -> Any:  # noqa: ANN401 - a library without types
        weasyprint, configuration, _sheets = self._type_setter
        return weasyprint.CSS(string=self._sheet("narrow") + self._sheet("large"), font_config=configuration)


def sheet_of(kind: ReportKind, record: ReportFacts) -> bytes:
    """Write the table to be embedded as CSV, with the mark by which spreadsheets know UTF-8."""
    written = io.StringIO(newline="")
    table = csv.writer(written, lineterminator="\r\n")
    table.writerow(kind.sheet.columns)
    table.writerows(kind.sheet.rows(record))
    return written.getvalue().encode("utf-8-sig")


@cache
def renderer_at(public_url: str) -> Renderer:
    """Give the renderer of this process for one public address."""
    return Renderer(public_url)


@cache
def _weasyprint() -> Any:  # noqa: ANN401 - a library without types
    """Load WeasyPrint with our fonts only, or say what the machine lacks."""
    try:
        # That no system font is configured is what we want; what is missing we say ourselves, in one sentence.
        with fonts.no_system_fonts(), warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            import weasyprint
            import weasyprint.text.fonts
            import weasyprint.urls

            read_fontconfig()
    except OSError as missing:
        raise PdfUnavailable(str(missing).splitlines()[0]) from missing
    mend()
    slim()
    swift.accelerate()
    return weasyprint


@cache
def libraries() -> str:
    """Name the libraries that decide over the bytes, with their versions: the pinned ones and the machine's.

    A report says so in its metadata: with other versions the same facts give the same text, but not the same bytes.
    """
    named = [f"{library} {metadata.version(library)}" for library in _LIBRARIES]
    try:
        _weasyprint()
    except PdfUnavailable:
        return "; ".join(named)
    from weasyprint.text import ffi

    ffi.ffi.cdef("const char * pango_version_string (void); const char * hb_version_string (void);")
    ffi.ffi.cdef("int FcGetVersion (void);")
    pango = ffi.ffi.string(ffi.pango.pango_version_string()).decode()
    harfbuzz = ffi.ffi.string(ffi.harfbuzz.hb_version_string()).decode()
    fontconfig = f"{(number := ffi.fontconfig.FcGetVersion()) // 10_000}.{number // 100 % 100}.{number % 100}"
    theirs = f"pango {pango}; harfbuzz {harfbuzz}; fontconfig {fontconfig}; zlib {zlib.ZLIB_RUNTIME_VERSION}"
    return f"{'; '.join(named)}; {theirs}"
