"""Sealing: what is hashed of each event and each batch, so that anyone can check what the log committed to.

An event's hash is SHA-256(0x00 ‖ salt ‖ row) over its packed row (`schemas.proofs.EVENT_ROW`). The salt is the first
half of SHA-256(secret of the holder ‖ event number): secret and number have fixed lengths, so nothing can be appended,
and who has no secret can neither guess a row from its hash nor make the hash of another event.
"""

import json
import struct
from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from greencredit.ledger.rules.book import Note, Row
from greencredit.proofs.rules.tree import root_of
from greencredit.schemas.proofs import EVENT_ROW, HASH_BYTES

SECRET_BYTES: Final = 16
CHUNK: Final = 128
"""Events under one kept subtree hash: an event's proof hashes at most so many events anew."""

_NOTHING: Final = bytes(16)
_PREIMAGE: Final = struct.Struct(">B16s" + EVENT_ROW.format.removeprefix(">"))
"""0x00, the salt, the packed row: what an event's hash is taken of."""


def event_hashes(rows: Iterable[tuple[Any, ...]], secrets: Mapping[int, bytes]) -> list[bytes]:
    """Hash the events of a batch, in order; `secrets` by holder."""
    pack, digest, nothing = _PREIMAGE.pack, sha256, _NOTHING
    return [
        digest(
            pack(
                0,
                digest(secrets[holder] + number.to_bytes(8)).digest(),  # packed as its first half
                number,
                grp or number,
                kind,
                series,
                holder,
                party or 0,
                amount,
                caller,
                key or nothing,
                mark or nothing,
                cause or 0,
                serial or 0,
            )
        ).digest()
        for number, grp, kind, series, holder, party, amount, caller, key, mark, cause, serial in rows
    ]


def salt_of(secret: bytes, event_id: int) -> bytes:
    """Give the salt of one event; it is disclosed with a receipt, the secret never is."""
    return sha256(secret + event_id.to_bytes(8)).digest()[:16]


def note_digest(secret: bytes, note: Note) -> bytes:
    """Give the digest of who said why on what document; salted, so that no words can be guessed from it.

    Once the holder is erased and the words are gone, nothing leads back to them.
    """
    said = json.dumps(
        [note.event_id, note.reason.actor_id, *note.reason[1:]], separators=(",", ":"), ensure_ascii=True
    ).encode()
    return sha256(b"\x02" + salt_of(secret, note.event_id) + said).digest()


def packed(row: Row) -> bytes:
    """Give the bytes of one event that are hashed; zeros where there is nothing."""
    whole = row._replace(grp=row.grp or row.id, key=row.key or _NOTHING, fingerprint=row.fingerprint or _NOTHING)
    return EVENT_ROW.pack(*(value or 0 for value in whole))


def chunk_roots(hashes: Sequence[bytes]) -> list[bytes]:
    """Give the roots over every 128 events; together they give the batch's root."""
    return [root_of(hashes[start : start + CHUNK]) for start in range(0, len(hashes), CHUNK)]


def batch_root(chunks: Sequence[bytes]) -> bytes:
    """Give the root over a batch from its chunks' roots: the same as over all its events, as 128 is a power of two."""
    return root_of(chunks)


def sums_of(rows: Sequence[tuple[Any, ...]]) -> dict[str, dict[str, str]]:
    """Add a batch up by series and kind; decimal strings, so that no reader of JSON rounds them."""
    sums: defaultdict[tuple[int, int], int] = defaultdict(int)
    for row in rows:
        sums[row[3], row[2]] += row[6]
    return nested(Counter(sums))


def nested(sums: Mapping[tuple[int, int], int]) -> dict[str, dict[str, str]]:
    """Write sums by (series, kind) as the batch record has them."""
    written: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for (series, kind), amount in sorted(sums.items()):
        written[str(series)][str(kind)] = str(amount)
    return dict(written)


def batch_record(
    *, batch: int, first: int, last: int, at: int, root: bytes, sums: Mapping[str, Mapping[str, str]]
) -> bytes:
    """Write the log's entry of one batch as canonical JSON (RFC 8785); ASCII and whole numbers only."""
    assert len(root) == HASH_BYTES, "a root is a SHA-256"
    record = {
        "v": 1,
        "kind": "batch",
        "batch": batch,
        "first": first,
        "last": last,
        "count": last - first + 1,
        "at": at,
        "root": b64encode(root).decode(),
        "sums": sums,
    }
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
