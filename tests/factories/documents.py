"""Papers for tests: tiny PDFs and images that say what they are, handed in through the real verb."""

import hashlib
import io
import struct
import zlib
from functools import cache
from pathlib import Path

from sqlalchemy.orm import Session

from greencredit.documents import rules, service
from greencredit.documents.rules import LookedAt
from greencredit.kernel.access import Actor
from greencredit.schemas.issuers import Document
from tests.factories.people import make_actor


@cache
def synthetic_pdf(title: str = "示例材料") -> bytes:
    """Write the smallest whole PDF; the title makes it another file than the others."""
    title_hex = title.encode("utf-16-be").hex().encode()
    return pdf_of(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 72 72] >>",
        b"<< /Title <FEFF" + title_hex + b"> >>",
    )


def pdf_of(*objects: bytes, root: int = 1) -> bytes:
    """Write a PDF of these objects, numbered from 1, whatever they do."""
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, root, start))
    return out.getvalue()


def synthetic_png() -> bytes:
    """Write a PNG of one black point."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def example_document(name: str = "示例材料.pdf") -> Document:
    """Describe a paper whose content says its name."""
    return Document(name=name, media_type="application/pdf", digest=_digest(name))


def hand_in(session: Session, account_id: str, *papers: Document) -> None:
    """Hand papers made by `example_document` in for an account, the register only: their files lie nowhere."""
    actor = make_actor(None, account_id=account_id)
    for paper in papers:
        service.hand_in(session, actor, _looked_at(paper.name))


def hand_in_file(session: Session, actor: Actor, folder: Path, content: bytes, name: str = "示例材料.pdf") -> Document:
    """Hand a file in, whole: looked at, put on the shelf and registered."""
    looked = service.receive(session, actor, folder, io.BytesIO(content), name=name, declared="")
    done = service.hand_in(session, actor, looked)
    return Document(name=done.name, media_type=done.media_type, digest=done.digest)


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(synthetic_pdf(name)).hexdigest()


@cache
def _looked_at(name: str) -> LookedAt:
    return rules.look_at(synthetic_pdf(name), name=name, declared="", largest_bytes=2**20)


def files_in(folder: Path) -> list[str]:
    """List the names of the files on a shelf."""
    return sorted(path.name for path in folder.glob("*/*"))
