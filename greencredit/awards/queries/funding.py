"""Who pays for credits: of one award, and of all of an issuer's, ready for settlement."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.awards.errors import NoSuchAward
from greencredit.awards.queries.filed import counters, filed_rule, filings_in_effect, parts_left
from greencredit.awards.tables import AwardsAward, AwardsPart, AwardsRule
from greencredit.schemas.awards import FunderPart, FunderTotal


def paid_by(session: Session, award_id: int) -> tuple[FunderPart, ...]:
    """Say who pays how much of what is left of an award; empty: the issuer the whole.

    Raises:
        NoSuchAward: there is none under this number.
    """
    row = session.get(AwardsAward, award_id)
    if row is None:
        raise NoSuchAward(award_id)
    left = parts_left(session, award_id)
    issuer_id = _issuer_of(session, row)
    scheme = next(
        (one.scheme for one in filings_in_effect(session, issuer_id) if one.version == row.terms_version), None
    )
    if not left or scheme is None:
        return ()
    shares = scheme.split(filed_rule(session, row.rule_id).rule.funding).shares
    numbers = counters(session, issuer_id)
    return tuple(
        FunderPart(
            funder=share.funder,
            kind=(funder := scheme.funder(share.funder)).kind,
            title=funder.title,
            party=funder.party,
            parts=share.parts,
            of_parts=sum(one.parts for one in shares),
            credits=left.get(numbers["funder", share.funder], 0),
        )
        for share in shares
    )


def funder_totals(session: Session, issuer_id: str) -> tuple[FunderTotal, ...]:
    """Say what each funder that an issuer ever filed has paid, as the newest filing in effect names him."""
    numbers = counters(session, issuer_id)
    funders = {one.name: one for filing in filings_in_effect(session, issuer_id) for one in filing.scheme.funders}
    rows = session.execute(
        select(AwardsPart.counter, func.sum(AwardsPart.credits))
        .where(AwardsPart.counter.in_(numbers.values()))
        .group_by(AwardsPart.counter)
    )
    paid = {counter: int(credits_) for counter, credits_ in rows}
    totals = []
    for name, funder in sorted(funders.items()):
        credits_ = paid.get(numbers.get(("funder", name), 0), 0)
        budget = funder.budget_credits
        totals.append(
            FunderTotal(
                funder=name,
                kind=funder.kind,
                title=funder.title,
                party=funder.party,
                credits=credits_,
                budget_credits=budget,
                left_credits=None if budget is None else max(budget - credits_, 0),
            )
        )
    return tuple(totals)


def _issuer_of(session: Session, row: AwardsAward) -> str:
    return session.get_one(AwardsRule, row.rule_id).issuer_id
