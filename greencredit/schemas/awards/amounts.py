"""Conditions on figures of the evidence: money, quantity, CO2e."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from greencredit.schemas.values import Record, Words


class _Range(Record):
    """A range of whole numbers, both ends included."""

    least: Annotated[int, Field(ge=0, lt=10**12)] | None = None
    most: Annotated[int, Field(ge=0, lt=10**12)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.least is None and self.most is None:
            message = "a range has a least, a most, or both; found neither"
            raise ValueError(message)
        if self.least is not None and self.most is not None and self.most < self.least:
            message = f"a range's most is at least its least, found {self.least} to {self.most}"
            raise ValueError(message)
        return self

    def _said(self, zh: str, en: str, unit_zh: str, unit_en: str, *, scale: int = 1) -> Words:
        parts_zh, parts_en = [], []
        if self.least is not None:
            parts_zh.append(f"不少于 {_number(self.least, scale)} {unit_zh}")
            parts_en.append(f"at least {_number(self.least, scale)} {unit_en}")
        if self.most is not None:
            parts_zh.append(f"不超过 {_number(self.most, scale)} {unit_zh}")
            parts_en.append(f"at most {_number(self.most, scale)} {unit_en}")
        return Words(zh=f"{zh}{'、'.join(parts_zh)}", en=f"{en} {' and '.join(parts_en)}")


def _number(value: int, scale: int) -> str:
    whole, rest = divmod(value, scale)
    if not rest:
        return f"{whole:,}"
    return f"{whole:,}.{rest:0{len(str(scale)) - 1}d}".rstrip("0")


class Spent(_Range):
    """What the line costs, in fen (消费金额)."""

    kind: Literal["spent"] = "spent"

    @property
    def sentence(self) -> Words:
        """Say what is asked."""
        return self._said("单行消费金额", "The line comes to", "元", "yuan", scale=100)


class Receipt(_Range):
    """What the lines of the receipt that qualify under the rule come to, in fen (满额)."""

    kind: Literal["receipt"] = "receipt"

    @property
    def sentence(self) -> Words:
        """Say what is asked."""
        return self._said(
            "同一张小票的合格金额", "The qualifying lines of the receipt come to", "元", "yuan", scale=100
        )


class Quantity(_Range):
    """The quantity on the evidence, in thousandths of its unit (数量)."""

    kind: Literal["quantity"] = "quantity"

    @property
    def sentence(self) -> Words:
        """Say what is asked."""
        return self._said("凭证数量", "The quantity on the evidence is", "个单位", "units", scale=1000)


class Avoided(_Range):
    """The CO2e avoided, in grams (减排量)."""

    kind: Literal["avoided"] = "avoided"

    @property
    def sentence(self) -> Words:
        """Say what is asked."""
        return self._said("减排量", "The CO₂e avoided is", "千克", "kg", scale=1000)
