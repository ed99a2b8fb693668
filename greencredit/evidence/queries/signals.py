"""Signals of fraud in what was just taken in, claims that were put aside, and who acts for which merchant."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from greencredit.evidence import rules
from greencredit.evidence.catalogue.monitors import WINDOW_DAYS, Behaviour, Seen, Stir, monitors
from greencredit.evidence.tables import (
    EvidenceAside,
    EvidenceBatch,
    EvidenceFeed,
    EvidenceItem,
    EvidenceRefund,
    EvidenceTie,
)
from greencredit.schemas.attributes import attributes_of
from greencredit.schemas.evidence import Item
from greencredit.schemas.sources import PutAside
from greencredit.schemas.values import Words

_AT_ONCE = 500


class Verdict(NamedTuple):
    """What a monitor found in the evidence of one holder that was just taken in."""

    holder: int
    monitor: str
    found: Words
    wanted: Words
    evidence_ids: frozenset[int]


def verdicts(session: Session, items: Sequence[Item]) -> list[Verdict]:
    """Let every monitor look at the holders of these items; only what is among the items is named.

    To be asked in the transaction that kept them: the awards on what is named are then held before anybody spends them.
    """
    if not items:
        return []
    new = {item.evidence_id for item in items}
    stirred = _stirred(session, items)
    found = []
    for holder, behaviour in _behaviours(session, items, frozenset().union(*stirred.values())).items():
        for name, (monitor, thresholds) in monitors().items():
            signal = monitor.look(behaviour, thresholds) if holder in stirred[name] else None
            if signal is not None and (named := signal.evidence_ids & new):
                found.append(Verdict(holder, name, signal.found, signal.wanted, frozenset(named)))
    return sorted(found, key=lambda one: (one.holder, one.monitor))


def _stirred(session: Session, items: Sequence[Item]) -> dict[str, frozenset[int]]:
    """Give, for every monitor, the holders that are worth a look."""
    holders = frozenset(item.holder for item in items)
    found: dict[str, frozenset[int]] = {}
    for name, (monitor, thresholds) in monitors().items():
        match monitor.stirred_by:
            case Stir.TIE:
                found[name] = frozenset(ties(session, holders))
            case Stir.REFUND:
                found[name] = _refunded_to(session, items) & holders
            case Stir.BUSY_DAY:
                found[name] = _busy(session, items, above=thresholds["stirs_above"])
            case Stir.ANYTHING:
                found[name] = holders
    return found


def _busy(session: Session, items: Sequence[Item], *, above: int) -> frozenset[int]:
    """Give the holders of whom there is more evidence of one of these days; read from the index alone."""
    holders = sorted({item.holder for item in items})
    first, last = min(item.on for item in items), max(item.on for item in items)
    found: set[int] = set()
    for start in range(0, len(holders), _AT_ONCE):
        statement = (
            select(EvidenceItem.holder)
            .where(
                EvidenceItem.holder.in_(holders[start : start + _AT_ONCE]),
                EvidenceItem.happened_on.between(first, last),
            )
            .group_by(EvidenceItem.holder, EvidenceItem.happened_on)
            .having(func.count() > above)
        )
        found.update(session.scalars(statement))
    return frozenset(found)


def _refunded_to(session: Session, items: Sequence[Item]) -> frozenset[int]:
    since = min(item.on for item in items) - timedelta(days=WINDOW_DAYS)
    statement = (
        select(EvidenceItem.holder)
        .join(EvidenceRefund, EvidenceRefund.evidence_id == EvidenceItem.id)
        .where(EvidenceRefund.happened_on >= since)
        .distinct()
    )
    return frozenset(session.scalars(statement))


def _behaviours(session: Session, items: Sequence[Item], wanted: frozenset[int]) -> dict[int, Behaviour]:
    holders = sorted(wanted)
    since = min(item.on for item in items) - timedelta(days=WINDOW_DAYS)
    until = max(item.on for item in items)
    rows: defaultdict[int, list[Any]] = defaultdict(list)
    columns = (
        EvidenceItem.id,
        EvidenceItem.holder,
        EvidenceItem.happened_on,
        EvidenceItem.hour,
        EvidenceItem.subject,
        EvidenceItem.receipt,
        EvidenceItem.attributes,
        EvidenceItem.spent_fen,
        func.coalesce(_REFUNDED, 0).label("refunded_fen"),
    )
    for start in range(0, len(holders), _AT_ONCE):
        statement = select(*columns).where(
            EvidenceItem.holder.in_(holders[start : start + _AT_ONCE]), EvidenceItem.happened_on.between(since, until)
        )
        for row in session.execute(statement.order_by(EvidenceItem.id)):
            rows[row.holder].append(row)
    acting = ties(session, holders)
    return {holder: Behaviour(tuple(_seen(row) for row in rows[holder]), acting.get(holder, {})) for holder in holders}


_REFUNDED = (
    select(func.sum(EvidenceRefund.amount_fen))
    .where(EvidenceRefund.evidence_id == EvidenceItem.id)
    .correlate(EvidenceItem)
    .scalar_subquery()
)


def _seen(row: Any) -> Seen:  # noqa: ANN401 - a row
    return Seen(
        evidence_id=row.id,
        on=row.happened_on,
        hour=row.hour,
        subject=row.subject,
        receipt=row.receipt,
        merchant=attributes_of(row.attributes or "").merchant,
        spent_fen=row.spent_fen or 0,
        refunded_fen=int(row.refunded_fen),
    )


def ties(session: Session, holders: Iterable[int]) -> dict[int, dict[str, str]]:
    """Give, by holder, the merchants for which he acts, and as what."""
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    statement = select(EvidenceTie).where(EvidenceTie.ended_at.is_(None))
    wanted = set(holders)
    for row in session.scalars(statement):  # a few hundred on a whole platform
        if row.holder in wanted:
            found[row.holder][row.merchant_id] = row.kind
    return dict(found)


def put_aside(session: Session, *, limit: int = 100) -> list[PutAside]:
    """List claims on what counts for another issuer already, newest first: for whoever oversees both."""
    first_batch, first_feed = aliased(EvidenceBatch), aliased(EvidenceFeed)
    statement = (
        select(EvidenceAside, EvidenceFeed.issuer_id, first_feed.issuer_id, EvidenceItem.happened_on)
        .join(EvidenceBatch, EvidenceBatch.id == EvidenceAside.batch_id)
        .join(EvidenceFeed, EvidenceFeed.id == EvidenceBatch.feed_id)
        .join(first_batch, first_batch.id == EvidenceAside.first_batch_id)
        .join(first_feed, first_feed.id == first_batch.feed_id)
        .outerjoin(
            EvidenceItem,
            EvidenceItem.id == EvidenceAside.first_batch_id * (2**rules.LINES_BITS) + EvidenceAside.first_line,
        )
        .order_by(EvidenceAside.batch_id.desc(), EvidenceAside.line.desc())
        .limit(limit)
    )
    return [
        PutAside(
            batch_id=row.batch_id,
            line=row.line,
            issuer_id=issuer,
            first_batch_id=row.first_batch_id,
            first_line=row.first_line,
            first_issuer_id=first_issuer,
            happened_on=happened_on,
            at=row.at,
        )
        for row, issuer, first_issuer, happened_on in session.execute(statement)
    ]
