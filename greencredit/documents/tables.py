"""Tables of documents: what is stored, who handed it in, to which place it belongs; all append-only."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from greencredit.kernel.database import Table

STRICT = {"sqlite_strict": True}


class DocumentRow(Table):
    """One file, known by its content; the same bytes are stored once."""

    __tablename__ = "documents_document"
    __table_args__ = STRICT

    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    size_bytes: Mapped[int]
    media_type: Mapped[str]
    stored_at: Mapped[datetime]


class DepositRow(Table):
    """Somebody handed a file in; only he may name it at first, so that a digest alone opens nothing."""

    __tablename__ = "documents_deposit"
    __table_args__ = (Index("ix_documents_deposit_account_id_at", "account_id", "at"), STRICT)

    digest: Mapped[str] = mapped_column(Text, ForeignKey("documents_document.digest"), primary_key=True)
    account_id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str]
    at: Mapped[datetime]


class AttachmentRow(Table):
    """A file belongs to a place (an issuer) because an order named it."""

    __tablename__ = "documents_attachment"
    __table_args__ = STRICT

    place: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[str] = mapped_column(Text, ForeignKey("documents_document.digest"), primary_key=True)
    name: Mapped[str]
    account_id: Mapped[str]
    at: Mapped[datetime]
