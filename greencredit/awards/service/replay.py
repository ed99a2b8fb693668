"""Replays one piece of evidence over the facts, rules and limits of its time, and says what came of every rule.

Nothing is written. Two replays of the same evidence say the same, on whatever machine and in whatever year: all that
is read are rows that never change.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.awards import rules
from greencredit.awards.catalogue.sentences import sentence
from greencredit.awards.queries.as_of import Moment, moment_of, rules_at, undone, usage_as_of
from greencredit.awards.queries.explained import of_evidence
from greencredit.awards.queries.lines import titles_of
from greencredit.awards.queries.told.rules import Told, rules_told
from greencredit.awards.rules import Claim, Compiled, Filed, Ready, State
from greencredit.awards.service.decided import columns_of, members_of
from greencredit.awards.service.gift import gift_item
from greencredit.awards.tables import AwardsGift, AwardsMeasure
from greencredit.evidence import queries as evidence
from greencredit.evidence import rules as evidence_rules
from greencredit.evidence.errors import NoSuchEvidence
from greencredit.kernel.clock import now
from greencredit.schemas.actions import Quantification
from greencredit.schemas.awards import Ground
from greencredit.schemas.awards.explained import EvidenceExplained, RuleTold, Verdict
from greencredit.schemas.evidence import Item
from greencredit.schemas.issuers import Scheme
from greencredit.schemas.values import Words


class _Replayed(NamedTuple):
    claim: Claim
    compiled: Compiled
    state: State
    scheme: Scheme | None
    moment: Moment


def explain_evidence(session: Session, evidence_id: int) -> EvidenceExplained:
    """Say why a piece of evidence earned what it did, or nothing, and what would have been needed.

    Raises:
        NoSuchEvidence (evidence): nothing was ever handed in under this number.
    """
    found = _found(session, evidence_id)
    if found is None:
        return _sent_back(session, evidence_id)
    replayed = _replayed(session, found)
    told = rules_told(
        Told(replayed.claim, replayed.state, replayed.scheme),
        rules.consider(replayed.compiled, replayed.claim, replayed.state),
    )
    given = of_evidence(session, evidence_id)
    verdict = _verdict(replayed.claim, told, is_awarded=bool(given))
    title = _title(session, replayed.claim)
    return EvidenceExplained(
        evidence_id=evidence_id,
        issuer_id=replayed.moment.issuer_id,
        ground=replayed.claim.ground,
        subject=replayed.claim.subject,
        title=title,
        occurred_on=replayed.claim.on,
        verdict=verdict,
        awards=tuple(given),
        as_of=replayed.moment.as_of,
        summary=tuple(_summary(replayed, verdict, title, given)),
        rules=told,
    )


class _Found(NamedTuple):
    """A piece of evidence, for whom it was taken in, and when its file was opened."""

    item: Item
    issuer_id: str
    ground: Ground
    opened_at: datetime


def _found(session: Session, evidence_id: int) -> _Found | None:
    """Give evidence that is on file: of a source, or, below zero, the occasion of a gift."""
    if evidence_id < 0:
        row = session.get(AwardsGift, -evidence_id)
        return None if row is None else _Found(gift_item(row), row.issuer_id, Ground(row.ground), row.taken_at)
    items = evidence.items(session, [evidence_id])
    if not items:
        return None
    batch = evidence.batch(session, evidence_rules.place_of(evidence_id)[0])
    ground = Ground.ACTION if evidence.is_action(session, evidence_id) else Ground.PURCHASE
    return _Found(items[0], evidence.issuer_of_batch(session, batch.batch_id), ground, batch.opened_at)


def _replayed(session: Session, found: _Found) -> _Replayed:
    """Put together the claim, the rules and the use of limits as they were when the evidence was judged."""
    item, issuer_id, ground, opened_at = found
    moment = moment_of(session, issuer_id, item.evidence_id, kept_at=opened_at)
    compiled, filing = rules_at(session, issuer_id, moment.judged_at)
    around = _with_receipts(session, ground, [item])
    claim = _claims(session, compiled, ground, around, moment)[item.evidence_id]
    occasions = _occasions(session, compiled, moment, item, ground)
    state = State(usage_as_of(session, moment, compiled, claim), occasions)
    return _Replayed(claim, compiled, state, None if filing is None else filing.scheme, moment)


def _claims(
    session: Session, compiled: Compiled, ground: Ground, items: Sequence[Item], moment: Moment
) -> dict[int, Claim]:
    """Make claims of items of one ground, by evidence, the way they were made when they were awarded."""
    measured = quantifications_of(session, [one.evidence_id for one in items]) if ground is Ground.ACTION else {}
    members = members_of(session, moment.issuer_id, [compiled], items, at=moment.judged_at)
    columns = columns_of(ground, items, measured, members)
    return {one.evidence_id: columns.claim(row) for row, one in enumerate(items)}


def quantifications_of(session: Session, evidence_ids: Iterable[int]) -> dict[int, Quantification]:
    """Give the quantifications on file of some actions, by evidence."""
    rows = session.scalars(select(AwardsMeasure).where(AwardsMeasure.evidence_id.in_(list(evidence_ids))))
    return {row.evidence_id: Quantification.model_validate_json(row.document) for row in rows}


def _occasions(
    session: Session, compiled: Compiled, moment: Moment, item: Item, ground: Ground
) -> dict[rules.UsageKey, int]:
    """Count what the holder did before by judging it all again in its order; nothing where no rule asks."""
    found: dict[rules.UsageKey, int] = {}
    for one in _rules_for(compiled, ground, item.subject):
        if one.occasional:
            found |= occasions_of(session, moment.issuer_id, item, ground, one.filed, before=moment)
    return found


def occasions_of(
    session: Session, issuer_id: str, item: Item, ground: Ground, filed: Filed, *, before: Moment | None
) -> dict[rules.UsageKey, int]:
    """Count a holder's occasions under one rule without a piece of evidence: those before a moment, or all.

    An occasion whose award was taken back in full is none; what was judged while it still was one stays as it was.
    """
    at = now(session) if before is None else before.judged_at
    earlier = [one.item for one in evidence.earlier_of(session, issuer_id, item, set(filed.rule.subjects))]
    moments = {one.evidence_id: moment_of(session, issuer_id, one.evidence_id, kept_at=at) for one in earlier}
    gone = undone(session, filed.lineage, list(moments), as_of=None if before is None else before.as_of)
    counted = [
        one
        for one in earlier
        if one.evidence_id not in gone and (before is None or _is_before(moments[one.evidence_id], before))
    ]
    counted.sort(key=lambda one: (moments[one.evidence_id].number, one.evidence_id))
    state = rules.nothing_before()
    for of_batch in _by_number(counted, moments).values():
        first = moments[of_batch[0].evidence_id]
        then = rules_at(session, issuer_id, first.judged_at)[0]
        claims = _claims(session, then, ground, _with_receipts(session, ground, of_batch), first)
        for one in of_batch:
            rules.decide(then, claims[one.evidence_id], state)
    return {key: number for key, number in state.occasions.items() if key[0] == filed.lineage}


def _with_receipts(session: Session, ground: Ground, items: Sequence[Item]) -> list[Item]:
    """Add the other lines of the receipts: what a receipt comes to is a fact of each of its lines."""
    if ground is not Ground.PURCHASE:
        return list(items)
    lines = [line for one in items for line in evidence.same_receipt(session, one)]
    return list({one.evidence_id: one for one in lines}.values())


def _rules_for(compiled: Compiled, ground: Ground, subject: str) -> Iterable[Ready]:
    for group in compiled.by_subject.get((ground, subject), ()):
        yield from group.rules


def _is_before(one: Moment, other: Moment) -> bool:
    return (one.number, one.evidence_id) < (other.number, other.evidence_id)


def _by_number(items: Sequence[Item], moments: Mapping[int, Moment]) -> dict[int, list[Item]]:
    found: dict[int, list[Item]] = {}
    for one in items:
        found.setdefault(moments[one.evidence_id].number, []).append(one)
    return found


# ---- In words --------------------------------------------------------------------------------------------------------


def _verdict(claim: Claim, told: Sequence[RuleTold], *, is_awarded: bool) -> Verdict:
    if is_awarded:
        return "awarded"
    if claim.grams < 0:
        return "negative"
    return "nothing" if told else "no_rule"


def _summary(replayed: _Replayed, verdict: Verdict, title: Words, given: Mapping[int, int]) -> Iterable[Words]:
    for award_id, credits_ in given.items():
        yield sentence("outcomes", "awarded", credits=credits_, award=f"{award_id}")
    if verdict != "awarded":
        yield sentence("outcomes", "nothing")
    if ("same_purchase", "unclear") in replayed.claim.attributes.more:
        yield sentence("outcomes", "same_purchase_unclear")
    if verdict == "no_rule":
        yield sentence("outcomes", "no_rule", title=title)
    if verdict == "negative":
        yield sentence("outcomes", "negative", over=-replayed.claim.grams)
        yield sentence("needed", "negative")
    yield sentence("outcomes", "as_of", event=f"{replayed.moment.as_of}")


def _title(session: Session, claim: Claim) -> Words:
    plain = claim.ground.words if claim.ground.is_gift else Words(zh=claim.subject, en=claim.subject)
    return titles_of(session).get((claim.ground, claim.subject), plain)


def _sent_back(session: Session, evidence_id: int) -> EvidenceExplained:
    """Say why a line of a file never became evidence."""
    if evidence_id < 0:
        raise NoSuchEvidence(evidence_id)
    batch_id, line = evidence_rules.place_of(evidence_id)
    found = [one for one in evidence.rejects(session, batch_id, after=line - 1, limit=1) if one.line == line]
    if not found:
        raise NoSuchEvidence(evidence_id)
    reject = found[0]
    unsaid = sentence("conditions", "none")
    facts = {"field": reject.field or unsaid, "found": reject.found or unsaid}
    return EvidenceExplained(
        evidence_id=evidence_id,
        issuer_id=evidence.issuer_of_batch(session, batch_id),
        ground=None,
        subject="",
        title=Words(zh="", en=""),
        occurred_on=None,
        verdict="sent_back",
        awards=(),
        as_of=0,
        summary=(
            sentence("outcomes", "sent_back", reason=reject.reason),
            sentence("outcomes", "sent_back.field", **facts),
        ),
        rules=(),
    )
