"""Corrections that two persons answer for (调整): one proposes, another decides, and only then is anything posted."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.kernel.clock import now
from greencredit.ledger import rules
from greencredit.ledger.errors import (
    AlreadyDecided,
    KeyReused,
    NoSuchProposal,
    NoSuchSeries,
    NotPositive,
    SecondPersonNeeded,
)
from greencredit.ledger.service.names import caller
from greencredit.ledger.service.post import post_one
from greencredit.ledger.service.posting import lock_head, series_now
from greencredit.ledger.tables import LedgerDecision, LedgerProposal
from greencredit.schemas.ledger import Adjustment, Reason

_CORRECTIONS: Final = "ledger.corrections"
"""Under this name corrections are posted: nobody else's keys can stand in the way of a proposal's."""


def propose(
    session: Session, holder: int, series: int, credits_: int, reason: Reason, *, key: bytes | None = None
) -> int:
    """Ask for a correction of a leaf, upwards or downwards; gives the proposal's number. Nothing moves yet.

    The same key of the same person gives the first answer for ever; without a key, asking twice proposes twice.

    Raises:
        NotPositive: a correction by nothing.
        NoSuchSeries: there is no such series.
        KeyReused: the key stands for a proposal that says something else.
    """
    if type(credits_) is not int or credits_ == 0 or abs(credits_) > rules.MOST:
        raise NotPositive(found=credits_)
    lock_head(session)  # two with one key are taken one after the other, and nobody is erased meanwhile
    same = LedgerProposal.proposed_by == reason.actor_id, LedgerProposal.key == key
    if key is not None and (earlier := session.scalars(select(LedgerProposal).where(*same)).one_or_none()):
        found = (earlier.holder, earlier.series_id, earlier.credits, earlier.reason, earlier.document)
        if found != (holder, series, credits_, reason.text, reason.document):
            raise KeyReused(proposal=earlier.id, key=key.hex())
        return earlier.id
    if series not in series_now(session, [series]):
        raise NoSuchSeries(series)
    proposal = LedgerProposal(
        holder=holder,
        series_id=series,
        credits=credits_,
        reason=reason.text,
        document=reason.document,
        proposed_by=reason.actor_id,
        proposed_at=now(session),
        key=key,
    )
    session.add(proposal)
    session.flush()
    return proposal.id


def decide(session: Session, proposal_id: int, *, decided_by: str, approved: bool) -> int | None:
    """Approve or refuse a proposal; an approved one is posted at once and its event's number given.

    The same person saying the same again hears the first answer again.

    Raises:
        NoSuchProposal, AlreadyDecided: there is nothing to decide.
        HolderErased: whose credits they were is forgotten.
        SecondPersonNeeded: whoever proposed can't decide; the database refuses that as well.
        NotEnoughCredits: less is available than would be taken away; the proposal stays open.
    """
    lock_head(session)  # two decisions at once are taken one after the other
    proposal = session.get(LedgerProposal, proposal_id)
    if proposal is None:
        raise NoSuchProposal(proposal_id)
    earlier = session.get(LedgerDecision, proposal_id)
    if earlier is not None:
        if (earlier.decided_by, earlier.approved) == (decided_by, approved):
            return earlier.event_id
        raise AlreadyDecided(proposal_id, approved=earlier.approved)
    if proposal.proposed_by == decided_by:
        raise SecondPersonNeeded(proposal_id)
    event_id = None
    if approved:
        adjustment = Adjustment(
            holder=proposal.holder,
            series=proposal.series_id,
            credits=proposal.credits,
            key=rules.key_of(f"adjustment:{proposal_id}"),
            reason=Reason(proposal.proposed_by, proposal.reason or "", proposal.document),
        )
        event_id = post_one(session, caller(session, _CORRECTIONS), adjustment).event_id
    session.add(
        LedgerDecision(
            proposal_id=proposal_id,
            proposed_by=proposal.proposed_by,
            decided_by=decided_by,
            approved=approved,
            event_id=event_id,
            decided_at=now(session),
        )
    )
    session.flush()
    return event_id
