"""Reads of awards: rules in force, use of caps, award lines with their explanation, totals, the audit."""

from greencredit.awards.queries.audit import AWARDING, INVARIANTS, audit
from greencredit.awards.queries.claims import claim_mark, claims_of, issuer_of_measure, negative_page
from greencredit.awards.queries.filed import filed_rule, filings_in_effect, rules_in_force, usage
from greencredit.awards.queries.lines import (
    award,
    awards_of,
    holder_of,
    import_outcome,
    negative_results,
    quantification,
)
from greencredit.awards.queries.totals import (
    SHOPPING,
    issuer_months,
    issuer_subjects,
    participants,
    rule_totals,
    totals_of,
)
from greencredit.awards.queries.trajectory import following_rule, named_for, rule_trajectory, rule_windows

__all__ = [
    "AWARDING",
    "INVARIANTS",
    "SHOPPING",
    "audit",
    "award",
    "awards_of",
    "claim_mark",
    "claims_of",
    "filed_rule",
    "filings_in_effect",
    "following_rule",
    "holder_of",
    "import_outcome",
    "issuer_months",
    "issuer_of_measure",
    "issuer_subjects",
    "named_for",
    "negative_page",
    "negative_results",
    "participants",
    "quantification",
    "rule_totals",
    "rule_trajectory",
    "rule_windows",
    "rules_in_force",
    "totals_of",
    "usage",
]
