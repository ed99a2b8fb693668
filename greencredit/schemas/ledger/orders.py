"""What is sent over HTTP to move credits; holders and parties go by their ids, the idempotency key is a header."""

from typing import Annotated

from pydantic import Field, StrictInt

from greencredit.schemas.ledger.kinds import FreezeGround
from greencredit.schemas.values import Record

_MOST_WHOLE = 2**53

SubjectId = Annotated[str, Field(pattern=r"^[a-z]{3}_[0-9A-Za-z_]{1,60}$")]
"""An id of the platform: three letters and a token."""

PartyId = Annotated[str, Field(pattern=r"^(mer|prj)_[0-9A-Za-z_]{1,60}$")]
"""A merchant or a project: credits are spent there and given there, never passed to a person."""

Amount = Annotated[StrictInt, Field(gt=0, le=_MOST_WHOLE)]
Number = Annotated[StrictInt, Field(gt=0, lt=2**31)]
Why = Annotated[str, Field(min_length=1, max_length=500)]
Paper = Annotated[str, Field(min_length=1, max_length=200)]


class HoldOrder(Record):
    """Set credits aside for an order, in spending order (冻结)."""

    consumer: SubjectId
    credits: Amount
    issuer_id: SubjectId | None = None
    """Only credits of this issuer; none: of any."""


class CaptureOrder(Record):
    """Spend what a hold set aside, whole or in part (核销)."""

    credits: Amount
    party: PartyId
    donation: bool = False


class PartOrder(Record):
    """So many of the credits that were set aside or spent."""

    credits: Amount


class RedemptionOrder(Record):
    """Spend credits at once, in spending order (核销)."""

    consumer: SubjectId
    credits: Amount
    party: PartyId
    issuer_id: SubjectId | None = None
    donation: bool = False


class FreezeOrder(Record):
    """Keep credits back for fraud, appeal or court (处置冻结)."""

    consumer: SubjectId
    credits: Amount
    series: Number | None = None
    """Only credits of this series; none: of all, in spending order."""
    ground: FreezeGround
    """What the holder is told; the issuer is told by whom, and neither of them reads the reason."""
    reason: Why
    document: Paper | None = None


class UnfreezeOrder(Record):
    """Give frozen credits back, whole or in part (处置解冻)."""

    credits: Amount
    ground: FreezeGround
    reason: Why
    document: Paper | None = None


class CompensationOrder(Record):
    """Credits for a service that was not given (补偿)."""

    consumer: SubjectId
    series: Number
    credits: Amount
    reason: Why
    document: Paper | None = None


class AdjustmentOrder(Record):
    """A correction that another person has to approve (调整); a negative number takes away."""

    consumer: SubjectId
    series: Number
    credits: Annotated[StrictInt, Field(ge=-_MOST_WHOLE, le=_MOST_WHOLE)]
    reason: Why
    document: Paper | None = None


class AdjustmentDecision(Record):
    """Approve a correction, or refuse it (复核)."""

    approved: bool


class Moved(Record):
    """What became of a command: the group of events that stands for it, and whether it stood before."""

    event_id: int
    repeated: bool


class ProposalMade(Record):
    """A correction that waits for a second person."""

    proposal_id: int


class ProposalDecided(Record):
    """What became of a proposed correction."""

    proposal_id: int
    approved: bool
    event_id: int | None
    """The event that carried it out; none: it was refused."""
