"""Pure rules of organisations: which unit lies in which, who agrees for whom, and what may be shown of a group."""

from greencredit.organisations.rules.consent import needs_guardian, require_consent
from greencredit.organisations.rules.hierarchy import Tree, levels_of, require_child_level
from greencredit.organisations.rules.periods import (
    month_before,
    months_of,
    period_before,
    require_whole_months,
    spans_of,
    touching,
)
from greencredit.organisations.rules.suppression import (
    Cell,
    Number,
    Shown,
    Sizes,
    choose,
    choose_detail,
    compact,
    mask_of,
    people_of,
    sizes_of,
)

__all__ = [
    "Cell",
    "Number",
    "Shown",
    "Sizes",
    "Tree",
    "choose",
    "choose_detail",
    "compact",
    "levels_of",
    "mask_of",
    "month_before",
    "months_of",
    "needs_guardian",
    "people_of",
    "period_before",
    "require_child_level",
    "require_consent",
    "require_whole_months",
    "sizes_of",
    "spans_of",
    "touching",
]
