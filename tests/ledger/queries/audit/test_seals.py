"""Events, batches, secrets and records of the log that no longer hash to what was sealed."""

from typing import Final

import pytest

from greencredit.kernel.database import Database
from tests.factories.books import broken_by

FAULTS: Final[dict[str, dict[str, list[str]]]] = {
    "batches_are_sealed": {
        "UPDATE ledger_event SET amount = 31 WHERE id = 1": [
            "batch 1: events 1 to 3 do not hash to what is kept",
            "batch 1 and its record in the log at 0 differ in root, sums",
        ],
        "UPDATE ledger_event SET amount = 12 WHERE id = 39": [
            "batch 28 and its record in the log at 44 differ in sums"
        ],
        "UPDATE ledger_event SET amount = -1 WHERE id = 11": [
            "event 11 holds numbers that no event has",
            "batch 7: event 11 does not hash to what is kept",
            "batch 7 and its record in the log at 12 differ in root, sums",
        ],
        "UPDATE ledger_event SET fingerprint = key WHERE id = 11": [
            "batch 7: event 11 does not hash to what is kept",
            "batch 7 and its record in the log at 12 differ in root",
        ],
        "DELETE FROM ledger_event WHERE id = 2": [
            "batch 1 has 2 events, wanted 1 to 3",
            "batch 1: events 1 to 3 do not hash to what is kept",
            "batch 1 and its record in the log at 0 differ in root, sums",
        ],
        "UPDATE ledger_batch SET at = 1772424000000001 WHERE id = 4": [
            "batch 4 and its record in the log at 9 differ in at"
        ],
        "UPDATE ledger_batch SET entry = 99 WHERE id = 4": ["batch 4 has no record in the log at 99"],
        "UPDATE ledger_batch SET last = 8 WHERE id = 4": [
            "batch 4: events 6 to 8 do not hash to what is kept",
            "batch 4 and its record in the log at 9 differ in count, last, root, sums",
            "batch 5 has 1 events, wanted 8 to 9",
            "batch 5: events 8 to 9 do not hash to what is kept",
            "batch 5 and its record in the log at 10 differ in root, sums",
        ],
        "UPDATE ledger_batch SET first = 7 WHERE id = 4": [
            "event 6 is in no batch",
            "batch 4: event 7 does not hash to what is kept",
            "batch 4 and its record in the log at 9 differ in count, first, root, sums",
        ],
        "UPDATE ledger_batch SET hashes = substr(hashes, 1, 31) WHERE id = 4": [
            "batch 4 keeps 31 bytes of hashes, wanted 32"
        ],
        "DELETE FROM ledger_batch WHERE id = 35": [
            "event 49 is in no batch",
            "the log has records of 35 batches, there are 34",
        ],
        "UPDATE ledger_head SET log_size = 53": ["the log has 54 entries, its head says 53"],
        "UPDATE ledger_holder SET secret = (SELECT secret FROM ledger_holder WHERE id = 1) WHERE id = 6": [
            "batch 19: event 26 does not hash to what is kept",
            "batch 19 and its record in the log at 31 differ in root",
        ],
        "DELETE FROM proofs_entry WHERE position = 9": [
            "batch 4 has no record in the log at 9",
            "the log has records of 34 batches, there are 35",
        ],
        "UPDATE proofs_entry SET body = (SELECT body FROM proofs_entry WHERE position = 10) WHERE position = 9": [
            "batch 4 and its record in the log at 9 differ in batch, first, last, root, sums"
        ],
        "UPDATE proofs_entry SET kind = 'fact' WHERE position = 9": ["the log has records of 34 batches, there are 35"],
        "DELETE FROM ledger_frozen WHERE event_id = 40": [
            "batch 29: event 40 does not hash to what is kept",
            "batch 29 and its record in the log at 45 differ in root",
        ],
        "UPDATE ledger_frozen SET hash = (SELECT hash FROM ledger_frozen WHERE event_id = 39) WHERE event_id = 40": [
            "batch 29: event 40 does not hash to what is kept",
            "batch 29 and its record in the log at 45 differ in root",
        ],
    },
}
"""Invariant → what is done behind the verbs' backs → what the audit finds, word for word."""


@pytest.mark.proves("LED-5")
def test_what_is_done_behind_the_verbs_backs_is_found_and_named(lived: Database) -> None:
    found = broken_by(lived, FAULTS)

    assert found == FAULTS
