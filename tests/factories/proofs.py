"""Logs for tests: entries appended as the ledger would, without a ledger."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.database import Database, is_sqlite
from greencredit.proofs import queries, service
from greencredit.proofs.rules import tree
from greencredit.proofs.rules.exchange import add_checkpoint_body
from greencredit.proofs.rules.note import Checkpoint, Signer, sign_checkpoint
from greencredit.proofs.rules.policy import Policy
from greencredit.proofs.rules.verify_log import ReadFile

ORIGIN: Final = "credits.example/log"
"""The name of every synthetic log."""


def make_bodies(count: int, *, first: int = 0) -> list[bytes]:
    """Give entries that differ from each other."""
    return [b'{"kind":"example","number":%d}' % number for number in range(first, first + count)]


def make_log(session: Session, count: int, *, at_once: int = 1000) -> int:
    """Append this many entries to the log and give its new size."""
    size = queries.size(session)
    end = size + count
    while size < end:
        bodies = make_bodies(min(at_once, end - size), first=size)
        size = service.append(session, size, [("batch", body) for body in bodies])
    return size


def make_signed_log(session: Session, count: int) -> int:
    """Append this many entries to a log that has its name and first key, but no checkpoint yet."""
    service.open_log(session, ORIGIN)
    return make_log(session, count)


def lift_guards(session: Session, table: str) -> None:
    """Remove the triggers that keep a table append-only, as somebody with the database's own powers could."""
    if is_sqlite(session):
        for verb in ("update", "delete", "replace"):
            session.execute(text(f"DROP TRIGGER {table}_no_{verb}"))
        return
    for verb in ("change", "truncate"):
        session.execute(text(f"DROP TRIGGER {table}_no_{verb} ON {table}"))


def make_finished_log(session: Session, count: int, *, every: int = 100) -> int:
    """Append this many entries to a log with its name, and sign it every so many."""
    size = make_signed_log(session, 0)
    while size < count:
        size = make_log(session, min(every, count - size))
        service.checkpoint(session)
    return size


def log_policy(session: Session) -> Policy:
    """Trust the first key of the log, and no witness."""
    return Policy.parse(f"log {queries.key_lines(session)[0].vkey}\nquorum none\n".encode())


def reader_of(folder: Path) -> ReadFile:
    """Read the files of a log the way a verifier without our database does."""

    def read(path: str) -> bytes | None:
        place = folder / path
        return place.read_bytes() if place.is_file() else None

    return read


@dataclass
class OtherLog:
    """A log elsewhere, which can also lie."""

    origin: str = "other.example/log"
    signer: Signer = field(default_factory=lambda: Signer("other.example/log", b"o" * 32))
    hashes: list[bytes] = field(default_factory=lambda: tree.leaf_hashes(b"%d" % number for number in range(1000)))

    def note(self, size: int, root: bytes | None = None) -> str:
        """Sign a checkpoint: the true one, or one with another root."""
        true = tree.root_of(self.hashes[:size])
        return sign_checkpoint(Checkpoint(self.origin, size, true if root is None else root), self.signer)

    def request(self, old: int, size: int, root: bytes | None = None) -> bytes:
        """Ask for a cosignature."""
        path = tree.consistency_path(self.hashes, old, size) if old <= size else []
        return add_checkpoint_body(old, path, self.note(size, root)).encode()


def kept_evidence(database: Database) -> list[tuple[str, int, str, str]]:
    """Give the evidence of forks: log, size, the note that was kept, and the other one."""
    with database.reading() as session:
        return [(one.origin, one.size, one.kept, one.offered) for one in queries.conflicts(session)]
