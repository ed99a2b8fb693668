"""Causes that don't fit, or of which more was used than there was."""

from typing import Final

import pytest

from greencredit.kernel.database import Database
from tests.factories.books import broken_by

FAULTS: Final[dict[str, dict[str, list[str]]]] = {
    "causes_are_kept": {
        "UPDATE ledger_event SET amount = 22 WHERE id = 8": ["event=6, wrong=captured more than there was, detail=20"],
        "UPDATE ledger_event SET amount = 18 WHERE id = 13": ["event=8, wrong=restored more than there was, detail=20"],
        "UPDATE ledger_event SET amount = 41 WHERE id = 5": ["event=4, wrong=activated more than there was, detail=40"],
        "UPDATE ledger_event SET amount = 8 WHERE id = 38": ["event=36, wrong=reversed more than there was, detail=7"],
        "UPDATE ledger_event SET amount = 4 WHERE id = 19": ["event=18, wrong=unfrozen more than there was, detail=3"],
        "UPDATE ledger_event SET amount = 51 WHERE id = 27": [
            "event=24, wrong=withdrawn more than there was, detail=50"
        ],
        "UPDATE ledger_event SET amount = 5 WHERE id = 44": ["event=43, wrong=expired more than there was, detail=4"],
        "UPDATE ledger_event SET amount = 10 WHERE id = 31": ["event=28, wrong=waived more than there was, detail=9"],
        "UPDATE ledger_event SET amount = 2 WHERE id = 47": ["event=45, wrong=not as much revived as left, detail=3"],
        "UPDATE ledger_event SET cause = 11 WHERE id = 8": [
            "event=8, wrong=its cause does not fit, detail=11",
            "event=11, wrong=captured more than there was, detail=10",
        ],
        "UPDATE ledger_event SET cause = 99 WHERE id = 10": ["event=10, wrong=its cause does not fit, detail=99"],
        "UPDATE ledger_event SET cause = 15 WHERE id = 10": [
            "event=10, wrong=its cause does not fit, detail=15",
            "event=15, wrong=captured more than there was, detail=4",
        ],
        "UPDATE ledger_event SET cause = NULL WHERE id = 44": ["event=44, wrong=names no cause, detail=None"],
        "UPDATE ledger_event SET cause = NULL WHERE id = 5": ["event=5, wrong=names no cause, detail=None"],
        "UPDATE ledger_event SET cause = 1 WHERE id = 11": ["event=11, wrong=its cause does not fit, detail=1"],
        "UPDATE ledger_event SET party = 4 WHERE id = 12": ["event=12, wrong=its cause does not fit, detail=9"],
        "UPDATE ledger_event SET cause = 12 WHERE id = 44": [
            "event=12, wrong=expired more than there was, detail=2",
            "event=44, wrong=its cause does not fit, detail=12",
        ],
    },
}
"""Invariant → what is done behind the verbs' backs → what the audit finds, word for word."""


@pytest.mark.proves("LED-1", "LED-2")
def test_what_is_done_behind_the_verbs_backs_is_found_and_named(lived: Database) -> None:
    found = broken_by(lived, FAULTS)

    assert found == FAULTS
