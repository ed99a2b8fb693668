"""The verbs of documents: a file is looked at and put on the shelf, registered, and named by an order of some place."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import insert
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from greencredit.documents import queries, rules
from greencredit.documents.catalogue import upload_limits
from greencredit.documents.errors import NotHandedIn, TypeMismatch
from greencredit.documents.rules import LookedAt
from greencredit.documents.tables import AttachmentRow, DepositRow, DocumentRow
from greencredit.kernel.access import Actor, require
from greencredit.kernel.clock import now
from greencredit.kernel.database import Table, is_sqlite
from greencredit.schemas.documents import HandedIn, MediaType
from greencredit.schemas.issuers import Document

Receipt = tuple[Actor, LookedAt]
"""Who hands in what; the file is on the shelf already."""


def receive(session: Session, actor: Actor, folder: Path, file: BinaryIO, *, name: str, declared: str) -> LookedAt:
    """Look at a file, refuse what is not taken, and put it on the shelf; it counts once it is registered.

    It is put there before it is registered: a register without a file would be a lie, a file without a register is
    swept up.
    """
    require(actor, "document.hand_in")
    largest = upload_limits().largest_bytes
    content = file.read(largest + 1)  # one byte more says that it is too large, and no more is read
    looked = rules.look_at(content, name=name, declared=declared, largest_bytes=largest)
    queries.require_room_today(session, _who(actor), looked.size_bytes)
    put_on_shelf(folder, looked)
    return looked


def put_on_shelf(folder: Path, looked: LookedAt) -> None:
    """Write a file under its digest, whole or not at all; the same bytes are written once."""
    path = queries.path_of(folder, looked.digest)
    if path.is_file() and path.stat().st_size == looked.size_bytes:
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:  # noqa: PTH123 - a mode
        out.write(looked.content)
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(path)


def hand_in(session: Session, actor: Actor, looked: LookedAt) -> HandedIn:
    """Register a file on the shelf as handed in by this account; handing it in again changes nothing."""
    require(actor, "document.hand_in")
    account_id, at = _who(actor), now(session)
    if session.get(DepositRow, (looked.digest, account_id)) is None:
        queries.require_room_today(session, account_id, looked.size_bytes)
        document = {"digest": looked.digest, "size_bytes": looked.size_bytes, "media_type": looked.media_type.value}
        _write_once(session, DocumentRow, document | {"stored_at": at}, (looked.digest,))
        deposit = {"digest": looked.digest, "account_id": account_id, "name": looked.name, "at": at}
        _write_once(session, DepositRow, deposit, (looked.digest, account_id))
    return queries.handed_in(session, account_id, looked.digest)


def hand_in_each(session: Session, items: Sequence[Receipt]) -> list[HandedIn]:
    """Register files one after the other, for the writer of the process."""
    return [hand_in(session, actor, looked) for actor, looked in items]


def attach(session: Session, actor: Actor, place: str, papers: Iterable[Document | str | None]) -> None:
    """Let papers belong to a place because an order names them; a digest alone stands for a paper without a name.

    Whoever names a paper has handed it in, or it is among the papers of that place already: digests are public, so
    knowing one must not open the file behind it.

    Raises:
        NotHandedIn: nobody may name what he did not hand in.
        TypeMismatch: an order calls a file something it is not.
    """
    account_id, at = _who(actor), now(session)
    named = [paper for paper in papers if paper is not None]
    missing: list[str] = []
    for paper in named:
        digest = paper if isinstance(paper, str) else paper.digest
        attached = session.get(AttachmentRow, (place, digest))
        deposit = session.get(DepositRow, (digest, account_id))
        if attached is None and deposit is None:
            missing.append(digest)
            continue
        media_type = MediaType(session.get_one(DocumentRow, digest).media_type)
        if isinstance(paper, Document) and paper.media_type != media_type:
            raise TypeMismatch(where="order", found=paper.media_type, wanted=media_type)
        if attached is None and deposit is not None:
            name = deposit.name if isinstance(paper, str) else rules.cleaned_name(paper.name, media_type)
            row = {"place": place, "digest": digest, "name": name, "account_id": account_id, "at": at}
            _write_once(session, AttachmentRow, row, (place, digest))
    if missing:
        raise NotHandedIn(found=missing)


def _who(actor: Actor) -> str:
    return actor.account_id or actor.via.value


def _write_once(session: Session, table: type[Table], row: dict[str, object], key: tuple[str, ...]) -> None:
    """Insert a row unless it is there; on PostgreSQL another process may be writing the very same one now."""
    if not is_sqlite(session):
        session.execute(postgresql.insert(table).values(**row).on_conflict_do_nothing())
    elif session.get(table, key) is None:
        session.execute(insert(table).values(**row))
