"""Rules that are tried: dry runs on a past period, worked cases, simulations (试算、样例、推演)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from greencredit.schemas.awards.explained import Outcome, RuleTold
from greencredit.schemas.awards.funding import FunderKind
from greencredit.schemas.awards.grounds import Ground, Line, Slug
from greencredit.schemas.values import Credits, Fen, Period, Record, Words

Count = Annotated[int, Field(ge=0)]
_Whole = Annotated[int, Field(ge=0, lt=10**15)]


class CapHit(Record):
    """How often a cap or budget cut, and by how much."""

    step: str
    title: Words
    times: Count
    cut: Credits
    """Credits that it kept back."""


class RuleTrial(Record):
    """What one rule would have given, beside what it gives by the version in force."""

    name: str
    version: int | None
    """None: the tried rules have no such rule."""
    version_in_force: int | None
    title: Words
    count: Count
    credits: Credits
    count_in_force: Count
    credits_in_force: Credits


class HolderBand(Record):
    """Holders who get so many credits by the version in force, and what they would have got."""

    least: Count
    most: Count | None
    """None: no end."""
    holders: Count
    credits: Credits
    credits_in_force: Credits
    more: Count
    """Holders who would have got more."""
    less: Count
    same: Count


class FunderTrial(Record):
    """What one funder would have paid."""

    name: str
    kind: FunderKind
    title: Words
    credits: Credits
    cost_fen: Fen


class HolderTrial(Record):
    """What one holder would have earned; he is named by the name under which only this issuer knows him."""

    holder: str
    count: Count
    credits: Credits
    credits_in_force: Credits


class DryRun(Record):
    """What a rule set would have done in a past period (试算): nothing of it was booked."""

    issuer_id: str
    period: Period
    scheme_digest: str
    version_in_force: int | None
    evidence: Count
    """Pieces of evidence that were judged again."""
    earning: Count
    holders: Count
    """Holders who would have earned something."""
    credits: Credits
    credits_in_force: Credits
    cost_fen: Fen
    """At the face value of the scheme that was tried."""
    cost_in_force_fen: Fen
    caps: tuple[CapHit, ...]
    rules: tuple[RuleTrial, ...]
    bands: tuple[HolderBand, ...]
    funders: tuple[FunderTrial, ...]
    largest: tuple[HolderTrial, ...]
    """The holders who would have earned most."""
    notes: tuple[Words, ...]


class TrialLine(Record):
    """One award that would have been given."""

    holder: str
    evidence_id: int
    occurred_on: date
    rule: str
    version: int
    credits: Credits


class Fact(Record):
    """Something that happened, as it would stand in evidence; made up or taken from a file, never booked."""

    holder: Line
    """Any name; the same name is the same person."""
    on: date
    ground: Ground = Ground.PURCHASE
    subject: Slug
    """The green kind of product, the action, or the gift's own name."""
    spent_fen: _Whole = 0
    grams: Annotated[int, Field(gt=-(10**15), lt=10**15)] = 0
    thousandths: _Whole = 1000
    """The quantity in thousandths of its unit."""
    times: Annotated[int, Field(ge=1, le=10**6)] = 1
    receipt: str = ""
    """Lines that name the same receipt, holder and day stand on one receipt."""
    hour: Annotated[int, Field(ge=-1, le=23)] = -1
    household: str = ""
    member_days: Annotated[int, Field(ge=-1, le=36_500)] = -1
    level: str = ""
    merchant: str = ""
    store: str = ""
    region: str = ""
    channel: str = ""
    product: str = ""
    brand: str = ""
    certificates: tuple[str, ...] = ()
    energy_grade: Annotated[int, Field(ge=0, le=5)] = 0
    attributes: dict[str, str] = Field(default_factory=dict)


class SimulatedAward(Record):
    """What one fact earned in a simulation, and why."""

    place: Count
    """Its place among the facts."""
    fact: Fact
    credits: Credits
    given: dict[str, Credits]
    """Rule → credits."""
    rules: tuple[RuleTold, ...]


class SimulatedDay(Record):
    """What one day came to."""

    on: date
    facts: Count
    earning: Count
    credits: Credits


class Simulation(Record):
    """What a scheme does over given dates with given facts (推演): no clock moved, nothing was written."""

    period: Period
    scheme_digest: str
    facts: Count
    credits: Credits
    cost_fen: Fen
    days: tuple[SimulatedDay, ...]
    awards: tuple[SimulatedAward, ...]
    caps: tuple[CapHit, ...]


class Expected(Record):
    """What a worked case expects."""

    credits: Annotated[Credits, Field(ge=0)]
    given: dict[str, Credits] | None = None
    """Rule → credits; none: not looked at."""
    outcomes: dict[str, Outcome] | None = None
    """What became of each rule that was looked at; none: not looked at."""
    sentences: tuple[Words, ...] = ()
    """Sentences that must be said, word for word, in this order."""


class GoldenCase(Record):
    """A worked case that is stored with a scheme (样例): facts in, award and reason out."""

    name: Slug
    title: Words
    before: tuple[Fact, ...] = ()
    """What happened before, in its order."""
    fact: Fact
    expected: Expected


class CaseResult(Record):
    """Whether a worked case came out as expected."""

    name: Slug
    title: Words
    passed: bool
    found: Expected
    faults: tuple[Words, ...]


class TrialNote(Record):
    """What a dry run of the scheme over the issuer's latest evidence came to (试算)."""

    period: Period
    evidence: Count
    credits: Credits
    credits_in_force: Credits
    digest: str
    """SHA-256 of the whole dry run, canonical JSON."""


class CasesReport(Record):
    """What replaying all worked cases of a scheme found (样例检查报告)."""

    kind: Literal["awards.cases"] = "awards.cases"
    filing_id: str
    section_digest: str
    cases_digest: str
    passed: bool
    results: tuple[CaseResult, ...]
    trial: TrialNote | None = Field(default=None, exclude_if=lambda value: value is None)
    """None: of a scheme that is not drafted yet, and of reports from before dry runs were part of them."""


class SignedReport(Record):
    """A report with the platform's signature over its exact text (签名报告)."""

    report: str
    """Canonical JSON."""
    key: str
    """The verifier key of the platform, as a signed note writes it."""
    signature: str
    """A signed note over the report's digest."""
