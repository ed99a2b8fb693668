"""The laws of the ledger as tables and pure functions: paths, signs, serials, what must always hold."""

import struct
from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b
from types import MappingProxyType
from typing import Final

from greencredit.schemas.ledger import LeafKind, Verb

NEVER: Final = 2**63 - 1
"""How tables write an expiry that never comes (终身有效)."""

PATHS: Final = MappingProxyType(
    {
        Verb.EARN: (LeafKind.ISSUED, LeafKind.AVAILABLE),
        Verb.REVERSE: (LeafKind.AVAILABLE, LeafKind.ISSUED),
    }
)
"""The whole life of a credit: each verb moves from a kind of leaf to a kind of leaf of the same series."""

SIGNS: Final = MappingProxyType({LeafKind.AVAILABLE: 1, LeafKind.ISSUED: -1})
"""A person's leaf never falls below zero; the issued counter-leaf never rises above it."""

INVARIANTS: Final = MappingProxyType(
    {
        "zero_sum": "all leaf balances add up to zero",
        "balances_equal_events": "every leaf balance equals the sum of the events that touched it",
        "never_overdrawn": "no person's leaf is below zero, and nothing held exceeds what is posted",
        "every_leaf_exists": "every event names two leaves that exist, of one series",
        "paths_are_kept": "every event moves between the kinds of leaf that its verb allows, for its own holder",
        "ids_have_no_gap": "event numbers run from one without a gap, and every event lies in exactly one batch",
        "serials_have_no_gap": "serial blocks of a series follow each other and stay under the filed cap",
        "serials_are_issued": "the credits earned in a series are exactly the serials given out",
        "reversed_at_most_once": "no more of an award is reversed than it gave",
        "held_is_zero": "nothing is held, as no verb holds yet",
    }
)
"""What always holds, by name; checked after every database test, by command, and in the regulator's report."""


def fingerprint(verb: Verb, holder: int, series: int, amount: int, cause: int = 0) -> bytes:
    """Sum up what was asked for, so that a repeated key can be told from a reused one (16 bytes)."""
    return blake2b(struct.pack(">BQQQQ", verb, holder, series, amount, cause), digest_size=16).digest()


def leaf_balances(movements: Iterable[tuple[int, int, int]]) -> Counter[int]:
    """Replay (debit leaf, credit leaf, amount); what one leaf loses another gains."""
    balances: Counter[int] = Counter()
    for debit, credit, amount in movements:
        balances[debit] -= amount
        balances[credit] += amount
    return balances
