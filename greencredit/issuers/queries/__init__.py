"""Reads of issuers: who they are, whether they may issue, what is filed, and how it came about."""

from greencredit.issuers.queries.filed import (
    clawback_terms,
    filing,
    filing_in_force,
    filings,
    filings_due,
    refund_grace_days,
)
from greencredit.issuers.queries.papers import assessments, certificates, newest_assessment
from greencredit.issuers.queries.published import dossier, issuers_public, public_issuer, running_out
from greencredit.issuers.queries.registered import (
    editions,
    history,
    issuer,
    issuers,
    last_step,
    living_issuer_with_code,
    scopes_of,
    since,
)
from greencredit.issuers.queries.standing import Papers, may_issue, papers_of, require_may_issue, unmet

__all__ = [
    "Papers",
    "assessments",
    "certificates",
    "clawback_terms",
    "dossier",
    "editions",
    "filing",
    "filing_in_force",
    "filings",
    "filings_due",
    "history",
    "issuer",
    "issuers",
    "issuers_public",
    "last_step",
    "living_issuer_with_code",
    "may_issue",
    "newest_assessment",
    "papers_of",
    "public_issuer",
    "refund_grace_days",
    "require_may_issue",
    "running_out",
    "scopes_of",
    "since",
    "unmet",
]
