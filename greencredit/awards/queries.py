"""Reads of awards: rules in force, use of caps, award lines with their explanation, totals."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.awards import rules
from greencredit.awards.errors import NoSuchAward
from greencredit.awards.rules import Filed, UsageKey
from greencredit.awards.tables import AwardsAward, AwardsImport, AwardsMeasure, AwardsRule
from greencredit.evidence import queries as evidence
from greencredit.kernel.database import is_sqlite
from greencredit.ledger import queries as ledger
from greencredit.ledger.errors import NoSuchHolder
from greencredit.merchants import queries as merchants
from greencredit.schemas.actions import Quantification
from greencredit.schemas.awards import (
    AwardLine,
    ConsumerTotals,
    EarningRule,
    Ground,
    ImportOutcome,
    MonthTotal,
    RuleTotal,
    SubjectTotal,
    TraceStep,
)
from greencredit.schemas.values import Credits, Fen, Grams, Period, Words

SHOPPING: Final = "shopping"
"""The family of all purchases that are not quantified."""
_ANY_DAY: Final = Period(since=date(1, 1, 1), until=date(9999, 12, 31))


def filed_rule(session: Session, rule_id: int) -> Filed:
    """Give a rule version by the number under which it is kept."""
    return _filed(session.get_one(AwardsRule, rule_id))


def rules_in_force(session: Session, issuer_id: str) -> list[Filed]:
    """List the rule versions of an issuer; where a newer one begins, the older one has ended."""
    rows = session.scalars(select(AwardsRule).where(AwardsRule.issuer_id == issuer_id).order_by(AwardsRule.id))
    return rules.superseded([_filed(row) for row in rows])


def _filed(row: AwardsRule) -> Filed:
    return Filed(row.id, row.lineage, EarningRule.model_validate_json(row.document))


def usage(session: Session, lineage: int, holders: Collection[int], windows: Collection[int]) -> dict[UsageKey, int]:
    """Give how much of a rule's caps is used, for some holders in some windows; what is absent is unused."""
    sqlite = is_sqlite(session)
    within = "IN (SELECT value FROM json_each({}))" if sqlite else "= ANY({})"
    statement = (
        'SELECT holder, "window", credits FROM awards_usage WHERE lineage = :lineage '  # noqa: S608 - constants
        f'AND holder {within.format(":holders")} AND "window" {within.format(":windows")}'
    )
    asked: dict[str, Any] = {"lineage": lineage, "holders": list(holders), "windows": list(windows)}
    if sqlite:
        asked |= {"holders": json.dumps(asked["holders"]), "windows": json.dumps(asked["windows"])}
    rows = session.execute(text(statement), asked)
    return {(lineage, holder, window): credits_ for holder, window, credits_ in rows}


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
    number = _holder(session, holder_id)
    if number is None:
        return []
    span = period or _ANY_DAY
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
        edge = session.get_one(AwardsAward, before)
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


def quantification(session: Session, evidence_id: int) -> Quantification | None:
    """Give how an action's grams were computed; none for a purchase, which is not quantified."""
    row = session.get(AwardsMeasure, evidence_id)
    return None if row is None else Quantification.model_validate_json(row.document)


def _holder(session: Session, subject_id: str) -> int | None:
    try:
        return ledger.holder_number(session, subject_id)
    except NoSuchHolder:
        return None


def _lines(session: Session, rows: Sequence[AwardsAward]) -> list[AwardLine]:
    filed = {row.id: (row, _filed(row).rule) for row in session.scalars(select(AwardsRule))}
    proofs = evidence.proofs(session, [row.evidence_id for row in rows])
    taken = ledger.reversed_by_award(session, [row.event_id for row in rows])
    posted = ledger.posted_at(session, [row.event_id for row in rows])
    titles = _titles(session)
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
                merchant_id=proofs[row.evidence_id].merchant_id,
                evidence_id=row.evidence_id,
                quantity=row.quantity,
                unit=row.unit,
                spent_fen=None if row.spent_fen is None else Fen(row.spent_fen),
                credits=Credits(row.credits),
                grams=None if row.grams is None else Grams(row.grams),
                tier=row.tier,
                reversed_credits=taken.get(row.event_id, Credits(0)),
                trace=tuple(
                    TraceStep(step=step, found=found, limit=limit, credits=Credits(credits_))
                    for step, found, limit, credits_ in json.loads(row.trace)
                ),
            )
        )
    return lines


def _titles(session: Session) -> Mapping[tuple[Ground, str], Words]:
    titles = {(Ground.ACTION, action.name): action.title for action in actions.actions()}
    return titles | {(Ground.PURCHASE, slug): kind.title for slug, kind in merchants.green_kinds(session).items()}


def totals_of(session: Session, holder_id: str, period: Period | None = None) -> ConsumerTotals:
    """Add up a holder's awards of a period; every part is computed from the same rows and agrees to the unit."""
    number = _holder(session, holder_id)
    return _totals(session, _ANY_DAY if period is None else period, number if number is not None else -1)


def _totals(session: Session, period: Period, holder: int) -> ConsumerTotals:
    rows = session.execute(
        select(
            AwardsRule.document,
            AwardsAward.subject,
            func.substr(AwardsAward.occurred_on, 1, 7).label("month"),
            func.count().label("count"),
            func.sum(AwardsAward.credits).label("credits"),
            func.coalesce(func.sum(AwardsAward.spent_fen), 0).label("spent"),
            func.sum(AwardsAward.grams).label("grams"),
            func.max(AwardsAward.tier).label("tier"),
        )
        .join(AwardsRule, AwardsRule.id == AwardsAward.rule_id)
        .where(
            AwardsAward.holder == holder,
            AwardsAward.occurred_on >= period.since,
            AwardsAward.occurred_on < period.until,
        )
        .group_by(AwardsRule.document, AwardsAward.subject, "month")
        .order_by(AwardsAward.subject, "month")
    ).all()
    grounds = {document: EarningRule.model_validate_json(document).ground for document, *_ in rows}
    titles = _titles(session)
    families = {action.name: action.category.value for action in actions.actions()}
    subjects: dict[tuple[Ground, str], list[Any]] = {}
    months: dict[str, list[Any]] = {}
    for row in rows:
        subjects.setdefault((grounds[row.document], row.subject), []).append(row)
        months.setdefault(row.month, []).append(row)
    return ConsumerTotals(
        count=_sum(rows, "count"),
        credits=Credits(_sum(rows, "credits")),
        spent_fen=Fen(_sum(rows, "spent")),
        grams=Grams(_sum(rows, "grams")),
        unquantified_count=sum(row.count for row in rows if row.grams is None),
        by_subject=tuple(
            SubjectTotal(
                ground=ground,
                subject=subject,
                title=titles[ground, subject],
                family=families[subject] if ground is Ground.ACTION else SHOPPING,
                count=_sum(of, "count"),
                credits=Credits(_sum(of, "credits")),
                spent_fen=Fen(_sum(of, "spent")),
                grams=None if all(row.grams is None for row in of) else Grams(_sum(of, "grams")),
                tier=max((row.tier for row in of if row.tier), default=None),
            )
            for (ground, subject), of in subjects.items()
        ),
        by_month=tuple(
            MonthTotal(
                month=month,
                count=_sum(of, "count"),
                credits=Credits(_sum(of, "credits")),
                spent_fen=Fen(_sum(of, "spent")),
                grams=Grams(_sum(of, "grams")),
            )
            for month, of in sorted(months.items())
        ),
    )


def _sum(rows: Iterable[Any], field: str) -> int:
    return sum(int(row._mapping[field] or 0) for row in rows)  # noqa: SLF001 - SQLAlchemy's public name for it


def issuer_months(session: Session, issuer_id: str, period: Period | None = None) -> list[MonthTotal]:
    """Add up all awards of an issuer by month of what happened."""
    span = period or _ANY_DAY
    rows = session.execute(
        select(
            func.substr(AwardsAward.occurred_on, 1, 7).label("month"),
            func.count().label("count"),
            func.sum(AwardsAward.credits).label("credits"),
            func.coalesce(func.sum(AwardsAward.spent_fen), 0).label("spent"),
            func.coalesce(func.sum(AwardsAward.grams), 0).label("grams"),
        )
        .join(AwardsRule, AwardsRule.id == AwardsAward.rule_id)
        .where(
            AwardsRule.issuer_id == issuer_id,
            AwardsAward.occurred_on >= span.since,
            AwardsAward.occurred_on < span.until,
        )
        .group_by("month")
        .order_by("month")
    )
    return [
        MonthTotal(
            month=row.month,
            count=row._mapping["count"],  # noqa: SLF001 - SQLAlchemy's public name for it
            credits=Credits(int(row.credits)),
            spent_fen=Fen(int(row.spent)),
            grams=Grams(int(row.grams)),
        )
        for row in rows
    ]


def participants(session: Session, issuer_id: str, period: Period | None = None) -> int:
    """Count the holders who earned something of an issuer in a period."""
    span = period or _ANY_DAY
    return session.execute(
        select(func.count(AwardsAward.holder.distinct()))
        .join(AwardsRule, AwardsRule.id == AwardsAward.rule_id)
        .where(
            AwardsRule.issuer_id == issuer_id,
            AwardsAward.occurred_on >= span.since,
            AwardsAward.occurred_on < span.until,
        )
    ).scalar_one()


def rule_totals(session: Session, issuer_id: str) -> list[RuleTotal]:
    """Add up what each rule version of an issuer gave."""
    rows = session.execute(
        select(
            AwardsRule.document,
            func.count(AwardsAward.event_id).label("count"),
            func.count(AwardsAward.holder.distinct()).label("holders"),
            func.coalesce(func.sum(AwardsAward.credits), 0).label("credits"),
            func.coalesce(func.sum(AwardsAward.grams), 0).label("grams"),
        )
        .outerjoin(AwardsAward, AwardsAward.rule_id == AwardsRule.id)
        .where(AwardsRule.issuer_id == issuer_id)
        .group_by(AwardsRule.id, AwardsRule.document)
        .order_by(AwardsRule.id)
    )
    totals = []
    for row in rows:
        rule = EarningRule.model_validate_json(row.document)
        totals.append(
            RuleTotal(
                name=rule.name,
                version=rule.version,
                title=rule.title,
                count=row._mapping["count"],  # noqa: SLF001 - SQLAlchemy's public name for it
                holders=row.holders,
                credits=Credits(int(row.credits)),
                grams=Grams(int(row.grams)),
            )
        )
    return totals


def negative_results(session: Session, holder_id: str, period: Period | None = None) -> list[Quantification]:
    """List the actions that emitted more than their baseline: kept and shown, never awarded."""
    number = _holder(session, holder_id)
    span = period or _ANY_DAY
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
