"""Accounts of enterprises: what one was funded with, what it has, what moved, and what stands for a key already."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import instant
from greencredit.ledger import rules
from greencredit.ledger.queries.reading import BATCH_OF_EVENT
from greencredit.schemas.ledger import LeafKind, Verb
from greencredit.schemas.values import Credits

_OUT: Final = f"({Verb.ALLOT.value}, {Verb.PASS.value})"
_OF_HOLDER: Final = f"({Verb.FUND.value}, {Verb.PASS.value}, {Verb.REVERSE_FUND.value})"
_ALL: Final = f"({Verb.FUND.value}, {Verb.PASS.value}, {Verb.REVERSE_FUND.value}, {Verb.ALLOT.value})"
_MINE: Final = (
    f"(SELECT id, 1 AS incoming FROM ledger_event WHERE holder = :holder AND kind IN {_OF_HOLDER} AND id < :before "  # noqa: S608 - numbers
    f"UNION ALL SELECT id, 0 FROM ledger_event WHERE party = :holder AND kind IN {_OUT} AND id < :before)"
)
"""The events of an account: those of its own, and those by which it gives."""


class WalletPart(NamedTuple):
    """What an account has of one series."""

    series_id: int
    issuer_id: str
    award_month: int
    expires_at: datetime | None
    credits: int


class WalletMove(NamedTuple):
    """One event of an account; `partner` is the enterprise on the other side, never a person."""

    event_id: int
    at: datetime
    verb: Verb
    incoming: bool
    credits: int
    issuer_id: str
    partner: str | None
    reason: str | None
    document: str | None


class FiledMove(NamedTuple):
    """One order that the filing in force had to provide for: a funding, an allotment, a passing or a withdrawal."""

    event_id: int
    verb: Verb
    at: datetime
    issuer_id: str
    award_month: int
    enterprise: str | None
    """Whose account was funded, taken from, or gave."""
    credits: int


def wallet_balances(session: Session, subject_id: str) -> list[WalletPart]:
    """List what an enterprise's account has, in spending order."""
    rows = session.execute(
        text(
            "SELECT s.id, s.issuer_id, s.award_month, s.expires_at, b.posted FROM ledger_holder h "  # noqa: S608
            "JOIN ledger_balance b ON b.leaf_id >= (h.id << 28) AND b.leaf_id < ((h.id + 1) << 28) "
            "JOIN ledger_series s ON s.id = ((b.leaf_id >> 4) & 16777215) "
            f"WHERE h.subject_id = :subject AND b.posted > 0 AND b.leaf_id & 15 = {LeafKind.WALLET.value} "
            "ORDER BY s.expires_at, s.award_month, s.id"
        ),
        {"subject": subject_id},
    )
    return [
        WalletPart(
            row.id,
            row.issuer_id,
            row.award_month,
            None if row.expires_at == rules.NEVER else instant(row.expires_at),
            row.posted,
        )
        for row in rows
    ]


def wallet_lines(session: Session, holder: int, *, before: int | None = None, limit: int = 50) -> list[WalletMove]:
    """List what moved on an account, newest first; `before` is the last event of the page before."""
    rows = session.execute(
        text(
            "SELECT e.id, t.at, e.kind, m.incoming, e.amount, s.issuer_id, "  # noqa: S608 - constants
            "CASE WHEN e.kind = :pass THEN CASE WHEN m.incoming = 1 THEN p.subject_id ELSE h.subject_id END END "
            "AS partner, n.reason, n.document "
            f"FROM {_MINE} m JOIN ledger_event e ON e.id = m.id JOIN ledger_series s ON s.id = e.series "
            f"JOIN ledger_batch t ON t.first = {BATCH_OF_EVENT} LEFT JOIN ledger_holder p ON p.id = e.party "
            "LEFT JOIN ledger_holder h ON h.id = e.holder "
            "LEFT JOIN ledger_note n ON n.event_id = COALESCE(e.grp, e.id) "
            "ORDER BY e.id DESC LIMIT :limit"
        ),
        {
            "holder": holder,
            "before": rules.NEVER if before is None else before,
            "limit": limit,
            "pass": Verb.PASS.value,
        },
    )
    return [
        WalletMove(
            row.id,
            instant(row.at),
            Verb(row.kind),
            bool(row.incoming) and row.kind != Verb.REVERSE_FUND.value,
            row.amount,
            row.issuer_id,
            row.partner,
            row.reason,
            row.document,
        )
        for row in rows
    ]


def wallet_sums(session: Session, holder: int) -> dict[tuple[Verb, bool], int]:
    """Add up an account's events by kind and direction."""
    rows = session.execute(
        text(
            f"SELECT e.kind, m.incoming, SUM(e.amount) AS credits FROM {_MINE} m "  # noqa: S608 - constants
            "JOIN ledger_event e ON e.id = m.id GROUP BY e.kind, m.incoming"
        ),
        {"holder": holder, "before": rules.NEVER},
    )
    return {
        (Verb(row.kind), bool(row.incoming) and row.kind != Verb.REVERSE_FUND.value): int(row.credits) for row in rows
    }


def filed_moves(session: Session, *, at_once: int = 1_000) -> Iterator[FiledMove]:
    """Give every order about accounts of enterprises, in the order of the ledger, so many at a time."""
    after = 0
    while True:
        rows = session.execute(
            text(
                "SELECT MIN(e.id) AS id, e.kind, MIN(t.at) AS at, s.issuer_id, MIN(s.award_month) AS award_month, "  # noqa: S608
                f"CASE WHEN e.kind IN {_OUT} THEN p.subject_id ELSE h.subject_id END AS enterprise, "
                "SUM(e.amount) AS credits FROM ledger_event e JOIN ledger_series s ON s.id = e.series "
                f"JOIN ledger_batch t ON t.first = {BATCH_OF_EVENT} JOIN ledger_holder h ON h.id = e.holder "
                "LEFT JOIN ledger_holder p ON p.id = e.party "
                f"WHERE e.kind IN {_ALL} AND COALESCE(e.grp, e.id) > :after "
                "GROUP BY COALESCE(e.grp, e.id), e.kind, s.issuer_id, enterprise "
                "ORDER BY 1 LIMIT :limit"
            ),
            {"after": after, "limit": at_once},
        ).all()
        if not rows:
            return
        for row in rows:
            yield FiledMove(
                row.id,
                Verb(row.kind),
                instant(row.at),
                row.issuer_id,
                row.award_month,
                row.enterprise,
                int(row.credits),
            )
        after = rows[-1].id


def funded_with(session: Session, subject_id: str, issuer_id: str, award_month: int) -> Credits:
    """Give what an enterprise was funded with by an issuer for a month (yyyymm), less what was taken back."""
    found = session.execute(
        text(
            "SELECT SUM(CASE WHEN e.kind = :fund THEN e.amount ELSE -e.amount END) FROM ledger_holder h "
            "JOIN ledger_event e ON e.holder = h.id JOIN ledger_series s ON s.id = e.series "
            "WHERE h.subject_id = :subject AND e.kind IN (:fund, :back) "
            "AND s.issuer_id = :issuer AND s.award_month = :month"
        ),
        {
            "subject": subject_id,
            "issuer": issuer_id,
            "month": award_month,
            "fund": Verb.FUND.value,
            "back": Verb.REVERSE_FUND.value,
        },
    ).scalar_one()
    return Credits(int(found or 0))


def issuer_of_funding(session: Session, event_id: int) -> str | None:
    """Give the issuer that funded an enterprise by an event; none: no funding has this number."""
    found: str | None = session.execute(
        text(
            "SELECT s.issuer_id FROM ledger_event e JOIN ledger_series s ON s.id = e.series "
            "WHERE e.id = :event AND e.kind = :fund"
        ),
        {"event": event_id, "fund": Verb.FUND.value},
    ).scalar_one_or_none()
    return found


def series_of_key(session: Session, caller_id: int, key: bytes) -> int | None:
    """Give the series of the event that stands for a key of a caller; none: the key is new."""
    found: int | None = session.execute(
        text("SELECT series FROM ledger_event WHERE caller = :caller AND key = :key"),
        {"caller": caller_id, "key": key},
    ).scalar_one_or_none()
    return found


class WalletFlow(NamedTuple):
    """What moved on an account by kind, direction, series' terms and partner."""

    verb: Verb
    incoming: bool
    issuer_id: str
    terms_version: int
    funding: str
    partner: str | None
    moves: int
    credits: int


def wallet_flows(session: Session, holder: int, *, after: int, until: int) -> list[WalletFlow]:
    """Add up an account's events after one event and up to another; partners are enterprises, never persons."""
    rows = session.execute(
        text(
            "SELECT e.kind, m.incoming, s.issuer_id, s.terms_version, s.funding, "  # noqa: S608 - constants
            "CASE WHEN e.kind = :pass THEN CASE WHEN m.incoming = 1 THEN p.subject_id ELSE h.subject_id END END "
            "AS partner, COUNT(DISTINCT COALESCE(e.grp, e.id)) AS moves, SUM(e.amount) AS credits "
            f"FROM {_MINE} m JOIN ledger_event e ON e.id = m.id JOIN ledger_series s ON s.id = e.series "
            "LEFT JOIN ledger_holder p ON p.id = e.party LEFT JOIN ledger_holder h ON h.id = e.holder "
            "WHERE e.id > :after GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6"
        ),
        {"holder": holder, "after": after, "before": until + 1, "pass": Verb.PASS.value},
    )
    return [
        WalletFlow(
            Verb(row.kind),
            bool(row.incoming) and row.kind != Verb.REVERSE_FUND.value,
            row.issuer_id,
            row.terms_version,
            row.funding,
            row.partner,
            int(row.moves),
            int(row.credits),
        )
        for row in rows
    ]


def wallet_receivers(session: Session, holder: int, *, after: int, until: int) -> int:
    """Count the people who were given something from an account after one event and up to another."""
    found = session.execute(
        text(
            "SELECT COUNT(DISTINCT holder) FROM ledger_event "
            "WHERE party = :holder AND kind = :allot AND id > :after AND id <= :until"
        ),
        {"holder": holder, "after": after, "until": until, "allot": Verb.ALLOT.value},
    ).scalar_one()
    return int(found)
