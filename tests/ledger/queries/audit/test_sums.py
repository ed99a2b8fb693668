"""Sums that no longer agree: a balance, a hold or a debt that was changed, in the books or in the events."""

from typing import Final

import pytest

from greencredit.kernel.database import Database
from tests.factories.books import broken_by

FAULTS: Final[dict[str, dict[str, list[str]]]] = {
    "zero_sum": {
        "UPDATE ledger_balance SET posted = posted + 1 WHERE leaf_id = 268435473": ["series=1, total=1"],
    },
    "balances_equal_events": {
        "UPDATE ledger_balance SET posted = posted + 7 WHERE leaf_id = 268435473": [
            "leaf=268435473, posted=66, events=59"
        ],
        "UPDATE ledger_balance SET leaf_id = 268435487 WHERE leaf_id = 268435474": [
            "leaf=268435487, posted=0, events=0"
        ],
        "DELETE FROM ledger_balance WHERE leaf_id = 805306391": ["leaf=805306391, posted=0, events=10"],
        "UPDATE ledger_event SET amount = 31 WHERE id = 1": [
            "leaf=16, posted=-155, events=-156",
            "leaf=268435473, posted=59, events=60",
        ],
        "UPDATE ledger_event SET kind = 29 WHERE id = 11": [
            "leaf=268435473, posted=59, events=69",
            "leaf=805306391, posted=10, events=0",
        ],
    },
    "never_overdrawn": {
        "UPDATE ledger_balance SET posted = -1 WHERE leaf_id = 268435473": ["leaf=268435473, posted=-1"],
        "UPDATE ledger_balance SET posted = 1 WHERE leaf_id IN (16, 536870982)": [
            "leaf=16, posted=1",
            "leaf=536870982, posted=1",
        ],
    },
    "holds_stand": {
        "UPDATE ledger_balance SET posted = 2 WHERE leaf_id = 268435475": ["leaf=268435475, posted=2, left_over=1"],
        "UPDATE ledger_event SET cause = 15 WHERE id = 10": [
            "leaf=268435475, posted=1, left_over=3",
            "leaf=536870931, posted=1, left_over=-1",
        ],
        "UPDATE ledger_event SET amount = 4 WHERE id = 17": ["leaf=268435492, posted=2, left_over=3"],
        "UPDATE ledger_event SET amount = 9 WHERE id = 35": ["leaf=536870930, posted=5, left_over=6"],
        "DELETE FROM ledger_balance WHERE leaf_id = 268435492": ["leaf=268435492, posted=0, left_over=2"],
    },
    "shortages_are_settled": {
        "UPDATE ledger_event SET amount = 5 WHERE id = 34": [
            "number=33, wrong=stands alone, credits=6",
            "number=34, wrong=stands alone, credits=5",
            "number=536870982, wrong=the debt is not what stands on its leaf, credits=1",
        ],
        "UPDATE ledger_event SET kind = 18 WHERE id = 33": ["number=34, wrong=stands alone, credits=6"],
        "UPDATE ledger_event SET amount = 8 WHERE id = 30": [
            "number=536870982, wrong=more was repaid than was owed, credits=-1"
        ],
        "UPDATE ledger_balance SET posted = -1 WHERE leaf_id = 536870982": [
            "number=536870982, wrong=the debt is not what stands on its leaf, credits=0"
        ],
        "UPDATE ledger_series SET issuer_id = 'iss_third' WHERE id = 5": [
            "number=33, wrong=stands alone, credits=6",
            "number=34, wrong=stands alone, credits=6",
        ],
    },
}
"""Invariant → what is done behind the verbs' backs → what the audit finds, word for word."""


@pytest.mark.proves("LED-1")
def test_what_is_done_behind_the_verbs_backs_is_found_and_named(lived: Database) -> None:
    found = broken_by(lived, FAULTS)

    assert found == FAULTS
