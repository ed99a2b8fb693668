"""What expired before its time, and what was spent after it."""

from typing import Final

import pytest

from greencredit.kernel.database import Database
from tests.factories.books import broken_by

FAULTS: Final[dict[str, dict[str, list[str]]]] = {
    "expired_is_swept_late_only": {
        "UPDATE ledger_series SET expires_at = 9223372036854775807, funding = 'merchant' WHERE id = 3": [
            "event=49, wrong=it is for life"
        ],
        "UPDATE ledger_series SET expires_at = 1774324800000001 WHERE id = 3": [
            "event=49, wrong=it went before its end"
        ],
        "UPDATE ledger_series SET expires_at = 1773374400000000 WHERE id = 7": [
            "event=47, wrong=it was revived into what has ended"
        ],
        "UPDATE ledger_series SET expires_at = 1773374400000001 WHERE id = 2": [
            "event=44, wrong=it went before its end",
            "event=48, wrong=it went before its end",
        ],
    },
    "nothing_ended_is_spent": {
        "UPDATE ledger_series SET expires_at = 1772424000000000 WHERE id = 2": [
            "event=6, expires_at=1772424000000000, at=1772424000000000",
            "event=17, expires_at=1772424000000000, at=1772424000000000",
        ],
        "UPDATE ledger_batch SET at = 1773288000000000 WHERE id = 12": [
            "event=17, expires_at=1773288000000000, at=1773288000000000"
        ],
    },
}
"""Invariant → what is done behind the verbs' backs → what the audit finds, word for word."""


@pytest.mark.proves("LED-2")
def test_what_is_done_behind_the_verbs_backs_is_found_and_named(lived: Database) -> None:
    found = broken_by(lived, FAULTS)

    assert found == FAULTS
