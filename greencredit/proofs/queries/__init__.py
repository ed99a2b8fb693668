"""Reads of the log: entries, roots and proofs, what was signed and cosigned."""

from greencredit.proofs.queries.tree import consistency, entry, inclusion, root, size

__all__ = ["consistency", "entry", "inclusion", "root", "size"]
