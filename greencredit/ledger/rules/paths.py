"""Where credits can go: each verb has one path between two kinds of leaf, and a leaf's number says what it is."""

from enum import Enum
from types import MappingProxyType
from typing import Final, NamedTuple

from greencredit.schemas.ledger import LeafKind, Verb

NEVER: Final = 2**63 - 1
"""How tables write an expiry that never comes (终身有效)."""

MOST: Final = 2**53 - 1
"""The most credits one command can move: what every reader of JSON still counts exactly."""

SERIES_SHIFT: Final = 4
_SERIES_BITS: Final = 24
HOLDER_SHIFT: Final = SERIES_SHIFT + _SERIES_BITS
KINDS: Final = (1 << SERIES_SHIFT) - 1
ALL_SERIES: Final = (1 << _SERIES_BITS) - 1


class Owner(Enum):
    """Whose leaf one end of a path is."""

    NOBODY = "nobody"
    """A counter-account of the series itself."""
    HOLDER = "holder"
    PARTY = "party"
    """A merchant, a project, or the enterprise that gives."""


class Path(NamedTuple):
    """One way for credits to go."""

    source: LeafKind
    source_of: Owner
    target: LeafKind
    target_of: Owner


_ISSUED: Final = (LeafKind.ISSUED, Owner.NOBODY)
_EXPIRED: Final = (LeafKind.EXPIRED, Owner.NOBODY)
_AVAILABLE: Final = (LeafKind.AVAILABLE, Owner.HOLDER)
_PENDING: Final = (LeafKind.PENDING, Owner.HOLDER)
_HELD: Final = (LeafKind.HELD, Owner.HOLDER)
_FROZEN: Final = (LeafKind.FROZEN, Owner.HOLDER)
_OWED: Final = (LeafKind.OWED, Owner.HOLDER)
_REDEEMED: Final = (LeafKind.REDEEMED, Owner.PARTY)
_DONATED: Final = (LeafKind.DONATED, Owner.PARTY)
_WALLET: Final = (LeafKind.WALLET, Owner.HOLDER)
_GIVER: Final = (LeafKind.WALLET, Owner.PARTY)

PATHS: Final = MappingProxyType(
    {
        Verb.EARN: Path(*_ISSUED, *_AVAILABLE),
        Verb.REVERSE: Path(*_AVAILABLE, *_ISSUED),
        Verb.ACCRUE: Path(*_ISSUED, *_PENDING),
        Verb.ACTIVATE: Path(*_PENDING, *_AVAILABLE),
        Verb.REVERSE_PENDING: Path(*_PENDING, *_ISSUED),
        Verb.HOLD: Path(*_AVAILABLE, *_HELD),
        Verb.RELEASE: Path(*_HELD, *_AVAILABLE),
        Verb.CAPTURE: Path(*_HELD, *_REDEEMED),
        Verb.REDEEM: Path(*_AVAILABLE, *_REDEEMED),
        Verb.RESTORE: Path(*_REDEEMED, *_AVAILABLE),
        Verb.EXPIRE: Path(*_AVAILABLE, *_EXPIRED),
        Verb.FREEZE: Path(*_AVAILABLE, *_FROZEN),
        Verb.UNFREEZE: Path(*_FROZEN, *_AVAILABLE),
        Verb.FALL_SHORT: Path(*_OWED, *_ISSUED),
        Verb.REPAY: Path(*_AVAILABLE, *_ISSUED),
        Verb.SETTLE: Path(*_ISSUED, *_OWED),
        Verb.ADJUST_UP: Path(*_ISSUED, *_AVAILABLE),
        Verb.ADJUST_DOWN: Path(*_AVAILABLE, *_ISSUED),
        Verb.COMPENSATE: Path(*_ISSUED, *_AVAILABLE),
        Verb.DONATE: Path(*_AVAILABLE, *_DONATED),
        Verb.CAPTURE_DONATION: Path(*_HELD, *_DONATED),
        Verb.REVIVE_OUT: Path(*_AVAILABLE, *_ISSUED),
        Verb.REVIVE_IN: Path(*_ISSUED, *_AVAILABLE),
        Verb.FUND: Path(*_ISSUED, *_WALLET),
        Verb.ALLOT: Path(*_GIVER, *_AVAILABLE),
        Verb.PASS: Path(*_GIVER, *_WALLET),
        Verb.REVERSE_FUND: Path(*_WALLET, *_ISSUED),
        Verb.WAIVE: Path(*_ISSUED, *_OWED),
    }
)
"""The whole life of a credit. No path leads from one person's leaf to another's: the law forbids it."""

SERIAL_VERBS: Final = frozenset({Verb.EARN, Verb.ACCRUE, Verb.ADJUST_UP, Verb.COMPENSATE, Verb.FUND})
"""Credits come into being, each with its serial, under the filed cap."""

AWARD_VERBS: Final = frozenset({Verb.EARN, Verb.ACCRUE, Verb.COMPENSATE, Verb.ADJUST_UP, Verb.ALLOT})
"""What puts credits into a person's leaf for the first time: a lot, for whoever asks which award was spent."""

BELOW_ZERO: Final = frozenset({LeafKind.ISSUED, LeafKind.OWED})
"""Leaves that stand at zero or below; all others stand at zero or above."""

PERSONAL: Final = frozenset({LeafKind.AVAILABLE, LeafKind.PENDING, LeafKind.HELD, LeafKind.FROZEN, LeafKind.OWED})
"""Leaves of persons; wallets belong to enterprises, the rest to nobody or to merchants and projects."""

FROM_ISSUER: Final = MappingProxyType(
    {
        verb: (path.source is LeafKind.ISSUED) - (path.target is LeafKind.ISSUED)
        for verb, path in PATHS.items()
        if LeafKind.ISSUED in (path.source, path.target)
    }
)
"""1 where credits come from the issuer, -1 where they go back; what is absent moves them between other leaves."""

OUTSTANDING: Final = (LeafKind.AVAILABLE, LeafKind.PENDING, LeafKind.HELD, LeafKind.FROZEN, LeafKind.WALLET)
"""What an issuer still owes."""


def _effect(path: Path, owner: Owner) -> int:
    """Tell whether a path adds to what its holder or its party has (1), takes from it (-1), or neither."""
    enters = path.target_of is owner and path.target in OUTSTANDING
    leaves = path.source_of is owner and path.source in OUTSTANDING
    return enters - leaves


EFFECTS: Final = MappingProxyType(
    {verb.value: (_effect(path, Owner.HOLDER), _effect(path, Owner.PARTY)) for verb, path in PATHS.items()}
)
"""What each kind of event does to the totals of its holder and of its party: how proofs are added up."""


def leaf_of(kind: LeafKind, series: int, holder: int = 0) -> int:
    """Number a leaf: its holder, then its series, then its kind, so that a holder's leaves lie together."""
    assert 0 <= series <= ALL_SERIES, "a series has at most 24 bits"
    return holder << HOLDER_SHIFT | series << SERIES_SHIFT | kind


def parts_of(leaf: int) -> tuple[LeafKind, int, int]:
    """Give kind, series and holder of a leaf."""
    return LeafKind(leaf & KINDS), leaf >> SERIES_SHIFT & ALL_SERIES, leaf >> HOLDER_SHIFT


def leaves_of(holder: int) -> tuple[int, int]:
    """Give the first number of a holder's leaves, and the first beyond them."""
    return holder << HOLDER_SHIFT, (holder + 1) << HOLDER_SHIFT


def ends_of(verb: Verb, series: int, holder: int, party: int | None) -> tuple[int, int]:
    """Give the leaves an event leaves and enters."""
    source, source_of, target, target_of = _ENDS[verb]
    place = series << SERIES_SHIFT
    owners = (0, holder, party or 0)
    return (
        owners[source_of] << HOLDER_SHIFT | place | source,
        owners[target_of] << HOLDER_SHIFT | place | target,
    )


OF_PARTIES: Final = frozenset(kind for kind, (_, for_party) in EFFECTS.items() if for_party)
"""Kinds of events that change what a party has: its statements need them, too."""

_OWNERS: Final = (Owner.NOBODY, Owner.HOLDER, Owner.PARTY)
_ENDS: Final = {
    verb: (
        path.source.value,
        _OWNERS.index(path.source_of),
        path.target.value,
        _OWNERS.index(path.target_of),
    )
    for verb, path in PATHS.items()
}
"""PATHS as plain numbers, for every single event of a batch."""
