"""What pages say of reports: links to finished ones, what is being made, what can be asked for, and batches."""

from datetime import date

from greencredit.schemas.reports.batches import Batch, DeadReport
from greencredit.schemas.values import Instant, Record, Words


class ReportLink(Record):
    """One finished report of this holder."""

    number: str
    title: Words
    lang: str
    since: date
    last_day: date
    issued_at: Instant
    address: str
    is_pdf: bool
    """False where this machine cannot print and gives the page instead."""


class AskedReport(Record):
    """A report that is being made, or could not be."""

    title: Words
    lang: str
    since: date
    last_day: date


class ReportChoice(Record):
    """Something that can be chosen when a report is asked for: a kind, a part of a year."""

    value: str
    title: Words


class BatchesPage(Record):
    """Batches of reports, and the form that orders another one."""

    as_of: Instant
    may_order: bool
    batches: tuple[Batch, ...]
    kinds: tuple[ReportChoice, ...]
    populations: tuple[ReportChoice, ...]
    key: str
    """A fresh key for the form, so that a second press orders nothing."""
    last_year: int


class BatchPage(Record):
    """One batch: how far it is, what could not be issued, the lists of what was."""

    as_of: Instant
    may_order: bool
    batch: Batch
    kind_title: Words
    dead: tuple[DeadReport, ...]
    more_dead: bool
