"""The verbs of evidence: open a feed, read what it sends, keep what is new, send the rest back, import lists."""

from greencredit.evidence.service.certificates import import_list, stop_trusting, trust_signer
from greencredit.evidence.service.feeds import close_batch, open_batch, open_feed, require_door
from greencredit.evidence.service.files import (
    Chunk,
    chunks,
    digest_of,
    require_keepable,
    require_readable,
    together,
)
from greencredit.evidence.service.holders import Cards
from greencredit.evidence.service.keep import Kept, Reading, keep
from greencredit.evidence.service.receipts import Register, read_receipts, register_of
from greencredit.evidence.service.refunds import Returned
from greencredit.evidence.service.rejects import write_rejects
from greencredit.evidence.service.sources import Source
from greencredit.evidence.service.streams import (
    Answered,
    Asked,
    answered_before,
    cells_of,
    chunk_of,
    remember,
    stream_batch,
)
from greencredit.evidence.service.ties import end_tie, tie

__all__ = [
    "Answered",
    "Asked",
    "Cards",
    "Chunk",
    "Kept",
    "Reading",
    "Register",
    "Returned",
    "Source",
    "answered_before",
    "cells_of",
    "chunk_of",
    "chunks",
    "close_batch",
    "digest_of",
    "end_tie",
    "import_list",
    "keep",
    "open_batch",
    "open_feed",
    "read_receipts",
    "register_of",
    "remember",
    "require_door",
    "require_keepable",
    "require_readable",
    "stop_trusting",
    "stream_batch",
    "tie",
    "together",
    "trust_signer",
    "write_rejects",
]
