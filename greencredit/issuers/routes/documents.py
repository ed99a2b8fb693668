"""Issuers over HTTP: the files of a dossier, as downloads only."""

from typing import Annotated, Any, Final
from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.responses import FileResponse

from greencredit.documents import queries as documents
from greencredit.issuers import queries
from greencredit.issuers.routes.places import here
from greencredit.kernel.access import PLATFORM
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Configured, Permit, Reading, requires
from greencredit.kernel.settings import Settings
from greencredit.schemas.documents import Kept, MediaType

router = Doors()

ReadsDocuments = Annotated[Permit, requires("document.read", at=here)]
ReadsAnyDocument = Annotated[Permit, requires("document.read")]

# Nothing of a stranger's file is ever shown or carried out on our own address: it is saved, and nothing else.
_SAVED_ONLY: Final = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}

_FILE: Final = {"schema": {"type": "string", "format": "binary"}}
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {kind.value: _FILE for kind in MediaType}}}


@router.get("/issuers/{issuer_id}/documents")
def documents_of(_permit: ReadsDocuments, session: Reading, issuer_id: str) -> list[Kept]:
    """List the files that belong to an issuer's dossier (材料清单)."""
    return documents.kept_at(session, issuer_id)


@router.get("/issuers/{issuer_id}/documents/{digest}", response_class=FileResponse, responses=_ANSWERS)
def document(
    _permit: ReadsDocuments, session: Reading, settings: Configured, issuer_id: str, digest: str
) -> FileResponse:
    """Give one file of an issuer's dossier, to be saved (下载材料)."""
    return _saved(session, settings, issuer_id, digest)


@router.get("/code-reviews/{review_id}/document", response_class=FileResponse, responses=_ANSWERS)
def licence(permit: ReadsAnyDocument, session: Reading, settings: Configured, review_id: str) -> FileResponse:
    """Give the licence that a review of a failing code is about, to be saved (下载核验材料)."""
    permit.require(PLATFORM)
    return _saved(session, settings, review_id, queries.code_review(session, review_id).document.digest)


def _saved(session: Session, settings: Settings, place: str, digest: str) -> FileResponse:
    kept = documents.kept(session, place, digest)
    path = documents.file_of(settings.data_dir / documents.FOLDER, kept)
    saved_as = f"attachment; filename*=UTF-8''{quote(kept.name, safe='')}"
    return FileResponse(path, media_type=kept.media_type, headers=_SAVED_ONLY | {"Content-Disposition": saved_as})
