"""Many reports asked for at once: what was ordered, how far it is, what could not be issued, and the list of it all."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from greencredit.schemas.reports.shared import Count, Lang, Sha256
from greencredit.schemas.values import Instant, Period, Record, Words


class Population(StrEnum):
    """Whose reports a batch issues (对象范围)."""

    EVERYONE = "everyone"
    ISSUER = "issuer"
    LISTED = "listed"

    @property
    def words(self) -> Words:
        """Give its name."""
        return _POPULATIONS[self]


_POPULATIONS = {
    Population.EVERYONE: Words(zh="全部消费者", en="every consumer"),
    Population.ISSUER: Words(zh="一个发行主体的持有人", en="who ever held credits of one issuer"),
    Population.LISTED: Words(zh="名单", en="a list"),
}


class BatchState(StrEnum):
    """How far a batch is (批次状态)."""

    CUTTING = "cutting"
    """Its subjects are still being listed; what is listed is issued meanwhile."""
    ISSUING = "issuing"
    CLOSING = "closing"
    """Every report is issued or given up; the manifest is being written."""
    CLOSED = "closed"

    @property
    def words(self) -> Words:
        """Give its name."""
        return _STATES[self]


_STATES = {
    BatchState.CUTTING: Words(zh="正在列出对象", en="listing subjects"),
    BatchState.ISSUING: Words(zh="签发中", en="issuing"),
    BatchState.CLOSING: Words(zh="正在编制清单", en="writing the manifest"),
    BatchState.CLOSED: Words(zh="已完成", en="finished"),
}


class NewReport(Record):
    """One report that is asked for."""

    kind: Annotated[str, Field(min_length=1, max_length=40)]
    subject_id: Annotated[str, Field(min_length=1, max_length=100)]
    period: Period
    lang: Lang = "zh"


class ReportRequest(Record):
    """A report that was asked for: whether it waits, is being made, is there, or was given up (报告申请)."""

    request_id: str
    kind: str
    subject_id: str
    period: Period
    lang: Lang
    state: Literal["waiting", "running", "done", "dead"]
    number: str | None
    """As soon as it is there."""


class NewBatch(Record):
    """Many reports of one kind, period and language that are asked for (报告批次)."""

    kind: Annotated[str, Field(min_length=1, max_length=40)]
    period: Period
    lang: Lang = "zh"
    population: Population
    issuer_id: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    subject_ids: Annotated[tuple[str, ...], Field(max_length=10_000)] = ()
    """The list, where the population is one; longer lists come from a file, through the command line."""
    tells: bool = False
    """Whoever the reports are about is told, in the inbox and by the ways he chose, where to find it."""
    key: Annotated[str, Field(min_length=1, max_length=100)]
    """The asker's own: asking again with the same key gives the same batch."""

    @model_validator(mode="after")
    def _fits_its_population(self) -> Self:
        if (self.population is Population.ISSUER) != (self.issuer_id is not None):
            message = "an issuer is named where the population is an issuer's, and only there"
            raise ValueError(message)
        if self.subject_ids and self.population is not Population.LISTED:
            message = "subjects are listed where the population is a list, and only there"
            raise ValueError(message)
        return self


class Manifest(Record):
    """The list of what a batch issued, and where its file lies (签发清单)."""

    edition: int
    reports: Count
    refused: Count
    sha256: Sha256
    size_bytes: Count
    path: str
    made_at: Instant


class Batch(Record):
    """A batch as it stands: what was asked for, how far it is, how fast it goes."""

    batch_id: str
    kind: str
    period: Period
    lang: Lang
    population: Population
    issuer_id: str | None
    tells: bool
    state: BatchState
    edition: int
    subjects: Count
    """So far, while they are still being listed."""
    done: Count
    dead: Count
    per_minute: float | None
    """Reports a minute, over the parts that were worked on in the last ten minutes; none while nobody works."""
    minutes_left: float | None
    asked_by: str
    asked_at: Instant
    closed_at: Instant | None
    manifests: tuple[Manifest, ...] = ()

    @property
    def left(self) -> int:
        """Count what is still to be issued."""
        return self.subjects - self.done - self.dead


class DeadReport(Record):
    """A subject of a batch whose report was given up, and why; it waits for a person (未签发)."""

    position: int
    subject_id: str
    attempts: Count
    code: str
    reason: str


class Requeued(Record):
    """How many subjects were put back."""

    subjects: Count
