"""Conditions on when something happened, by the civil clock and calendar in China or by the lunar calendar."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from greencredit.schemas.values import Record, Words

_WEEKDAYS: Final = ("一", "二", "三", "四", "五", "六", "日")
_WEEKDAYS_EN: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Weekday(Record):
    """It happened on one of these days of the week, Monday being 1, by the civil date in China (星期)."""

    kind: Literal["weekday"] = "weekday"
    any_of: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(min_length=1)]

    @property
    def sentence(self) -> Words:
        """Say what is asked."""
        return Words(
            zh="发生在" + "、".join(f"星期{_WEEKDAYS[day - 1]}" for day in self.any_of),
            en="It happened on a " + " or ".join(_WEEKDAYS_EN[day - 1] for day in self.any_of),
        )


class Hours(Record):
    """It happened from one hour of the day in China up to another, which may lie past midnight (时段)."""

    kind: Literal["hours"] = "hours"
    since: Annotated[int, Field(ge=0, le=23)]
    until: Annotated[int, Field(ge=1, le=24)]
    """The first hour that no longer counts."""

    @model_validator(mode="after")
    def _some_hours(self) -> Self:
        if self.until == self.since:
            message = f"a time of day ends at another hour than it begins, found {self.since} twice"
            raise ValueError(message)
        return self

    @property
    def sentence(self) -> Words:
        """Say what is asked."""
        past = self.until < self.since
        zh = f"发生在 {self.since:02d}:00 至{'次日 ' if past else ' '}{self.until:02d}:00（不含）"
        en = f"It happened from {self.since:02d}:00 to {self.until:02d}:00{' of the next day' if past else ''}"
        return Words(zh=zh, en=f"{en}, Beijing time")


class CalendarDays(Record):
    """It happened on one of these days of the month, or of the year where a month is named (公历日期)."""

    kind: Literal["days"] = "days"
    days: Annotated[tuple[Annotated[int, Field(ge=1, le=31)], ...], Field(min_length=1)]
    month: Annotated[int, Field(ge=1, le=12)] | None = None
    """None: every month."""

    @property
    def sentence(self) -> Words:
        """Say what is asked."""
        days = "、".join(f"{day} 日" for day in self.days)
        days_en = ", ".join(map(str, self.days))
        if self.month is None:
            return Words(zh=f"发生在每月 {days}", en=f"It happened on day {days_en} of a month")
        return Words(zh=f"发生在 {self.month} 月 {days}", en=f"It happened on day {days_en} of month {self.month}")


class LunarDays(Record):
    """It happened on one of these days of the Chinese lunar calendar (农历日期), such as every 1st and 15th."""

    kind: Literal["lunar_days"] = "lunar_days"
    days: Annotated[tuple[Annotated[int, Field(ge=1, le=30)], ...], Field(min_length=1)]
    month: Annotated[int, Field(ge=1, le=12)] | None = None
    """None: every month, leap months too."""
    leap_month_counts: bool = True
    """Whether a leap month counts like the month whose name it bears."""

    @property
    def sentence(self) -> Words:
        """Say what is asked."""
        days, days_en = "、".join(map(str, self.days)), ", ".join(map(str, self.days))
        which, which_en = ("每月", "a month") if self.month is None else (f"{self.month} 月", f"month {self.month}")
        leap, leap_en = ("含闰月", "leap months too") if self.leap_month_counts else ("不含闰月", "no leap month")
        return Words(
            zh=f"发生在农历{which}第 {days} 日（{leap}）",
            en=f"It happened on day {days_en} of {which_en} of the lunar calendar ({leap_en})",
        )
