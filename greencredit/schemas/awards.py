"""Earning rules as they are filed, and awards as they are explained."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from greencredit.schemas.values import Credits, Fen, Grams, Instant, NonNegativeFen, PositiveCredits, Record, Words

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,62}$")]


class Ground(StrEnum):
    """Why credits are earned; only these two count as green."""

    PURCHASE = "purchase"
    ACTION = "action"


class PerYuan(Record):
    """So many credits for every `per_yuan` yuan spent (按消费金额)."""

    kind: Literal["per_yuan"] = "per_yuan"
    credits: PositiveCredits
    per_yuan: int = Field(default=1, gt=0)


class PerKilogram(Record):
    """So many credits for every kilogram of CO2e avoided (按减排量)."""

    kind: Literal["per_kg_co2e"] = "per_kg_co2e"
    credits: PositiveCredits


class PerAction(Record):
    """So many credits for every time it is done (按次)."""

    kind: Literal["per_action"] = "per_action"
    credits: PositiveCredits


Rate = Annotated[PerYuan | PerKilogram | PerAction, Field(discriminator="kind")]


class Caps(Record):
    """The most credits one person earns by one rule, by civil day, month and year in China, and in all (封顶)."""

    per_day: PositiveCredits | None = None
    per_month: PositiveCredits | None = None
    per_year: PositiveCredits | None = None
    per_person: PositiveCredits | None = None


class EarningRule(Record):
    """One rule by which credits are earned (积分获取规则), exactly as it is filed.

    Credits are `rate × what qualifies × multiplier`, rounded down once, then cut by the caps from the shortest to the
    longest and last by the budget.
    """

    name: Slug
    version: int = Field(ge=1)
    title: Words
    ground: Ground
    products: tuple[Slug, ...] = ()
    """Green kinds of product that qualify, for the ground `purchase`."""
    actions: tuple[Slug, ...] = ()
    """Green actions that qualify, for the ground `action`."""
    rate: Rate
    threshold_fen: NonNegativeFen = Fen(0)
    """What the lines of one receipt that qualify under this rule must come to at least (满额)."""
    multiplier_percent: int = Field(default=100, ge=1, le=1000)
    caps: Caps = Caps()
    budget_credits: PositiveCredits | None = None
    """After so many credits the rule stops (预算)."""
    since: date
    until: date | None = None
    """The first day on which the rule no longer holds; none: until a new version."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        wanted, other = (
            (self.products, self.actions) if self.ground is Ground.PURCHASE else (self.actions, self.products)
        )
        if not wanted or other:
            message = f"a rule on the ground {self.ground} names what qualifies on that ground and nothing else"
            raise ValueError(message)
        if self.ground is Ground.ACTION and self.rate.kind == "per_yuan":
            message = "an action earns per kilogram or per action, never per yuan"
            raise ValueError(message)
        if self.ground is Ground.PURCHASE and self.rate.kind == "per_kg_co2e":
            message = "a purchase earns per kilogram only as a quantified action"
            raise ValueError(message)
        if self.ground is Ground.ACTION and self.threshold_fen:
            message = "an action has no threshold, for nothing is paid"
            raise ValueError(message)
        if self.until is not None and self.until <= self.since:
            message = f"a rule ends after it begins, found {self.since} to {self.until}"
            raise ValueError(message)
        return self


class TraceStep(Record):
    """One step of an award's explanation: what was found, what limit stood, what came out."""

    step: Literal["rate", "threshold", "multiplier", "cap_day", "cap_month", "cap_year", "cap_person", "budget"]
    found: int
    """What went into the step: fen for a rate per yuan and a threshold, grams for a rate per kilogram, else credits."""
    limit: int
    """Credits per unit, the least sum in fen, percent, or what the cap or budget still allowed, in credits."""
    credits: Credits
    """What came out."""


class AwardLine(Record):
    """One award (积分发放) with everything a person is shown of it."""

    award_id: int
    """The ledger event that booked it."""
    posted_at: Instant
    occurred_on: date
    issuer_id: str
    ground: Ground
    subject: str
    """The green kind of product or the action."""
    title: Words
    rule_name: str
    rule_version: int
    rule_title: Words
    merchant_id: str | None
    evidence_id: int
    quantity: str
    """As decimal text, in `unit`."""
    unit: str
    spent_fen: Fen | None
    credits: Credits
    grams: Grams | None
    """CO2e avoided; none means not quantified (未量化), never zero."""
    tier: str | None
    """Quality of the figure: A, B or C."""
    reversed_credits: Credits
    trace: tuple[TraceStep, ...]


class SubjectTotal(Record):
    """What one holder did and earned by one kind of product or action in a period."""

    ground: Ground
    subject: str
    title: Words
    family: str
    """`shopping` for purchases, else the category of the action."""
    count: int
    credits: Credits
    spent_fen: Fen
    grams: Grams | None
    tier: str | None


class MonthTotal(Record):
    """What happened in one month."""

    month: str
    """`2025-03`"""
    count: int
    credits: Credits
    spent_fen: Fen
    grams: Grams


class ConsumerTotals(Record):
    """One holder's awards of a period, added up."""

    count: int
    credits: Credits
    spent_fen: Fen
    grams: Grams
    unquantified_count: int
    by_subject: tuple[SubjectTotal, ...]
    by_month: tuple[MonthTotal, ...]


class RuleTotal(Record):
    """What one version of a rule gave in all."""

    name: str
    version: int
    title: Words
    count: int
    holders: int
    credits: Credits
    grams: Grams


class ImportOutcome(Record):
    """What became of one file, the same however often it was interrupted."""

    batch_id: int
    file_name: str
    file_digest: str
    lines: int
    awarded: int
    not_green: int
    """Read and in order, but nothing that a filed rule rewards."""
    no_credit: int
    """Green, but caps, budget or rounding left nothing."""
    duplicates: int
    rejected: int
    credits: Credits
    grams: Grams
    already_done: bool
    """True when the file had been taken in before and nothing was changed now."""


class TakenIn(Record):
    """A file that was kept and will be taken in by a job."""

    job_id: str
    file_digest: str
    size_bytes: int


class Upload(Record):
    """What became of an uploaded file."""

    job_id: str
    state: Literal["waiting", "running", "done", "dead"]
    refusal: str | None
    """Why the last attempt did not succeed, by its code."""
    outcome: ImportOutcome | None
    """What was taken in so far; none: nothing yet."""


class NewDirectAward(Record):
    """An award on a filed promotion whose amount the issuer's own systems decided (促销发放)."""

    consumer: str
    credits: PositiveCredits
    promotion: Slug


class DirectAwarded(Record):
    """What became of one direct award."""

    event_id: int
    """The award's number."""
    repeated: bool
    """Whether the key stood for this award before; nothing was written again."""


class RefusedItem(Record):
    """One item of a bulk request that was not carried out."""

    item: int
    """Its place, counted from 0."""
    line: int | None
    """The line of the CSV file on which it ends, the header being line 1."""
    code: str
    detail: str
    facts: dict[str, Any]


class DirectAwardsTaken(Record):
    """What became of a bulk request, item by item."""

    items: int
    awarded: int
    repeated: int
    refused: int
    event_id: tuple[int | None, ...]
    """The award's number, item by item; none: refused."""
    repeated_items: tuple[int, ...]
    """The items whose keys stood for the same awards before."""
    refused_items: tuple[RefusedItem, ...]


class DirectAwardColumns(Record):
    """Direct awards in columns of one length: item `n` is the n-th cell of each."""

    consumer: tuple[str, ...]
    credits: tuple[PositiveCredits, ...]
    key: tuple[str, ...] | None = None
    """Idempotency keys; none: made of the header Idempotency-Key and the item's place."""


class ReversalOrder(Record):
    """Take an award back, whole or in part (冲正)."""

    credits: Annotated[int, Field(gt=0, strict=True)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    document: Annotated[str, Field(max_length=200)] | None = None


_Amount = Annotated[int, Field(gt=0, le=2**53, strict=True)]
_Number = Annotated[int, Field(gt=0, lt=2**63, strict=True)]
_Why = Annotated[str, Field(min_length=1, max_length=500)]
_Paper = Annotated[str, Field(min_length=1, max_length=200)]

ConsumerId = Annotated[str, Field(pattern=r"^con_[0-9A-Za-z_]{1,60}$")]
"""A person's id."""

EnterpriseId = Annotated[str, Field(pattern=r"^ent_[0-9A-Za-z_]{1,60}$")]
"""An enterprise's id; only enterprises have accounts that are funded."""


class FundingOrder(Record):
    """Give an enterprise's account credits (企业注入)."""

    enterprise: EnterpriseId
    credits: _Amount
    reason: _Why
    document: _Paper | None = None


class AllotmentOrder(Record):
    """Give a person credits from an enterprise's account (企业发放)."""

    enterprise: EnterpriseId
    consumer: ConsumerId
    credits: _Amount
    reason: _Why
    document: _Paper | None = None


class PassingOrder(Record):
    """Give another enterprise credits from an enterprise's account (企业间划拨)."""

    giver: EnterpriseId
    receiver: EnterpriseId
    credits: _Amount
    reason: _Why
    document: _Paper | None = None


class WithdrawalOrder(Record):
    """Take back what an enterprise's account still has of one funding (企业注入冲正)."""

    funding: _Number
    credits: _Amount
    reason: _Why
    document: _Paper | None = None


class WaiverOrder(Record):
    """Give up what a holder owes of a series, whole or in part (免追)."""

    consumer: ConsumerId
    series: Annotated[int, Field(gt=0, lt=2**31, strict=True)]
    credits: _Amount
    reason: _Why
    document: _Paper | None = None
