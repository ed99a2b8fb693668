"""Ways to tamper with a report: bytes flipped, parts replaced and signed anew, pages that say something else."""

import io
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import pikepdf

from greencredit.reports.render.sign import sign
from greencredit.reports.service import Proof

_RUN: Final = re.compile(rb"(\[[^\]]*\]) TJ")
_MAPPED: Final = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]{4})>")

Edit = Callable[[pikepdf.Pdf], None]


def flipped(data: bytes, at: int) -> bytes:
    """Change one bit."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def edited(unsigned: bytes, edit: Edit) -> bytes:
    """Write a file anew with something in it changed."""
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(unsigned)) as pdf:
        edit(pdf)
        pdf.save(written, object_stream_mode=pikepdf.ObjectStreamMode.generate, force_version="1.7")
    return written.getvalue()


def signed_anew(unsigned: bytes, proof: Proof, *, at: datetime | None = None) -> bytes:
    """Sign what was changed, with whatever key the proof holds."""
    return sign(unsigned, proof.signatory, at=at or proof.at, name=proof.name)


def with_files(**contents: bytes) -> Edit:
    """Replace embedded files; underscores stand for points."""

    def edit(pdf: pikepdf.Pdf) -> None:
        for one in listed(pdf):
            if (content := contents.get(str(one["/UF"]).replace(".", "_"))) is not None:
                one["/EF"]["/F"].write(content)

    return edit


def without_file(name: str) -> Edit:
    """Take an embedded file out."""

    def edit(pdf: pikepdf.Pdf) -> None:
        pdf.Root["/AF"] = pikepdf.Array([one for one in listed(pdf) if str(one["/UF"]) != name])

    return edit


def with_metadata(found: str, wanted: str) -> Edit:
    """Replace a word of the metadata."""

    def edit(pdf: pikepdf.Pdf) -> None:
        metadata = pdf.Root["/Metadata"]
        content = metadata.read_bytes()
        assert found.encode() in content, "there is something to replace"
        metadata.write(content.replace(found.encode(), wanted.encode()))

    return edit


def with_run(found: str, wanted: str) -> Edit:
    """Let the pages say another thing wherever they say this one alone, in the same letters."""

    def edit(pdf: pikepdf.Pdf) -> None:
        replaced = 0
        for page in pdf.pages:
            glyphs = _glyphs(page.resources)
            content = page.obj["/Contents"].read_bytes()

            def rewritten(run: "re.Match[bytes]", glyphs: dict[bytes, str] = glyphs) -> bytes:
                nonlocal replaced
                codes = re.findall(rb"[0-9a-f]{4}", b"".join(re.findall(rb"<([0-9a-f]*)>", run[1])))
                if "".join(glyphs.get(code, "?") for code in codes) != found:
                    return run[0]
                replaced += 1
                code_of = {letter: code for code, letter in glyphs.items()}
                return b"[<" + b"".join(code_of[letter] for letter in wanted) + b">] TJ"

            page.obj["/Contents"].write(_RUN.sub(rewritten, content))
        assert replaced, "there is something to replace"

    return edit


def file_in(pdf: bytes, name: str) -> bytes:
    """Give an embedded file."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        found: bytes = opened.attachments[name].get_file().read_bytes()
        return found


def stream_place(pdf: bytes, raw: bytes) -> int:
    """Say where the stored bytes of a stream begin in a file."""
    at = pdf.find(raw)
    assert at > 0, "the stream is stored as it was read"
    return at


def listed(pdf: pikepdf.Pdf) -> list[Any]:
    """List the embedded files, as they are linked."""
    files: Any = pdf.Root["/AF"]
    return list(files)


def _glyphs(resources: Any) -> dict[bytes, str]:  # noqa: ANN401 - an object of the file
    """Map the glyphs of all fonts of a page; good enough for digits, which every one of them numbers alike."""
    found: dict[bytes, str] = {}
    for font in resources["/Font"].values():
        for code, text in _MAPPED.findall(font["/ToUnicode"].read_bytes()):
            found.setdefault(code, bytes.fromhex(text.decode()).decode("utf-16-be"))
    return found
