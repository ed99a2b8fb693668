"""What is on the leaves: a holder's balances and debts, what ends soon, an issuer's position."""

from collections import defaultdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import instant, micros
from greencredit.ledger import rules
from greencredit.schemas.ledger import (
    Expiring,
    HolderTotals,
    LeafKind,
    Owed,
    SeriesBalance,
    Terms,
    Verb,
)
from greencredit.schemas.values import Credits

TERMS: Final = (
    "s.issuer_id, s.terms_version, s.funding, s.award_month, s.expires_at, s.cap, s.clawback_cap, s.refund_grace_days"
)
_SERIES_OF_LEAF: Final = "((b.leaf_id >> 4) & 16777215)"
_LEAVES: Final = "b.leaf_id >= (h.id << 28) AND b.leaf_id < ((h.id + 1) << 28)"


def balances_of(session: Session, subject_id: str) -> list[SeriesBalance]:
    """List what a holder has, in the order in which it would be spent: soonest expiry, award month, series."""
    rows = session.execute(
        text(
            f"SELECT s.id, {TERMS}, b.leaf_id & 15 AS kind, b.posted "  # noqa: S608 - constants
            f"FROM ledger_holder h JOIN ledger_balance b ON {_LEAVES} JOIN ledger_series s ON s.id = {_SERIES_OF_LEAF} "
            "WHERE h.subject_id = :subject AND b.posted > 0 ORDER BY s.expires_at, s.award_month, s.id"
        ),
        {"subject": subject_id},
    )
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    terms: dict[int, Terms] = {}
    for row in rows:
        kind = LeafKind(row.kind)
        if kind in rules.PERSONAL:
            terms.setdefault(row.id, terms_of(row))
            found[row.id][kind.name.lower()] = row.posted
    return [
        SeriesBalance(series_id=series, terms=terms[series], **{"available": 0, **amounts})
        for series, amounts in found.items()
    ]


def terms_of(row: Row[Any]) -> Terms:
    """Read the terms of a series."""
    return Terms(
        issuer_id=row.issuer_id,
        terms_version=row.terms_version,
        funding=row.funding,
        award_month=row.award_month,
        expires_at=None if row.expires_at == rules.NEVER else instant(row.expires_at),
        cap=row.cap,
        clawback_cap=row.clawback_cap,
        refund_grace_days=row.refund_grace_days,
    )


def owed_by(session: Session, subject_id: str) -> list[Owed]:
    """List what a holder owes after clawbacks (待追回), by series."""
    rows = session.execute(
        text(
            f"SELECT s.issuer_id, s.id, -b.posted AS credits FROM ledger_holder h JOIN ledger_balance b ON {_LEAVES} "  # noqa: S608
            f"JOIN ledger_series s ON s.id = {_SERIES_OF_LEAF} WHERE h.subject_id = :subject "
            f"AND b.posted < 0 AND b.leaf_id & 15 = {LeafKind.OWED.value} ORDER BY s.id"
        ),
        {"subject": subject_id},
    )
    return [Owed(row.issuer_id, row.id, row.credits) for row in rows]


def expiring(
    session: Session, *, after: datetime, until: datetime, from_holder: int = 0, limit: int = 1000
) -> list[Expiring]:
    """List available credits that end after one instant and at or before another, of so many holders from one on.

    All rows of a holder come together; the next page begins at the last holder plus one.
    """
    bounds = {"after": micros(after), "until": micros(until)}
    due = list(
        session.execute(
            text("SELECT id FROM ledger_series WHERE expires_at > :after AND expires_at <= :until"), bounds
        ).scalars()
    )
    if not due:
        return []
    chosen = ", ".join(map(str, sorted(due)))
    ending = f"b.posted > 0 AND b.leaf_id & 15 = {LeafKind.AVAILABLE.value} AND {_SERIES_OF_LEAF} IN ({chosen})"
    rows = session.execute(
        text(
            "SELECT h.id, h.subject_id, s.issuer_id, s.expires_at, SUM(b.posted) AS credits FROM ("  # noqa: S608
            # The erased are left out before they are counted: a page is empty only where there is nobody left.
            f"SELECT DISTINCT b.leaf_id >> 28 AS holder FROM ledger_balance b WHERE b.leaf_id >= :first AND {ending} "
            "AND EXISTS (SELECT 1 FROM ledger_holder k WHERE k.id = b.leaf_id >> 28 AND k.subject_id IS NOT NULL) "
            f"ORDER BY 1 LIMIT :limit) p JOIN ledger_holder h ON h.id = p.holder JOIN ledger_balance b ON {_LEAVES} "
            f"JOIN ledger_series s ON s.id = {_SERIES_OF_LEAF} WHERE {ending} "
            "GROUP BY h.id, h.subject_id, s.issuer_id, s.expires_at ORDER BY h.id, s.issuer_id, s.expires_at"
        ),
        {"first": rules.leaves_of(from_holder)[0], "limit": limit},
    )
    return [Expiring(row.id, row.subject_id, row.issuer_id, instant(row.expires_at), int(row.credits)) for row in rows]


_EARNING: Final = (Verb.EARN, Verb.ACCRUE, Verb.COMPENSATE, Verb.ADJUST_UP, Verb.ALLOT)
_TAKING: Final = (Verb.REVERSE, Verb.REVERSE_PENDING, Verb.ADJUST_DOWN, Verb.FALL_SHORT)
_SPENDING: Final = (Verb.CAPTURE, Verb.REDEEM, Verb.DONATE, Verb.CAPTURE_DONATION)


def totals_of(session: Session, subject_id: str) -> list[HolderTotals]:
    """Add a holder's events up by issuer; the balance is what the events say, not what is cached."""
    rows = session.execute(
        text(
            "SELECT s.issuer_id, e.kind, SUM(e.amount) AS amount FROM ledger_holder h "
            "JOIN ledger_event e ON e.holder = h.id JOIN ledger_series s ON s.id = e.series "
            "WHERE h.subject_id = :subject GROUP BY s.issuer_id, e.kind"
        ),
        {"subject": subject_id},
    )
    sums: defaultdict[str, defaultdict[Verb, int]] = defaultdict(lambda: defaultdict(int))
    for issuer_id, kind, amount in rows:
        sums[issuer_id][Verb(kind)] += int(amount)
    return [_totals(issuer_id, sums[issuer_id]) for issuer_id in sorted(sums)]


def _totals(issuer_id: str, sums: defaultdict[Verb, int]) -> HolderTotals:
    def total(*verbs: Verb) -> Credits:
        return Credits(sum(sums[verb] for verb in verbs))

    balance = 0
    for verb, path in rules.PATHS.items():
        outstanding = {LeafKind.AVAILABLE, LeafKind.PENDING, LeafKind.HELD, LeafKind.FROZEN}
        balance += sums[verb] * ((path.target in outstanding) - (path.source in outstanding))
    return HolderTotals(
        issuer_id=issuer_id,
        earned=total(*_EARNING),
        reversed_=Credits(total(*_TAKING) - total(Verb.WAIVE)),
        redeemed=total(*_SPENDING),
        restored=total(Verb.RESTORE),
        expired=total(Verb.EXPIRE),
        owed=Credits(total(Verb.FALL_SHORT) - total(Verb.SETTLE) - total(Verb.WAIVE)),
        balance=Credits(balance),
    )
