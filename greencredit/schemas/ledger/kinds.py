"""The words of the ledger: kinds of leaf accounts, and the verbs that move credits between them."""

from enum import IntEnum, StrEnum


class LeafKind(IntEnum):
    """What a leaf account holds: somebody's credits, or one of the counter-accounts of a series.

    The numbers are part of every leaf's own number, on disk for ever.
    """

    ISSUED = 0
    """已发行: the counter-account of all there is; it only stands below zero."""
    AVAILABLE = 1
    """可用: can be spent."""
    PENDING = 2
    """待生效: earned, not yet to be spent."""
    HELD = 3
    """已冻结(订单): set aside for an order."""
    FROZEN = 4
    """已冻结(处置): kept back for a reason: fraud, appeal, court."""
    WALLET = 5
    """企业账户: an enterprise's credits under a filed scheme."""
    OWED = 6
    """待追回: a shortage after a clawback; stands below zero until it is repaid."""
    REDEEMED = 7
    """已核销: spent at a merchant."""
    DONATED = 8
    """已捐赠: given to a project."""
    EXPIRED = 9
    """已过期."""


class FreezeGround(StrEnum):
    """On which ground credits are kept back (处置事由); the holder is told this, and not what was written about him."""

    FRAUD = "fraud"
    APPEAL = "appeal"
    COURT = "court"


class Verb(IntEnum):
    """What an event did (积分变动). The numbers are on disk for ever; each has exactly one path."""

    EARN = 1
    REVERSE = 2
    ACCRUE = 3
    """Earn what can be spent later (待生效发放)."""
    ACTIVATE = 4
    REVERSE_PENDING = 5
    HOLD = 6
    RELEASE = 7
    CAPTURE = 8
    REDEEM = 9
    """Hold and capture in one step."""
    RESTORE = 10
    EXPIRE = 11
    FREEZE = 12
    UNFREEZE = 13
    FALL_SHORT = 14
    """The part of a reversal that found nothing left: the holder owes it (待追回)."""
    REPAY = 15
    """Credits of a later award or refund that went to an older shortage…"""
    SETTLE = 16
    """… and the shortage that became smaller by as much."""
    ADJUST_UP = 17
    ADJUST_DOWN = 18
    COMPENSATE = 19
    DONATE = 20
    CAPTURE_DONATION = 21
    REVIVE_OUT = 22
    """Refunded credits whose series has ended leave it…"""
    REVIVE_IN = 23
    """… and enter the series of the same terms with the filed grace."""
    FUND = 24
    """An enterprise receives credits under a filed scheme."""
    ALLOT = 25
    """An enterprise awards a person."""
    PASS = 26
    """An enterprise awards another enterprise under a filed scheme."""
    REVERSE_FUND = 27
    WAIVE = 28
    """A shortage that nobody asks back: beyond the filed policy, or given up."""
