"""Awards added up: for a holder, an issuer, a rule; every sum is computed from the same rows."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.awards.queries.claims import standing
from greencredit.awards.queries.lines import ANY_DAY, holder_number, titles_of
from greencredit.awards.tables import AwardsAward, AwardsClaim, AwardsReversal, AwardsRule
from greencredit.schemas.awards import ConsumerTotals, EarningRule, Ground, MonthTotal, RuleTotal, SubjectTotal
from greencredit.schemas.values import Credits, Fen, Grams, Period

SHOPPING: Final = "shopping"
"""The family of all purchases that are not quantified."""


_TAKEN: Final = (
    select(AwardsReversal.award_id, func.sum(AwardsReversal.credits).label("credits"))
    .group_by(AwardsReversal.award_id)
    .subquery("taken")
)
_KEPT: Final = AwardsAward.credits - func.coalesce(_TAKEN.c.credits, 0)
"""What is left of an award; one that was taken back whole leaves every sum, one in part keeps spending and grams."""


_GRAMS: Final = case((AwardsClaim.evidence_id.is_not(None), 0), else_=AwardsAward.grams)
"""The grams of an award that are ours to count: a tonne is claimed once, and what another scheme counts is nobody's
here; none stays none, which is not quantified."""
_CLAIMED: Final = func.coalesce(func.sum(case((AwardsClaim.evidence_id.is_not(None), AwardsAward.grams), else_=0)), 0)


def totals_of(session: Session, holder_id: str, period: Period | None = None) -> ConsumerTotals:
    """Add up a holder's awards of a period; every part is computed from the same rows and agrees to the unit."""
    number = holder_number(session, holder_id)
    rows = _grouped(session, period, AwardsAward.holder == (-1 if number is None else number))
    months: dict[str, list[Any]] = {}
    for row in rows:
        months.setdefault(row.month, []).append(row)
    return ConsumerTotals(
        count=_sum(rows, "awards"),
        credits=Credits(_sum(rows, "credits")),
        spent_fen=Fen(_sum(rows, "spent")),
        grams=Grams(_sum(rows, "grams")),
        claimed_grams=Grams(_sum(rows, "claimed")),
        unquantified_count=sum(row.awards for row in rows if row.grams is None and not row.stacked and _is_green(row)),
        by_subject=_by_subject(session, rows),
        by_month=tuple(
            MonthTotal(
                month=month,
                count=_sum(of, "awards"),
                credits=Credits(_sum(of, "credits")),
                spent_fen=Fen(_sum(of, "spent")),
                grams=Grams(_sum(of, "grams")),
            )
            for month, of in sorted(months.items())
        ),
    )


def _is_green(row: Any) -> bool:  # noqa: ANN401 - a row
    """Tell whether a row's awards are for something green; a gift claims to avoid nothing."""
    return not EarningRule.model_validate_json(row.document).ground.is_gift


def issuer_subjects(session: Session, issuer_id: str, period: Period | None = None) -> tuple[SubjectTotal, ...]:
    """Add up all awards of an issuer by kind of product or action, the kind that brought most credits first."""
    totals = _by_subject(session, _grouped(session, period, AwardsRule.issuer_id == issuer_id))
    return tuple(sorted(totals, key=lambda one: (-one.credits, one.subject)))


def _grouped(session: Session, period: Period | None, whose: ColumnElement[bool]) -> Sequence[Any]:
    span = period or ANY_DAY
    return session.execute(
        select(
            AwardsRule.document,
            AwardsAward.subject,
            AwardsAward.stacked,
            func.substr(AwardsAward.occurred_on, 1, 7).label("month"),
            func.count().label("awards"),
            func.sum(_KEPT).label("credits"),
            func.coalesce(func.sum(AwardsAward.spent_fen), 0).label("spent"),
            func.sum(_GRAMS).label("grams"),
            _CLAIMED.label("claimed"),
            func.max(AwardsAward.tier).label("tier"),
        )
        .join(AwardsRule, AwardsRule.id == AwardsAward.rule_id)
        .outerjoin(_TAKEN, _TAKEN.c.award_id == AwardsAward.event_id)
        .outerjoin(AwardsClaim, (AwardsClaim.evidence_id == AwardsAward.evidence_id) & standing())
        .where(_KEPT > 0, whose, AwardsAward.occurred_on >= span.since, AwardsAward.occurred_on < span.until)
        .group_by(AwardsRule.document, AwardsAward.subject, AwardsAward.stacked, "month")
        .order_by(AwardsAward.subject, "month")
    ).all()


def _by_subject(session: Session, rows: Sequence[Any]) -> tuple[SubjectTotal, ...]:
    grounds = {row.document: EarningRule.model_validate_json(row.document).ground for row in rows}
    titles = titles_of(session)
    families = {action.name: action.category.value for action in actions.actions()}
    subjects: dict[tuple[Ground, str], list[Any]] = {}
    for row in rows:
        subjects.setdefault((grounds[row.document], row.subject), []).append(row)
    return tuple(
        SubjectTotal(
            ground=ground,
            subject=subject,
            title=titles[ground, subject],
            family=families[subject] if ground is Ground.ACTION else SHOPPING,
            count=_sum(of, "awards"),
            credits=Credits(_sum(of, "credits")),
            spent_fen=Fen(_sum(of, "spent")),
            grams=None if all(row.grams is None for row in of) else Grams(_sum(of, "grams")),
            tier=max((row.tier for row in of if row.tier), default=None),
        )
        for (ground, subject), of in subjects.items()
    )


def _sum(rows: Iterable[Any], field: str) -> int:
    return sum(int(row._mapping[field] or 0) for row in rows)  # noqa: SLF001 - SQLAlchemy's public name for it


def issuer_months(session: Session, issuer_id: str, period: Period | None = None) -> list[MonthTotal]:
    """Add up all awards of an issuer by month of what happened."""
    span = period or ANY_DAY
    rows = session.execute(
        select(
            func.substr(AwardsAward.occurred_on, 1, 7).label("month"),
            func.count().label("count"),
            func.sum(_KEPT).label("credits"),
            func.coalesce(func.sum(AwardsAward.spent_fen), 0).label("spent"),
            func.coalesce(func.sum(_GRAMS), 0).label("grams"),
        )
        .join(AwardsRule, AwardsRule.id == AwardsAward.rule_id)
        .outerjoin(_TAKEN, _TAKEN.c.award_id == AwardsAward.event_id)
        .outerjoin(AwardsClaim, (AwardsClaim.evidence_id == AwardsAward.evidence_id) & standing())
        .where(
            _KEPT > 0,
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
    span = period or ANY_DAY
    return session.execute(
        select(func.count(AwardsAward.holder.distinct()))
        .join(AwardsRule, AwardsRule.id == AwardsAward.rule_id)
        .outerjoin(_TAKEN, _TAKEN.c.award_id == AwardsAward.event_id)
        .where(
            _KEPT > 0,
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
            func.coalesce(func.sum(_KEPT), 0).label("credits"),
            func.coalesce(func.sum(_GRAMS), 0).label("grams"),
        )
        .outerjoin(AwardsAward, AwardsAward.rule_id == AwardsRule.id)
        .outerjoin(_TAKEN, _TAKEN.c.award_id == AwardsAward.event_id)
        .outerjoin(AwardsClaim, (AwardsClaim.evidence_id == AwardsAward.evidence_id) & standing())
        .where(AwardsRule.issuer_id == issuer_id, or_(AwardsAward.event_id.is_(None), _KEPT > 0))
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
