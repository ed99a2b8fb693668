"""Checks of who: wallets are enterprises', two persons answer for a correction, and who was erased stays erased."""

from typing import Final

from sqlalchemy import text

from greencredit.ledger.queries.audit.answer import Answer, Books, numbers, rows
from greencredit.ledger.rules.paths import OUTSTANDING
from greencredit.schemas.ledger import LeafKind, Verb

_ADJUSTING: Final = numbers((Verb.ADJUST_UP, Verb.ADJUST_DOWN))
_FROM_WALLETS: Final = numbers((Verb.ALLOT, Verb.PASS))
_OF_WALLETS: Final = numbers((Verb.FUND, Verb.PASS, Verb.REVERSE_FUND))
_TO_MERCHANTS: Final = numbers((Verb.CAPTURE, Verb.REDEEM, Verb.RESTORE, Verb.DONATE, Verb.CAPTURE_DONATION))
_MERCHANTS: Final = numbers((LeafKind.REDEEMED, LeafKind.DONATED))


def only_enterprises_have_wallets(books: Books) -> Answer:
    """Look who stands behind wallets and on the other side of what was spent; the erased are nobody's persons."""
    return rows(
        books,
        books.events + books.balances,
        "SELECT 'leaf' AS what, b.leaf_id AS number, 'a wallet of no enterprise' AS wrong "  # noqa: S608 - numbers
        "FROM ledger_balance b JOIN ledger_holder h ON h.id = b.leaf_id >> 28 "
        f"WHERE b.leaf_id & 15 = {LeafKind.WALLET.value} AND substr(h.subject_id, 1, 4) <> 'ent_' "
        "UNION ALL SELECT 'leaf', b.leaf_id, 'spent at a person' "
        "FROM ledger_balance b JOIN ledger_holder h ON h.id = b.leaf_id >> 28 "
        f"WHERE b.leaf_id & 15 IN ({_MERCHANTS}) AND substr(h.subject_id, 1, 4) = 'con_' "
        "UNION ALL SELECT 'event', e.id, 'given by no enterprise' "
        "FROM ledger_event e JOIN ledger_holder h ON h.id = e.party WHERE e.party IS NOT NULL "
        f"AND e.kind IN ({_FROM_WALLETS}) AND substr(h.subject_id, 1, 4) <> 'ent_' "
        "UNION ALL SELECT 'event', e.id, 'spent at a person' "
        "FROM ledger_event e JOIN ledger_holder h ON h.id = e.party WHERE e.party IS NOT NULL "
        f"AND e.kind IN ({_TO_MERCHANTS}) AND substr(h.subject_id, 1, 4) = 'con_' "
        "UNION ALL SELECT 'event', e.id, 'given to no person' "
        "FROM ledger_event e JOIN ledger_holder h ON h.id = e.holder "
        f"WHERE e.kind = {Verb.ALLOT.value} AND substr(h.subject_id, 1, 4) <> 'con_' "
        "UNION ALL SELECT 'event', e.id, 'into a wallet of no enterprise' "
        "FROM ledger_event e JOIN ledger_holder h ON h.id = e.holder "
        f"WHERE e.kind IN ({_OF_WALLETS}) AND substr(h.subject_id, 1, 4) <> 'ent_'",
        by=3,
    )


def two_persons_adjusted(books: Books) -> Answer:
    """Hold every correction against its proposal and decision, both ways."""
    decided = (
        "SELECT d.proposal_id, d.event_id, d.approved, d.proposed_by, d.decided_by, p.proposed_by AS proposer, "
        "p.holder, p.series_id, p.credits FROM ledger_decision d LEFT JOIN ledger_proposal p ON p.id = d.proposal_id "
        "WHERE d.approved <> 0 OR d.event_id IS NOT NULL"
    )
    return rows(
        books,
        books.events,
        "SELECT COALESCE(e.id, d.event_id) AS event, d.proposal_id AS proposal, "  # noqa: S608 - numbers
        "CASE WHEN d.proposal_id IS NULL THEN 'nobody decided on it' "
        "WHEN e.id IS NULL THEN 'decided on, and no correction' "
        "WHEN d.approved <> 1 THEN 'nobody approved it' WHEN d.proposer IS NULL THEN 'nobody proposed it' "
        "WHEN d.decided_by = d.proposer OR d.decided_by = d.proposed_by THEN 'one person did both' "
        "ELSE 'not what was proposed' END AS wrong FROM "
        f"(SELECT id, kind, holder, series, amount FROM ledger_event WHERE kind IN ({_ADJUSTING})) e "
        f"FULL JOIN ({decided}) d ON d.event_id = e.id "
        "WHERE d.proposal_id IS NULL OR e.id IS NULL OR d.proposer IS NULL OR d.proposer <> d.proposed_by "
        "OR d.decided_by = d.proposer OR d.approved <> 1 OR d.holder <> e.holder OR d.series_id <> e.series "
        f"OR d.credits <> CASE e.kind WHEN {Verb.ADJUST_UP.value} THEN e.amount ELSE -e.amount END "
        "UNION ALL SELECT event_id, MAX(proposal_id), 'decided on twice' FROM ledger_decision "
        "WHERE event_id IS NOT NULL GROUP BY event_id HAVING COUNT(*) > 1",
        by=3,
    )


def erased_is_frozen(books: Books) -> Answer:
    """Look for events of the erased whose hash is not kept, and for kept hashes of those who are still there."""
    answer = rows(
        books,
        books.holders + books.frozen,
        "SELECT 'event' AS what, e.id AS number, 'its hash is not kept' AS wrong "  # noqa: S608 - numbers
        "FROM ledger_holder h JOIN ledger_event e ON e.holder = h.id "
        "LEFT JOIN ledger_frozen f ON f.event_id = e.id WHERE h.secret IS NULL AND f.event_id IS NULL "
        # What is left on leaves of the erased expires in its time, after they are gone.
        f"AND (e.kind <> {Verb.EXPIRE.value} OR e.grp IS NOT NULL OR EXISTS (SELECT 1 FROM ledger_event a "
        "JOIN ledger_frozen g ON g.event_id = a.id WHERE a.holder = h.id AND a.id > e.id)) "
        "UNION ALL SELECT 'event', f.event_id, CASE WHEN e.id IS NULL THEN 'a hash of no event' "
        "WHEN h.secret IS NOT NULL THEN 'frozen, and its holder is there' ELSE 'its hash is not whole' END "
        "FROM ledger_frozen f LEFT JOIN ledger_event e ON e.id = f.event_id "
        "LEFT JOIN ledger_holder h ON h.id = e.holder "
        "WHERE e.id IS NULL OR h.secret IS NOT NULL OR length(f.hash) <> 32 "
        "UNION ALL SELECT 'holder', h.id, 'half erased' FROM ledger_holder h "
        "WHERE (h.subject_id IS NULL) <> (h.secret IS NULL)",
        by=3,
    )
    return answer._replace(note=_frozen(books))


def _frozen(books: Books) -> str | None:
    """Say what is frozen: how many holders, events, and credits that nobody can ask for any more."""
    erased, credits_ = books.session.execute(
        text(
            "SELECT COUNT(DISTINCT h.id), COALESCE(SUM(b.posted), 0) FROM ledger_holder h "  # noqa: S608 - numbers
            "LEFT JOIN ledger_balance b ON b.leaf_id >= h.id << 28 AND b.leaf_id < (h.id + 1) << 28 "
            f"AND b.leaf_id & 15 IN ({numbers(OUTSTANDING)}) WHERE h.secret IS NULL"
        )
    ).one()
    if not erased:
        return None
    return (
        f"已注销 {erased:,} 人，冻结事件 {books.frozen:,} 条，账上余 {credits_:,} 积分 · "
        f"{erased:,} erased, {books.frozen:,} events frozen, {credits_:,} credits left on their leaves"
    )
