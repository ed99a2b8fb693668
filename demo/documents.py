"""The papers that the demonstration's people hand in: whole small PDFs, obviously synthetic."""

import io
from pathlib import Path

from sqlalchemy.orm import Session

from greencredit.documents import queries, service
from greencredit.kernel.access import Actor
from greencredit.schemas.issuers import Document


def hand_in(session: Session, actor: Actor, data_dir: Path, name: str) -> Document:
    """Hand a paper in, through the same verbs as everybody, and describe it as orders name it."""
    file = io.BytesIO(_pdf(name))
    looked = service.receive(session, actor, data_dir / queries.FOLDER, file, name=name, declared="application/pdf")
    done = service.hand_in(session, actor, looked)
    return Document(name=done.name, media_type=done.media_type, digest=done.digest)


def _pdf(name: str) -> bytes:
    """Write an empty page under a title; the same name gives the same bytes."""
    import pikepdf

    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    pdf.docinfo["/Title"] = f"演示材料：{name}"
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True)
    return out.getvalue()
