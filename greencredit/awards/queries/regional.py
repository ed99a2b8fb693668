"""What the awards of some issuers came to in a period: for whoever supervises them, and never person by person."""

from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.awards.queries.claims import standing
from greencredit.awards.queries.lines import titles_of
from greencredit.awards.queries.totals import SHOPPING
from greencredit.awards.tables import (
    AwardsClaim,
    AwardsHold,
    AwardsHoldDecision,
    AwardsImport,
    AwardsMeasure,
    AwardsRule,
)
from greencredit.kernel.clock import start_of
from greencredit.schemas.actions import ClaimScheme
from greencredit.schemas.awards import GIFTS, EarningRule, Ground
from greencredit.schemas.values import Credits, Fen, Grams, Period, Words

_AT_ONCE: Final = 1_000
_TAKEN: Final = "(SELECT award_id, SUM(credits) AS credits FROM awards_reversal GROUP BY award_id)"
_KEPT: Final = "a.credits - COALESCE(t.credits, 0)"
_FROM: Final = (
    f"FROM awards_award a LEFT JOIN {_TAKEN} t ON t.award_id = a.event_id "
    f"WHERE a.rule_id IN :rules AND a.occurred_on >= :since AND a.occurred_on < :until AND {_KEPT} > 0"
)


class Activity(NamedTuple):
    """What awards for one kind of product or action came to in one month, those taken back whole left out."""

    issuer_id: str
    ground: Ground
    subject: str
    title: Words
    family: str
    month: str
    tier: str | None
    """None: no method covers it."""
    awards: int
    """Awards on top of another award for the same evidence are not counted again."""
    credits: Credits
    spent_fen: Fen
    grams: Grams
    """Without what another scheme counts."""
    claimed: Grams


class Uptake(NamedTuple):
    """How many people took part in one month, and how many of them for the first time."""

    month: str
    people: int
    newcomers: int


class Negative(NamedTuple):
    """Actions of one kind that emitted more than their baseline."""

    action: str
    title: Words
    times: int
    grams: Grams


class Claimed(NamedTuple):
    """What one other scheme counts."""

    scheme: ClaimScheme
    times: int
    grams: Grams


class Held(NamedTuple):
    """Credits kept back because of one signal, and how many of these cases are decided."""

    monitor: str
    cases: int
    credits: Credits
    decided: int


def activity(session: Session, issuer_ids: Collection[str], period: Period) -> list[Activity]:
    """Add up the awards of some issuers in a period by issuer, kind, month and tier: one look over awards."""
    known = _rules_of(session, issuer_ids)
    if not known:
        return []
    claimed = "(SELECT 1 FROM awards_claim c WHERE c.evidence_id = a.evidence_id)"
    statement = text(
        "SELECT a.rule_id, a.subject, substr(a.occurred_on, 1, 7), a.tier, "
        f"SUM(1 - CAST(a.stacked AS INTEGER)), SUM({_KEPT}), COALESCE(SUM(a.spent_fen), 0), "
        f"COALESCE(SUM(CASE WHEN EXISTS {claimed} THEN 0 ELSE a.grams END), 0), "
        f"COALESCE(SUM(CASE WHEN EXISTS {claimed} THEN a.grams ELSE 0 END), 0) {_FROM} GROUP BY 1, 2, 3, 4"
    ).bindparams(bindparam("rules", expanding=True))
    titles = titles_of(session)
    families = {action.name: (action.family or action.category).value for action in actions.actions()}
    found: dict[tuple[Any, ...], list[int]] = {}
    for rule_id, subject, month, tier, *sums in session.execute(statement, _bound(known, period)):
        issuer_id, ground = known[rule_id]
        here = found.setdefault((issuer_id, ground, subject, month, tier), [0] * len(sums))
        for place, number in enumerate(sums):
            here[place] += int(number)
    return [
        Activity(
            issuer_id=issuer_id,
            ground=ground,
            subject=subject,
            title=titles[ground, subject],
            family=families[subject] if ground is Ground.ACTION else SHOPPING,
            month=month,
            tier=tier,
            awards=count,
            credits=Credits(credits_),
            spent_fen=Fen(spent),
            grams=Grams(grams),
            claimed=Grams(claimed_),
        )
        for (issuer_id, ground, subject, month, tier), (count, credits_, spent, grams, claimed_) in sorted(
            found.items(), key=lambda item: tuple(map(str, item[0]))
        )
    ]


def uptake(session: Session, issuer_ids: Collection[str], period: Period) -> tuple[int, list[Uptake]]:
    """Count who took part in a period, and month by month who did and for whom it was the first time ever.

    A gift is no part taken: only purchases and actions count. Who may see these numbers is the caller's to say.
    """
    known = {rule: of for rule, of in _rules_of(session, issuer_ids).items() if of[1] not in GIFTS}
    if not known:
        return 0, []
    bound = _bound(known, period)
    whole = text(f"SELECT COUNT(DISTINCT a.holder) {_FROM}").bindparams(bindparam("rules", expanding=True))
    months = text(
        "WITH took AS (SELECT a.holder AS holder, substr(a.occurred_on, 1, 7) AS month, "  # noqa: S608 - constants
        "MAX(CASE WHEN a.occurred_on >= :since THEN 1 ELSE 0 END) AS within, MIN(a.occurred_on) AS first "
        f"FROM awards_award a LEFT JOIN {_TAKEN} t ON t.award_id = a.event_id "
        f"WHERE a.rule_id IN :rules AND a.occurred_on < :until AND {_KEPT} > 0 GROUP BY 1, 2), "
        "begun AS (SELECT holder, MIN(first) AS first FROM took GROUP BY holder) "
        "SELECT took.month, COUNT(*), "
        "SUM(CASE WHEN begun.first >= :since AND begun.first = took.first THEN 1 ELSE 0 END) "
        "FROM took JOIN begun ON begun.holder = took.holder WHERE took.within = 1 "
        "GROUP BY took.month ORDER BY took.month"
    ).bindparams(bindparam("rules", expanding=True))
    people = int(session.execute(whole, bound).scalar_one())
    return people, [Uptake(month, int(took), int(new)) for month, took, new in session.execute(months, bound)]


def negatives_in(session: Session, issuer_ids: Collection[str], period: Period) -> list[Negative]:
    """Add up the actions of a period that emitted more than their baseline, by kind, the worst first."""
    rows = session.execute(
        select(AwardsMeasure.action, func.count(), func.sum(AwardsMeasure.grams))
        .where(
            AwardsMeasure.issuer_id.in_(issuer_ids),
            AwardsMeasure.grams < 0,
            AwardsMeasure.occurred_on >= period.since,
            AwardsMeasure.occurred_on < period.until,
        )
        .group_by(AwardsMeasure.action)
        .order_by(func.sum(AwardsMeasure.grams), AwardsMeasure.action)
    )
    titles = {action.name: action.title for action in actions.actions()}
    return [Negative(name, titles[name], int(count), Grams(int(grams))) for name, count, grams in rows]


def claimed_in(session: Session, issuer_ids: Collection[str], period: Period) -> list[Claimed]:
    """Add up what other schemes count of the actions of a period."""
    rows = session.execute(
        select(AwardsClaim.scheme, func.count(), func.sum(AwardsClaim.grams))
        .join(AwardsMeasure, AwardsMeasure.evidence_id == AwardsClaim.evidence_id)
        .where(
            standing(),
            AwardsMeasure.issuer_id.in_(issuer_ids),
            AwardsMeasure.occurred_on >= period.since,
            AwardsMeasure.occurred_on < period.until,
        )
        .group_by(AwardsClaim.scheme)
        .order_by(AwardsClaim.scheme)
    )
    return [Claimed(ClaimScheme(scheme), int(count), Grams(int(grams))) for scheme, count, grams in rows]


def holds_in(session: Session, issuer_ids: Collection[str], period: Period) -> list[Held]:
    """Count what was kept back in a period because of signals of fraud, by monitor."""
    rows = session.execute(
        select(
            AwardsHold.monitor,
            func.count(),
            func.sum(AwardsHold.credits),
            func.count(AwardsHoldDecision.hold_id),
        )
        .outerjoin(AwardsHoldDecision, AwardsHoldDecision.hold_id == AwardsHold.id)
        .where(
            AwardsHold.issuer_id.in_(issuer_ids),
            AwardsHold.placed_at >= start_of(period.since),
            AwardsHold.placed_at < start_of(period.until),
        )
        .group_by(AwardsHold.monitor)
        .order_by(AwardsHold.monitor)
    )
    return [
        Held(monitor, int(count), Credits(int(credits_)), int(decided)) for monitor, count, credits_, decided in rows
    ]


def unrewarded_of(session: Session, batches: Collection[int]) -> int:
    """Count the lines of some files that qualified and yet earned nothing: below a threshold, or past a cap."""
    wanted = sorted(batches)
    parts = (wanted[start : start + _AT_ONCE] for start in range(0, len(wanted), _AT_ONCE))
    return sum(
        int(session.scalar(select(func.sum(AwardsImport.no_credit)).where(AwardsImport.batch_id.in_(part))) or 0)
        for part in parts
    )


def _rules_of(session: Session, issuer_ids: Collection[str]) -> dict[int, tuple[str, Ground]]:
    rows = session.execute(
        select(AwardsRule.id, AwardsRule.issuer_id, AwardsRule.document).where(AwardsRule.issuer_id.in_(issuer_ids))
    )
    return {
        number: (issuer_id, EarningRule.model_validate_json(document).ground) for number, issuer_id, document in rows
    }


def _bound(known: Mapping[int, Any], period: Period) -> dict[str, Any]:
    return {"rules": sorted(known), "since": period.since.isoformat(), "until": period.until.isoformat()}
