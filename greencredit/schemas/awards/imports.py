"""Files taken in, direct awards one by one and in bulk, and what became of them."""

from typing import Annotated, Any, Literal

from pydantic import Field

from greencredit.schemas.awards.grounds import Slug
from greencredit.schemas.values import Credits, Grams, PositiveCredits, Record


class ImportOutcome(Record):
    """What became of one file, the same however often it was interrupted."""

    batch_id: int
    file_name: str
    file_digest: str
    lines: int
    awarded: int
    not_green: int
    """Read and in order, but nothing that a filed rule rewards."""
    no_credit: int
    """Green, but caps, budget or rounding left nothing."""
    duplicates: int
    rejected: int
    credits: Credits
    grams: Grams
    already_done: bool
    """True when the file had been taken in before and nothing was changed now."""


class TakenIn(Record):
    """A file that was kept and will be taken in by a job."""

    job_id: str
    file_digest: str
    size_bytes: int


class Upload(Record):
    """What became of an uploaded file."""

    job_id: str
    state: Literal["waiting", "running", "done", "dead"]
    refusal: str | None
    """Why the last attempt did not succeed, by its code."""
    outcome: ImportOutcome | None
    """What was taken in so far; none: nothing yet."""


class NewDirectAward(Record):
    """An award on a filed promotion whose amount the issuer's own systems decided (促销发放)."""

    consumer: str
    credits: PositiveCredits
    promotion: Slug


class DirectAwarded(Record):
    """What became of one direct award."""

    event_id: int
    """The award's number."""
    repeated: bool
    """Whether the key stood for this award before; nothing was written again."""


class RefusedItem(Record):
    """One item of a bulk request that was not carried out."""

    item: int
    """Its place, counted from 0."""
    line: int | None
    """The line of the CSV file on which it ends, the header being line 1."""
    code: str
    detail: str
    facts: dict[str, Any]


class DirectAwardsTaken(Record):
    """What became of a bulk request, item by item."""

    items: int
    awarded: int
    repeated: int
    refused: int
    event_id: tuple[int | None, ...]
    """The award's number, item by item; none: refused."""
    repeated_items: tuple[int, ...]
    """The items whose keys stood for the same awards before."""
    refused_items: tuple[RefusedItem, ...]


class DirectAwardColumns(Record):
    """Direct awards in columns of one length: item `n` is the n-th cell of each."""

    consumer: tuple[str, ...]
    credits: tuple[PositiveCredits, ...]
    key: tuple[str, ...] | None = None
    """Idempotency keys; none: made of the header Idempotency-Key and the item's place."""


class ReversalOrder(Record):
    """Take an award back, whole or in part (冲正)."""

    credits: Annotated[int, Field(gt=0, strict=True)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    document: Annotated[str, Field(max_length=200)] | None = None
