"""What must hold before a rule gives anything: typed, each with its sentence (适用条件).

A condition looks at facts of the evidence, of the member, or at what the member did before. A fact that is not known
makes its condition fail: nothing is assumed.
"""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from greencredit.schemas.awards.amounts import Avoided, Quantity, Receipt, Spent
from greencredit.schemas.awards.grounds import Line, Slug
from greencredit.schemas.awards.moments import CalendarDays, Hours, LunarDays, Weekday
from greencredit.schemas.values import Record, RegionCode, Words

_SHOWN: Final = 5

_Some = Annotated[tuple[Line, ...], Field(min_length=1, max_length=1000)]
_Count = Annotated[int, Field(ge=1, le=10**9)]


def _listed(names: tuple[str, ...]) -> Words:
    shown = names[:_SHOWN]
    zh, en = "、".join(shown), ", ".join(shown)
    if len(names) > _SHOWN:
        zh, en = f"{zh} 等 {len(names)} 项", f"{en} and others ({len(names)} in all)"
    return Words(zh=zh, en=en)


class EnergyGrade(Record):
    """The grade on the product's energy label: 1 is best (能效等级)."""

    kind: Literal["energy_grade"] = "energy_grade"
    worst: Annotated[int, Field(ge=1, le=5)]

    @property
    def sentence(self) -> Words:
        """Say what is asked."""
        if self.worst == 1:
            return Words(zh="能效等级为 1 级", en="The energy label says grade 1")
        return Words(zh=f"能效等级为 {self.worst} 级或更优", en=f"The energy label says grade {self.worst} or better")


class Certificate(Record):
    """A certificate of one of these schemes that was valid at the time of purchase (认证)."""

    kind: Literal["certificate"] = "certificate"
    any_of: Annotated[tuple[Slug, ...], Field(min_length=1)]

    @property
    def sentence(self) -> Words:
        """Say what is asked."""
        names = _listed(self.any_of)
        return Words(
            zh=f"购买时持有有效认证：{names.zh}", en=f"A certificate was valid at the time of purchase: {names.en}"
        )


_KINDS: Final = {
    "product": Words(zh="商品", en="product"),
    "brand": Words(zh="品牌", en="brand"),
    "merchant": Words(zh="商户", en="merchant"),
    "store": Words(zh="门店", en="store"),
    "channel": Words(zh="渠道", en="channel"),
}


class OneOf(Record):
    """The product, brand, merchant, store or channel is one of these, or, `not_one_of`, none of them (商品与地点)."""

    kind: Literal["product", "brand", "merchant", "store", "channel"]
    """A product by the merchant's code; a store as `merchant id/store code`."""
    any_of: _Some
    not_one_of: bool = False

    @property
    def sentence(self) -> Words:
        """Say what is asked."""
        what, names = _KINDS[self.kind], _listed(self.any_of)
        if self.not_one_of:
            return Words(zh=f"{what.zh}不属于：{names.zh}", en=f"The {what.en} is none of: {names.en}")
        return Words(zh=f"{what.zh}属于：{names.zh}", en=f"The {what.en} is one of: {names.en}")


class ProductAttribute(Record):
    """A registered attribute of the product has one of these values (商品属性)."""

    kind: Literal["attribute"] = "attribute"
    name: Slug
    any_of: _Some

    @property
    def sentence(self) -> Words:
        """Say what is asked."""
        names = _listed(self.any_of)
        return Words(
            zh=f"商品属性 {self.name} 为：{names.zh}", en=f"The product's attribute {self.name} is one of: {names.en}"
        )


class Region(Record):
    """It happened in one of these regions; a province holds its cities (地区)."""

    kind: Literal["region"] = "region"
    any_of: Annotated[tuple[RegionCode, ...], Field(min_length=1)]

    @property
    def sentence(self) -> Words:
        """Say what is asked."""
        names = _listed(self.any_of)
        return Words(zh=f"发生在：{names.zh}", en=f"It happened in: {names.en}")


class Member(Record):
    """Since when somebody is a member, and at which level of the scheme (会员).

    There are no other attributes of persons: who somebody is, what he believes and how he is decides no award, and the
    same purchase earns the same for everybody who is as long a member at the same level (个人信息保护法 art. 24, 28).
    """

    kind: Literal["member"] = "member"
    least_days: Annotated[int, Field(ge=0, le=36_500)] | None = None
    """Days since registration, that day being 0."""
    most_days: Annotated[int, Field(ge=0, le=36_500)] | None = None
    levels: tuple[Slug, ...] = ()

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.least_days is None and self.most_days is None and not self.levels:
            message = "a condition on members asks for days or levels, found neither"
            raise ValueError(message)
        if self.least_days is not None and self.most_days is not None and self.most_days < self.least_days:
            message = f"a range's most is at least its least, found {self.least_days} to {self.most_days}"
            raise ValueError(message)
        return self

    @property
    def sentence(self) -> Words:
        """Say what is asked."""
        zh, en = [], []
        if self.least_days is not None:
            zh.append(f"注册满 {self.least_days} 天")
            en.append(f"registered for at least {self.least_days} days")
        if self.most_days is not None:
            zh.append(f"注册不超过 {self.most_days} 天")
            en.append(f"registered for at most {self.most_days} days")
        if self.levels:
            names = _listed(self.levels)
            zh.append(f"等级为 {names.zh}")
            en.append(f"of level {names.en}")
        return Words(zh=f"会员{'、'.join(zh)}", en=f"The member is {' and '.join(en)}")


Span = Literal["day", "month", "year", "ever"]
"""Over what occasions are counted."""

_SPANS: Final = {
    "day": Words(zh="当日", en="that day"),
    "month": Words(zh="当月", en="that month"),
    "year": Words(zh="当年", en="that year"),
    "ever": Words(zh="累计", en="in all"),
}


class FirstTime(Record):
    """The member's first occasion in the span (首次).

    An occasion of a rule is a piece of evidence that meets all its other conditions, whatever it earned.
    """

    kind: Literal["first_time"] = "first_time"
    span: Span = "ever"

    @property
    def sentence(self) -> Words:
        """Say what is asked."""
        return Words(zh=f"本人{_SPANS[self.span].zh}首次", en=f"The member's first time {_SPANS[self.span].en}")


class Count(Record):
    """The member's occasion has one of these numbers in the span: from, to, or every so many (次数)."""

    kind: Literal["count"] = "count"
    span: Span
    first: _Count = 1
    last: _Count | None = None
    every: _Count = 1
    """Counted from `first`: with 5 and 5, the 5th, 10th, 15th …"""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last is not None and self.last < self.first:
            message = f"a count's last is at least its first, found {self.first} to {self.last}"
            raise ValueError(message)
        return self

    @property
    def sentence(self) -> Words:
        """Say what is asked."""
        span = _SPANS[self.span]
        zh, en = f"本人{span.zh}第 {self.first} 次起", f"From the member's occasion number {self.first} {span.en}"
        if self.last is not None:
            zh, en = f"{zh}至第 {self.last} 次", f"{en} to number {self.last}"
        if self.every > 1:
            zh, en = f"{zh}，每 {self.every} 次中的一次", f"{en}, one in every {self.every}"
        return Words(zh=zh, en=en)


class Streak(Record):
    """The member had an occasion on each of so many days in a row, this day included (连续天数)."""

    kind: Literal["streak"] = "streak"
    days: Annotated[int, Field(ge=2, le=1000)]

    @property
    def sentence(self) -> Words:
        """Say what is asked."""
        return Words(zh=f"本人已连续 {self.days} 天有记录", en=f"The member did it on {self.days} days in a row")


Condition = Annotated[
    Spent
    | Receipt
    | Quantity
    | Avoided
    | EnergyGrade
    | Certificate
    | OneOf
    | ProductAttribute
    | Region
    | Weekday
    | Hours
    | CalendarDays
    | LunarDays
    | Member
    | FirstTime
    | Count
    | Streak,
    Field(discriminator="kind"),
]
"""One condition; which kind of product or action qualifies stands in the rule itself."""

OCCASIONAL: Final = (FirstTime, Count, Streak)
"""Conditions on what the member did before."""
