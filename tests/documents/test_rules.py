"""What a file is by its bytes: taken as what it is, refused when it lies, acts, or is not whole."""

import io
import struct
import zlib

import pikepdf
import pytest

from greencredit.documents.errors import (
    ActiveContent,
    EmptyFile,
    FileTooLarge,
    TypeMismatch,
    TypeNotTaken,
    Unreadable,
)
from greencredit.documents.rules import cleaned_name, look_at
from greencredit.kernel.errors import Refused
from greencredit.schemas.documents import MediaType
from tests.factories.documents import pdf_of, synthetic_pdf, synthetic_png

_MOST = 2**20
_PAGES = b"<< /Type /Pages /Kids [] /Count 0 >>"
_JPEG = b"\xff\xd8\xff\xe0 a picture \xff\xd9"


def _look(content: bytes, name: str = "示例", declared: str = "") -> tuple[str, str]:
    found = look_at(content, name=name, declared=declared, largest_bytes=_MOST)
    return found.media_type.value, found.name


@pytest.mark.proves("ISS-1")
@pytest.mark.parametrize(
    ("content", "name", "declared", "wanted"),
    [
        (synthetic_pdf(), "执照.PDF", "application/pdf", ("application/pdf", "执照.PDF")),
        (synthetic_pdf(), "执照", "application/octet-stream", ("application/pdf", "执照.pdf")),
        (synthetic_png(), "执照.png", "image/png", ("image/png", "执照.png")),
        (_JPEG, "执照.jpeg", "image/jpg; charset=binary", ("image/jpeg", "执照.jpeg")),
    ],
)
def test_a_file_is_taken_as_what_its_bytes_say(
    content: bytes, name: str, declared: str, wanted: tuple[str, str]
) -> None:
    assert _look(content, name, declared) == wanted


@pytest.mark.proves("ISS-1")
@pytest.mark.parametrize(
    ("content", "name", "declared", "kind", "facts"),
    [
        (b"", "a.pdf", "", EmptyFile, {"found": 0, "wanted": 1}),
        (b"x" * (_MOST + 1), "a.pdf", "", FileTooLarge, {"found": _MOST + 1, "wanted": _MOST}),
        (
            synthetic_png(),
            "执照.pdf",
            "",
            TypeMismatch,
            {"where": "name", "found": ".pdf", "wanted": "image/png"},
        ),
        (
            synthetic_pdf(),
            "执照.pdf",
            "image/png",
            TypeMismatch,
            {"where": "declared type", "found": "image/png", "wanted": "application/pdf"},
        ),
        (synthetic_png() + b"<script>", "a.png", "", Unreadable, None),
        (synthetic_png()[:-6], "a.png", "", Unreadable, None),
        (synthetic_png().replace(b"IDAT", b"IDAX"), "a.png", "", Unreadable, None),
        (_JPEG + b"<html>", "a.jpg", "", Unreadable, None),
        (synthetic_pdf() + b"<script>alert(1)</script>", "a.pdf", "", Unreadable, None),
        (synthetic_pdf()[:120], "a.pdf", "", Unreadable, None),
        (b"%PDF-1.7 and nothing else %%EOF", "a.pdf", "", Unreadable, None),
    ],
)
def test_a_file_that_is_empty_too_large_mislabelled_or_not_whole_is_refused(
    content: bytes, name: str, declared: str, kind: type[Refused], facts: dict[str, object] | None
) -> None:
    with pytest.raises(kind) as no:
        _look(content, name, declared)

    assert type(no.value) is kind
    if facts is not None:
        assert no.value.facts == facts


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "SVG, HTML or other markup"),
        (b"\xef\xbb\xbf  <!DOCTYPE html><script>alert(1)</script>", "SVG, HTML or other markup"),
        (b'<?xml version="1.0"?><svg/>', "SVG, HTML or other markup"),
        (b"PK\x03\x04 a workbook with macros", "a ZIP archive or office document"),
        (b"MZ\x90\x00 a program", "a program"),
        (b"GIF89a", "a GIF image"),
        (b"hello", "an unknown kind"),
    ],
)
def test_a_wrong_type_with_a_right_name_is_refused(content: bytes, found: str) -> None:
    with pytest.raises(TypeNotTaken) as no:
        _look(content, "营业执照.pdf", "application/pdf")

    assert no.value.facts == {"found": found, "wanted": ["application/pdf", "image/png", "image/jpeg"]}


@pytest.mark.proves("ISS-1")
@pytest.mark.parametrize(
    ("objects", "found"),
    [
        ((b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (x) >> >>", _PAGES), ["JavaScript"]),
        ((b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /J#61vaScript >> >>", _PAGES), ["JavaScript"]),
        ((b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S 3 0 R >> >>", _PAGES, b"/Launch"), ["a launch action"]),
        ((b"<< /Type /Catalog /Pages 2 0 R /X [[<< /A << /S /Launch >> >>]] >>", _PAGES), ["a launch action"]),
        ((b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << >> >> >>", _PAGES), ["files inside"]),
        ((b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /XFA [] >> >>", _PAGES), ["an XFA form"]),
        ((b"<< /Type /Catalog /Pages 2 0 R /AA << >> >>", _PAGES), ["automatic actions"]),
        ((b"<< /Type /Catalog /Pages 2 0 R >>", _PAGES, b"<< /S /SubmitForm >>"), ["a form that is sent"]),
    ],
)
def test_a_pdf_that_does_something_is_refused(objects: tuple[bytes, ...], found: list[str]) -> None:
    with pytest.raises(ActiveContent) as no:
        _look(pdf_of(*objects))

    assert no.value.facts == {"found": found, "wanted": []}


def test_a_script_folded_into_an_object_stream_is_found() -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
    pdf.Root.OpenAction = pdf.make_indirect(script)
    out = io.BytesIO()
    pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"JavaScript" not in out.getvalue()

    with pytest.raises(ActiveContent) as no:
        _look(out.getvalue())

    assert no.value.facts["found"] == ["JavaScript"]


def _bomb(unfolded_mebibytes: int) -> bytes:
    """Write a PDF whose third object is folded in a stream that unfolds to so much."""
    folding = zlib.compressobj(9)
    parts = [folding.compress(b"3 0 << /S /Launch >>")]
    parts += [folding.compress(b" " * 2**20) for _ in range(unfolded_mebibytes)]
    folded = b"".join([*parts, folding.flush()])
    body, places = b"%PDF-1.5\n", {}
    stream = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R /X 3 0 R >>", 2: _PAGES, 4: stream % (len(folded), folded)}
    for number, content in objects.items():
        places[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    rows = [(0, 0, 65535), (1, places[1], 0), (1, places[2], 0), (2, 4, 0), (1, places[4], 0), (1, len(body), 0)]
    table = b"".join(struct.pack(">BIH", *row) for row in rows)
    head = b"5 0 obj\n<< /Type /XRef /Size 6 /W [1 4 2] /Root 1 0 R /Length %d >>\nstream\n" % len(table)
    return body + head + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(body)


def test_a_pdf_that_unfolds_without_end_is_refused_and_not_unfolded() -> None:
    with pytest.raises(ActiveContent):
        _look(_bomb(1))
    with pytest.raises(Unreadable) as no:
        _look(_bomb(200))

    assert no.value.facts["found"] == "a PDF with parts that can't be read"


def test_a_locked_pdf_is_refused() -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    out = io.BytesIO()
    pdf.save(out, encryption=pikepdf.Encryption(owner="示例", user=""))

    with pytest.raises(Unreadable) as no:
        _look(out.getvalue())

    assert no.value.facts["found"] == "a locked PDF"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("营业执照.pdf", "营业执照.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\示例\\执照.PDF", "执照.PDF"),
        ("a\u202efdp.exe", "afdp.exe.pdf"),
        ("x\r\nSet-Cookie: a=b.pdf", "xSet-Cookie a=b.pdf"),
        ('<img src="x">.pdf', "img src=x.pdf"),
        ("", "document.pdf"),
        ("...", "document.pdf"),
        ("长" * 300 + ".pdf", "长" * 120 + ".pdf"),
    ],
)
def test_a_name_loses_its_folders_and_what_makes_it_lie(name: str, wanted: str) -> None:
    assert cleaned_name(name, MediaType.PDF) == wanted
