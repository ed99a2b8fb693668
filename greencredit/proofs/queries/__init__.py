"""Reads of the log: entries, roots and proofs, what was signed and cosigned."""

from greencredit.proofs.queries.audit import audit
from greencredit.proofs.queries.files import log_folder, published_checkpoint, published_tile
from greencredit.proofs.queries.signed import (
    checkpoint_at,
    checkpoint_over,
    checkpoint_sizes,
    conflicts,
    key_changes,
    key_lines,
    latest_checkpoint,
    log_keys,
    log_name,
    witness_signer,
    witnesses,
)
from greencredit.proofs.queries.tree import (
    consistency,
    count_of,
    entries_at,
    entries_of,
    entry,
    facts_waiting,
    inclusion,
    root,
    size,
)

__all__ = [
    "audit",
    "checkpoint_at",
    "checkpoint_over",
    "checkpoint_sizes",
    "conflicts",
    "consistency",
    "count_of",
    "entries_at",
    "entries_of",
    "entry",
    "facts_waiting",
    "inclusion",
    "key_changes",
    "key_lines",
    "latest_checkpoint",
    "log_folder",
    "log_keys",
    "log_name",
    "published_checkpoint",
    "published_tile",
    "root",
    "size",
    "witness_signer",
    "witnesses",
]
