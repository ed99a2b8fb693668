"""Two versions of a scheme beside each other, and what each change means for credits already earned (条款对比)."""

from collections import Counter
from enum import StrEnum
from typing import Final

from greencredit.schemas.values import Record, Words

EXISTING_CREDITS_RULE: Final = Words(
    zh="已发放的积分始终按其发放时的条款版本执行；对持有人不利的变更只适用于生效日及以后发放的积分，绝不适用于已发放的积分。",
    en="Credits already issued always keep the version of the terms under which they were issued; a change that is "
    "worse for holders applies only to credits issued from its day of effect on, never to those issued before.",
)


class Effect(StrEnum):
    """What a change would mean for holders of credits already earned."""

    BETTER = "better"
    NEUTRAL = "neutral"
    WORSE = "worse"

    @property
    def words(self) -> Words:
        """Give the effect in words."""
        return _EFFECTS[self]


_EFFECTS: Final = {
    Effect.BETTER: Words(zh="更有利", en="Better"),
    Effect.NEUTRAL: Words(zh="无影响", en="Neutral"),
    Effect.WORSE: Words(zh="更不利（不适用于已发放积分）", en="Worse (never applied to existing credits)"),
}


class Change(Record):
    """One difference between two versions (一处变更)."""

    path: str
    title: Words
    before: str | None
    """None: it was not there."""
    after: str | None
    """None: it is no longer there."""
    effect: Effect
    sentence: Words
    reason: Words


class Comparison(Record):
    """A comparison of terms: two versions side by side with every difference (条款对比)."""

    filing_id: str
    version: int
    against_filing_id: str | None
    """None: there is no earlier version to compare with."""
    against_version: int | None
    changes: tuple[Change, ...]
    rule: Words = EXISTING_CREDITS_RULE

    def count(self, effect: Effect) -> int:
        """Count the changes of one effect."""
        return Counter(one.effect for one in self.changes)[effect]
