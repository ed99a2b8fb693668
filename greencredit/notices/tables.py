"""Tables of notices; what a person is told, wants and left as contact goes when the person is forgotten."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, PrimaryKeyConstraint, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from greencredit.kernel.database import Table

STRICT = {"sqlite_strict": True}


class NoticeRow(Table):
    """One thing told to one person; the same thing is told once."""

    __tablename__ = "notices_notice"
    __table_args__ = (
        UniqueConstraint("consumer_id", "kind", "subject_key"),
        CheckConstraint("in_inbox IN (0, 1)", name="in_inbox"),
        Index(None, "consumer_id", "id"),
        Index(
            "ix_notices_notice_unread",
            "consumer_id",
            postgresql_where=text("read_at IS NULL AND in_inbox = 1"),
            sqlite_where=text("read_at IS NULL AND in_inbox = 1"),
        ),
        STRICT,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    consumer_id: Mapped[str]
    kind: Mapped[str]
    subject_key: Mapped[str]
    facts: Mapped[str]
    """Canonical JSON, as the kind in the catalogue names them."""
    plan: Mapped[str]
    """Canonical JSON: what was decided for each way when the notice was written."""
    in_inbox: Mapped[bool]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class AttemptRow(Table):
    """One line of the delivery log; it holds no address."""

    __tablename__ = "notices_attempt"
    __table_args__ = (Index(None, "notice_id"), Index(None, "consumer_id", "way", "at"), STRICT)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    notice_id: Mapped[str] = mapped_column(Text, ForeignKey("notices_notice.id"))
    consumer_id: Mapped[str]
    way: Mapped[str]
    attempt: Mapped[int]
    at: Mapped[datetime]
    outcome: Mapped[str]
    code: Mapped[str]


class ContactRow(Table):
    """Where a person can be reached, encrypted and bound to this row."""

    __tablename__ = "notices_contact"
    __table_args__ = (
        PrimaryKeyConstraint("consumer_id", "way"),
        CheckConstraint("way IN ('mail', 'sms')", name="way"),
        STRICT,
    )

    consumer_id: Mapped[str]
    way: Mapped[str]
    sealed: Mapped[bytes]
    set_at: Mapped[datetime]


class PreferenceRow(Table):
    """What a person chose; whoever chose nothing has no row."""

    __tablename__ = "notices_preference"
    __table_args__ = (STRICT,)

    consumer_id: Mapped[str] = mapped_column(Text, primary_key=True)
    chosen: Mapped[str]
    """JSON of the choices that differ from what the kinds have by themselves, and of the other settings."""
    changed_at: Mapped[datetime]


class SenderRow(Table):
    """An issuer's registered name, told by the room above that registers it."""

    __tablename__ = "notices_sender"
    __table_args__ = (STRICT,)

    issuer_id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str]
    english_name: Mapped[str | None]


class RemindingRow(Table):
    """How far one day's reminders are: the last holder that was looked at."""

    __tablename__ = "notices_reminding"
    __table_args__ = (STRICT,)

    day: Mapped[date] = mapped_column(primary_key=True)
    holder: Mapped[int]
    told: Mapped[int]
    done_at: Mapped[datetime | None]
