"""Log entries and event hashes: what a batch of the ledger looks like in the log, and how an event leads to it."""

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from greencredit.proofs.errors import Malformed, NotInBatch, SumsMalformed
from greencredit.proofs.rules.base64_text import encoded, hash_decoded
from greencredit.proofs.rules.canonical import canonical, parse_canonical
from greencredit.schemas.proofs import SALT_BYTES, BatchRecord, Sums
from greencredit.schemas.values import Record

_Shape = TypeVar("_Shape", bound=Record)

_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,38}")


def event_hash(salt: bytes, row: bytes) -> bytes:
    """Hash one event: SHA-256(0x00 ‖ salt ‖ row). The salt keeps an erased row from being guessed."""
    assert len(salt) == SALT_BYTES, "a salt has 16 bytes"
    return sha256(b"\x00" + salt + row).digest()


def event_hashes(salts: Iterable[bytes], rows: Iterable[bytes]) -> list[bytes]:
    """Hash many events."""
    hashed = sha256
    return [hashed(b"\x00" + salt + row).digest() for salt, row in zip(salts, rows, strict=True)]


def batch_entry(*, batch: int, first: int, count: int, at_micros: int, root: bytes, sums: Sums) -> bytes:
    """Write the log entry of one batch."""
    record = BatchRecord(
        batch=batch, first=first, last=first + count - 1, count=count, at=at_micros, root=encoded(root), sums=sums
    )
    return canonical(record.model_dump())


def parse_batch(entry: bytes) -> BatchRecord:
    """Read the log entry of one batch; refuses what does not add up within it."""
    return batch_of(parse_canonical(entry))


def batch_of(value: object) -> BatchRecord:
    """Read a batch out of an entry that was parsed already."""
    record = shape_of(BatchRecord, value)
    hash_decoded(record.root)
    if record.count < 1 or record.last - record.first + 1 != record.count:
        found = f"{record.count} events from {record.first} to {record.last}"
        raise Malformed(found=found, wanted="as many events as numbers, at least one", batch=record.batch)
    for series, by_kind in record.sums.items():
        _require_numbers((series, *by_kind, *by_kind.values()))
    return record


def parse_entry(entry: bytes) -> tuple[str, dict[str, Any]]:
    """Read any log entry and tell its kind; every entry is a canonical JSON object and names its kind."""
    value = parse_canonical(entry)
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
        raise Malformed(found="an entry without a kind", wanted='an object with "kind"')
    return value["kind"], value


def place_in(record: BatchRecord, event_id: int) -> int:
    """Give an event's place in its batch, counted from 0."""
    if not record.first <= event_id <= record.last:
        found = f"event {event_id}"
        raise NotInBatch(found=found, wanted=f"one from {record.first} to {record.last}", batch=record.batch)
    return event_id - record.first


def sums_of(rows: Iterable[Sequence[int]]) -> Sums:
    """Sum amounts of (series, kind, amount) the way a batch record carries them."""
    totals: dict[int, dict[int, int]] = {}
    for series, kind, amount in rows:
        by_kind = totals.setdefault(series, {})
        by_kind[kind] = by_kind.get(kind, 0) + amount
    return {str(series): {str(kind): str(total) for kind, total in kinds.items()} for series, kinds in totals.items()}


def shaped(shape: type[_Shape], data: bytes) -> _Shape:
    """Read JSON into a shape: every field is there, of its very type, and no other."""
    try:
        return shape.model_validate_json(data, strict=True)
    except ValidationError as error:
        raise _misshapen(shape, error) from error


def shape_of(shape: type[_Shape], value: object) -> _Shape:
    """Read parsed JSON without lists into a shape, as strictly."""
    try:
        return shape.model_validate(value, strict=True)
    except ValidationError as error:
        raise _misshapen(shape, error) from error


def _misshapen(shape: type[Record], error: ValidationError) -> Malformed:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the whole"
    return Malformed(found=f"{place}: {first['type']}", wanted=f"the shape {shape.__name__}")


def _require_numbers(texts: Iterable[str]) -> None:
    for text in texts:
        if not _NUMBER.fullmatch(text):
            raise SumsMalformed(found=repr(text[:40]), wanted="a decimal number without sign or leading zeros")
