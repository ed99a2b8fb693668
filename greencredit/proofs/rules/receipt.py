"""Files that prove something off line: a log entry's proof (c2sp.org/tlog-proof), a receipt, a statement."""

import json
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from greencredit.proofs.errors import Malformed
from greencredit.proofs.rules.base64_text import decoded, encoded, hash_decoded
from greencredit.proofs.rules.canonical import parse_plain
from greencredit.proofs.rules.records import shaped
from greencredit.schemas.proofs import Receipt, Standing, Statement, StatementBatch, StatementEvent

LOG_PROOF_HEADER: Final = "c2sp.org/tlog-proof@v1"
_LONGEST_PATH: Final = 63
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})")


class LogProof(NamedTuple):
    """That an entry is in the log: where, its path to the root, and the signed checkpoint, word for word."""

    at: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    @property
    def text(self) -> str:
        """Write the proof; our files have the ending `.tlog-proof`."""
        lines = [LOG_PROOF_HEADER]
        if self.extra is not None:
            lines.append(f"extra {encoded(self.extra)}")
        lines += [f"index {self.at}", *(encoded(one) for one in self.path), "", self.checkpoint]
        return "\n".join(lines)

    @classmethod
    def parse(cls, text: str) -> "LogProof":
        """Read a proof; the checkpoint in it is not looked at yet."""
        head, gap, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if lines.pop(0) != LOG_PROOF_HEADER:
            raise Malformed(found="another first line", wanted=LOG_PROOF_HEADER)
        if not gap:
            raise Malformed(found="no empty line", wanted="an empty line before the checkpoint")
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = decoded(lines.pop(0).removeprefix("extra "))
        index = _INDEX.fullmatch(lines.pop(0)) if lines else None
        if index is None:
            raise Malformed(found="no index line", wanted="index and a decimal number without leading zeros")
        return cls(int(index[1]), hashes_decoded(lines), checkpoint, extra)


def entry_proof(entry: bytes, at: int, path: Sequence[bytes], checkpoint: str) -> LogProof:
    """Prove a log entry and bring it along: the extra data is the entry itself, believed only once it is hashed."""
    return LogProof(at, tuple(path), checkpoint, entry)


def make_receipt(
    *, salt: bytes, row: bytes, path: Sequence[bytes], entry: bytes, proof: LogProof, keys: Sequence[bytes] = ()
) -> Receipt:
    """Put together the receipt of one event: `path` leads through its batch, `proof` shows the batch's log entry."""
    return Receipt(
        salt=encoded(salt),
        row=encoded(row),
        path=hashes_encoded(path),
        entry=entry.decode(),
        proof=proof._replace(extra=None).text,
        keys=tuple(key.decode() for key in keys),
    )


def statement_batch(entry: bytes, at: int, path: Sequence[bytes]) -> StatementBatch:
    """Put together one batch of a statement."""
    return StatementBatch(entry=entry.decode(), index=at, path=hashes_encoded(path))


def statement_event(batch: int, *, salt: bytes, row: bytes, path: Sequence[bytes]) -> StatementEvent:
    """Put together one event of a statement; `batch` counts within the statement's list."""
    return StatementEvent(batch=batch, salt=encoded(salt), row=encoded(row), path=hashes_encoded(path))


def file_text(proof: Receipt | Statement | Standing) -> str:
    """Write a receipt, a statement or a standing for people to keep."""
    return json.dumps(proof.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"


def parse_receipt(data: bytes) -> Receipt:
    """Read the file of a receipt; nothing in it is believed yet."""
    parse_plain(data)
    return shaped(Receipt, data)


def parse_statement(data: bytes) -> Statement:
    """Read the file of a statement; nothing in it is believed yet."""
    parse_plain(data)
    return shaped(Statement, data)


def parse_standing(data: bytes) -> Standing:
    """Read the file of a standing; nothing in it is believed yet."""
    parse_plain(data)
    return shaped(Standing, data)


def consistency_text(path: Sequence[bytes]) -> str:
    """Write a consistency proof: one hash a line."""
    return "".join(f"{encoded(one)}\n" for one in path)


def parse_consistency(data: bytes) -> tuple[bytes, ...]:
    """Read a consistency proof."""
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError as error:
        raise Malformed(found="bytes that are not ASCII", wanted="one hash in Base 64 a line") from error
    if text and not text.endswith("\n"):
        raise Malformed(found="a last line without an end", wanted="a newline after every hash")
    return hashes_decoded(text.split("\n")[:-1])


def hashes_encoded(path: Sequence[bytes]) -> tuple[str, ...]:
    """Write a path."""
    return tuple(encoded(one) for one in path)


def hashes_decoded(path: Sequence[str]) -> tuple[bytes, ...]:
    """Read a path."""
    if len(path) > _LONGEST_PATH:
        raise Malformed(found=f"{len(path)} hashes", wanted=f"at most {_LONGEST_PATH}")
    return tuple(hash_decoded(one) for one in path)
