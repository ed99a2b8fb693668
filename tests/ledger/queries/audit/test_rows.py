"""Rows that name what is not there, groups that were torn apart, numbers with a gap."""

from typing import Final

import pytest

from greencredit.kernel.database import Database
from tests.factories.books import broken_by

FAULTS: Final[dict[str, dict[str, list[str]]]] = {
    "every_leaf_exists": {
        "UPDATE ledger_event SET holder = 99 WHERE id = 1": ["event=1, wrong=no such holder"],
        "UPDATE ledger_event SET series = 99 WHERE id = 2": ["event=2, wrong=no such series"],
        "UPDATE ledger_event SET caller = 99 WHERE id = 3": ["event=3, wrong=no such caller"],
        "UPDATE ledger_event SET party = 3 WHERE id = 4": ["event=4, wrong=a party that its verb has not"],
        "UPDATE ledger_event SET party = NULL WHERE id = 8": ["event=8, wrong=no party"],
        "UPDATE ledger_event SET party = 99 WHERE id = 11": ["event=11, wrong=no such party"],
        "UPDATE ledger_event SET kind = 29 WHERE id = 12": ["event=12, wrong=no such verb"],
    },
    "groups_are_whole": {
        "UPDATE ledger_event SET grp = NULL WHERE id = 7": ["event=7, wrong=begins a group without a key"],
        "UPDATE ledger_event SET grp = 6 WHERE id = 10": [
            "event=10, wrong=does not follow its group",
            "event=10, wrong=has a key of its own",
            "event=10, wrong=is in another batch than its group",
        ],
        "UPDATE ledger_event SET grp = 7 WHERE id = 7": ["event=7, wrong=does not follow its group"],
        "UPDATE ledger_event SET caller = 2 WHERE id = 9": ["event=9, wrong=does not follow its group"],
        "UPDATE ledger_batch SET first = 7 WHERE first = 6": ["event=7, wrong=is in another batch than its group"],
        "UPDATE ledger_event SET key = NULL WHERE id = 1": ["event=1, wrong=begins a group without a key"],
        "UPDATE ledger_event SET key = (SELECT fingerprint FROM ledger_event WHERE id = 11) WHERE id = 9": [
            "event=9, wrong=has a key of its own",
            "event=9, wrong=has no fingerprint",
        ],
        "UPDATE ledger_event SET fingerprint = NULL WHERE id = 11": ["event=11, wrong=has no fingerprint"],
        "UPDATE ledger_event SET fingerprint = key WHERE id = 1": ["event=1, wrong=has a fingerprint"],
        "UPDATE ledger_event SET fingerprint = substr(fingerprint, 1, 15) WHERE id = 11": [
            "event=11, wrong=has a key or fingerprint that is not 16 bytes"
        ],
    },
    "ids_have_no_gap": {
        "DELETE FROM ledger_event WHERE id = 5": ["what=event, number=6, wanted=5"],
        "UPDATE ledger_event SET id = 50 WHERE id = 49": [
            "what=event, number=50, wanted=49",
            "what=next event, number=50, wanted=51",
        ],
        "UPDATE ledger_batch SET last = 4 WHERE id = 1": ["what=first event of a batch, number=4, wanted=5"],
        "DELETE FROM ledger_batch WHERE id = 2": [
            "what=batch, number=3, wanted=2",
            "what=first event of a batch, number=5, wanted=4",
        ],
        "UPDATE ledger_head SET next_event = 49": [
            "what=next event, number=49, wanted=50",
            "what=next event after the last batch, number=49, wanted=50",
        ],
        "UPDATE ledger_head SET next_batch = 35": ["what=next batch, number=35, wanted=36"],
    },
    "time_never_falls": {
        "UPDATE ledger_batch SET at = 7 WHERE id = 2": ["what=batch, id=2, found=7, wanted=1772424000000000"],
        "UPDATE ledger_head SET latest = 7": ["what=head, id=1, found=7, wanted=1774324800000000"],
    },
}
"""Invariant → what is done behind the verbs' backs → what the audit finds, word for word."""


@pytest.mark.proves("LED-3", "LED-5")
def test_what_is_done_behind_the_verbs_backs_is_found_and_named(lived: Database) -> None:
    found = broken_by(lived, FAULTS)

    assert found == FAULTS
