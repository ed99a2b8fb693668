"""Checks of one file at a time: a receipt, a log entry's proof, a statement, two checkpoints. No clock, no network."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from greencredit.kernel.clock import instant
from greencredit.proofs import errors
from greencredit.proofs.rules.base64_text import decoded, hash_decoded
from greencredit.proofs.rules.note import Checkpoint, SignedCheckpoint, cosigned_at, parse_checkpoint
from greencredit.proofs.rules.policy import Policy, parse_key_change, require_log_signature, require_witnesses
from greencredit.proofs.rules.receipt import (
    LOG_PROOF_HEADER,
    LogProof,
    hashes_decoded,
    parse_consistency,
    parse_receipt,
    parse_statement,
)
from greencredit.proofs.rules.records import event_hash, parse_batch, parse_entry, place_in
from greencredit.proofs.rules.steps import Walk, told
from greencredit.proofs.rules.tree import leaf_hash, root_from_inclusion, verify_consistency
from greencredit.schemas.proofs import EVENT_ROW, SALT_BYTES, BatchRecord, EventRow, Statement, StatementEvent

Effects = Mapping[int, tuple[int, int]]
"""Kind of an event → what it adds to the total of its holder and of its party: 1, 0 or -1 times the amount."""

_YEAR_10000_SECONDS: Final = 253_402_300_800

PRESENCE_NOT_COMPLETENESS: Final = "presence is shown, completeness is not: an event left out would not be missed here"


@told
def verify_receipt(walk: Walk, data: bytes, policy: Policy) -> None:
    """Check the receipt of one event, or the `.tlog-proof` of a log entry that is brought along in it."""
    if data.startswith(LOG_PROOF_HEADER.encode()):
        _verify_entry_proof(walk, data, policy)
        return
    with walk.step("form") as found:
        receipt = parse_receipt(data)
        proof = LogProof.parse(receipt.proof)
        signed = parse_checkpoint(proof.checkpoint)
        salt, row, path = _salt(receipt.salt), _row(receipt.row), hashes_decoded(receipt.path)
        found.append(receipt.format)
    trusted = trusted_after(walk, receipt.keys, policy)
    require_signed(walk, signed, trusted)
    entry = receipt.entry.encode()
    with walk.step("entry_in_log") as found:
        require_in_log(entry, proof.at, proof.path, signed.checkpoint)
        found.append(f"entry {proof.at} of {signed.checkpoint.size}")
    with walk.step("batch_record") as found:
        record = parse_batch(entry)
        found.append(f"batch {record.batch}, events {record.first} to {record.last}")
    with walk.step("event_in_batch") as found:
        found.append(_told(require_in_batch(salt, row, path, record)))


@told
def verify_statement(walk: Walk, data: bytes, policy: Policy, effects: Effects) -> None:
    """Check a holder's statement: every event under one checkpoint, totals recomputed from the events themselves."""
    with walk.step("form") as found:
        statement = parse_statement(data)
        signed = parse_checkpoint(statement.checkpoint)
        found.append(f"{statement.format}, {len(statement.events)} events in {len(statement.batches)} batches")
    trusted = trusted_after(walk, statement.keys, policy)
    require_signed(walk, signed, trusted)
    with walk.step("batches_in_log") as found:
        for batch in statement.batches:
            require_in_log(batch.entry.encode(), batch.index, hashes_decoded(batch.path), signed.checkpoint)
        records = [parse_batch(batch.entry.encode()) for batch in statement.batches]
        found.append(f"{len(records)} batches under a log of {signed.checkpoint.size} entries")
    with walk.step("events_in_batches") as found:
        rows = _statement_rows(statement.events, records)
        found += [f"{len(rows)} events", PRESENCE_NOT_COMPLETENESS]
    with walk.step("totals") as found:
        _require_totals(statement, rows, effects)
        found += [f"series {series}: {total}" for series, total in statement.closing.items()]


@told
def verify_checkpoint_pair(walk: Walk, old: bytes, new: bytes, proof: bytes | None, policy: Policy) -> None:
    """Check that the log of the newer checkpoint still begins with the log of the older one."""
    with walk.step("form") as found:
        older, newer = parse_checkpoint(old), parse_checkpoint(new)
        path = None if proof is None else parse_consistency(proof)
        found.append(f"sizes {older.checkpoint.size} and {newer.checkpoint.size}")
    with walk.step("older_signature") as found:
        found.append(require_log_signature(older, policy).text)
    with walk.step("newer_signature") as found:
        found.append(require_log_signature(newer, policy).text)
    with walk.step("same_log") as found:
        _require_same_log(older.checkpoint, newer.checkpoint)
        found.append(newer.checkpoint.origin)
    # A fork is found before witnesses are counted: they are just what the second face of a log lacks.
    with walk.step("consistency") as found:
        require_consistent(older.checkpoint, newer.checkpoint, path)
        found.append(f"{newer.checkpoint.size - older.checkpoint.size} entries were added, none was changed")
    with walk.step("witnesses") as found:
        for signed in (older, newer):
            found.append(witnessed(signed, policy))


def require_in_log(entry: bytes, at: int, path: Sequence[bytes], checkpoint: Checkpoint) -> None:
    """Refuse unless the entry stands at this place of the log."""
    root = root_from_inclusion(leaf_hash(entry), at, checkpoint.size, path)
    if root != checkpoint.root:
        raise errors.RootDiffers(found=f"entry {at} leads to {root.hex()}", wanted=checkpoint.root.hex(), entry=at)


def require_in_batch(salt: bytes, row: bytes, path: Sequence[bytes], record: BatchRecord) -> EventRow:
    """Give the event, unless its row and salt do not lead to the root of its batch."""
    event = EventRow.unpack(row)
    place = place_in(record, event.id)
    root = root_from_inclusion(event_hash(salt, row), place, record.count, path)
    if root != (wanted := hash_decoded(record.root)):
        raise errors.RowAltered(found=f"event {event.id} leads to {root.hex()}", wanted=wanted.hex(), event=event.id)
    return event


def require_consistent(older: Checkpoint, newer: Checkpoint, path: Sequence[bytes] | None) -> None:
    """Refuse unless the newer tree begins with the older; one size with two roots is a fork, whatever else is said."""
    if older.size > newer.size:
        raise errors.OrderWrong(found=f"size {older.size} before {newer.size}", wanted="the smaller size first")
    if older.size == newer.size and older.root != newer.root:
        found = f"roots {older.root.hex()} and {newer.root.hex()}"
        raise errors.Forked(found=found, wanted=f"one root at size {newer.size}", size=newer.size)
    if path is None and older.size not in {0, newer.size}:
        found = f"no proof from size {older.size} to {newer.size}"
        raise errors.ConsistencyMissing(found=found, wanted="a consistency proof")
    verify_consistency(older.size, older.root, newer.size, newer.root, path or ())


def totals_after(opening: Mapping[str, int], rows: Iterable[EventRow], holder: int, effects: Effects) -> dict[str, int]:
    """Give a holder's totals by series after these events; series without anything are left out."""
    totals = dict(opening)
    for row in rows:
        if row.kind not in effects:
            raise errors.KindUnknown(found=f"kind {row.kind} of event {row.id}", wanted=f"one of {sorted(effects)}")
        for_holder, for_party = effects[row.kind]
        sign = for_holder * (row.holder == holder) + for_party * (row.party == holder)
        series = str(row.series)
        totals[series] = totals.get(series, 0) + sign * row.amount
    return {series: total for series, total in totals.items() if total}


def _verify_entry_proof(walk: Walk, data: bytes, policy: Policy) -> None:
    with walk.step("form") as found:
        proof = LogProof.parse(_text(data))
        signed = parse_checkpoint(proof.checkpoint)
        if proof.extra is None:
            raise errors.Malformed(found="no extra data", wanted="the log entry as extra data")
        found.append(LOG_PROOF_HEADER)
    require_signed(walk, signed, policy)
    with walk.step("entry_in_log") as found:
        require_in_log(proof.extra, proof.at, proof.path, signed.checkpoint)
        kind, _ = parse_entry(proof.extra)
        found.append(f"entry {proof.at} of {signed.checkpoint.size}, kind {kind}")


def trusted_after(walk: Walk, keys: Sequence[str], policy: Policy) -> Policy:
    """Give whom to trust after the changes of the log's key that a file brings along."""
    if not keys:
        return policy
    with walk.step("key_changes") as found:
        for entry in keys:
            change = parse_key_change(entry.encode())
            policy = policy.after(change)
            found.append(f"from size {change.since}: {change.new}")
    return policy


def require_signed(walk: Walk, signed: SignedCheckpoint, policy: Policy) -> None:
    """Take the steps that make a checkpoint believed: the log's signature, and its witnesses."""
    with walk.step("checkpoint_signature") as found:
        found += [signed.checkpoint.origin, f"{signed.checkpoint.size} entries"]
        found.append(require_log_signature(signed, policy).text)
    with walk.step("witnesses") as found:
        found.append(witnessed(signed, policy))


def witnessed(signed: SignedCheckpoint, policy: Policy) -> str:
    """Name the witnesses, each with the time it gives; without any, say whether that was asked for."""
    told_names = []
    for name in require_witnesses(signed, policy):
        key = policy.witnesses[name]
        at_seconds = max(cosigned_at(one) for one in signed.note.signatures if key.is_named_by(one))
        told_names.append(f"{name} ({_told_time(at_seconds)})")
    return f"size {signed.checkpoint.size}: {', '.join(told_names) or 'none'}; quorum {policy.quorum}"


def _statement_rows(events: Sequence[StatementEvent], records: Sequence[BatchRecord]) -> list[EventRow]:
    rows: list[EventRow] = []
    for event in events:
        if event.batch >= len(records):
            raise errors.Malformed(found=f"batch {event.batch} of the statement", wanted=f"one of {len(records)}")
        record = records[event.batch]
        row = require_in_batch(_salt(event.salt), _row(event.row), hashes_decoded(event.path), record)
        if rows and row.id <= rows[-1].id:
            raise errors.EventsOutOfOrder(found=f"event {row.id} after {rows[-1].id}", wanted="rising numbers")
        rows.append(row)
    return rows


def _require_totals(statement: Statement, rows: Sequence[EventRow], effects: Effects) -> None:
    for row in rows:
        if statement.holder not in {row.holder, row.party}:
            raise errors.HolderDiffers(
                found=f"event {row.id} of holder {row.holder}", wanted=f"holder {statement.holder}", event=row.id
            )
    totals = totals_after(statement.opening, rows, statement.holder, effects)
    claimed = {series: total for series, total in statement.closing.items() if total}
    for series in sorted(totals.keys() | claimed.keys()):
        if (found := claimed.get(series, 0)) != (wanted := totals.get(series, 0)):
            raise errors.TotalsDiffer(found=f"series {series}: {found}", wanted=f"{wanted}", series=series)


def _require_same_log(older: Checkpoint, newer: Checkpoint) -> None:
    if older.origin != newer.origin:
        raise errors.LogsDiffer(found=f"{older.origin} and {newer.origin}", wanted="one log")


def _salt(text: str) -> bytes:
    return decoded(text, length=SALT_BYTES)


def _row(text: str) -> bytes:
    return decoded(text, length=EVENT_ROW.size)


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise errors.NotText(found="bytes that are not UTF-8", wanted="UTF-8") from error


def _told(event: EventRow) -> str:
    return f"event {event.id}: kind {event.kind}, series {event.series}, {event.amount} credits"


def _told_time(at_seconds: int) -> str:
    if at_seconds >= _YEAR_10000_SECONDS:
        return f"{at_seconds} s after 1970"
    return instant(at_seconds * 1_000_000).strftime("%Y-%m-%dT%H:%M:%SZ")
