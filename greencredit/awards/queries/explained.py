"""Why an award is what it is, in sentences: from the trace that was stored with it and the rule as it was filed."""

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.awards.catalogue.sentences import sentence
from greencredit.awards.errors import NoSuchAward
from greencredit.awards.queries.filed import filed_rule
from greencredit.awards.queries.lines import award, holder_number, titles_of
from greencredit.awards.queries.told.steps import funded_told, group_told, rule_told, steps_told
from greencredit.awards.tables import AwardsAward, AwardsCounter, AwardsGift, AwardsPart, AwardsRule
from greencredit.evidence import queries as evidence
from greencredit.evidence import rules as evidence_rules
from greencredit.evidence.errors import NoSuchEvidence
from greencredit.issuers import queries as issuers
from greencredit.ledger import queries as ledger
from greencredit.schemas.awards import AwardLine, EarningRule, Ground
from greencredit.schemas.awards.explained import AwardExplained, UnearnedLine
from greencredit.schemas.issuers import Scheme
from greencredit.schemas.values import Fen, Period, Words

_LOOKED_AT: Final = 200
"""So much of a person's latest evidence is looked at."""
_AT_ONCE: Final = 1_000


def award_explained(session: Session, award_id: int) -> AwardExplained:
    """Say in order how an award came about; what was filed later changes none of it.

    Raises:
        NoSuchAward: there is none under this number, or it rests on no rule.
    """
    return explain_line(session, award(session, award_id))


def explain_line(session: Session, line: AwardLine) -> AwardExplained:
    """Say in order how the credits of an award came about, by the line that a person is shown of it."""
    row = session.get(AwardsAward, line.award_id)
    if row is None:
        raise NoSuchAward(line.award_id)
    rule = filed_rule(session, row.rule_id).rule
    scheme = _scheme(session, row)
    sentences = [
        *steps_told(line.trace, rule, scheme),
        *_choice(session, row, rule, scheme),
        *_funded(session, row, scheme),
        *afterwards(line),
    ]
    return AwardExplained(
        award_id=line.award_id,
        evidence_id=line.evidence_id,
        issuer_id=line.issuer_id,
        rule_name=line.rule_name,
        rule_version=line.rule_version,
        rule_title=line.rule_title,
        by=rule_told(rule),
        credits=line.credits,
        sentences=tuple(sentences),
    )


def of_evidence(session: Session, evidence_id: int) -> dict[int, int]:
    """Give the awards that rest on a piece of evidence, each with its credits, in the order of their numbers."""
    rows = session.execute(
        select(AwardsAward.event_id, AwardsAward.credits)
        .where(AwardsAward.evidence_id == evidence_id)
        .order_by(AwardsAward.event_id)
    )
    return {number: credits_ for number, credits_ in rows}  # noqa: C416 - rows are no pairs to mypy


def places_of_evidence(session: Session, evidence_id: int) -> tuple[str, str | None]:
    """Give the issuer for whom evidence was taken in, and whose it is; none: it was sent back, or he was erased.

    Raises:
        NoSuchBatch, NoSuchEvidence (evidence): nothing was ever taken in there.
    """
    if evidence_id < 0:
        gift = session.get(AwardsGift, -evidence_id)
        if gift is None:
            raise NoSuchEvidence(evidence_id)
        return gift.issuer_id, ledger.subjects_of(session, [gift.holder]).get(gift.holder)
    issuer_id = evidence.issuer_of_batch(session, evidence_rules.place_of(evidence_id)[0])
    found = evidence.items(session, [evidence_id])
    if not found:
        return issuer_id, None
    return issuer_id, ledger.subjects_of(session, [found[0].holder]).get(found[0].holder)


def unearned(
    session: Session, consumer_id: str, period: Period, *, limit: int, looked_at: int = _LOOKED_AT
) -> tuple[UnearnedLine, ...]:
    """List a person's latest evidence of a period that earned nothing, newest first; looks at so much of it."""
    holder = holder_number(session, consumer_id)
    if holder is None:
        return ()
    latest = evidence.latest_of(session, holder, period, limit=looked_at)
    numbers = [one.item.evidence_id for one in latest]
    earned = set[int]()
    for first in range(0, len(numbers), _AT_ONCE):
        some = AwardsAward.evidence_id.in_(numbers[first : first + _AT_ONCE])
        earned |= set(session.scalars(select(AwardsAward.evidence_id).where(some)))
    titles = titles_of(session)
    found = [one for one in latest if one.item.evidence_id not in earned][:limit]
    return tuple(_unearned(one, titles) for one in found)


def _unearned(one: evidence.Recorded, titles: Mapping[tuple[Ground, str], Words]) -> UnearnedLine:
    item, ground = one.item, Ground.ACTION if one.is_action else Ground.PURCHASE
    return UnearnedLine(
        evidence_id=item.evidence_id,
        occurred_on=item.on,
        what=titles.get((ground, item.subject), Words(zh=item.subject, en=item.subject)),
        spent_fen=None if item.spent_fen is None else Fen(item.spent_fen),
        quantity=item.quantity,
        unit=item.unit,
    )


def _scheme(session: Session, row: AwardsAward) -> Scheme | None:
    """Give the scheme under which an award was given; none where that was not kept yet."""
    issuer_id = session.get_one(AwardsRule, row.rule_id).issuer_id
    for one in issuers.filings(session, issuer_id):
        if one.version == row.terms_version:
            return one.scheme
    return None


def _choice(session: Session, row: AwardsAward, rule: EarningRule, scheme: Scheme | None) -> Iterable[Words]:
    """Say how its group was weighed, where that is more than the plain best of one group."""
    others = len(of_evidence(session, row.evidence_id)) > 1
    if rule.group != "base" or others or (scheme is not None and scheme.groups):
        yield group_told(rule, () if scheme is None else scheme.groups)
    if rule.ground.is_gift:
        yield sentence("gifts", rule.ground.value)


def _funded(session: Session, row: AwardsAward, scheme: Scheme | None) -> Iterable[Words]:
    """Say who pays for it, where that is not the issuer alone."""
    parts = session.execute(
        select(AwardsCounter.name, AwardsPart.credits)
        .join(AwardsCounter, AwardsCounter.id == -AwardsPart.counter)
        .where(AwardsPart.event_id == row.event_id)
        .order_by(AwardsPart.counter.desc())
    ).all()
    if not parts or scheme is None:
        return ()
    return funded_told(((name, credits_) for name, credits_ in parts), filed_rule(session, row.rule_id).rule, scheme)


def afterwards(line: AwardLine) -> Iterable[Words]:
    """Say what stands beside the credits: CO2e, and what was taken back later."""
    if line.grams is not None:
        yield sentence("outcomes", "quantified", grams=line.grams, tier=line.tier or "")
    elif not line.ground.is_gift:  # of a gift its own sentence says that it is no green purchase
        yield sentence("outcomes", "unquantified")
    if line.claim is not None:
        counted = line.claim
        yield sentence("outcomes", "claimed", scheme=counted.scheme.words, reference=counted.reference)
    if line.reversed_credits:
        yield sentence("outcomes", "reversed", credits=line.reversed_credits)
