"""Tables of the log: entries and complete tiles, what was signed, whom we witness and who witnesses us.

Entries, tiles, keys, checkpoints, cosignatures and conflicts are append-only. Nothing here names a person.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from greencredit.kernel.database import Table, Whole

STRICT = {"sqlite_strict": True}


class ProofsLog(Table):
    """The one row of our log: its name, and which process publishes it how far (日志)."""

    __tablename__ = "proofs_log"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), CheckConstraint("published >= 0", name="size"), STRICT)

    id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    origin: Mapped[str]
    published: Mapped[int]
    """The size up to which everything is in the files, checkpoint included."""
    publisher: Mapped[str | None]
    leased_until: Mapped[datetime | None]


class ProofsEntry(Table):
    """One entry of the log (日志条目); `position` counts from 0, `hash` is its leaf hash."""

    __tablename__ = "proofs_entry"
    __table_args__ = (
        CheckConstraint("position >= 0 AND length(body) <= 65535 AND length(hash) = 32", name="shape"),
        STRICT,
    )

    position: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    kind: Mapped[str]
    body: Mapped[bytes]
    hash: Mapped[bytes]


class ProofsTile(Table):
    """256 neighbouring hashes of one level (分片), complete ones only; `root` is their hash one level up."""

    __tablename__ = "proofs_tile"
    __table_args__ = (
        CheckConstraint("level >= 0 AND number >= 0", name="place"),
        CheckConstraint("length(hashes) = 8192 AND length(root) = 32", name="shape"),
        STRICT,
    )

    level: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    hashes: Mapped[bytes]
    root: Mapped[bytes]


class ProofsPending(Table):
    """A fact of another room that waits for the next batch (待上链事项); written in that room's own transaction."""

    __tablename__ = "proofs_pending"
    __table_args__ = (CheckConstraint("length(body) <= 65535", name="shape"), STRICT)

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    kind: Mapped[str]
    body: Mapped[bytes]


class ProofsKey(Table):
    """A public key of our log (公钥); old ones stay listed, the private halves are never in the database."""

    __tablename__ = "proofs_key"

    number: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    vkey: Mapped[str]
    since: Mapped[int]
    """The smallest size of the log that this key signs."""
    change: Mapped[bytes | None]
    """The log entry that hands over to this key; the first key has none."""
    made_at: Mapped[datetime]


class ProofsCheckpoint(Table):
    """A tree that we signed (检查点): one root for each size, for ever."""

    __tablename__ = "proofs_checkpoint"
    __table_args__ = (CheckConstraint("size >= 0 AND length(root) = 32", name="shape"), STRICT)

    size: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    root: Mapped[bytes]
    note: Mapped[bytes]
    key_number: Mapped[int]
    """The newest key among its signatures."""
    signed_at: Mapped[datetime]


class ProofsWitness(Table):
    """Somebody whose cosignatures we take in (见证方): regulator, assessor, a university."""

    __tablename__ = "proofs_witness"

    vkey: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    registered_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ProofsCosignature(Table):
    """What a witness signed about one of our checkpoints (见证签名); the first time counts."""

    __tablename__ = "proofs_cosignature"
    __table_args__ = (CheckConstraint("size >= 0", name="size"), STRICT)

    size: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    vkey: Mapped[str] = mapped_column(primary_key=True)
    cosigned_seconds: Mapped[int]
    """The witness's own clock, seconds since 1970."""
    line: Mapped[bytes]


class ProofsWatched(Table):
    """A log that we witness (被见证的日志): the largest tree of it that we cosigned."""

    __tablename__ = "proofs_watched"
    __table_args__ = (CheckConstraint("size >= 0", name="size"), STRICT)

    origin: Mapped[str] = mapped_column(primary_key=True)
    vkey: Mapped[str]
    size: Mapped[int]
    root: Mapped[bytes | None]
    note: Mapped[bytes | None]
    cosigned_at: Mapped[datetime | None]


class ProofsConflict(Table):
    """Evidence that a log showed two trees of one size (分叉证据): the note we cosigned, and the other one."""

    __tablename__ = "proofs_conflict"

    origin: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(primary_key=True)
    kept: Mapped[bytes]
    offered: Mapped[bytes]
    seen_at: Mapped[datetime]
