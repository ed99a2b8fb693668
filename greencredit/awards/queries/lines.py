"""Awards one by one, each with its explanation, and what became of a file."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.awards.errors import NoSuchAward
from greencredit.awards.queries.claims import claims_of
from greencredit.awards.queries.filed import filed as filed_row
from greencredit.awards.tables import AwardsAward, AwardsImport, AwardsMeasure, AwardsRule
from greencredit.evidence import queries as evidence
from greencredit.ledger import queries as ledger
from greencredit.ledger.errors import NoSuchHolder
from greencredit.merchants import queries as merchants
from greencredit.schemas.actions import Quantification
from greencredit.schemas.awards import GIFTS, AwardLine, Ground, ImportOutcome, TraceStep
from greencredit.schemas.values import Credits, Fen, Grams, Period, Words

ANY_DAY: Final = Period(since=date(1, 1, 1), until=date(9999, 12, 31))


def import_outcome(session: Session, batch_id: int, *, already_done: bool = False) -> ImportOutcome:
    """Give what became of one file."""
    batch = evidence.batch(session, batch_id)
    row = session.get_one(AwardsImport, batch_id)
    return ImportOutcome(
        batch_id=batch_id,
        file_name=batch.file_name,
        file_digest=batch.file_digest,
        lines=batch.lines,
        awarded=row.awarded,
        not_green=batch.lines - batch.qualifying - batch.duplicates - batch.rejected,
        no_credit=row.no_credit,
        duplicates=batch.duplicates,
        rejected=batch.rejected,
        credits=Credits(row.credits),
        grams=Grams(row.grams),
        already_done=already_done,
    )


def awards_of(
    session: Session, holder_id: str, period: Period | None = None, *, before: int | None = None, limit: int = 50
) -> list[AwardLine]:
    """List a holder's awards, newest first; `before` is the last award of the page before."""
    number = holder_number(session, holder_id)
    if number is None:
        return []
    span = period or ANY_DAY
    statement = (
        select(AwardsAward)
        .where(
            AwardsAward.holder == number,
            AwardsAward.occurred_on >= span.since,
            AwardsAward.occurred_on < span.until,
        )
        .order_by(AwardsAward.occurred_on.desc(), AwardsAward.event_id.desc())
        .limit(limit)
    )
    if before is not None:
        edge = session.get(AwardsAward, before)
        if edge is None:
            raise NoSuchAward(before)
        statement = statement.where(
            (AwardsAward.occurred_on < edge.occurred_on)
            | ((AwardsAward.occurred_on == edge.occurred_on) & (AwardsAward.event_id < before))
        )
    return _lines(session, session.scalars(statement).all())


def award(session: Session, award_id: int) -> AwardLine:
    """Give one award with its explanation."""
    row = session.get(AwardsAward, award_id)
    if row is None:
        raise NoSuchAward(award_id)
    return _lines(session, [row])[0]


def holder_of(session: Session, award_id: int) -> str | None:
    """Give the subject an award went to; none when the person was erased."""
    row = session.get(AwardsAward, award_id)
    if row is None:
        raise NoSuchAward(award_id)
    return ledger.subjects_of(session, {row.holder})[row.holder]


def _lines(session: Session, rows: Sequence[AwardsAward]) -> list[AwardLine]:
    filed = {row.id: (row, filed_row(row).rule) for row in session.scalars(select(AwardsRule))}
    proofs = evidence.proofs(session, [row.evidence_id for row in rows])
    taken = ledger.reversed_by_award(session, [row.event_id for row in rows])
    posted = ledger.posted_at(session, [row.event_id for row in rows])
    titles = titles_of(session)
    claims = claims_of(session, [row.evidence_id for row in rows])
    lines = []
    for row in rows:
        kept, rule = filed[row.rule_id]
        lines.append(
            AwardLine(
                award_id=row.event_id,
                posted_at=posted[row.event_id],
                occurred_on=row.occurred_on,
                issuer_id=kept.issuer_id,
                ground=rule.ground,
                subject=row.subject,
                title=titles[rule.ground, row.subject],
                rule_name=rule.name,
                rule_version=rule.version,
                rule_title=rule.title,
                merchant_id=None if rule.ground.is_gift else proofs[row.evidence_id].merchant_id,
                evidence_id=row.evidence_id,
                quantity=row.quantity,
                unit=row.unit,
                spent_fen=None if row.spent_fen is None else Fen(row.spent_fen),
                credits=Credits(row.credits),
                grams=None if row.grams is None else Grams(row.grams),
                tier=row.tier,
                reversed_credits=taken.get(row.event_id, Credits(0)),
                trace=tuple(
                    TraceStep(step=step, found=found, limit=limit, credits=Credits(credits_), of="".join(of))
                    for step, found, limit, credits_, *of in json.loads(row.trace)
                ),
                claim=claims.get(row.evidence_id),
            )
        )
    return lines


def quantification(session: Session, evidence_id: int) -> Quantification | None:
    """Give how an action's grams were computed; none for a purchase, which is not quantified."""
    row = session.get(AwardsMeasure, evidence_id)
    return None if row is None else Quantification.model_validate_json(row.document)


def negative_results(session: Session, holder_id: str, period: Period | None = None) -> list[Quantification]:
    """List the actions that emitted more than their baseline: kept and shown, never awarded."""
    number = holder_number(session, holder_id)
    span = period or ANY_DAY
    rows = session.scalars(
        select(AwardsMeasure.document)
        .where(
            AwardsMeasure.holder == number,
            AwardsMeasure.grams < 0,
            AwardsMeasure.occurred_on >= span.since,
            AwardsMeasure.occurred_on < span.until,
        )
        .order_by(AwardsMeasure.occurred_on, AwardsMeasure.evidence_id)
    )
    return [Quantification.model_validate_json(document) for document in rows]


def holder_number(session: Session, subject_id: str) -> int | None:
    """Give a subject's pseudonym, or none if nothing was ever awarded to it."""
    try:
        return ledger.holder_number(session, subject_id)
    except NoSuchHolder:
        return None


def titles_of(session: Session) -> Mapping[tuple[Ground, str], Words]:
    """Give what every green kind of product and every action is called."""
    titles = {(Ground.ACTION, action.name): action.title for action in actions.actions()}
    titles |= {(ground, ground.value): ground.words for ground in GIFTS}
    return titles | {(Ground.PURCHASE, slug): kind.title for slug, kind in merchants.green_kinds(session).items()}
