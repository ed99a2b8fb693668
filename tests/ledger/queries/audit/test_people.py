"""Wallets of persons, corrections of one person, erased holders whose hashes are not kept."""

from typing import Final

import pytest

from greencredit.kernel.database import Database
from tests.factories.books import broken_by

FAULTS: Final[dict[str, dict[str, list[str]]]] = {
    "only_enterprises_have_wallets": {
        "UPDATE ledger_holder SET subject_id = 'con_mill' WHERE id = 5": [
            "what=event, number=24, wrong=into a wallet of no enterprise",
            "what=event, number=25, wrong=given by no enterprise",
            "what=event, number=26, wrong=given by no enterprise",
            "what=event, number=27, wrong=into a wallet of no enterprise",
            "what=leaf, number=1342177301, wrong=a wallet of no enterprise",
        ],
        "UPDATE ledger_holder SET subject_id = 'con_tea' WHERE id = 3": [
            "what=event, number=8, wrong=spent at a person",
            "what=event, number=9, wrong=spent at a person",
            "what=event, number=11, wrong=spent at a person",
            "what=event, number=12, wrong=spent at a person",
            "what=event, number=13, wrong=spent at a person",
            "what=event, number=29, wrong=spent at a person",
            "what=event, number=42, wrong=spent at a person",
            "what=event, number=43, wrong=spent at a person",
            "what=event, number=45, wrong=spent at a person",
            "what=leaf, number=805306391, wrong=spent at a person",
        ],
        "UPDATE ledger_holder SET subject_id = 'ent_wu' WHERE id = 2": [
            "what=event, number=25, wrong=given to no person"
        ],
        "UPDATE ledger_event SET party = 2 WHERE id = 26": ["what=event, number=26, wrong=given by no enterprise"],
    },
    "two_persons_adjusted": {
        "DELETE FROM ledger_decision WHERE proposal_id = 1": ["event=22, proposal=None, wrong=nobody decided on it"],
        "UPDATE ledger_decision SET decided_by = 'acc_one' WHERE proposal_id = 1": [
            "event=22, proposal=1, wrong=one person did both"
        ],
        "UPDATE ledger_decision SET event_id = 11 WHERE proposal_id = 1": [
            "event=11, proposal=1, wrong=decided on, and no correction",
            "event=22, proposal=None, wrong=nobody decided on it",
        ],
        "UPDATE ledger_decision SET event_id = 22 WHERE proposal_id = 2": [
            "event=22, proposal=2, wrong=decided on twice",
            "event=22, proposal=2, wrong=not what was proposed",
            "event=23, proposal=None, wrong=nobody decided on it",
        ],
        "UPDATE ledger_decision SET approved = 0 WHERE proposal_id = 1": [
            "event=22, proposal=1, wrong=nobody approved it"
        ],
        "UPDATE ledger_decision SET approved = 1 WHERE proposal_id = 3": [
            "event=None, proposal=3, wrong=decided on, and no correction"
        ],
        "UPDATE ledger_proposal SET credits = 4 WHERE id = 1": ["event=22, proposal=1, wrong=not what was proposed"],
        "UPDATE ledger_proposal SET credits = 1 WHERE id = 2": ["event=23, proposal=2, wrong=not what was proposed"],
        "DELETE FROM ledger_proposal WHERE id = 1": ["event=22, proposal=1, wrong=nobody proposed it"],
        "UPDATE ledger_proposal SET proposed_by = 'acc_two' WHERE id = 1": [
            "event=22, proposal=1, wrong=one person did both"
        ],
    },
    "erased_is_frozen": {
        "DELETE FROM ledger_frozen WHERE event_id = 40": ["what=event, number=40, wrong=its hash is not kept"],
        "INSERT INTO ledger_frozen (event_id, hash) SELECT 11, hash FROM ledger_frozen WHERE event_id = 39": [
            "what=event, number=11, wrong=frozen, and its holder is there"
        ],
        "INSERT INTO ledger_frozen (event_id, hash) SELECT 99, hash FROM ledger_frozen WHERE event_id = 39": [
            "what=event, number=99, wrong=a hash of no event"
        ],
        "UPDATE ledger_frozen SET hash = substr(hash, 1, 31) WHERE event_id = 39": [
            "what=event, number=39, wrong=its hash is not whole"
        ],
        "UPDATE ledger_event SET grp = 48 WHERE id = 49": ["what=event, number=49, wrong=its hash is not kept"],
        "UPDATE ledger_holder SET subject_id = 'con_gone' WHERE id = 7": ["what=holder, number=7, wrong=half erased"],
        "UPDATE ledger_holder SET secret = NULL, subject_id = NULL WHERE id = 5": [
            "what=event, number=24, wrong=its hash is not kept",
            "what=event, number=27, wrong=its hash is not kept",
        ],
    },
}
"""Invariant → what is done behind the verbs' backs → what the audit finds, word for word."""


@pytest.mark.proves("LED-1", "LED-5")
def test_what_is_done_behind_the_verbs_backs_is_found_and_named(lived: Database) -> None:
    found = broken_by(lived, FAULTS)

    assert found == FAULTS
