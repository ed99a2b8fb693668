"""Notes that are not what the log has the digests of."""

from typing import Final

import pytest

from greencredit.kernel.database import Database
from tests.factories.books import broken_by

FAULTS: Final[dict[str, dict[str, list[str]]]] = {
    "notes_are_sealed": {
        "UPDATE ledger_note SET reason = 'x' WHERE event_id = 17": ["note 17 is not what its digest was taken of"],
        "UPDATE ledger_note SET document = NULL WHERE event_id = 17": ["note 17 is not what its digest was taken of"],
        "UPDATE ledger_note SET office = 'court' WHERE event_id = 17": ["note 17 is not what its digest was taken of"],
        "UPDATE ledger_note SET reason = NULL, document = NULL WHERE event_id = 17": ["note 17 has lost its words"],
        "DELETE FROM ledger_note WHERE event_id = 17": [
            f"the notes from event {first} on are not those of the log"
            for first in (17, 19, 21, 22, 23, 24, 25, 26, 27, 30)
        ],
        "UPDATE ledger_proposal SET holder = 7 WHERE id = 1": [
            "proposal 1 still has words about somebody who was erased"
        ],
    },
}
"""Invariant → what is done behind the verbs' backs → what the audit finds, word for word."""


@pytest.mark.proves("LED-5")
def test_what_is_done_behind_the_verbs_backs_is_found_and_named(lived: Database) -> None:
    found = broken_by(lived, FAULTS)

    assert found == FAULTS
