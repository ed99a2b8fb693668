"""Shapes of the log: the packed event row, batch records, receipts, statements, and what a check found."""

import struct
from typing import Annotated, Final, Literal, NamedTuple, Self

from pydantic import Field

from greencredit.schemas.values import Instant, Record

EVENT_ROW: Final = struct.Struct(">QQHIQQQH16s16sQQ")
"""How an event is packed before it is hashed: 96 bytes, big-endian, zeros where there is nothing."""

HASH_BYTES: Final = 32
SALT_BYTES: Final = 16

RECEIPT_FORMAT: Final = "greencredit-receipt/v1"
STATEMENT_FORMAT: Final = "greencredit-statement/v1"
STANDING_FORMAT: Final = "greencredit-standing/v1"


class EventRow(NamedTuple):
    """One ledger event (积分变动) as it is hashed; numbers are pseudonyms, never a person's data."""

    id: int
    grp: int
    kind: int
    series: int
    holder: int
    party: int
    amount: int
    caller: int
    key: bytes
    fingerprint: bytes
    cause: int
    serial: int

    def pack(self) -> bytes:
        """Give the 96 bytes that are hashed."""
        return EVENT_ROW.pack(*self)

    @classmethod
    def unpack(cls, row: bytes) -> Self:
        """Read the 96 bytes; the inverse of `pack`."""
        return cls(*EVENT_ROW.unpack(row))


Base64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]*={0,2}$")]
"""Bytes in the standard Base 64 alphabet, padded."""

Count = Annotated[int, Field(ge=0, lt=2**53)]
"""A number of things that canonical JSON can carry."""

Version = Annotated[int, Field(ge=1, le=1)]
"""Version of a record's shape; a number, where `Literal[1]` would let `true` pass."""

Totals = dict[Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,9})$")], Annotated[int, Field(ge=0, lt=2**63)]]
"""What a holder has, by series number: all that his leaves hold, spendable or not, without what he owes."""

Sums = dict[str, dict[str, str]]
"""Sums of amounts by series number and kind number, as decimal strings (they may outgrow 2^53)."""


class BatchRecord(Record):
    """批次记录: what the log says of one committed batch of events; its canonical JSON is the log entry."""

    v: Version = 1
    kind: Literal["batch"] = "batch"
    batch: Count
    first: Count
    last: Count
    count: Count
    at: Count
    root: Base64
    sums: Sums


class KeyRecord(Record):
    """密钥更换记录: from this size of the log on, checkpoints are signed by the new key; both keys sign that."""

    v: Version = 1
    kind: Literal["key"] = "key"
    old: str
    new: str
    since: Count
    at: Count
    signature: Base64 = ""
    countersignature: Base64 = ""


class Receipt(Record):
    """回执: one event, its path to its batch's root, the batch's log entry, and that entry's proof in the log."""

    format: Literal["greencredit-receipt/v1"] = RECEIPT_FORMAT
    salt: Base64
    row: Base64
    path: tuple[Base64, ...]
    entry: str
    proof: str
    keys: tuple[str, ...] = ()


class StatementBatch(Record):
    """One batch that a statement's events lie in: its log entry and the path of that entry to the log's root."""

    entry: str
    index: Count
    path: tuple[Base64, ...]


class StatementEvent(Record):
    """One event of a statement; `batch` counts within the statement's own list of batches."""

    batch: Count
    salt: Base64
    row: Base64
    path: tuple[Base64, ...]


class Statement(Record):
    """对账证明: a holder's events under one checkpoint, with what he had before and after, by series."""

    format: Literal["greencredit-statement/v1"] = STATEMENT_FORMAT
    holder: Annotated[int, Field(ge=0, lt=2**64)]
    opening: Totals
    closing: Totals
    batches: tuple[StatementBatch, ...]
    events: tuple[StatementEvent, ...]
    checkpoint: str
    keys: tuple[str, ...] = ()


class Standing(Record):
    """主体状态证明: the log's entries on one issuer, and the record of an event's batch, under one checkpoint.

    Its changes of standing are numbered from 1 in the entries themselves, so that none between two of them can be left
    out unseen.
    """

    format: Literal["greencredit-standing/v1"] = STANDING_FORMAT
    issuer: str
    event: Count
    batch: StatementBatch
    entries: tuple[StatementBatch, ...]
    checkpoint: str
    keys: tuple[str, ...] = ()


class Step(Record):
    """One step of a check: what was looked for, what was found; `code` names the refusal where it failed."""

    name: str
    ok: bool
    checked: bool = True
    """False where the step was left out, for lack of what it needs; then `found` says of what."""
    found: str = ""
    wanted: str = ""
    code: str = ""


class StoredCheckpoint(Record):
    """检查点: a tree that our log signed; `note` is the signed note with every cosignature taken in so far."""

    size: Count
    root: bytes
    note: str
    signed_at: Instant


class LogKeyLine(Record):
    """One public key of the log (日志公钥), and the smallest size of the log that it signs."""

    number: Annotated[int, Field(ge=1)]
    vkey: str
    since: Count
    made_at: Instant
    change: str | None
    """The log entry, signed by the key before, that hands over to this one."""


class WitnessLine(Record):
    """Somebody whose cosignatures we take in (见证方)."""

    name: str
    vkey: str
    registered_at: Instant


class LogKeys(Record):
    """Whose signatures to expect (日志密钥): the log's own keys, its witnesses, and ours where we witness others."""

    origin: str | None
    keys: tuple[LogKeyLine, ...]
    witnesses: tuple[WitnessLine, ...]
    own_witness: str


class CosignaturesTaken(Record):
    """What became of cosignatures handed in: how many were new, under which checkpoint."""

    size: Count
    new: Count


class Published(Record):
    """How far the log stands in its files."""

    size: Count
    files: Count
    """How many files were written this time."""


class ForkEvidence(Record):
    """Evidence of a fork (分叉证据): two notes of one size with different roots."""

    origin: str
    size: Count
    kept: str
    offered: str
    seen_at: Instant
