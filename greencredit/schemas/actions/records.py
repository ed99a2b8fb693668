"""The record of an award that leaves the house: all that is needed to compute it again, and the check's answer."""

from typing import Any, Final, Literal

from pydantic import Field

from greencredit.schemas.actions.methods import Factor, GreenAction
from greencredit.schemas.actions.quantification import Quantification
from greencredit.schemas.actions.standing import ClaimMark, Digest
from greencredit.schemas.values import Record, Words

FORMAT: Final = "greencredit-award-record/1"


class RuleCopy(Record):
    """The filed rule under which the award was given, word for word."""

    name: str
    version: int
    document: str
    digest: Digest


class MethodCopy(Record):
    """The method as it stood, word for word: its digest is of the text, and stays what it is when shapes grow."""

    document: str
    digest: Digest

    @property
    def action(self) -> GreenAction:
        """Read the method."""
        return GreenAction.model_validate_json(self.document)


class ProjectCopy(Record):
    """The measurement of a project word for word, and how it was shared; no participant is named."""

    document: str
    digest: Digest
    weights: tuple[int, ...]
    """Of all participants, in the order in which they were shared out to."""
    place: int
    """Whose award this is, counted from 0."""


class AwardRecord(Record):
    """One award as it is handed out (发放记录): facts, rule, method, factors, every step, and a seal over all of it."""

    format: Literal["greencredit-award-record/1"] = FORMAT
    award: dict[str, Any]
    """The line as the platform shows it, with its trace."""
    rule: RuleCopy
    method: MethodCopy | None
    quantification: Quantification | None
    factors: tuple[Factor, ...]
    """The published versions of the factors that were used."""
    claim: ClaimMark | None
    project: ProjectCopy | None = Field(default=None, exclude_if=lambda value: value is None)
    """Where the grams are a part of a project's saving."""
    seal: Digest
    """SHA-256 of the canonical JSON (RFC 8785) of the record, with 64 zeros in this place."""


class RecordStep(Record):
    """One step of the check of a record."""

    name: str
    title: Words
    ok: bool
    found: str = ""
    wanted: str = ""


class RecordCheck(Record):
    """What became of a check: every step up to the first that fails."""

    holds: bool
    failed: str | None
    steps: tuple[RecordStep, ...]


class ExplainedStep(Record):
    """One step of an explanation, in both languages."""

    stage: str
    title: Words
    sentences: tuple[Words, ...]
