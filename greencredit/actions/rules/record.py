"""How records are written so that a digest of them means the same for ever; how serials are compared."""

import hashlib
import unicodedata

from greencredit.proofs.rules.canonical import canonical
from greencredit.schemas.values import Record


def canonical_text(record: Record) -> str:
    """Write a record in the one way that digests are taken of: canonical JSON (RFC 8785)."""
    return canonical(record.model_dump(mode="json")).decode()


def digest_of(record: Record) -> str:
    """Give the SHA-256 of a record's canonical JSON."""
    return hashlib.sha256(canonical_text(record).encode()).hexdigest()


def plain_serial(serial: str) -> str:
    """Give the letters and digits of a serial, in one width and case: spaces and dashes make no other certificate."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", serial).upper() if letter.isalnum())
