"""Serials with a gap, beyond the cap, or of another batch than their block's."""

from typing import Final

import pytest

from greencredit.kernel.database import Database
from tests.factories.books import broken_by

FAULTS: Final[dict[str, dict[str, list[str]]]] = {
    "serials_have_no_gap": {
        "UPDATE ledger_block SET last = 41 WHERE series_id = 1 AND first = 1": [
            "series=1, first=43, last=82, wrong=does not follow the block before"
        ],
        "UPDATE ledger_series SET cap = 8 WHERE id = 4": ["series=4, first=1, last=9, wrong=beyond the filed cap"],
        "UPDATE ledger_block SET batch_id = 99 WHERE series_id = 2": [
            "series=2, first=1, last=20, wrong=no such batch"
        ],
        "UPDATE ledger_block SET series_id = 99 WHERE series_id = 2": [
            "series=99, first=1, last=20, wrong=no such series"
        ],
        "DELETE FROM ledger_block WHERE series_id = 1 AND first = 43": [
            "series=1, first=83, last=87, wrong=does not follow the block before"
        ],
        "UPDATE ledger_block SET batch_id = 26 - batch_id + 25 WHERE series_id = 1 AND batch_id IN (25, 26)": [
            "series=1, first=149, last=155, wrong=of an earlier batch than the block before"
        ],
    },
    "serials_are_issued": {
        "UPDATE ledger_event SET amount = 31 WHERE id = 1": ["series=1, credits=167, serials=166"],
        "UPDATE ledger_block SET last = 21 WHERE series_id = 2": ["series=2, credits=20, serials=21"],
        "DELETE FROM ledger_block WHERE series_id = 3": ["series=3, credits=4, serials=0"],
        "UPDATE ledger_event SET kind = 4 WHERE id = 28": ["series=4, credits=0, serials=9"],
    },
    "serials_follow_in_blocks": {
        "UPDATE ledger_event SET serial = 32 WHERE id = 2": [
            "series=1, serial=32, wrong=does not follow the event before, event=2",
            "series=1, serial=43, wrong=does not follow the event before, event=4",
        ],
        "UPDATE ledger_event SET serial = 2 WHERE id = 3": [
            "series=2, serial=2, wrong=does not follow the event before, event=3"
        ],
        "UPDATE ledger_event SET amount = 11 WHERE id = 2": [
            "series=1, serial=1, wrong=the block is not what its batch gave out, event=1",
            "series=1, serial=43, wrong=does not follow the event before, event=4",
        ],
        "UPDATE ledger_block SET batch_id = 2 WHERE series_id = 2": [
            "series=2, serial=0, wrong=given out without a block, event=3",
            "series=2, serial=1, wrong=a block of which its batch gave out nothing, event=None",
        ],
        "UPDATE ledger_event SET serial = NULL WHERE id = 1": [
            "series=1, serial=0, wrong=came into being without a serial, event=1",
            "series=1, serial=1, wrong=the block is not what its batch gave out, event=2",
            "series=1, serial=31, wrong=does not follow the event before, event=2",
        ],
        "UPDATE ledger_event SET serial = 1 WHERE id = 11": [
            "series=1, serial=0, wrong=given out without a block, event=11",
            "series=1, serial=1, wrong=a serial of nothing new, event=11",
            "series=1, serial=1, wrong=does not follow the event before, event=11",
            "series=1, serial=83, wrong=does not follow the event before, event=21",
        ],
    },
}
"""Invariant → what is done behind the verbs' backs → what the audit finds, word for word."""


@pytest.mark.proves("LED-1", "LED-5")
def test_what_is_done_behind_the_verbs_backs_is_found_and_named(lived: Database) -> None:
    found = broken_by(lived, FAULTS)

    assert found == FAULTS
