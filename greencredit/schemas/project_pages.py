"""What the console's pages of energy-saving projects are handed: facts, charts' figures and forms (节能减排项目)."""

from greencredit.schemas.consoles import Form
from greencredit.schemas.projects import Carrier, ProjectState
from greencredit.schemas.report_pages import ReportLink
from greencredit.schemas.reports import BaselineNote, ProjectReport, SavingNote, TestNote
from greencredit.schemas.values import Grams, Instant, Record, Words
from greencredit.schemas.web import Fact


class ProjectRow(Record):
    """A project in the list."""

    project_id: str
    title: Words
    issuer: str
    carrier: Carrier
    state: ProjectState
    state_title: Words
    opened_at: Instant
    saved: str | None
    """The newest measured saving in the carrier's unit, also where it is below zero."""
    counted_grams: Grams | None


class ProjectsPage(Record):
    """The projects that somebody may read, and what opens another."""

    projects: tuple[ProjectRow, ...]
    open: Form | None
    done: bool
    more_after: str | None


class Finding(Record):
    """A test that was not passed and decides."""

    stage: Words
    test: TestNote


class AdjustmentSheet(Record):
    """A non-routine adjustment and, while it waits, the verifier's form."""

    facts: tuple[Fact, ...]
    form: Form | None


class ProjectPage(Record):
    """One project: its data, model, saving and findings, who did what, and what the reader may do next."""

    project_id: str
    title: Words
    state: ProjectState
    state_title: Words
    facts: tuple[Fact, ...]
    files: tuple[tuple[Fact, ...], ...]
    report: ProjectReport
    findings: tuple[Finding, ...]
    adjustments: tuple[AdjustmentSheet, ...]
    forms: tuple[Form, ...]
    """What its keepers may do where it stands."""
    verifying: tuple[Form, ...]
    """What the verifier may do."""
    reports: tuple[ReportLink, ...]
    issue: Form | None
    waiting: bool
    """Whether a report is being made."""
    done: bool

    @property
    def baseline(self) -> BaselineNote | None:
        """Give the model, if there is one."""
        return self.report.baseline

    @property
    def saving(self) -> SavingNote | None:
        """Give the measured saving, if there is one."""
        return self.report.saving
