"""What the consoles of issuers, agencies and authorities are handed: facts and forms, worded and ready."""

from datetime import date
from typing import Literal

from greencredit.schemas.issuers import (
    Basis,
    Comparison,
    Completeness,
    Filing,
    FrozenSum,
    OpenReason,
    Waiting,
)
from greencredit.schemas.values import Instant, Record, Words
from greencredit.schemas.web import Fact, FactSheet, HistoryLine


class Option(Record):
    """One thing that can be chosen."""

    value: str
    title: Words
    chosen: bool


class Field(Record):
    """One place of a form, with what was typed and what is wrong with it."""

    name: str
    label: Words
    kind: Literal["text", "area", "code", "date", "number", "file", "select", "hidden"] = "text"
    value: str = ""
    options: tuple[Option, ...] = ()
    hint: Words | None = None
    required: bool = True
    wide: bool = False
    problem: Words | None = None


class Button(Record):
    """One way to send a form off."""

    title: Words
    value: str = ""
    quiet: bool = False


class Form(Record):
    """One form: where it goes, what it asks, and why it was refused when it was sent before."""

    form_id: str
    address: str
    title: Words
    note: Words | None = None
    fields: tuple[Field, ...]
    buttons: tuple[Button, ...]
    problem: Words | None = None
    """What the refusal says of itself."""
    details: tuple[Words, ...] = ()
    """What was found and what was wanted."""
    code: str | None = None


class FoundAt(Record):
    """What a check found at one place."""

    where: Words
    found: Words


class CheckLine(Record):
    """What one check came to."""

    title: Words
    outcome: str
    outcome_title: Words
    severity_title: Words | None
    stops: bool
    findings: tuple[FoundAt, ...]
    wanted: Words | None
    basis: tuple[Basis, ...]


class ReportView(Record):
    """A check report, what failed first."""

    passed: bool
    stopping: int
    on: date
    failed: tuple[CheckLine, ...]
    others: tuple[CheckLine, ...]


class ChangeLine(Record):
    """One difference between two versions, as people read it."""

    title: Words
    before: Words | None
    after: Words | None
    effect: str
    effect_title: Words
    reason: Words


class FormPage(Record):
    """A page that is one form."""

    title: Words
    lead: Words | None
    back: str
    back_title: Words
    form: Form
    onward: tuple[str, Words] | None = None
    """Where to go on from here when the form is not enough."""


class ConsoleLine(Record):
    """One issuer with which somebody has to do."""

    issuer_id: str
    name: str
    kind: Words
    state: str
    state_title: Words
    region: Words
    roles: tuple[Words, ...]


class HubPage(Record):
    """Where whoever works with issuers begins."""

    issuers: tuple[ConsoleLine, ...]
    registered: str | None
    """The id of an issuer that was registered a moment ago."""
    may_register: bool
    sees_desk: bool
    sees_agencies: bool
    sees_projects: bool
    sees_codes: bool
    """Whether everybody's requests to look at a code are his to decide."""


class Stage(Record):
    """One station on the way to issuing."""

    title: Words
    done: bool
    current: bool


class FileLink(Record):
    """A file of the dossier; it is only ever saved, never shown."""

    name: str
    digest: str
    address: str


class PaperLine(Record):
    """One required paper: there or missing."""

    title: Words
    basis: Words
    file: FileLink | None
    form: Form | None


class PaperSheet(Record):
    """A certificate, an assessment or a custody statement with its files and what can be done about it."""

    title: Words
    state: str
    state_title: Words
    facts: tuple[Fact, ...]
    rows: tuple[FactSheet, ...] = ()
    files: tuple[FileLink, ...] = ()
    forms: tuple[Form, ...] = ()


class FilingLine(Record):
    """One version of the scheme, in a list."""

    filing_id: str
    version: int
    title: Words
    state: str
    state_title: Words
    number: str | None
    submitted_at: Instant | None
    effective_on: date | None


class IssuerConsole(Record):
    """Everything on file about one issuer, and whatever the reader may do about it."""

    issuer_id: str
    name: str
    state: str
    state_title: Words
    may_issue: Words
    stages: tuple[Stage, ...]
    reasons: tuple[OpenReason, ...]
    registration: tuple[Fact, ...]
    completeness: Completeness
    papers: tuple[PaperLine, ...]
    certificates: tuple[PaperSheet, ...]
    assessments: tuple[PaperSheet, ...]
    filings: tuple[FilingLine, ...]
    coverage: tuple[Fact, ...]
    statements: tuple[PaperSheet, ...]
    frozen: FrozenSum
    registering: tuple[Form, ...]
    certifying: tuple[Form, ...]
    assess_at: str | None
    draft_at: str | None
    gifts_at: str | None
    holds_at: str | None
    amend_at: str | None
    guaranteeing: tuple[Form, ...]
    deciding: tuple[Form, ...]
    """Steps of the authority, and of an issuer that leaves."""
    history: tuple[HistoryLine, ...]
    on_register: bool
    as_of: Instant
    done: bool


class SchemeRow(Record):
    """One field of a scheme as people read it, with what was objected to it."""

    path: str
    title: Words
    value: Words
    reasons: tuple[str, ...]
    field: Field | None
    """Where the desk writes what is wrong with it."""


class OpinionLine(Record):
    """What one person of the authority said."""

    at: Instant
    verdict: Words
    reason: str
    by: str
    fields: tuple[Fact, ...]


class FilingPage(Record):
    """One version of a scheme before the desk, with everything that speaks for and against it."""

    issuer_name: str
    state_title: Words
    filing: Filing
    rows: tuple[SchemeRow, ...]
    report: ReportView | None
    comparison: Comparison
    changes: tuple[ChangeLine, ...]
    others: tuple[tuple[int, Words], ...]
    """The other versions, with which it can be put side by side."""
    waiting: Waiting | None
    placing: tuple[Fact, ...]
    opinions: tuple[OpinionLine, ...]
    files: tuple[FileLink, ...]
    filing_forms: tuple[Form, ...]
    decision: Form | None
    draft_at: str | None
    as_of: Instant
    done: bool


class CodesPage(Record):
    """Codes that somebody asked to be looked at."""

    waiting: tuple[PaperSheet, ...]
    decided: tuple[PaperSheet, ...]
    ask: Form | None
    sees_all: bool
    """Whether these are everybody's; else one's own."""
    done: bool


class AgencyLine(Record):
    """One agency, in a list."""

    agency_id: str
    name: str
    code: str
    state: str
    state_title: Words
    since: date
    approval_number: str | None


class AgenciesPage(Record):
    """The register of agencies."""

    kinds: tuple[tuple[Words, tuple[AgencyLine, ...]], ...]
    entering: Form | None
    done: bool


class AgencyTie(Record):
    """An issuer with which an agency has to do."""

    issuer_id: str
    name: str
    ties: tuple[Words, ...]


class AgencyPage(Record):
    """One agency with its standing over time."""

    line: AgencyLine
    kind: Words
    facts: tuple[Fact, ...]
    history: tuple[HistoryLine, ...]
    judged: tuple[AgencyTie, ...]
    ties: tuple[AgencyTie, ...]
    forms: tuple[Form, ...]
    done: bool


class DeskPage(Record):
    """What waits for the decision of the authority one acts for."""

    waiting: tuple[Waiting, ...]
    applications: tuple[ConsoleLine, ...]
    """Issuers whose registration, or whose beginning, waits for a word of the authority."""
    as_of: Instant
