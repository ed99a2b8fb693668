"""What a rule gives: by yuan, by kilogram, by unit, by time, in steps, or on top of what was given (发放标准)."""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from greencredit.schemas.values import PositiveCredits, Record, Words


class PerYuan(Record):
    """So many credits for every `per_yuan` yuan spent (按消费金额)."""

    kind: Literal["per_yuan"] = "per_yuan"
    credits: PositiveCredits
    per_yuan: int = Field(default=1, gt=0)

    @property
    def sentence(self) -> Words:
        """Say what is given."""
        return Words(
            zh=f"每消费 {self.per_yuan} 元得 {self.credits} 分",
            en=f"{self.credits} credits for every {self.per_yuan} yuan spent",
        )


class PerKilogram(Record):
    """So many credits for every kilogram of CO2e avoided (按减排量)."""

    kind: Literal["per_kg_co2e"] = "per_kg_co2e"
    credits: PositiveCredits

    @property
    def sentence(self) -> Words:
        """Say what is given."""
        return Words(
            zh=f"每减排 1 千克 CO₂e 得 {self.credits} 分",
            en=f"{self.credits} credits for each kilogram of CO₂e avoided",
        )


class PerUnit(Record):
    """So many credits for every `per_units` of the quantity on the evidence: pieces, kilometres, kilograms (按数量)."""

    kind: Literal["per_unit"] = "per_unit"
    credits: PositiveCredits
    per_units: int = Field(default=1, gt=0, le=10**9)

    @property
    def sentence(self) -> Words:
        """Say what is given."""
        return Words(
            zh=f"凭证数量每 {self.per_units} 个单位得 {self.credits} 分",
            en=f"{self.credits} credits for every {self.per_units} units on the evidence",
        )


class PerAction(Record):
    """So many credits for every time it is done (按次)."""

    kind: Literal["per_action"] = "per_action"
    credits: PositiveCredits

    @property
    def sentence(self) -> Words:
        """Say what is given."""
        return Words(zh=f"每次得 {self.credits} 分", en=f"{self.credits} credits each time")


class Tier(Record):
    """One step of a stepped rate: what lies above `above`, up to the next step, earns `credits` for every `per`."""

    above: int = Field(ge=0, lt=10**12)
    """In fen, grams, or thousandths of the unit, as the rate counts."""
    credits: int = Field(ge=0, le=10**6)
    per: int = Field(gt=0, le=10**6)
    """In the same unit."""


class Tiered(Record):
    """A stepped rate (阶梯): each part earns at the rate of its own step; rounded down once, at the end."""

    kind: Literal["tiered"] = "tiered"
    of: Literal["fen", "grams", "thousandths"]
    """What is counted: fen spent, grams of CO2e avoided, or thousandths of the quantity on the evidence."""
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _climb(self) -> Self:
        if self.tiers[0].above or any(first.above >= second.above for first, second in pairwise(self.tiers)):
            message = f"steps begin at 0 and climb, found {[one.above for one in self.tiers]}"
            raise ValueError(message)
        if not any(one.credits for one in self.tiers):
            message = "a stepped rate gives something on one of its steps, found none"
            raise ValueError(message)
        return self

    @property
    def sentence(self) -> Words:
        """Say what is given, step by step."""
        zh, en = _COUNTED[self.of]
        return Words(
            zh="分段计算："
            + "；".join(f"超过 {one.above} {zh}的部分每 {one.per} {zh}得 {one.credits} 分" for one in self.tiers),
            en="In steps: "
            + "; ".join(
                f"above {one.above} {en}, {one.credits} credits for every {one.per} {en}" for one in self.tiers
            ),
        )


_COUNTED = {"fen": ("分钱", "fen"), "grams": ("克", "grams"), "thousandths": ("千分之一单位", "thousandths of a unit")}


class PercentOfGiven(Record):
    """So many percent of what the groups before gave for the same evidence, on top of it (加成)."""

    kind: Literal["percent_of_given"] = "percent_of_given"
    percent: int = Field(gt=0, le=1000)

    @property
    def sentence(self) -> Words:
        """Say what is given."""
        return Words(
            zh=f"在前面各组所得之上再加 {self.percent}%",
            en=f"{self.percent}% of what the groups before gave, on top of it",
        )


Rate = Annotated[PerYuan | PerKilogram | PerUnit | PerAction | Tiered | PercentOfGiven, Field(discriminator="kind")]
