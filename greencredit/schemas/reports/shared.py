"""What every report is made of: figures, kinds, methods, factors, sources, notices."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from greencredit.schemas.issuers import LegalCitation
from greencredit.schemas.values import Credits, Exact, Grams, Instant, NonNegativeFen, Period, Record, Words, ground

Lang = Literal["zh", "en"]
"""The language a report is printed in."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 digest in lower-case hexadecimal."""

Count = Annotated[int, Field(ge=0)]
"""How many."""


Quantity = Exact
"""How much of something, exactly: kilometres, kilowatt-hours, the value of a factor."""


class Ground(StrEnum):
    """Why credits were granted: only purchase and action count as green (消费 / 行动), the others are gifts (奖励)."""

    PURCHASE = "purchase"
    ACTION = "action"
    SHARING = "sharing"
    REFERRAL = "referral"
    REVIEW = "review"
    REGISTRATION = "registration"
    FIRST_PURCHASE = "first_purchase"


class Tier(StrEnum):
    """How good the weakest source behind a figure is: A official, B agreeing copies, C a single record (estimate)."""

    A = "A"
    B = "B"
    C = "C"


class Notice(Record):
    """Something the reader must know about the data: shifted dates, an assumption, a synthetic feed (数据说明)."""

    name: str
    text: Words


class StandardNote(Record):
    """A standard the issuer declares to follow; the number stays empty until somebody has seen it (编号待核实)."""

    title: str
    publisher: str
    number: str | None = None


class FactorNote(Record):
    """One emission factor as it was used (排放因子)."""

    factor_id: str
    title: Words
    value: Quantity
    unit: str
    region: str
    valid_from: date | None
    valid_to: date | None
    publisher: str
    document: str
    tier: Tier
    fallback_for: str | None = None
    """The region without a factor of its own, where the method's declared stand-in was used."""
    is_proxy: bool = False
    """Whether the method takes the value of another region on purpose."""
    version: Count = 1
    """Which version of the published factor it is."""
    replaced_by: int | None = None
    """The newer version that has been published since; what was awarded keeps the version of its day."""


class Span(StrEnum):
    """What kind of period a report is about (月度、季度、年度、任意期间)."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    DAYS = "days"


class PeriodFigures(Record):
    """What one period came to, as a comparison or a trend shows it."""

    period: Period
    awards: Count
    credits: Credits
    avoided_g_co2e: Grams


class EquivalentBasis(Record):
    """By which published factor a mass is illustrated (等效示意)."""

    name: str
    factor: str
    title: Words
    unit: Words


class EquivalentNote(Record):
    """What a mass of CO2e can be pictured as; an illustration, never a claim (示意)."""

    name: str
    title: Words
    unit: Words
    amount: Count
    """Whole units, rounded down."""
    factor: FactorNote


class MethodNote(Record):
    """One quantification method as it was used, with everything a claim of CO2e must carry (核算方法)."""

    method_id: str
    title: Words
    version: str
    formula: str
    baseline: Words
    behaviour: Words
    gas_note: Words | None = None
    caveat: Words | None = None
    tier: Tier
    factor_ids: tuple[str, ...]
    source: Words
    awards: Count | None
    """For how many awards it was used here; `None` where a report lists methods without counting."""
    avoided_g_co2e: Grams | None


class KindLine(Record):
    """What one kind of product or action brought, reversed awards left out."""

    subject: str
    title: Words
    family: str
    ground: Ground
    awards: Count
    unquantified_awards: Count
    spent_fen: NonNegativeFen
    credits: Credits
    avoided_g_co2e: Grams


class LiabilityFlow(Record):
    """What was owed at first, what changed it and what was owed in the end, in credits (积分负债变动)."""

    opening: Credits
    granted: Credits
    redeemed: Credits
    expired: Credits
    adjusted: Credits
    """Restored, taken back, donated and corrected, with its sign."""
    closing: Credits

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        closing = self.opening + self.granted - self.redeemed - self.expired + self.adjusted
        if closing != self.closing:
            message = f"the roll-forward does not add up: {closing} follows, found {self.closing}"
            raise ValueError(message)
        return self


class LiabilityMonth(LiabilityFlow):
    """The flow of one month."""

    month: date
    after_period: bool = False
    """All that was posted after the period, up to the ledger's newest event: it leads to what is owed now."""


def require_one_after_another(months: Iterable[LiabilityMonth]) -> None:
    """Refuse months of which one does not open with what the one before closed with."""
    for one, following in pairwise(months):
        if one.closing != following.opening:
            message = f"{following.month} opens with {following.opening}, {one.month} closed with {one.closing}"
            raise ValueError(message)


class RejectLine(Record):
    """How many lines were refused for one reason."""

    reason: Words
    lines: Count


Headline = tuple[str, int]
"""A sum that pages print by itself; its name ends with its unit (`_g_co2e`, `_milli`), without one it is a count."""


@ground
class ReportFacts(Record, ABC):
    """What the facts of every report have, whatever it is about."""

    period: Period
    as_of: Instant
    """Up to when facts are included; fixed by the gatherer, so that the same facts give the same bytes."""
    legal: tuple[LegalCitation, ...] = ()
    """The articles this report rests on, as `issuers.queries.legal_basis` gives them for its last day."""

    @property
    @abstractmethod
    def subject_id(self) -> str:
        """Give the id of whom the report is about."""

    @property
    @abstractmethod
    def headlines(self) -> tuple[Headline, ...]:
        """Give the sums that stand by themselves on its pages, in large type or in a cell; a check looks for them."""

    @property
    def issuers_of_credits(self) -> tuple[str, ...]:
        """Name the issuers whose credits the report tells of; whoever is only reported on is none of them."""
        return ()
