"""Keeps credits back where a monitor found a signal of fraud; the holder may appeal, and another person decides.

The machine only holds. What is held still belongs to the holder and expires no earlier; nobody is refused anything
else, he is told at once and on which ground, and a person looks at it (个人信息保护法 art. 24).
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.awards.errors import AppealLodged, HoldDecided, OwnHold
from greencredit.awards.queries.holds import hold
from greencredit.awards.service.reverse import take_back
from greencredit.awards.tables import AwardsAppeal, AwardsAward, AwardsHold, AwardsHoldDecision, AwardsReversal
from greencredit.evidence.catalogue.monitors import monitors
from greencredit.evidence.queries.signals import Verdict
from greencredit.kernel.clock import now
from greencredit.kernel.ids import new_id
from greencredit.ledger import service as ledger
from greencredit.ledger.errors import NotEnoughCredits
from greencredit.ledger.queries.attribution import caused_by, heads_of
from greencredit.ledger.rules import key_of
from greencredit.schemas.holds import AwardHold, HoldDecision, HoldOutcome
from greencredit.schemas.ledger import Freeze, FreezeGround, Reason, Unfreeze, Verb

_CALLER = "awards.hold"


def place_holds(session: Session, issuer_id: str, verdicts: Sequence[Verdict], *, placed_by: str) -> list[AwardHold]:
    """Freeze what the awards on suspicious evidence gave; evidence that several monitors name is held once.

    Called in the transaction of the awards, so that nothing of it can be spent in between.
    """
    held: set[int] = set()
    placed = []
    for verdict in verdicts:
        awards = _awards_on(session, verdict.evidence_ids - held)
        held |= verdict.evidence_ids
        if awards and (hold_id := _place(session, issuer_id, verdict, awards, placed_by)):
            placed.append(hold(session, hold_id))
    return placed


def _awards_on(session: Session, evidence_ids: Iterable[int]) -> dict[int, int]:
    statement = select(AwardsAward.event_id, AwardsAward.credits).where(AwardsAward.evidence_id.in_(evidence_ids))
    rows = session.execute(statement.order_by(AwardsAward.event_id))
    return dict(rows.all())


def _place(session: Session, issuer_id: str, verdict: Verdict, awards: dict[int, int], placed_by: str) -> str | None:
    hold_id = new_id(session, "hld", now(session))
    title = monitors()[verdict.monitor][0].title
    reason = Reason(placed_by, f"{title.zh} · {title.en}", None, FreezeGround.FRAUD.value)
    by_series: Counter[int] = Counter()
    for event_id, head in heads_of(session, awards).items():
        by_series[head.leaf.series] += awards[event_id]
    freezes = []
    for series, credits_ in sorted(by_series.items()):
        key = key_of(f"{hold_id}:{series}")
        frozen = _freeze(session, Freeze(verdict.holder, credits_, key, reason, series))
        if frozen is not None:
            freezes.append(frozen)
    if not freezes:  # a shortage has taken it all: there is nothing to keep back
        return None
    session.add(
        AwardsHold(
            id=hold_id,
            issuer_id=issuer_id,
            holder=verdict.holder,
            monitor=verdict.monitor,
            found=json.dumps({"found": verdict.found.model_dump(), "wanted": verdict.wanted.model_dump()}),
            awards=json.dumps(list(awards)),
            credits=sum(credits_ for _, credits_ in freezes),
            freezes=json.dumps(freezes),
            placed_by=placed_by,
            placed_at=now(session),
        )
    )
    session.flush()
    return hold_id


def _freeze(session: Session, command: Freeze) -> tuple[int, int] | None:
    """Freeze as much as is there: what was awarded may have repaid a shortage at once."""
    caller = ledger.caller(session, _CALLER)
    try:
        return ledger.post_one(session, caller, command).event_id, command.credits
    except NotEnoughCredits as refusal:
        found = int(str(refusal.facts["found"]))
        if found <= 0:
            return None
        return ledger.post_one(session, caller, command._replace(credits=found)).event_id, found


def lodge_appeal(session: Session, hold_id: str, words: str, *, by: str) -> AwardHold:
    """Lodge the holder's appeal against a hold (申诉), once.

    Raises:
        NoSuchHold: there is none under this number.
        HoldDecided, AppealLodged: it is too late, or was done before.
    """
    found = hold(session, hold_id)
    if found.decision is not None:
        raise HoldDecided(hold_id, outcome=found.decision.outcome.value)
    if found.appeal is not None:
        raise AppealLodged(hold_id)
    session.add(AwardsAppeal(hold_id=hold_id, lodged_by=by, lodged_at=now(session), words=words.strip()))
    session.flush()
    return hold(session, hold_id)


def decide_hold(session: Session, hold_id: str, decision: HoldDecision, *, by: str) -> AwardHold:
    """Give the credits back, or take the awards back; asking again for the same changes nothing (复核).

    Raises:
        NoSuchHold: there is none under this number.
        OwnHold: whoever decides has placed the hold, or appealed against it.
        HoldDecided: it was decided otherwise.
    """
    found = hold(session, hold_id)
    row = session.get_one(AwardsHold, hold_id)
    appeal = session.get(AwardsAppeal, hold_id)
    if by == row.placed_by or (appeal is not None and by == appeal.lodged_by):
        raise OwnHold(hold_id)
    if found.decision is not None:
        if found.decision.outcome is decision.outcome:
            return found
        raise HoldDecided(hold_id, outcome=found.decision.outcome.value)
    session.add(
        AwardsHoldDecision(
            hold_id=hold_id,
            outcome=decision.outcome.value,
            reason=decision.reason,
            decided_by=by,
            decided_at=now(session),
        )
    )
    session.flush()
    _carry_out(session, row, decision, by)
    return hold(session, hold_id)


def _carry_out(session: Session, row: AwardsHold, decision: HoldDecision, by: str) -> None:
    caller = ledger.caller(session, _CALLER)
    reason = Reason(by, decision.reason, None, FreezeGround.FRAUD.value)
    for freeze, credits_ in _left(session, json.loads(row.freezes)).items():
        if credits_:
            ledger.post_one(session, caller, Unfreeze(freeze, credits_, key_of(f"{row.id}:{freeze}:end"), reason))
    if decision.outcome is HoldOutcome.CONFIRMED:
        for award_id in json.loads(row.awards):
            award = session.get_one(AwardsAward, award_id).credits
            taken = sum(
                session.scalars(select(AwardsReversal.credits).where(AwardsReversal.award_id == award_id)).all()
            )
            if award > taken:
                take_back(
                    session,
                    award_id,
                    credits_=award - taken,
                    actor_id=by,
                    reason=decision.reason,
                    key=f"hold:{row.id}",
                )


def thaw(session: Session, award_id: int, credits_: int, *, key: str, reason: Reason) -> None:
    """Let go so much of what is kept back of an award, because it is taken back anyway: nobody is to owe it besides."""
    award = session.get_one(AwardsAward, award_id)
    decided = select(AwardsHoldDecision.hold_id)
    statement = select(AwardsHold).where(AwardsHold.holder == award.holder, AwardsHold.id.not_in(decided))
    for row in session.scalars(statement.order_by(AwardsHold.id)).all():
        if award_id not in json.loads(row.awards):
            continue
        series = heads_of(session, [award_id])[award_id].leaf.series
        left = _left(session, json.loads(row.freezes))
        for freeze, head in heads_of(session, left).items():
            part = min(credits_, left[freeze]) if head.leaf.series == series else 0
            if part:
                command = Unfreeze(freeze, part, key_of(f"{row.id}:{freeze}:{key}"), reason)
                ledger.post_one(session, ledger.caller(session, _CALLER), command)
                credits_ -= part


def _left(session: Session, freezes: Sequence[Sequence[int]]) -> dict[int, int]:
    """Give how much of each freeze is still kept back."""
    let_go = caused_by(session, [freeze for freeze, _ in freezes])
    return {
        freeze: credits_ - sum(one.credits for one in let_go.get(freeze, ()) if one.verb is Verb.UNFREEZE)
        for freeze, credits_ in freezes
    }
