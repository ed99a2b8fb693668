"""How many credits a claim earns under filed rules, step by step; whole numbers throughout.

`decide` judges one claim, exactly and in turn; `evaluate` a batch in columns, at once where no limit can bite. Both
give the same. Rounding: `rate × what qualifies × multiplier` is rounded down once. Of a group's rules the one that
gives most is taken, ties going to the first name, unless the group says that all count; groups add to each other in
filed order.
"""

from greencredit.awards.rules.amounts import before_limits, counted
from greencredit.awards.rules.claims import (
    DAYS_IN_A_ROW,
    EVER,
    EVERYONE,
    LAST_DAY,
    Claim,
    Filed,
    Grant,
    Part,
    State,
    Step,
    UsageKey,
    nothing_before,
    windows,
)
from greencredit.awards.rules.compiled import Compiled, Ready, compile_rules
from greencredit.awards.rules.decide import Considered, Unmet, consider, decide, moves_of
from greencredit.awards.rules.filed import ended, holds
from greencredit.awards.rules.limits import Limit, limits, limits_of
from greencredit.awards.rules.occasions import keys_of
from greencredit.awards.rules.plan import (
    ISSUER_COUNTER,
    NO_PLAN,
    CounterName,
    Payer,
    Plan,
    Split,
    counters_of,
    is_counted,
    most_paid,
    parts_of,
    plan_of,
    shares_of,
)

__all__ = [
    "DAYS_IN_A_ROW",
    "EVER",
    "EVERYONE",
    "ISSUER_COUNTER",
    "LAST_DAY",
    "NO_PLAN",
    "Claim",
    "Compiled",
    "Considered",
    "CounterName",
    "Filed",
    "Grant",
    "Limit",
    "Part",
    "Payer",
    "Plan",
    "Ready",
    "Split",
    "State",
    "Step",
    "Unmet",
    "UsageKey",
    "before_limits",
    "compile_rules",
    "consider",
    "counted",
    "counters_of",
    "decide",
    "ended",
    "holds",
    "is_counted",
    "keys_of",
    "limits",
    "limits_of",
    "most_paid",
    "moves_of",
    "nothing_before",
    "parts_of",
    "plan_of",
    "shares_of",
    "windows",
]
