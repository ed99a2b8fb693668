"""Accepted versions take effect on their day, and the ones before them are superseded (生效与替代)."""

from sqlalchemy.orm import Session

from greencredit.issuers import queries
from greencredit.issuers.service.steps import open_filing_turn, take_filing
from greencredit.kernel.access import Actor
from greencredit.kernel.clock import civil_date, now
from greencredit.schemas.issuers import Filing, FilingState, FilingStep


def bring_into_effect(session: Session, actor: Actor) -> list[Filing]:
    """Mark the versions whose day has come as effective and their forerunners as superseded."""
    due = queries.filings_due(session, civil_date(now(session)))
    for filing in due:
        take_effect(session, actor, filing.filing_id)
    return [queries.filing(session, filing.filing_id) for filing in due]


def take_effect(session: Session, actor: Actor, filing_id: str) -> None:
    """Let an accepted version take effect in the place of the one before it."""
    filing = queries.filing(session, filing_id)
    because = "生效日已到 · its day of effect has come"
    turn = open_filing_turn(session, actor, filing_id, FilingStep.TAKE_EFFECT, reason=because)
    over = f"第 {filing.version} 版生效 · version {filing.version} takes effect"
    for one in queries.filings(session, filing.issuer_id):
        if one.state is FilingState.EFFECTIVE:
            replaced = open_filing_turn(session, actor, one.filing_id, FilingStep.SUPERSEDE, reason=over)
            take_filing(session, replaced)
    take_filing(session, turn)
