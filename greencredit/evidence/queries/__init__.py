"""Reads of evidence: feeds, batches, single proofs, reasons for rejects, certificates, how feeds stand, signals."""

from greencredit.evidence.queries.certificates import ImportedCertificates, lists_in_force, signers
from greencredit.evidence.queries.recorded import (
    Recorded,
    earlier_of,
    is_action,
    latest_of,
    recorded,
    recorded_count,
    same_receipt,
)
from greencredit.evidence.queries.regional import Certified, Seen, aside_in, batches_in, certified, rejects_in, seen
from greencredit.evidence.queries.signals import put_aside, ties, verdicts
from greencredit.evidence.queries.status import all_feeds, kinds, status_of, statuses
from greencredit.evidence.queries.taken_in import (
    batch,
    batch_of_file,
    batches,
    feed,
    feeds,
    issuer_of_batch,
    items,
    proof,
    proofs,
    reject_counts,
    rejects,
)

__all__ = [
    "Certified",
    "ImportedCertificates",
    "Recorded",
    "Seen",
    "all_feeds",
    "aside_in",
    "batch",
    "batch_of_file",
    "batches",
    "batches_in",
    "certified",
    "earlier_of",
    "feed",
    "feeds",
    "is_action",
    "issuer_of_batch",
    "items",
    "kinds",
    "latest_of",
    "lists_in_force",
    "proof",
    "proofs",
    "put_aside",
    "recorded",
    "recorded_count",
    "reject_counts",
    "rejects",
    "rejects_in",
    "same_receipt",
    "seen",
    "signers",
    "status_of",
    "statuses",
    "ties",
    "verdicts",
]
