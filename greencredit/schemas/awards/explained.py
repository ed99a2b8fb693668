"""Why something was given, and why something was not, in words and in figures (发放说明与未发放说明)."""

from datetime import date
from typing import Literal

from greencredit.schemas.awards.grounds import Ground
from greencredit.schemas.awards.lines import TraceStep
from greencredit.schemas.values import Credits, Fen, Record, Words

Outcome = Literal["granted", "before", "after", "unmet", "threshold", "capped", "rounded", "better"]
"""What became of a rule for one piece of evidence."""

Verdict = Literal["awarded", "nothing", "no_rule", "negative", "sent_back"]
"""What became of a piece of evidence."""


class ConditionTold(Record):
    """One condition of a rule, held against the facts of that time."""

    kind: str
    held: bool
    asked: Words
    """As it was filed."""
    found: Words
    sentence: Words
    needed: Words | None = None
    """What would have been needed; none where it held, or where nothing can be said."""


class RuleTold(Record):
    """One rule version that was looked at, and what became of it."""

    name: str
    version: int
    title: Words
    group: str
    outcome: Outcome
    credits: Credits
    conditions: tuple[ConditionTold, ...]
    steps: tuple[TraceStep, ...]
    sentences: tuple[Words, ...]
    """What became of it, its conditions and its steps, in the order in which they were looked at."""
    needed: tuple[Words, ...]


class AwardExplained(Record):
    """Why an award is what it is (发放说明): from what was stored with it, whatever was filed later."""

    award_id: int
    evidence_id: int
    issuer_id: str
    rule_name: str
    rule_version: int
    rule_title: Words
    by: Words
    """Names the rule and its version."""
    credits: Credits
    sentences: tuple[Words, ...]


class EvidenceExplained(Record):
    """Why a piece of evidence earned what it did, or nothing (凭证说明), replayed as things stood then."""

    evidence_id: int
    issuer_id: str
    ground: Ground | None
    subject: str
    title: Words
    occurred_on: date | None
    verdict: Verdict
    awards: tuple[int, ...]
    as_of: int
    """The last ledger event that was there when it was judged."""
    summary: tuple[Words, ...]
    rules: tuple[RuleTold, ...]

    @property
    def sentences(self) -> tuple[Words, ...]:
        """Give all of it in order: what became of the evidence, of each rule, and what would have been needed."""
        told = [*self.summary]
        for one in self.rules:
            told += [*one.sentences, *one.needed]
        return tuple(told)


class UnearnedLine(Record):
    """A piece of a person's evidence that earned nothing, as he reads it on his page."""

    evidence_id: int
    occurred_on: date
    what: Words
    spent_fen: Fen | None
    quantity: str
    unit: str
