"""Reads of documents: what somebody handed in, what belongs to a place, where its file lies, whether all are there."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.documents.catalogue import upload_limits
from greencredit.documents.errors import FileLost, TooMuchADay, UnknownDocument
from greencredit.documents.tables import AttachmentRow, DepositRow, DocumentRow
from greencredit.kernel.clock import civil_date, now, start_of
from greencredit.schemas.documents import HandedIn, Kept, ShelfAudit

FOLDER: Final = "documents"
"""Below the data folder: where the files lie, each under its digest."""

_PIECE_BYTES: Final = 1024 * 1024


def handed_in(session: Session, account_id: str, digest: str) -> HandedIn:
    """Give what an account handed in, or refuse what it did not."""
    deposit = session.get(DepositRow, (digest, account_id))
    if deposit is None:
        raise UnknownDocument(digest)
    document = session.get_one(DocumentRow, digest)
    return HandedIn.model_validate(
        {
            "digest": digest,
            "size_bytes": document.size_bytes,
            "media_type": document.media_type,
            "name": deposit.name,
            "account_id": account_id,
            "at": deposit.at,
        }
    )


def kept(session: Session, place: str, digest: str) -> Kept:
    """Give a file that belongs to a place, or refuse one that does not."""
    attached = session.get(AttachmentRow, (place, digest))
    if attached is None:
        raise UnknownDocument(digest)
    return _kept(attached, session.get_one(DocumentRow, digest))


def kept_at(session: Session, place: str) -> list[Kept]:
    """List the files that belong to a place, in the order in which they came."""
    rows = session.execute(
        select(AttachmentRow, DocumentRow)
        .join(DocumentRow, DocumentRow.digest == AttachmentRow.digest)
        .where(AttachmentRow.place == place)
        .order_by(AttachmentRow.at, AttachmentRow.digest)
    )
    return [_kept(attached, document) for attached, document in rows]


def require_room_today(session: Session, account_id: str, size_bytes: int) -> None:
    """Refuse what would be more than an account hands in on one civil day."""
    limits = upload_limits()
    today = start_of(civil_date(now(session)))
    files, held = session.execute(
        select(func.count(), func.coalesce(func.sum(DocumentRow.size_bytes), 0))
        .select_from(DepositRow)
        .join(DocumentRow, DocumentRow.digest == DepositRow.digest)
        .where(DepositRow.account_id == account_id, DepositRow.at >= today)
    ).one()
    if files + 1 > limits.most_files_a_day:
        raise TooMuchADay(what="files", found=files + 1, wanted=limits.most_files_a_day)
    if int(held) + size_bytes > limits.most_bytes_a_day:
        raise TooMuchADay(what="bytes", found=int(held) + size_bytes, wanted=limits.most_bytes_a_day)


def path_of(folder: Path, digest: str) -> Path:
    """Give where the file of a digest lies; its name is its digest and tells nothing of anybody."""
    return folder / digest[:2] / digest


def file_of(folder: Path, one: Kept) -> Path:
    """Give the file, or say that it can't be read now."""
    path = path_of(folder, one.digest)
    if not path.is_file() or path.stat().st_size != one.size_bytes:
        raise FileLost(one.digest)
    return path


def audit(session: Session, folder: Path) -> ShelfAudit:
    """Read every file of the register again and compare it with what the register says."""
    digests = list(session.scalars(select(DocumentRow.digest).order_by(DocumentRow.digest)))
    lost = [digest for digest in digests if not path_of(folder, digest).is_file()]
    missing = set(lost)
    altered = [one for one in digests if one not in missing and digest_of_file(path_of(folder, one)) != one]
    known = set(digests)
    strange = [name for name in _names_in(folder) if name not in known]
    return ShelfAudit(looked_at=len(digests), lost=tuple(lost), altered=tuple(altered), strange=tuple(strange))


def digest_of_file(path: Path) -> str:
    """Give the SHA-256 digest of a file, read piece by piece."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            found.update(piece)
    return found.hexdigest()


def _names_in(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*/*")):
        if path.is_file():
            yield path.name


def _kept(attached: AttachmentRow, document: DocumentRow) -> Kept:
    return Kept.model_validate(
        {
            "digest": attached.digest,
            "size_bytes": document.size_bytes,
            "media_type": document.media_type,
            "name": attached.name,
            "since": attached.at,
        }
    )
