"""学校环境行动报告: the facts of a report of a school, a grade or a class; so are other groups."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from greencredit.schemas.issuers import LegalCitation
from greencredit.schemas.reports.shared import (
    Count,
    EquivalentNote,
    FactorNote,
    Headline,
    MethodNote,
    Notice,
    ReportFacts,
    Tier,
)
from greencredit.schemas.values import Credits, Grams, Period, Record, RegionCode, Words, ground

_WHOLE = 10_000


class GroupNote(Record):
    """Which group a report is about: an organisation or one of its units."""

    unit_id: str
    organisation_id: str
    name: str
    level: Words
    path: tuple[str, ...]
    """What it lies in, from the organisation downwards; empty for the whole."""
    region: RegionCode
    smallest_group: Annotated[int, Field(ge=10)]
    units_below: Count
    """How many units of the next level lie in it."""


class GroupLine(Record):
    """Published numbers of one group in one period; of fewer people than the smallest group there are none."""

    members: Count | None
    """None: it would single out those who did not take part."""
    participants: Count
    actions: Count
    credits: Credits
    avoided_g_co2e: Grams | None
    """None: too few of them did something that is quantified, or nobody did."""

    @property
    def rate_bp(self) -> int | None:
        """Give the share of the members that took part; none where members are not counted."""
        if not self.members or self.participants > self.members:
            return None
        return self.participants * _WHOLE // self.members


class GroupFamily(Record):
    """What a group did in one family of actions."""

    family: str
    title: Words
    actions: Count
    credits: Credits
    avoided_g_co2e: Grams | None
    """None: nothing of it is quantified."""
    tier: Tier | None
    """The weakest source behind it; none where no method is named."""
    methods: tuple[str, ...]


class MonthState(StrEnum):
    """What is known of a month (月度状态)."""

    SHOWN = "shown"
    WITHHELD = "withheld"
    UNPUBLISHED = "unpublished"


class GroupMonth(Record):
    """One month of the period as it was published by itself."""

    month: date
    state: MonthState
    line: GroupLine | None


class GroupUnit(Record):
    """A unit inside the group, in the order of the register; never by rank."""

    unit_id: str
    name: str
    level: Words
    depth: Count
    line: GroupLine | None
    """None: withheld."""


class RecognitionKind(StrEnum):
    """What a group as a whole is thanked for (集体表彰); nobody is ranked and nobody is named."""

    HALF = "half"
    MORE = "more"
    EVERY_MONTH = "every_month"
    EVERY_UNIT = "every_unit"
    FAMILIES = "families"
    TOGETHER = "together"


class Recognition(Record):
    """One thing that a group as a whole did, with its figures."""

    kind: RecognitionKind
    number: Count
    of: Count


@ground
class GroupReport(ReportFacts):
    """What a report of any group says: published figures and how they are known, nothing of any person or merchant."""

    group: GroupNote
    publication_id: str
    as_of_event: Count
    """The last event of the ledger that was looked at."""
    own: GroupLine | None
    """None: too few people, and the report says so."""
    families: tuple[GroupFamily, ...]
    before_period: Period
    before: GroupLine | None
    """The period before, of the same length, where it is published and shown."""
    months: tuple[GroupMonth, ...]
    units: tuple[GroupUnit, ...]
    recognitions: tuple[Recognition, ...]
    equivalents: tuple[EquivalentNote, ...] = ()
    methods: tuple[MethodNote, ...]
    factors: tuple[FactorNote, ...]
    legal: tuple[LegalCitation, ...]
    notices: tuple[Notice, ...]

    @model_validator(mode="after")
    def _sums_agree(self) -> Self:
        if self.own is None:
            return self
        whole = (self.own.actions, self.own.credits, self.own.avoided_g_co2e)
        if self.families:
            grams = sum(one.avoided_g_co2e or 0 for one in self.families)
            found = sum(one.actions for one in self.families), sum(one.credits for one in self.families), grams
            _require_equal("families", found, whole)
        lines = [one.line for one in self.months if one.line is not None]
        if lines and len(lines) == len(self.months) and all(one.avoided_g_co2e is not None for one in lines):
            found = (
                sum(one.actions for one in lines),
                sum(one.credits for one in lines),
                sum(one.avoided_g_co2e or 0 for one in lines),
            )
            _require_equal("months", found, whole)
        return self

    @property
    def subject_id(self) -> str:
        """Give the id of the organisation, or of the unit of it that the report is about."""
        return self.group.unit_id if self.group.path else self.group.organisation_id

    @property
    def headlines(self) -> tuple[Headline, ...]:
        """Give the figures of the whole group; none where they are withheld."""
        if self.own is None:
            return ()
        return (
            ("participants", self.own.participants),
            ("actions", self.own.actions),
            ("credits", self.own.credits),
            ("avoided_g_co2e", self.own.avoided_g_co2e or 0),
        )


def _require_equal(place: str, found: tuple[int, int, int], whole: tuple[int, int, int | None]) -> None:
    if found[:2] != whole[:2] or (whole[2] is not None and found[2] != whole[2]):
        message = f"the {place} come to {found}, the group to {whole}"
        raise ValueError(message)


class SchoolReport(GroupReport):
    """学校环境行动报告: a school with its grades and classes, or one of them."""
