"""A version of a scheme before the regulator, in sections (备案)."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from greencredit.schemas.awards import Slug
from greencredit.schemas.issuers.desk import CheckNote, Opinion, Placing
from greencredit.schemas.issuers.life import FilingState
from greencredit.schemas.issuers.scheme import Scheme
from greencredit.schemas.issuers.texts import Digest, Line
from greencredit.schemas.values import Instant, Record, Words


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


class SectionFindings(Record):
    """What the room that owns a section found in it, with the whole report (章节检查结果)."""

    section: SectionName
    section_digest: Digest
    """Of the very document that was checked."""
    made_by: Slug
    """The room that checked."""
    passed: bool
    summary: Line
    report: str
    """The report itself, canonical JSON; kept under its digest, with whatever signature its maker put into it."""


class SectionReport(Record):
    """What the owner of a section found when it checked the section (规则检查报告)."""

    passed: bool
    report_digest: Digest
    actor_id: str
    at: Instant
    summary: str
    made_by: Slug | None = None
    """The room whose report it is; none: a paper that one of the issuer's people handed in."""


class SectionDemand(Record):
    """Whether submission asks for the report of a section's owner, from a day on."""

    since: date
    demanded: bool
    fresh_days: Annotated[int, Field(gt=0)]
    """How old a report may be on the day of submission."""


class OwnedSection(Record):
    """A section that another room can check better than the automatic checks (章节归口)."""

    section: SectionName
    owner: Slug
    title: Words
    basis: Words
    version: Annotated[tuple[SectionDemand, ...], Field(min_length=1)]

    def demand_on(self, day: date) -> SectionDemand | None:
        """Give what is demanded on a day; none: nothing is."""
        newest = max((one for one in self.version if one.since <= day), key=lambda one: one.since, default=None)
        return newest if newest is not None and newest.demanded else None


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
    admitted_at: Instant | None = None
    """When the authority found the papers complete (受理)."""
    decided_at: Instant | None
    effective_on: date | None
    check: CheckNote | None = None
    """The newest automatic check of this very version."""
    placing: Placing | None = None
    """Who decides, how soon, with how many people; fixed when it is submitted."""
    opinions: tuple[Opinion, ...] = ()
    """What the authority said so far, first to last."""
