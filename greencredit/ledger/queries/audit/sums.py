"""Checks of sums: balances are what the events say, every series adds up to zero, no leaf has crossed zero."""

from typing import Final

from greencredit.ledger import rules
from greencredit.ledger.queries.audit.answer import Answer, Books, numbers, rows
from greencredit.ledger.rules.paths import Owner
from greencredit.schemas.ledger import LeafKind, Verb

_OWNER: Final = {Owner.NOBODY: "0", Owner.HOLDER: "e.holder", Owner.PARTY: "COALESCE(e.party, 0)"}


def _leaf(*, source: bool) -> str:
    """Write, as SQL over event `e`, the number of the leaf it leaves or enters."""
    cases = []
    for verb, path in rules.PATHS.items():
        kind, owner = (path.source, path.source_of) if source else (path.target, path.target_of)
        number = f"(CAST({_OWNER[owner]} AS bigint) << 28)" if owner is not Owner.NOBODY else "0"
        cases.append(f"WHEN {verb.value} THEN {number} + {kind.value}")
    return f"(CAST(e.series AS bigint) << 4) + CASE e.kind {' '.join(cases)} END"


_BALANCES: Final = (
    "SELECT leaf, SUM(posted) AS posted, SUM(moved) AS events FROM ("  # noqa: S608 - made from PATHS
    "SELECT leaf_id AS leaf, posted, 0 AS moved, 0 AS touched FROM ledger_balance "
    f"UNION ALL SELECT {_leaf(source=False)}, 0, e.amount, 1 FROM ledger_event e "
    f"UNION ALL SELECT {_leaf(source=True)}, 0, -e.amount, 1 FROM ledger_event e"
    ") legs GROUP BY leaf HAVING SUM(posted) <> SUM(moved) OR MAX(touched) = 0"
)
"""Kept balances beside every event as two legs; a leaf that came back to zero within its first batch has no row."""

_WAITING: Final = {
    Verb.HOLD: (LeafKind.HELD, (Verb.CAPTURE, Verb.CAPTURE_DONATION, Verb.RELEASE)),
    Verb.FREEZE: (LeafKind.FROZEN, (Verb.UNFREEZE,)),
    Verb.ACCRUE: (LeafKind.PENDING, (Verb.ACTIVATE, Verb.REVERSE_PENDING)),
}
"""What sets credits aside, where they lie meanwhile, and what takes them from there."""


def zero_sum(books: Books) -> Answer:
    """Add the leaves of every series up."""
    return rows(
        books,
        books.balances,
        "SELECT (leaf_id >> 4) & 16777215 AS series, SUM(posted) AS total FROM ledger_balance "
        "GROUP BY (leaf_id >> 4) & 16777215 HAVING SUM(posted) <> 0",
    )


def balances_equal_events(books: Books) -> Answer:
    """Rebuild every balance from the events; a kept leaf that no event touched is wrong as well."""
    return rows(books, books.events, _BALANCES)


def never_overdrawn(books: Books) -> Answer:
    """Look for leaves on the wrong side of zero."""
    return rows(
        books,
        books.balances,
        "SELECT leaf_id AS leaf, posted FROM ledger_balance "  # noqa: S608 - numbers
        f"WHERE CASE WHEN leaf_id & 15 IN ({numbers(rules.BELOW_ZERO)}) THEN posted > 0 ELSE posted < 0 END",
    )


def holds_stand(books: Books) -> Answer:
    """Add up what each hold, freeze and waiting award has left over, and compare with the leaf it lies on."""
    kept = numbers(kind for kind, _ in _WAITING.values())
    kind_of = " ".join(f"WHEN {verb.value} THEN {kind.value}" for verb, (kind, _) in _WAITING.items())
    leaf = f"(CAST(e.holder AS bigint) << 28) + (CAST(e.series AS bigint) << 4) + CASE e.kind {kind_of} END"
    taken = " OR ".join(
        f"(e.kind = {verb.value} AND u.kind IN ({numbers(takers)}))" for verb, (_, takers) in _WAITING.items()
    )
    return rows(
        books,
        books.balances,
        "SELECT leaf, SUM(posted) AS posted, SUM(waits) AS left_over FROM ("  # noqa: S608 - numbers
        f"SELECT leaf_id AS leaf, posted, 0 AS waits FROM ledger_balance WHERE leaf_id & 15 IN ({kept}) "
        f"UNION ALL SELECT {leaf}, 0, e.amount FROM ledger_event e WHERE e.kind IN ({numbers(_WAITING)}) "
        f"UNION ALL SELECT {leaf}, 0, -u.amount FROM ledger_event u JOIN ledger_event e ON e.id = u.cause "
        f"WHERE u.cause IS NOT NULL AND ({taken})"
        ") waiting GROUP BY leaf HAVING SUM(posted) <> SUM(waits)",
    )


def shortages_are_settled(books: Books) -> Answer:
    """Find repayments without the settlement beside them, and debts that are not what stands on their leaf."""
    debts = (Verb.FALL_SHORT, Verb.SETTLE, Verb.WAIVE)
    leaf = f"(CAST(holder AS bigint) << 28) + (CAST(series AS bigint) << 4) + {LeafKind.OWED.value}"
    return rows(
        books,
        books.events,
        f"{_pairs(Verb.REPAY, Verb.SETTLE, 1)} UNION ALL {_pairs(Verb.SETTLE, Verb.REPAY, -1)} "  # noqa: S608 - numbers
        "UNION ALL SELECT d.leaf, CASE WHEN d.debt < 0 THEN 'more was repaid than was owed' "
        "ELSE 'the debt is not what stands on its leaf' END, d.debt FROM ("
        f"SELECT {leaf} AS leaf, SUM(CASE WHEN kind = {Verb.FALL_SHORT.value} THEN amount ELSE -amount END) AS debt "
        f"FROM ledger_event WHERE kind IN ({numbers(debts)}) GROUP BY holder, series"
        ") d LEFT JOIN ledger_balance b ON b.leaf_id = d.leaf WHERE d.debt < 0 OR d.debt <> -COALESCE(b.posted, 0)",
    )


def _pairs(one: Verb, other: Verb, step: int) -> str:
    """Find events without their counterpart in the row beside them: of the group, the holder, the issuer, as much."""
    return (
        f"SELECT r.id AS number, 'stands alone' AS wrong, r.amount AS credits FROM ledger_event r "  # noqa: S608
        f"LEFT JOIN ledger_event s ON s.id = r.id + {step} AND s.kind = {other.value} AND s.holder = r.holder "
        "AND s.amount = r.amount AND COALESCE(s.grp, s.id) = COALESCE(r.grp, r.id) "
        "LEFT JOIN ledger_series a ON a.id = r.series LEFT JOIN ledger_series b ON b.id = s.series "
        f"WHERE r.kind = {one.value} AND (s.id IS NULL OR a.issuer_id IS NULL OR b.issuer_id IS NULL "
        "OR a.issuer_id <> b.issuer_id)"
    )
