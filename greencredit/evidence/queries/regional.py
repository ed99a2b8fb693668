"""What the sources of some issuers saw in a period: lines, certificates, what was sent back."""

import json
from collections.abc import Collection
from typing import Final, NamedTuple

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.orm import Session

from greencredit.evidence.catalogue import Ground, form_of, forms, own_forms
from greencredit.evidence.rules import LINES_BITS
from greencredit.evidence.tables import EvidenceAside, EvidenceBatch, EvidenceFeed, EvidenceReject
from greencredit.kernel.clock import start_of
from greencredit.kernel.database import is_sqlite
from greencredit.schemas.evidence import RejectCode, RejectCount
from greencredit.schemas.values import Fen, Period, Words


class Seen(NamedTuple):
    """What sources of one kind sent in a period."""

    kind: str
    title: Words
    is_purchase: bool
    lines: int
    qualifying: int
    repeated: int
    rejected: int


class Certified(NamedTuple):
    """Purchases that came with the same certificates."""

    certificates: tuple[str, ...]
    """Schemes, sorted; none: the product is on the merchant's green list and nothing more is known of it."""
    lines: int
    spent_fen: Fen


def seen(session: Session, issuer_ids: Collection[str], period: Period) -> list[Seen]:
    """Add up what was taken in for some issuers in a period, by kind of source: a sum over files, not over lines."""
    rows = session.execute(
        select(
            EvidenceFeed.kind,
            func.sum(EvidenceBatch.lines),
            func.sum(EvidenceBatch.qualifying),
            func.sum(EvidenceBatch.duplicates),
            func.sum(EvidenceBatch.rejected),
        )
        .join(EvidenceFeed, EvidenceFeed.id == EvidenceBatch.feed_id)
        .where(
            EvidenceFeed.issuer_id.in_(issuer_ids),
            EvidenceBatch.opened_at >= start_of(period.since),
            EvidenceBatch.opened_at < start_of(period.until),
        )
        .group_by(EvidenceFeed.kind)
        .order_by(EvidenceFeed.kind)
    )
    return [
        Seen(kind, form.title, form.ground is Ground.PURCHASE, *map(int, counts))
        for kind, *counts in rows
        for form in (form_of(kind),)
    ]


def batches_in(session: Session, issuer_ids: Collection[str], period: Period) -> list[int]:
    """List the files that were taken in for some issuers in a period, by number."""
    return list(
        session.scalars(
            select(EvidenceBatch.id)
            .join(EvidenceFeed, EvidenceFeed.id == EvidenceBatch.feed_id)
            .where(
                EvidenceFeed.issuer_id.in_(issuer_ids),
                EvidenceBatch.opened_at >= start_of(period.since),
                EvidenceBatch.opened_at < start_of(period.until),
            )
            .order_by(EvidenceBatch.id)
        )
    )


def rejects_in(session: Session, issuer_ids: Collection[str], period: Period) -> list[RejectCount]:
    """Count the lines sent back to the sources of some issuers in a period, by reason, most first."""
    rows = session.execute(
        select(EvidenceReject.code, func.count())
        .join(EvidenceBatch, EvidenceBatch.id == EvidenceReject.batch_id)
        .join(EvidenceFeed, EvidenceFeed.id == EvidenceBatch.feed_id)
        .where(
            EvidenceFeed.issuer_id.in_(issuer_ids),
            EvidenceBatch.opened_at >= start_of(period.since),
            EvidenceBatch.opened_at < start_of(period.until),
        )
        .group_by(EvidenceReject.code)
        .order_by(func.count().desc(), EvidenceReject.code)
    )
    return [RejectCount(code=code, title=RejectCode(code).words, lines=lines) for code, lines in rows]


def aside_in(session: Session, issuer_ids: Collection[str], period: Period) -> int:
    """Count the claims of some issuers in a period on what counts for another issuer already."""
    counted = (
        select(func.count())
        .select_from(EvidenceAside)
        .join(EvidenceBatch, EvidenceBatch.id == EvidenceAside.batch_id)
        .join(EvidenceFeed, EvidenceFeed.id == EvidenceBatch.feed_id)
        .where(
            EvidenceFeed.issuer_id.in_(issuer_ids),
            EvidenceAside.at >= start_of(period.since),
            EvidenceAside.at < start_of(period.until),
        )
    )
    return session.scalars(counted).one()


_CERTIFICATES: Final = {
    True: "COALESCE(json_extract(i.attributes, '$.certificates'), '[]')",
    False: "COALESCE(CAST(i.attributes AS jsonb) ->> 'certificates', '[]')",
}
"""The certificates of an item as JSON; on SQLite, else on PostgreSQL."""


def certified(session: Session, issuer_ids: Collection[str], period: Period) -> list[Certified]:
    """Add up the green purchases of some issuers in a period by the certificates that came with them."""
    if not issuer_ids:
        return []
    purchases = [name for name, form in {**forms(), **own_forms()}.items() if form.ground is Ground.PURCHASE]
    statement = text(
        f"SELECT {_CERTIFICATES[is_sqlite(session)]} AS certificates, COUNT(*) AS lines, "  # noqa: S608 - constants
        "COALESCE(SUM(i.spent_fen), 0) AS spent FROM evidence_item i "
        f"JOIN evidence_batch b ON b.id = i.id >> {LINES_BITS} JOIN evidence_feed f ON f.id = b.feed_id "
        "WHERE f.issuer_id IN :issuers AND f.kind IN :kinds AND i.happened_on >= :since AND i.happened_on < :until "
        "GROUP BY 1"
    ).bindparams(bindparam("issuers", expanding=True), bindparam("kinds", expanding=True))
    rows = session.execute(
        statement,
        {
            "issuers": sorted(issuer_ids),
            "kinds": purchases,
            "since": period.since.isoformat(),
            "until": period.until.isoformat(),
        },
    )
    found: dict[tuple[str, ...], tuple[int, int]] = {}
    for document, lines, spent in rows:
        schemes = tuple(sorted(json.loads(document)))
        before = found.get(schemes, (0, 0))
        found[schemes] = before[0] + int(lines), before[1] + int(spent)
    return [Certified(schemes, lines, Fen(spent)) for schemes, (lines, spent) in sorted(found.items())]
