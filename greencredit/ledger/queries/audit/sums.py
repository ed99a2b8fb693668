"""Checks of sums: balances are what the events say, every series adds up to zero, no leaf has crossed zero."""

from typing import Final

from sqlalchemy.orm import Session

from greencredit.ledger import rules
from greencredit.ledger.queries.audit.answer import Answer, rows
from greencredit.ledger.rules.paths import Owner

_OWNER: Final = {Owner.NOBODY: "0", Owner.HOLDER: "e.holder", Owner.PARTY: "COALESCE(e.party, 0)"}


def _leaf(*, source: bool) -> str:
    """Write, as SQL over event `e`, the number of the leaf it leaves or enters."""
    cases = []
    for verb, path in rules.PATHS.items():
        kind, owner = (path.source, path.source_of) if source else (path.target, path.target_of)
        number = f"(CAST({_OWNER[owner]} AS bigint) << 28)" if owner is not Owner.NOBODY else "0"
        cases.append(f"WHEN {verb.value} THEN {number} + {kind.value}")
    return f"(CAST(e.series AS bigint) << 4) + CASE e.kind {' '.join(cases)} END"


LEGS: Final = (
    f"SELECT {_leaf(source=False)} AS leaf, e.amount AS amount FROM ledger_event e "  # noqa: S608 - from PATHS
    f"UNION ALL SELECT {_leaf(source=True)}, -e.amount FROM ledger_event e"
)
"""Every event as two legs, from PATHS."""


def zero_sum(session: Session) -> Answer:
    """Add the leaves of every series up."""
    return rows(
        session,
        "SELECT COUNT(*) FROM ledger_balance",
        "SELECT (leaf_id >> 4) & 16777215 AS series, SUM(posted) AS total FROM ledger_balance "
        "GROUP BY (leaf_id >> 4) & 16777215 HAVING SUM(posted) <> 0",
    )


def balances_equal_events(session: Session) -> Answer:
    """Rebuild every balance from the events, and look for events whose leaf has no balance."""
    return rows(
        session,
        "SELECT COUNT(*) FROM ledger_event",
        "SELECT COALESCE(b.leaf_id, m.leaf) AS leaf, b.posted, m.total AS events FROM ledger_balance b "  # noqa: S608
        f"FULL JOIN (SELECT leaf, SUM(amount) AS total FROM ({LEGS}) legs GROUP BY leaf) m ON m.leaf = b.leaf_id "
        "WHERE COALESCE(b.posted, 0) <> COALESCE(m.total, 0) OR b.leaf_id IS NULL",
    )


def never_overdrawn(session: Session) -> Answer:
    """Look for leaves on the wrong side of zero."""
    below = ", ".join(str(kind.value) for kind in sorted(rules.BELOW_ZERO))
    return rows(
        session,
        "SELECT COUNT(*) FROM ledger_balance",
        "SELECT leaf_id, posted FROM ledger_balance "  # noqa: S608 - numbers
        f"WHERE CASE WHEN leaf_id & 15 IN ({below}) THEN posted > 0 ELSE posted < 0 END",
    )
