"""What follows from what: which events a verb can name as its cause, and how much of a cause can be used up."""

from types import MappingProxyType
from typing import Final

from greencredit.ledger.rules.book import UNUSED
from greencredit.ledger.rules.take_back import REVERSIBLE
from greencredit.schemas.ledger import Verb

_HOLDS: Final = frozenset({Verb.HOLD})
_REFUNDS: Final = frozenset({Verb.RESTORE})

CAUSES: Final = MappingProxyType(
    {
        Verb.CAPTURE: _HOLDS,
        Verb.CAPTURE_DONATION: _HOLDS,
        Verb.RELEASE: _HOLDS,
        Verb.RESTORE: frozenset({Verb.CAPTURE, Verb.REDEEM}),
        Verb.ACTIVATE: frozenset({Verb.ACCRUE}),
        Verb.REVERSE_PENDING: frozenset({Verb.ACCRUE}),
        Verb.REVERSE: REVERSIBLE,
        Verb.FALL_SHORT: REVERSIBLE,
        Verb.WAIVE: REVERSIBLE | frozenset(UNUSED),
        Verb.UNFREEZE: frozenset({Verb.FREEZE}),
        Verb.REVERSE_FUND: frozenset({Verb.FUND}),
        Verb.EXPIRE: _REFUNDS,
        Verb.REVIVE_OUT: _REFUNDS,
        Verb.REVIVE_IN: _REFUNDS,
    }
)
"""Verb → what its cause can be; a verb that is not here has none."""

CAUSED_IN_GROUPS: Final = frozenset({Verb.EXPIRE, Verb.WAIVE})
"""Alone they are a sweep, or a shortage given up; inside a group they follow from its refund or its reversal."""

CAUSED: Final = frozenset(CAUSES) - CAUSED_IN_GROUPS
"""Verbs that never come without a cause."""

USES: Final = MappingProxyType(
    {
        "captured": frozenset({Verb.CAPTURE, Verb.CAPTURE_DONATION, Verb.RELEASE}),
        "restored": frozenset({Verb.RESTORE}),
        "activated": frozenset({Verb.ACTIVATE, Verb.REVERSE_PENDING}),
        "reversed": frozenset({Verb.REVERSE, Verb.REVERSE_PENDING, Verb.FALL_SHORT}),
        "unfrozen": frozenset({Verb.UNFREEZE}),
        "withdrawn": frozenset({Verb.REVERSE_FUND}),
        "waived": frozenset({Verb.WAIVE}),
        "expired": frozenset({Verb.EXPIRE, Verb.REVIVE_OUT}),
    }
)
"""Verbs that together use up no more of a cause than it moved."""
