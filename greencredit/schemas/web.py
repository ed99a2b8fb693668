"""What each page is handed: frozen facts, worded and measured, so that a template only lays them out."""

from datetime import date
from typing import Literal

from pydantic import Field

from greencredit.schemas.awards.explained import UnearnedLine
from greencredit.schemas.report_pages import AskedReport, ReportChoice, ReportLink
from greencredit.schemas.values import Credits, Fen, Grams, Instant, PositiveCredits, Record, Words


class RefusedForm(Record):
    """A form that was refused a moment ago, wherever on the page it stands."""

    form_id: str
    said: Words


class Shell(Record):
    """What frames every page: its language, and who is looking at it."""

    lang: str
    html_lang: str
    switch_to: str
    """The address of this very page in the other language."""
    signed_in: bool
    is_consumer: bool
    sees_operations: bool
    sees_trajectories: bool
    sees_console: bool
    sees_desk: bool
    sees_organisations: bool
    """Holds an office in a school, a community or an enterprise."""
    demonstration: bool
    refused: RefusedForm | None = None
    """True where the data shown are not real people's."""


class Explanation(Record):
    """Why an award is what it is, in sentences, in the order in which it was reckoned."""

    rule_title: Words
    rule_version: int
    sentences: tuple[Words, ...]


class MovementLine(Record):
    """One award as its holder reads it, with what was taken back of it."""

    event_id: int
    occurred_on: date
    posted_at: Instant
    what: Words
    amount: Words
    """How much was bought or done: `12 千米`, `¥36.50`."""
    issuer_name: str
    credits: Credits
    is_gift: bool = False
    """A gift is no green purchase, and nothing of it is there to be quantified."""
    reversed_credits: Credits
    reason: str | None
    """Why it was taken back, where that is on record."""
    grams: Grams | None
    """None is 未量化, never zero."""
    tier: str | None
    why: Explanation


class Bar(Record):
    """One bar of a list of bars."""

    label: Words
    note: Words
    """How often, and how many credits it brought."""
    grams: Grams
    length_permille: int = Field(ge=0, le=1000)
    share_percent: int | None
    shade: int = Field(ge=0, le=4)


class Column(Record):
    """One month of the year, drawn on a stage 360 wide and 120 high."""

    month: int
    label: Words
    credits: Credits
    x: int
    y: int
    height: int
    highest: bool


class YearLink(Record):
    """A year one can look at."""

    year: int
    chosen: bool


class Liable(Record):
    """Who owes the holder these credits, on what filed terms."""

    issuer_id: str
    name: str
    filing_number: str | None
    state_title: Words
    balance: Credits
    worth_fen: Fen
    """By the terms under which each credit was issued."""
    face_value: Words
    """What credits issued now are worth, as filed."""
    validity: Words
    complaints: str | None
    expires_at: Instant | None
    """When the first of them ends; none: never."""


class OwedLine(Record):
    """What the holder owes an issuer after a reversal found credits spent (待追回)."""

    issuer_id: str
    issuer_name: str
    credits: PositiveCredits


class ConsumerPage(Record):
    """Everything a household sees of itself on one page."""

    name: str
    unread: int
    """Notices in its inbox that were not read yet."""
    as_of: Instant
    balance: Credits
    held: Credits
    worth_fen: Fen
    year: int
    years: tuple[YearLink, ...]
    month_label: Words
    earned_month: Credits
    earned_year: Credits
    count_year: int
    grams_year: Grams
    unquantified_count: int
    movements: tuple[MovementLine, ...]
    unearned: tuple[UnearnedLine, ...] = ()
    """Evidence that earned nothing, newest first."""
    older: int | None
    """The event before which the next page of movements begins; none: that was all."""
    is_first_page: bool
    is_empty: bool
    """Nothing was ever earned."""
    bars: tuple[Bar, ...]
    columns: tuple[Column, ...]
    highest_label: Words | None
    liable: tuple[Liable, ...]
    owed: tuple[OwedLine, ...]
    """Repaid from later awards; empty where nothing is owed."""
    validity: Words | None
    """What all issuers promise alike; none where they differ."""
    report_title: Words
    reports: tuple[ReportLink, ...]
    report_kinds: tuple[ReportChoice, ...]
    report_spans: tuple[ReportChoice, ...]
    report_waiting: tuple[AskedReport, ...]
    """What is being made at this moment."""
    report_failed: tuple[AskedReport, ...]
    """What was given up and waits for a person."""


class Landing(Record):
    """What the front page says about the platform at this moment."""

    filed_issuers: int
    active_issuers: int


class Problem(Record):
    """What went wrong with a form, and what the person can do."""

    title: Words
    sentence: Words


class Check(Record):
    """One thing that was looked at, what came out, and in plain words what it means."""

    verdict: Literal["agrees", "differs", "not_checked"]
    title: Words
    sentence: Words


class ProofStep(Record):
    """One step of the check of a proof: what it means, what was found, and, where it failed, what was wanted."""

    ok: bool
    checked: bool = True
    """False where it was left out; `found` says why."""
    title: Words
    sentence: Words
    found: str
    wanted: str = ""
    code: str = ""


class VerifyPage(Record):
    """What is on file for a report number, without a word about any person."""

    number: str
    found: bool
    verdict: Literal["on_file", "agrees", "differs", "withdrawn", "unknown"]
    headline: Words
    sentence: Words
    kind: Words | None = None
    language: Words | None = None
    issued_at: Instant | None = None
    digest: str | None = None
    issuer_name: str | None = None
    issuer_state: Words | None = None
    checks: tuple[Check, ...] = ()
    steps: tuple[ProofStep, ...] = ()
    """Of a file that was sent in: what the offline verifier finds, step by step."""
    not_checked: tuple[Words, ...] = ()


class RegisterLine(Record):
    """One issuer as the register lists it."""

    issuer_id: str
    name: str
    kind: Words
    state: str
    state_title: Words
    filing_number: str | None
    face_value: Words
    validity: Words


class RegisterPage(Record):
    """The public register, as far as it matches what was looked for."""

    query: str
    issuers: tuple[RegisterLine, ...]
    """Those of this page."""
    total: int
    page: int
    pages: int
    newer: str | None
    """The address of the page before; none: this is the first."""
    older: str | None


class Fact(Record):
    """One labelled fact."""

    label: Words
    value: Words


class AtHome(Record):
    """How the same is checked on one's own machine, off line."""

    sentence: Words
    command: str
    address: str
    """Where that is had which the command needs beside the file."""
    title: Words


class ProofPage(Record):
    """What came out of checking a receipt, a statement, the proof of a log entry or a portable proof."""

    holds: bool
    headline: Words
    sentence: Words
    kind: Words
    about: Words
    """What its facts are called."""
    facts: tuple[Fact, ...]
    """What it is about, where it holds."""
    steps: tuple[ProofStep, ...]
    at_home: AtHome


class FactSheet(Record):
    """Facts that belong together, such as one certificate."""

    facts: tuple[Fact, ...]


class FactGroup(Record):
    """All sheets of one kind, such as every standard declared."""

    title: Words
    note: Words | None
    sheets: tuple[FactSheet, ...]


class HistoryLine(Record):
    """One change in the life of an issuer."""

    at: Instant
    step_title: Words
    to_title: Words
    reason: str
    by: Words
    document_digest: str | None


class IssuerPage(Record):
    """What everybody may know of one issuer."""

    issuer_id: str
    name: str
    english_name: str | None
    kind: Words
    state: str
    state_title: Words
    state_note: Words
    terms: tuple[Fact, ...]
    groups: tuple[FactGroup, ...]
    history: tuple[HistoryLine, ...]
    as_of: Instant


class Tally(Record):
    """How many entries of a queue stand in one state."""

    state: str
    state_title: Words
    count: int


class QueueLine(Record):
    """One job or message as its operator reads it."""

    key: str
    kind: str
    state: str
    state_title: Words
    attempts: int
    attempts_max: int
    run_after: Instant
    leased_until: Instant | None
    last_error: str | None


class Queue(Record):
    """A queue at one moment: how many entries, and the newest of them."""

    tallies: tuple[Tally, ...]
    entries: tuple[QueueLine, ...]


class OperatorPage(Record):
    """What the workers are doing at this moment."""

    as_of: Instant
    jobs: Queue
    outbox: Queue


class ErrorCode(Record):
    """One refusal of the platform: its stable code, its family, its sentence."""

    code: str
    family: Words
    status: int
    sentence: Words


class ErrorRoom(Record):
    """Every refusal of one room."""

    name: str
    codes: tuple[ErrorCode, ...]


class ErrorPage(Record):
    """What a person is told when a page cannot be given."""

    status: int
    title: Words
    sentence: Words
    code: str
    is_listed: bool
    """The list of error codes has an entry for it."""
    reason: Words | None
    """What the refusal says of itself."""
    request_id: str
