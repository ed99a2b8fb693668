"""Reads of awards: rules in force, use of caps, award lines with their explanation, totals, the audit."""

from greencredit.awards.queries.audit import AWARDING, INVARIANTS, audit
from greencredit.awards.queries.claims import claim_mark, claims_of, issuer_of_measure, negative_page
from greencredit.awards.queries.filed import (
    counters,
    filed_rule,
    filings_in_effect,
    limits_of_award,
    occasions,
    parts_left,
    plans,
    rules_in_force,
    usage,
)
from greencredit.awards.queries.funding import funder_totals, paid_by
from greencredit.awards.queries.holds import hold, holds_at, holds_of, places_of_hold
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
    "counters",
    "filed_rule",
    "filings_in_effect",
    "following_rule",
    "funder_totals",
    "hold",
    "holder_of",
    "holds_at",
    "holds_of",
    "import_outcome",
    "issuer_months",
    "issuer_of_measure",
    "issuer_subjects",
    "limits_of_award",
    "named_for",
    "negative_page",
    "negative_results",
    "occasions",
    "paid_by",
    "participants",
    "parts_left",
    "places_of_hold",
    "plans",
    "quantification",
    "rule_totals",
    "rule_trajectory",
    "rule_windows",
    "rules_in_force",
    "totals_of",
    "usage",
]
