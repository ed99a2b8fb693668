"""The audit of awards: caps, events, evidence and grams are worked out again and compared with what is on file."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from greencredit.actions.rules import recompute
from greencredit.awards import rules
from greencredit.awards.queries.direct import every_direct_award_has_its_ground
from greencredit.awards.queries.enterprise import every_enterprise_move_is_filed
from greencredit.awards.queries.filed import filed, plans
from greencredit.awards.rules import UsageKey
from greencredit.awards.tables import AwardsAward, AwardsGift, AwardsMeasure, AwardsPart, AwardsRule, AwardsUsage
from greencredit.evidence import queries as evidence
from greencredit.kernel.database import Table
from greencredit.ledger import queries as ledger
from greencredit.schemas.actions import Quantification
from greencredit.schemas.ledger import Finding

INVARIANTS: Final = MappingProxyType(
    {
        "usage_equals_awards": "what is used of a cap or budget is what was awarded under it, less what was taken back",
        "no_cap_exceeded": "no cap and no budget was exceeded, worked out again from the awards",
        "every_award_has_its_event": "every award is an event of the same holder and credits, and the other way round",
        "every_award_has_its_evidence": "every award and every quantification rests on evidence that says the same",
        "every_direct_award_has_its_ground": "every award without evidence of ours is of a promotion that was filed, "
        "and gives at most what was filed",
        "every_enterprise_move_is_filed": "accounts of enterprises are registered and moved as the day's filing allows",
        "grams_recompute": "every quantification on file computes to the grams that were booked",
    }
)
"""What always holds of awards, by name; checked by command and in the regulator's report."""

AWARDING: Final = "awards"
"""Under this name awards are posted to the ledger."""

_AT_ONCE: Final = 1_000
_FIRST_FEW: Final = 10
_Answer = tuple[int, list[str]]


def audit(session: Session) -> list[Finding]:
    """Work everything out again from awards, events and evidence, and compare; every invariant answers by name."""
    used = _Used(session)
    checks: dict[str, Callable[[], _Answer]] = {
        "usage_equals_awards": lambda: _usage_equals_awards(session, used),
        "no_cap_exceeded": lambda: _no_cap_exceeded(used),
        "every_award_has_its_event": lambda: _every_award_has_its_event(session),
        "every_award_has_its_evidence": lambda: _every_award_has_its_evidence(session),
        "every_direct_award_has_its_ground": lambda: every_direct_award_has_its_ground(session),
        "every_enterprise_move_is_filed": lambda: every_enterprise_move_is_filed(session),
        "grams_recompute": lambda: _grams_recompute(session),
    }
    answers = {name: checks[name]() for name in INVARIANTS}
    return [
        Finding(name=name, sentence=INVARIANTS[name], looked_at=looked_at, broken=tuple(broken[:_FIRST_FEW]))
        for name, (looked_at, broken) in answers.items()
    ]


def _in_parts(session: Session, table: type[Table], key: str) -> Iterator[Sequence[Row[Any]]]:
    """Give all rows by their key, a thousand at a time: memory does not grow with the years."""
    columns = table.__table__.columns
    last = 0
    while rows := session.execute(
        select(*columns).where(columns[key] > last).order_by(columns[key]).limit(_AT_ONCE)
    ).all():
        yield rows
        last = getattr(rows[-1], key)


class _Used:
    """What the awards come to for every counter, and the highest limit under which one of them was given."""

    def __init__(self, session: Session) -> None:
        kept = {row.id: row for row in session.scalars(select(AwardsRule))}
        filed_rules = {number: filed(row) for number, row in kept.items()}
        above = {issuer: plans(session, issuer) for issuer in {row.issuer_id for row in kept.values()}}
        self.awards = 0
        self.credits: Counter[UsageKey] = Counter()
        self.limits: dict[UsageKey, tuple[str, int]] = {}
        limits: dict[tuple[int, int], tuple[rules.Limit, ...]] = {}
        for rows in _in_parts(session, AwardsAward, "event_id"):
            taken = ledger.reversed_by_award(session, [row.event_id for row in rows])
            self.awards += len(rows)
            for row in rows:
                of = (row.rule_id, row.terms_version or 0)
                if of not in limits:
                    plan = above[kept[row.rule_id].issuer_id].get(of[1], rules.NO_PLAN)
                    limits[of] = rules.limits_of(filed_rules[row.rule_id], plan)
                windows = rules.windows(row.occurred_on)
                for limit in limits[of]:
                    key = limit.key(row.holder, row.household or 0, windows)
                    self.credits[key] += row.credits - taken.get(row.event_id, 0)
                    self.limits[key] = max(self.limits.get(key, (limit.step, 0)), (limit.step, limit.most))
        paid = session.execute(select(AwardsPart.counter, func.sum(AwardsPart.credits)).group_by(AwardsPart.counter))
        for counter, credits_ in paid:
            self.credits[counter, rules.EVERYONE, rules.EVER] = int(credits_)
        for filings in above.values():
            for payer in (payer for plan in filings.values() for split in plan.splits.values() for payer in split):
                if payer.budget is not None:
                    key = (payer.counter, rules.EVERYONE, rules.EVER)
                    self.limits[key] = max(self.limits.get(key, ("funder", 0)), ("funder", payer.budget))


def _usage_equals_awards(session: Session, used: _Used) -> _Answer:
    on_file = {
        (lineage, holder, window): credits_
        for lineage, holder, window, credits_ in session.execute(
            select(AwardsUsage.lineage, AwardsUsage.holder, AwardsUsage.window, AwardsUsage.credits)
        )
    }
    keys = sorted(on_file.keys() | used.credits.keys())
    broken = [
        f"lineage={key[0]}, holder={key[1]}, window={key[2]}, used={on_file.get(key, 0)}, awards={used.credits[key]}"
        for key in keys
        if on_file.get(key, 0) != used.credits[key]
    ]
    return len(keys), broken


def _no_cap_exceeded(used: _Used) -> _Answer:
    broken = [
        f"lineage={key[0]}, holder={key[1]}, window={key[2]}, awards={used.credits[key]}, {step}={limit}"
        for key, (step, limit) in sorted(used.limits.items())
        if used.credits[key] > limit
    ]
    return len(used.limits), broken


def _every_award_has_its_event(session: Session) -> _Answer:
    looked_at, broken = 0, []
    for rows in _in_parts(session, AwardsAward, "event_id"):
        events = ledger.earnings(session, [row.event_id for row in rows])
        looked_at += len(rows)
        for row in rows:
            booked = events.get(row.event_id)
            if booked != (AWARDING, row.holder, row.credits):
                broken.append(f"award={row.event_id}, holder={row.holder}, credits={row.credits}, event={booked}")
    posted = ledger.earnings_by(session, AWARDING)
    if posted != looked_at:
        broken.append(f"awards={looked_at}, events={posted}")
    return looked_at, broken


def _every_award_has_its_evidence(session: Session) -> _Answer:
    looked_at, broken = 0, []
    for rows in _in_parts(session, AwardsAward, "event_id"):
        proofs = evidence.proofs(session, [row.evidence_id for row in rows])
        looked_at += len(rows)
        for row in rows:
            proof = proofs.get(row.evidence_id)
            if row.evidence_id < 0:
                gift = session.get(AwardsGift, -row.evidence_id)
                if gift is None or (gift.ground, gift.happened_on, gift.holder) != (
                    row.subject,
                    row.occurred_on,
                    row.holder,
                ):
                    broken.append(f"award={row.event_id}, gift={-row.evidence_id} does not say the same")
                continue
            # On top of another award, money and CO2e are counted with that one.
            spent_fen = proof.spent_fen if row.stacked and proof is not None else row.spent_fen
            said = (row.subject, row.occurred_on, row.quantity, row.unit, spent_fen)
            if proof is None:
                broken.append(f"award={row.event_id}, evidence={row.evidence_id} is not on file")
            elif (found := (proof.subject, proof.happened_on, proof.quantity, proof.unit, proof.spent_fen)) != said:
                broken.append(f"award={row.event_id}, evidence={row.evidence_id}, says={said}, proof={found}")
    for measures in _in_parts(session, AwardsMeasure, "evidence_id"):
        proofs = evidence.proofs(session, [row.evidence_id for row in measures])
        looked_at += len(measures)
        for measure in measures:
            proof = proofs.get(measure.evidence_id)
            if proof is None or (proof.subject, proof.happened_on) != (measure.action, measure.occurred_on):
                broken.append(f"quantification of evidence={measure.evidence_id} has no evidence that says the same")
    return looked_at, broken


def _grams_recompute(session: Session) -> _Answer:
    looked_at, broken = 0, []
    for rows in _in_parts(session, AwardsMeasure, "evidence_id"):
        looked_at += len(rows)
        booked = {
            row.evidence_id: row.grams
            for row in session.execute(
                select(AwardsAward.evidence_id, AwardsAward.grams).where(
                    AwardsAward.evidence_id.in_([row.evidence_id for row in rows]), AwardsAward.stacked.in_([False])
                )
            )
        }
        for row in rows:
            found = Quantification.model_validate_json(row.document)
            grams = {"document": found.grams, "recomputed": recompute(found), "kept": row.grams}
            grams |= {"award": booked[row.evidence_id]} if row.evidence_id in booked else {}
            if len(set(grams.values())) > 1:
                said = ", ".join(f"{name}={value}" for name, value in grams.items())
                broken.append(f"evidence={row.evidence_id}, {said}")
    quantified = session.scalar(select(func.count()).select_from(AwardsAward).where(AwardsAward.grams.is_not(None)))
    measured = session.scalar(
        select(func.count())
        .select_from(AwardsAward)
        .join(AwardsMeasure, AwardsMeasure.evidence_id == AwardsAward.evidence_id)
        .where(AwardsAward.grams.is_not(None))
    )
    if quantified != measured:
        broken.append(f"awards with grams={quantified}, of which quantified on file={measured}")
    return looked_at, broken
