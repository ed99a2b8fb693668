"""Marks that an action is counted in another scheme, and actions that emitted more than their baseline."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.awards.errors import NotQuantified
from greencredit.awards.tables import AwardsClaim, AwardsClaimWithdrawal, AwardsMeasure
from greencredit.issuers import queries as issuers
from greencredit.kernel.access import Actor, may
from greencredit.schemas.actions import ClaimMark, ClaimScheme, NegativeResult, NegativeResults, Quantification
from greencredit.schemas.values import Grams, Period

_AT_ONCE: Final = 1_000


def claims_of(session: Session, evidence_ids: Iterable[int]) -> dict[int, ClaimMark]:
    """Give the marks of some actions, by evidence; who made them is told to nobody here."""
    wanted = list(evidence_ids)
    found: dict[int, ClaimMark] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        here = wanted[start : start + _AT_ONCE]
        rows = session.scalars(select(AwardsClaim).where(AwardsClaim.evidence_id.in_(here), standing()))
        found |= {row.evidence_id: claim_mark(row) for row in rows}
    return found


def standing() -> ColumnElement[bool]:
    """Choose the marks that nobody withdrew."""
    return AwardsClaim.evidence_id.not_in(select(AwardsClaimWithdrawal.evidence_id))


def claim_mark(row: AwardsClaim) -> ClaimMark:
    """Give a mark as everybody may see it."""
    return ClaimMark(
        scheme=ClaimScheme(row.scheme),
        place=row.place,
        reference=row.reference,
        evidence_id=row.evidence_id,
        grams=Grams(row.grams),
        marked_at=row.marked_at,
    )


def issuer_of_measure(session: Session, evidence_id: int) -> str:
    """Give the issuer for which an action was quantified.

    Raises:
        NotQuantified: it never was.
    """
    row = session.get(AwardsMeasure, evidence_id)
    if row is None:
        raise NotQuantified(evidence_id)
    return row.issuer_id


def negatives_seen(
    session: Session, actor: Actor, *, period: Period | None = None, after: int = 0, limit: int = 100
) -> NegativeResults:
    """Give a page of the negative results of those issuers whose results somebody may see."""
    seen = [
        one.issuer_id
        for one in issuers.issuers_seen(session, actor)
        if may(actor, "negative.read", *issuers.scopes_of(one))
    ]
    return negative_page(session, issuer_ids=seen, period=period, after=after, limit=limit)


def negative_page(
    session: Session,
    *,
    issuer_ids: Iterable[str] | None = None,
    period: Period | None = None,
    after: int = 0,
    limit: int = 100,
) -> NegativeResults:
    """Give a page of the actions that emitted more than their baseline, by evidence: kept as they are, never awarded.

    Nobody is named in it: the regulator sees what happened, where, and by which method.
    """
    wanted = [AwardsMeasure.grams < 0]
    if issuer_ids is not None:
        wanted.append(AwardsMeasure.issuer_id.in_(list(issuer_ids)))
    if period is not None:
        wanted += [AwardsMeasure.occurred_on >= period.since, AwardsMeasure.occurred_on < period.until]
    total, grams = session.execute(
        select(func.count(), func.coalesce(func.sum(AwardsMeasure.grams), 0)).where(*wanted)
    ).one()
    rows = session.scalars(
        select(AwardsMeasure)
        .where(*wanted, AwardsMeasure.evidence_id > after)
        .order_by(AwardsMeasure.evidence_id)
        .limit(limit + 1)
    ).all()
    items = tuple(_negative(row) for row in rows[:limit])
    return NegativeResults(
        items=items,
        total=int(total),
        grams=Grams(int(grams)),
        next=items[-1].evidence_id if len(rows) > limit else None,
    )


def _negative(row: AwardsMeasure) -> NegativeResult:
    found = Quantification.model_validate_json(row.document)
    return NegativeResult(
        evidence_id=row.evidence_id,
        issuer_id=row.issuer_id,
        action=row.action,
        action_version=found.action_version,
        title=actions.action(row.action).title,
        occurred_on=row.occurred_on,
        region=found.region,
        grams=Grams(row.grams),
        gas=found.gas,
        tier=found.tier,
        formula=found.formula,
        steps=tuple(f"{step.stage}: {step.expression} = {step.value}" for step in found.steps),
    )
