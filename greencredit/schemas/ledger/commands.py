"""What can be asked of the ledger; plain tuples, because a batch holds ten thousand.

Holders, parties and series go by the ledger's own numbers. A key is 16 bytes (`rules.key_of` makes one of any text):
the same key of the same caller gives the first answer for ever.
"""

from typing import NamedTuple


class Earning(NamedTuple):
    """One award to be booked (发放)."""

    holder: int
    series: int
    credits: int
    key: bytes


class Reason(NamedTuple):
    """Who did it, why, and on what document; kept with the event for ever."""

    actor_id: str
    text: str
    document: str | None = None
    ground: str | None = None
    """Of a freeze: on which ground the law allows it (`FreezeGround`); what the holder is told."""
    office: str | None = None
    """In which role he acted."""


class Accrual(NamedTuple):
    """An award that waits to be activated (待生效发放)."""

    holder: int
    series: int
    credits: int
    key: bytes


class Activation(NamedTuple):
    """A waiting award becomes spendable, all that is left of it (生效)."""

    award: int
    key: bytes


class Hold(NamedTuple):
    """Set credits aside for an order, in spending order (冻结)."""

    holder: int
    credits: int
    key: bytes
    issuer_id: str | None = None
    """Only credits of this issuer; none: of any."""


class Capture(NamedTuple):
    """Spend what a hold set aside, whole or in part (核销)."""

    hold: int
    credits: int
    party: int
    key: bytes
    donation: bool = False


class Release(NamedTuple):
    """Give back what a hold set aside, whole or in part (解冻)."""

    hold: int
    credits: int
    key: bytes


class Redemption(NamedTuple):
    """Spend at once, in spending order (核销)."""

    holder: int
    credits: int
    party: int
    key: bytes
    issuer_id: str | None = None
    donation: bool = False


class Restoration(NamedTuple):
    """Give back what a redemption took, to the very leaves (退还); `redemption` is the group that spent.

    What expired meanwhile follows the terms of its series; nobody who asks can choose.
    """

    redemption: int
    credits: int
    key: bytes


class Reversal(NamedTuple):
    """Take an award back, whole or in part (冲正); for what is spent the terms of its series decide."""

    award: int
    credits: int
    key: bytes
    reason: Reason


class Waiver(NamedTuple):
    """Give up a shortage, or a part of it (免追)."""

    holder: int
    series: int
    credits: int
    key: bytes
    reason: Reason


class Freeze(NamedTuple):
    """Keep credits back for fraud, appeal or court (处置冻结); without `series` in spending order over all."""

    holder: int
    credits: int
    key: bytes
    reason: Reason
    series: int | None = None


class Unfreeze(NamedTuple):
    """Give frozen credits back, whole or in part (处置解冻)."""

    freeze: int
    credits: int
    key: bytes
    reason: Reason


class Compensation(NamedTuple):
    """Credits for a service that was not given (补偿)."""

    holder: int
    series: int
    credits: int
    key: bytes
    reason: Reason


class Adjustment(NamedTuple):
    """A correction that two persons answer for (调整); negative takes away. Only an approved proposal becomes one."""

    holder: int
    series: int
    credits: int
    key: bytes
    reason: Reason


class Funding(NamedTuple):
    """An enterprise receives credits under a filed scheme (企业积分)."""

    enterprise: int
    series: int
    credits: int
    key: bytes
    reason: Reason


class Allotment(NamedTuple):
    """An enterprise awards a person under a filed scheme, in spending order of its wallet."""

    enterprise: int
    holder: int
    credits: int
    key: bytes
    reason: Reason
    issuer_id: str | None = None
    """Only credits of this issuer; none: of any."""


class Passing(NamedTuple):
    """An enterprise awards another under a filed scheme, in spending order of its wallet."""

    giver: int
    receiver: int
    credits: int
    key: bytes
    reason: Reason
    issuer_id: str | None = None
    """Only credits of this issuer; none: of any."""


class Withdrawal(NamedTuple):
    """Take unspent wallet credits of one funding back."""

    funding: int
    credits: int
    key: bytes
    reason: Reason


Command = (
    Earning
    | Accrual
    | Activation
    | Hold
    | Capture
    | Release
    | Redemption
    | Restoration
    | Reversal
    | Waiver
    | Freeze
    | Unfreeze
    | Compensation
    | Adjustment
    | Funding
    | Allotment
    | Passing
    | Withdrawal
)


class Posted(NamedTuple):
    """What became of a command: the group of events that stands for it, and whether it stood before."""

    event_id: int
    repeated: bool
