"""What WeasyPrint leaves open: one file that says it is both PDF/A-3a and PDF/UA-1, and table headers with a scope."""

from typing import Any, Final
from xml.sax.saxutils import escape

CLAIMS: Final = """<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" \
xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about=""><pdfuaid:part>1</pdfuaid:part></rdf:Description>\
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:gc="urn:greencredit:report:1" \
rdf:about=""><gc:number>{number}</gc:number><gc:facts>report.json</gc:facts>\
<gc:factsSha256>{digest}</gc:factsSha256><gc:renderer>{renderer}</gc:renderer></rdf:Description>\
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" \
xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about=""><pdfaExtension:schemas><rdf:Bag>{schemas}\
</rdf:Bag></pdfaExtension:schemas></rdf:Description>"""

_SCHEMA: Final = """<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>{title}</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>{uri}</pdfaSchema:namespaceURI><pdfaSchema:prefix>{prefix}</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property></rdf:li>"""

_PROPERTY: Final = """<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>\
<pdfaProperty:valueType>{kind}</pdfaProperty:valueType><pdfaProperty:category>{category}</pdfaProperty:category>\
<pdfaProperty:description>{what}</pdfaProperty:description></rdf:li>"""

# PDF/A wants every property outside its own list described in the file itself; PDF/UA's identifier is one of them.
_SCHEMAS: Final = (
    (
        "PDF/UA identification",
        "http://www.aiim.org/pdfua/ns/id/",
        "pdfuaid",
        (("part", "Integer", "internal", "part of ISO 14289 that the file follows"),),
    ),
    (
        "greencredit report",
        "urn:greencredit:report:1",
        "gc",
        (
            ("number", "Text", "external", "number of the report"),
            ("facts", "Text", "external", "name of the embedded file that holds the facts"),
            ("factsSha256", "Text", "external", "SHA-256 of that file"),
            ("renderer", "Text", "internal", "libraries that laid the report out"),
        ),
    ),
)

_EM: Final = 1000
"""The width of a glyph of which a PDF says nothing."""


def finish(pdf: Any, *, number: str, digest: str, renderer: str) -> None:  # noqa: ANN401 - a pydyf document, which has no types
    """Complete the metadata and the table headers of a PDF before it is written."""
    objects = {thing.reference: thing for thing in pdf.objects}
    metadata = objects[pdf.catalog["Metadata"]]
    metadata.compress = False  # plain, so that any tool finds it
    [packet] = metadata.stream
    metadata.stream = [packet.replace(b"</rdf:RDF>", _claims(number, digest, renderer).encode() + b"</rdf:RDF>")]
    files = pdf.catalog["AF"]
    files[:] = list(dict.fromkeys(files))  # each embedded file is listed twice
    for thing in pdf.objects:
        if not isinstance(thing, dict):
            continue
        if thing.get("S") == "/TH":
            row = objects[thing["P"]]
            beside = {objects[kid].get("S") for kid in row["K"] if kid in objects}
            thing["A"]["Scope"] = "/Row" if "/TD" in beside else "/Column"
        elif thing.get("Subtype") == "/CIDFontType2":
            thing["W"] = _unusual_widths(thing["W"])


def _unusual_widths(told: Any) -> Any:  # noqa: ANN401 - as above
    """Leave out of a list of widths whatever is as wide as a PDF takes for granted: every hanzi."""
    kind = type(told)
    found = kind()
    after = -1
    for first, widths in zip(told[::2], told[1::2], strict=True):
        for glyph, width in enumerate(widths, first):
            if width == _EM:
                continue
            if glyph != after:
                found.extend((glyph, kind()))
            found[-1].append(width)
            after = glyph + 1
    return found


def _claims(number: str, digest: str, renderer: str) -> str:
    schemas = "".join(
        _SCHEMA.format(
            title=title,
            uri=uri,
            prefix=prefix,
            properties="".join(
                _PROPERTY.format(name=name, kind=kind, category=category, what=what)
                for name, kind, category, what in properties
            ),
        )
        for title, uri, prefix, properties in _SCHEMAS
    )
    return CLAIMS.format(number=number, digest=digest, renderer=escape(renderer), schemas=schemas)
