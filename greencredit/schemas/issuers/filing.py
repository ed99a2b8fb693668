"""A version of a scheme before the regulator, in sections (备案)."""

from datetime import date
from enum import StrEnum

from greencredit.schemas.issuers.desk import CheckNote, Opinion, Placing
from greencredit.schemas.issuers.life import FilingState
from greencredit.schemas.issuers.scheme import Scheme
from greencredit.schemas.issuers.texts import Digest
from greencredit.schemas.values import Instant, Record


class SectionName(StrEnum):
    """The parts of a filing; each is a document of its own with a digest, owned by the room that can check it."""

    VALUE = "value"
    VALIDITY = "validity"
    GUARANTEE = "guarantee"
    RULES = "rules"
    REDEMPTION = "redemption"
    COMPLAINTS = "complaints"
    STANDARDS = "standards"
    PARTICULARS = "particulars"
    PROMISES = "promises"
    """Notices, referrals, advertising, draws, custody, data; only in filings that say something of them."""


class SectionReport(Record):
    """What the owner of a section found when it checked the section (规则检查报告)."""

    passed: bool
    report_digest: Digest
    actor_id: str
    at: Instant
    summary: str


class Section(Record):
    """One part of a filing as a canonical JSON document; it is never changed."""

    name: SectionName
    digest: Digest
    document: str
    report: SectionReport | None
    """The newest report; none: not yet checked by its owner."""


class Filing(Record):
    """One version of an issuer's scheme before the regulator (备案)."""

    filing_id: str
    issuer_id: str
    version: int
    state: FilingState
    scheme: Scheme
    sections: tuple[Section, ...]
    digest: Digest
    """Digest of the names and digests of all sections."""
    number: str | None
    """Given by the regulator with acceptance (备案号)."""
    drafted_at: Instant
    submitted_at: Instant | None
    decided_at: Instant | None
    effective_on: date | None
    check: CheckNote | None = None
    """The newest automatic check of this very version."""
    placing: Placing | None = None
    """Who decides, how soon, with how many people; fixed when it is submitted."""
    opinions: tuple[Opinion, ...] = ()
    """What the authority said so far, first to last."""
