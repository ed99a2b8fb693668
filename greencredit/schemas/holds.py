"""Credits that are kept back because of a signal of fraud, the appeal against it, and what another person decided."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from greencredit.schemas.values import Credits, Instant, Record, Words


class HoldOutcome(StrEnum):
    """What was decided on a hold (复核结论)."""

    RELEASED = "released"
    """解除冻结: the holder gets the credits back."""
    CONFIRMED = "confirmed"
    """维持并收回: the awards are taken back."""


class Appeal(Record):
    """What the holder says against a hold (申诉)."""

    lodged_at: Instant
    words: str | None
    """None: whoever wrote it was forgotten."""


class HoldDecided(Record):
    """What was decided (复核)."""

    outcome: HoldOutcome
    reason: str
    decided_at: Instant


class AwardHold(Record):
    """Credits that are kept back, why, and what became of it (处置冻结)."""

    hold_id: str
    issuer_id: str
    monitor: str
    title: Words
    explains: Words
    found: Words
    wanted: Words
    """What was found, and what would have been ordinary."""
    awards: tuple[int, ...]
    credits: Credits
    placed_at: Instant
    appeal: Appeal | None = None
    decision: HoldDecided | None = None


class NewAppeal(Record):
    """An appeal as it is lodged (申诉)."""

    words: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]


class HoldDecision(Record):
    """A decision as it is taken (复核)."""

    outcome: HoldOutcome
    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]
