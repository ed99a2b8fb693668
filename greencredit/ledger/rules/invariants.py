"""What always holds in the ledger, by name; checked after every database test, by command, nightly, and in reports."""

from types import MappingProxyType
from typing import Final

INVARIANTS: Final = MappingProxyType(
    {
        "zero_sum": "the leaves of every series add up to zero",
        "balances_equal_events": "every leaf balance equals the sum of the events that touched it",
        "never_overdrawn": "no leaf has crossed zero: not a person's, not a merchant's, not a counter-account's",
        "every_leaf_exists": "every event names a holder, a series, a caller and, where its verb asks for one, a party",
        "groups_are_whole": "the events of a group follow each other in one batch, and its first one carries the key",
        "ids_have_no_gap": "event numbers run from one without a gap, and every event lies in exactly one batch",
        "time_never_falls": "no batch is earlier than the one before it, and the head knows the last one's time",
        "serials_have_no_gap": "serial blocks of a series follow each other and stay under the filed cap",
        "serials_are_issued": "the credits that came into being in a series are exactly the serials given out",
        "serials_follow_in_blocks": "inside a block, the serials of its events follow each other without a gap",
        "causes_are_kept": "no more is captured, released, given back or taken back than the cause holds",
        "holds_stand": "what is held, frozen and pending is what holds, freezes and waiting awards have left over",
        "expired_is_swept_late_only": "nothing for life has expired, and nothing expired before its time",
        "nothing_ended_is_spent": "nothing was set aside, spent or given away after its series had ended",
        "shortages_are_settled": "what was repaid in new credits is what shortages became smaller by",
        "only_enterprises_have_wallets": "wallets belong to enterprises; no event leads from one person to another",
        "two_persons_adjusted": "every correction was proposed by one person and approved by another",
        "batches_are_sealed": "every batch and its record in the log say what its events say, hash for hash",
        "stretches_are_whole": "the index of every complete stretch lists exactly the series its events touched",
        "notes_are_sealed": "who did what and why is what the log has digests of, and the erased have no words left",
        "erased_is_frozen": "events of erased persons have their hashes kept, and their secrets are gone",
    }
)
