"""Portable proofs, the lists that say which were taken back, every version of those, and the keys that signed.

The salt that ties a proof to its holder, and the signed text that carries it, are deleted when he is erased.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from greencredit.kernel.database import Table, Whole

_STRICT = {"sqlite_strict": True}


class BadgesKey(Table):
    """A key that signs portable proofs (凭证密钥); the private half is derived or sealed under the root secret."""

    __tablename__ = "badges_key"
    __table_args__ = (PrimaryKeyConstraint("suite", "number"), CheckConstraint("number > 0", name="number"), _STRICT)

    suite: Mapped[str]
    number: Mapped[int] = mapped_column(Whole, autoincrement=False)
    public: Mapped[str]
    thumbprint: Mapped[str]
    sealed: Mapped[bytes | None]
    """The private half of a key that can't be derived; it opens under the root secret alone."""
    since: Mapped[datetime]


class BadgesList(Table):
    """A status list (状态列表), half of which may be taken: so many are free that a random draw finds one at once."""

    __tablename__ = "badges_list"
    __table_args__ = (CheckConstraint("taken >= 0", name="taken"), _STRICT)

    number: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    taken: Mapped[int]
    opened_at: Mapped[datetime]


class BadgesVersion(Table):
    """One signed version of a status list (状态列表版本), as it was handed out."""

    __tablename__ = "badges_version"
    __table_args__ = (
        PrimaryKeyConstraint("list", "version"),
        CheckConstraint("version > 0 AND revoked >= 0 AND length(sha256) = 64", name="shape"),
        _STRICT,
    )

    list: Mapped[int] = mapped_column(Whole, autoincrement=False)
    version: Mapped[int] = mapped_column(Whole, autoincrement=False)
    document: Mapped[str]
    sha256: Mapped[str]
    revoked: Mapped[int]
    signed_at: Mapped[datetime]


class BadgesProof(Table):
    """One portable proof (便携证明): the figures it stands on, its place in a list, and whether it was taken back."""

    __tablename__ = "badges_proof"
    __table_args__ = (
        UniqueConstraint("list", "slot"),
        UniqueConstraint("credential_id"),
        CheckConstraint("lang IN ('zh', 'en')", name="lang"),
        CheckConstraint("length(sha256) = 64 AND slot >= 0 AND awards > 0", name="shape"),
        CheckConstraint("(revoked_at IS NULL) = (why IS NULL)", name="why"),
        CheckConstraint(
            "(consumer_id IS NULL) = (salt IS NULL) AND (salt IS NULL) = (document IS NULL) "
            "AND (document IS NULL) = (token IS NULL)",
            name="forgotten",
        ),
        Index(None, "consumer_id"),
        _STRICT,
    )

    number: Mapped[str] = mapped_column(primary_key=True)
    credential_id: Mapped[str]
    consumer_id: Mapped[str | None]
    salt: Mapped[str | None]
    document: Mapped[str | None]
    token: Mapped[str | None]
    sha256: Mapped[str]
    lang: Mapped[str]
    since: Mapped[date]
    until: Mapped[date] = mapped_column("until_day")  # UNTIL is a word of PostgreSQL's own
    as_of: Mapped[datetime]
    awards: Mapped[int]
    credits: Mapped[int]
    grams: Mapped[int]
    """Of the awards below it as they stood at issue; a proof that covers none by a method claims none."""
    quantified: Mapped[int]
    list: Mapped[int]
    slot: Mapped[int]
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    why: Mapped[str | None]
