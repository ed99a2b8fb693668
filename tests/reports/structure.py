"""What must be true inside every report: looked at in the file itself, in milliseconds, without any validator."""

import io
import itertools
import re
from collections.abc import Iterator
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

_SHOWING: Final = frozenset(("Tj", "TJ", "'", '"', "Do", "f", "f*", "S", "s", "B", "B*", "b", "b*", "sh"))
_WITHIN: Final = {
    "TR": {"Table", "THead", "TBody", "TFoot"},
    "TH": {"TR"},
    "TD": {"TR"},
    "LI": {"L"},
    "THead": {"Table"},
    "TBody": {"Table"},
    "TFoot": {"Table"},
}
_RELATIONSHIPS: Final = {"/Data", "/Supplement", "/Source", "/Alternative"}
_HEADING: Final = re.compile(r"H([1-6])")


def faults(written: bytes) -> list[str]:
    """Name everything about a report that is not as PDF/A-3a, PDF/UA-1 and we want it."""
    with pikepdf.open(io.BytesIO(written)) as pdf:
        return [*_claims(pdf), *_fonts(pdf), *_files(pdf), *_pages(pdf), *_structure(pdf), *_transparency(pdf)]


def _claims(pdf: pikepdf.Pdf) -> Iterator[str]:
    root = pdf.Root
    if not root.get("/MarkInfo", Dictionary()).get("/Marked", False):
        yield "it does not say that it is tagged"
    if str(root.get("/Lang", "")) not in {"zh-CN", "en"}:
        yield f"its language is {root.get('/Lang')}"
    if not root.get("/ViewerPreferences", Dictionary()).get("/DisplayDocTitle", False):
        yield "viewers show its file name, not its title"
    if not str(pdf.docinfo.get("/Title", "")):
        yield "it has no title"
    if pdf.is_encrypted or "/OpenAction" in root or "/AA" in root or "/JavaScript" in root.get("/Names", Dictionary()):
        yield "it is encrypted or acts by itself"
    said = root.Metadata.read_bytes().decode()
    for claim in ('pdfaid:part="3"', 'pdfaid:conformance="A"', "<pdfuaid:part>1</pdfuaid:part>", "<gc:factsSha256>"):
        if said.count(claim) != 1:
            yield f"its metadata says {claim} {said.count(claim)} times"
    intents = [one for one in root.get("/OutputIntents", Array()) if one.S == Name.GTS_PDFA1]
    if [one.DestOutputProfile.get("/N") for one in intents] != [3]:
        yield "it has not one output intent with a profile of three colours"


def _fonts(pdf: pikepdf.Pdf) -> Iterator[str]:
    for thing in _dictionaries(pdf):
        if thing.get("/Type") != Name.Font:
            continue
        descriptor = thing.get("/FontDescriptor")
        if descriptor is not None and not any(f"/FontFile{form}" in descriptor for form in ("", "2", "3")):
            yield f"the font {descriptor.get('/FontName')} is not embedded"
        if thing.get("/Subtype") == Name.Type0 and "/ToUnicode" not in thing:
            yield f"the font {thing.get('/BaseFont')} does not say what its glyphs mean"


def _files(pdf: pikepdf.Pdf) -> Iterator[str]:
    told = list(pdf.Root.get("/AF", Array()))
    names = [str(one.UF) for one in told]
    if "report.json" not in names or sorted(names) != sorted(pdf.attachments) or len(set(names)) != len(names):
        yield f"it tells of {names} and holds {sorted(pdf.attachments)}"
    for one in told:
        if str(one.get("/AFRelationship")) not in _RELATIONSHIPS:
            yield f"{one.UF} is there as {one.get('/AFRelationship')}"
        if "/Subtype" not in one.EF.F or "/ModDate" not in one.EF.F.get("/Params", Dictionary()):
            yield f"{one.UF} has no kind or no date"


def _pages(pdf: pikepdf.Pdf) -> Iterator[str]:
    for number, page in enumerate(pdf.pages, 1):
        if page.obj.get("/Tabs") != Name.S or "/StructParents" not in page.obj:
            yield f"page {number} is not in the order of its structure"
        marked = 0
        for instruction in pikepdf.parse_content_stream(page):
            operator = str(instruction.operator)
            marked += {"BMC": 1, "BDC": 1, "EMC": -1}.get(operator, 0)
            if operator in _SHOWING and not marked:
                yield f"page {number} shows something that is neither tagged nor decoration: {operator}"
                break
        for note in page.obj.get("/Annots", Array()):
            if note.get("/Subtype") == Name.Link and ("/StructParent" not in note or "/Contents" not in note):
                yield f"a link on page {number} is outside the structure or says nothing"


def _structure(pdf: pikepdf.Pdf) -> Iterator[str]:
    levels: list[int] = []
    for kind, above, element in _elements(pdf.Root.StructTreeRoot.K, ""):
        if (heading := _HEADING.fullmatch(kind)) is not None:
            levels.append(int(heading[1]))
        if kind in _WITHIN and above not in _WITHIN[kind]:
            yield f"{kind} stands in {above}"
        if kind == "Figure" and not (str(element.get("/Alt", "")) or str(element.get("/ActualText", ""))):
            yield "a figure has no text in its place"
        if kind == "TH" and _scope(element) not in {"/Row", "/Column", "/Both"}:
            yield "a table's header does not say what it heads"
    if levels[:1] != [1] or levels.count(1) != 1:
        yield f"the headings begin {levels[:3]}, with {levels.count(1)} of the first level"
    if any(after > before + 1 for before, after in itertools.pairwise(levels)):
        yield f"a level of headings is skipped: {levels}"


def _elements(kids: Any, above: str) -> Iterator[tuple[str, str, Any]]:  # noqa: ANN401 - any object of the file
    for kid in kids if isinstance(kids, Array) else [kids]:
        if isinstance(kid, Dictionary) and "/S" in kid:
            kind = str(kid.S)[1:]
            yield kind, above, kid
            yield from _elements(kid.get("/K", Array()), kind)


def _scope(element: Any) -> str:  # noqa: ANN401 - as above
    given = element.get("/A", Dictionary())
    return next((str(one.Scope) for one in (given if isinstance(given, Array) else [given]) if "/Scope" in one), "none")


def _transparency(pdf: pikepdf.Pdf) -> Iterator[str]:
    for thing in _dictionaries(pdf):
        if "/BM" in thing and str(thing.BM) not in {"/Normal", "/Compatible"}:
            yield f"it blends colours by {thing.BM}"
        if thing.get("/Subtype") == Name.Image and thing.get("/Interpolate", False):
            yield "a picture is to be smoothed, which archives forbid"


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    for thing in pdf.objects:
        if isinstance(thing, Dictionary | Stream):
            yield thing
            if "/ExtGState" in thing:
                yield from thing.ExtGState.values()
