"""The verbs of evidence: open a feed, read a file chunk by chunk, keep what is new, send the rest back."""

from greencredit.evidence.service.activities import read_activities
from greencredit.evidence.service.feeds import close_batch, open_batch, open_feed
from greencredit.evidence.service.files import Chunk, chunks, digest_of, require_readable, whole_receipts
from greencredit.evidence.service.holders import Cards
from greencredit.evidence.service.keep import Kept, Reading, keep
from greencredit.evidence.service.receipts import Register, read_receipts, register_of
from greencredit.evidence.service.rejects import write_rejects

__all__ = [
    "Cards",
    "Chunk",
    "Kept",
    "Reading",
    "Register",
    "chunks",
    "close_batch",
    "digest_of",
    "keep",
    "open_batch",
    "open_feed",
    "read_activities",
    "read_receipts",
    "register_of",
    "require_readable",
    "whole_receipts",
    "write_rejects",
]
