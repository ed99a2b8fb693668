"""The filing desk: who decides on a filing, until when, and what has been said so far (备案受理)."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from greencredit.schemas.awards import Slug
from greencredit.schemas.issuers.registration import IssuerKind
from greencredit.schemas.issuers.texts import Digest, Line
from greencredit.schemas.values import Instant, NonNegativeFen, Record, RegionCode, Words

FilingNumber = Annotated[str, Field(min_length=1, max_length=80, pattern=r"\S")]
"""As the authority gave it out; it enters the public log, so it is short (备案号)."""


class Level(StrEnum):
    """How high the authority stands that decides (管辖层级)."""

    LOCAL = "local"
    CITY = "city"
    PROVINCE = "province"
    NATION = "nation"


class TierVersion(Record):
    """From what size on a filing belongs to a tier, and its clocks in working days, from a day on."""

    since: date
    until: date | None = None
    value_fen_from: NonNegativeFen | None = None
    """Outstanding credits × face value; none: no size of it leads here."""
    holders_from: Annotated[int, Field(ge=0)] | None = None
    provinces_from: Annotated[int, Field(ge=1)] | None = None
    acceptance_workdays: Annotated[int, Field(gt=0)]
    """In which the desk says whether the papers are complete."""
    decision_workdays: Annotated[int, Field(gt=0)]
    correction_workdays: Annotated[int, Field(gt=0)]
    """In which an issuer answers a return."""
    four_eyes: bool
    silence_completes: bool = False
    """Where nobody says in time whether papers are complete, they count as complete from the day of submission."""
    correction_lapses: bool = False
    """A version that is not corrected in time lapses by itself."""

    def holds(self, on: date) -> bool:
        """Tell whether it is in force on a day."""
        return self.since <= on and (self.until is None or on < self.until)


class Tier(Record):
    """One tier of filing (备案层级): the first from the top whose size is reached counts."""

    name: Slug
    rank: int
    title: Words
    level: Level
    basis: Words
    version: Annotated[tuple[TierVersion, ...], Field(min_length=1)]


class Scale(Record):
    """How large a scheme is, by what it holds and what it says it is meant to reach (规模)."""

    worth_fen: NonNegativeFen
    """Outstanding credits × face value."""
    holders: Annotated[int, Field(ge=0)]
    provinces: tuple[RegionCode, ...]


class Placing(Record):
    """Which authority decides on a filing, how soon, and with how many people (管辖与时限)."""

    tier: Slug
    tier_title: Words
    authority: RegionCode
    authority_title: Words
    acceptance_workdays: int
    decision_workdays: int
    correction_workdays: int
    four_eyes: bool
    scale: Scale
    silence_completes: bool = False
    correction_lapses: bool = False


class WorkYear(Record):
    """The working days of one year by the State Council's notice (法定工作日历)."""

    year: Annotated[int, Field(ge=2000, le=2199)]
    source: Words
    off: tuple[date, ...]
    """Weekdays on which nobody works."""
    work: tuple[date, ...]
    """Saturdays and Sundays that are worked instead."""


class Ruling(StrEnum):
    """What an authority says to a filing."""

    ACCEPT = "accept"
    RETURN = "return"
    REFUSE = "refuse"


class FieldReason(Record):
    """Why one field of a scheme can't stay as it is (逐项理由)."""

    path: Annotated[str, Field(min_length=1, max_length=200)]
    reason: Line


class Opinion(Record):
    """What one person of the authority said to a version (审查意见)."""

    filing_id: str
    number: int
    verdict: Ruling
    filing_digest: Digest
    """Of the version that was decided on."""
    fields: tuple[FieldReason, ...]
    reason: str
    actor_id: str
    at: Instant


class CheckNote(Record):
    """That a version was checked, and by which report (检查记录)."""

    report_digest: Digest
    passed: bool
    stopping: tuple[str, ...]
    at: Instant


class Deadline(Record):
    """A day until which something is due, or why it can't be told (时限)."""

    workdays: int
    day: date | None
    overdue: bool
    unknown: Words | None
    """Says which year's working days are missing; the day is then none, and never guessed."""


class Clocks(Record):
    """Until when an authority says whether papers are complete, decides, and an issuer corrects (备案时限)."""

    filing_id: str
    acceptance: Deadline | None
    """None: not submitted yet."""
    decision: Deadline | None
    correction: Deadline | None
    """None: it was not given back, or the correction is there."""


class Waiting(Record):
    """One filing that waits for a decision (待办备案)."""

    filing_id: str
    issuer_id: str
    issuer_name: str
    kind: IssuerKind
    region: RegionCode
    version: int
    title: Words
    digest: Digest
    submitted_at: Instant
    admitted_at: Instant | None
    """When its papers were found complete; the clock of the decision runs from then."""
    age_workdays: int | None
    """None: the working days of a year in between are not known."""
    decision: Deadline
    acceptance: Deadline
    placing: Placing
    check: CheckNote | None
    opinions: tuple[Opinion, ...]
