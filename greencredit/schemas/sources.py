"""Sources of evidence as doors tell of them: kinds and their columns, how a feed stands, what became of one record."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from greencredit.schemas.evidence import QualityTier
from greencredit.schemas.values import Instant, Record, Words


class SourceColumn(Record):
    """One column of a kind of source (字段)."""

    name: str
    form: str
    wanted: str
    title: Words
    required: bool


class SourceKind(Record):
    """A kind of source: what its records hold, and an example of one (数据来源种类)."""

    kind: str
    title: Words
    explains: Words
    ground: str
    tier: QualityTier
    tier_title: Words
    names_merchant: bool
    columns: tuple[SourceColumn, ...]
    example: dict[str, str]


class FeedStatus(Record):
    """How a feed stands: what came, what was sent back, and how late it comes (来源状况)."""

    feed: str
    kind: str
    issuer_id: str
    batches: int
    lines: int
    qualifying: int
    duplicates: int
    put_aside: int
    """Of the duplicates: those that count for somebody else already."""
    rejected: int
    refunds: int
    taken_in_at: Instant | None
    """When the last record came; none: nothing came yet."""
    newest_at: Instant | None
    """When the newest of what it reports happened."""
    lag_seconds: int | None
    """How long after it happened the newest record came (延迟)."""
    silent_seconds: int | None
    """For how long nothing has come (静默)."""


class RecordColumns(Record):
    """Many records at once: each is an object with the columns of the feed's kind."""

    records: tuple[dict[str, object], ...] = Field(max_length=1000)


class RecordTaken(Record):
    """What became of one record (单条凭证的处理结果)."""

    batch_id: int | None
    line: int | None
    outcome: str
    """`awarded`, `no_credit`, `not_green`, `refunded`, `sent_back`, or `refused`: no line of anything."""
    evidence_id: int | None = None
    credits: int = 0
    """Awarded; of a refund: taken back."""
    code: str | None = None
    reason: Words | None = None
    field: str = ""
    found: str = ""
    wanted: str = ""
    """What was wanted; of a refusal, what it says."""
    repeated: bool = False


class RecordsTaken(Record):
    """What became of many records, in their order."""

    records: int
    sent_back: int
    """Sent back or refused."""
    outcomes: tuple[RecordTaken, ...]


class PutAside(Record):
    """A claim on evidence that counts for somebody else: for the overseer alone, who sees both (搁置)."""

    batch_id: int
    line: int
    issuer_id: str
    first_batch_id: int
    first_line: int
    first_issuer_id: str
    happened_on: date | None
    at: Instant


class TieKind(StrEnum):
    """What somebody is to a merchant."""

    OWNER = "owner"
    """经营者、控制人"""
    STAFF = "staff"
    """员工"""


class NewTie(Record):
    """Who acts for a merchant (关联关系)."""

    merchant_id: str
    consumer_id: str
    kind: TieKind
