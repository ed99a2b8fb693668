"""Batch verbs for the doors: holders and parties by their ids, keys as texts; one outcome for each wish."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.kernel.errors import Refusal
from greencredit.ledger.errors import NoSuchHolder
from greencredit.ledger.rules import scoped_keys
from greencredit.ledger.service.adjust import decide, propose
from greencredit.ledger.service.names import caller, holders
from greencredit.ledger.service.post import post
from greencredit.ledger.service.take_back import restore
from greencredit.ledger.tables import LedgerHolder
from greencredit.schemas.ledger import Posted, Reason, Refunded, Restoration

_DOOR: Final = "ledger.api"
"""Under this name commands are posted that came over HTTP; keys are told apart by the account that asks."""

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


class Wish(NamedTuple):
    """A command whose holder and party go by their ids, and the account that asks for it."""

    kind: Callable[..., Any]
    account_id: str
    token: str
    facts: Mapping[str, Any]
    holder: str | None = None
    party: str | None = None


class Proposal(NamedTuple):
    """A correction that somebody proposes."""

    holder: str
    series: int
    credits: int
    reason: Reason
    token: str


class Verdict(NamedTuple):
    """What a second person says of a proposed correction."""

    proposal_id: int
    account_id: str
    approved: bool


def ask(session: Session, wishes: Sequence[Wish]) -> list[Posted | Refusal]:
    """Carry commands out as one batch, each for itself; whoever never held credits is refused, parties are made."""
    known = _known(session, {wish.holder for wish in wishes if wish.holder is not None})
    parties = holders(session, {wish.party for wish in wishes if wish.party is not None})
    outcomes: list[Posted | Refusal | None] = [None] * len(wishes)
    commands, places = [], []
    for place, wish in enumerate(wishes):
        if wish.holder is not None and wish.holder not in known:
            outcomes[place] = NoSuchHolder(wish.holder)
            continue
        facts = {**wish.facts, "key": _key(wish)}
        if wish.holder is not None:
            facts["holder"] = known[wish.holder]
        if wish.party is not None:
            facts["party"] = parties[wish.party]
        commands.append(wish.kind(**facts))
        places.append(place)
    for place, outcome in zip(places, post(session, caller(session, _DOOR), commands, atomic=False), strict=True):
        outcomes[place] = outcome
    return [outcome for outcome in outcomes if outcome is not None]


def restore_each(session: Session, wishes: Sequence[Wish]) -> list[Refunded | Refusal]:
    """Give back what redemptions took, each for itself."""
    number = caller(session, _DOOR)
    return _each(wishes, lambda wish: restore(session, number, Restoration(**wish.facts, key=_key(wish))))


def propose_each(session: Session, proposals: Sequence[Proposal]) -> list[int | Refusal]:
    """Take in corrections that wait for a second person."""
    known = _known(session, {one.holder for one in proposals})

    def proposed(one: Proposal) -> int:
        if one.holder not in known:
            raise NoSuchHolder(one.holder)
        (key,) = scoped_keys(one.reason.actor_id, [one.token])
        return propose(session, known[one.holder], one.series, one.credits, one.reason, key=key)

    return _each(proposals, proposed)


def decide_each(session: Session, verdicts: Sequence[Verdict]) -> list[tuple[int | None] | Refusal]:
    """Carry approved corrections out, each for itself; gives the event in a tuple, or none for a refused one."""
    return _each(
        verdicts,
        lambda one: (decide(session, one.proposal_id, decided_by=one.account_id, approved=one.approved),),
    )


def _each(asked: Sequence[Asked], verb: Callable[[Asked], Answered]) -> list[Answered | Refusal]:
    """Call a verb whose refusals all come before its first row."""
    outcomes: list[Answered | Refusal] = []
    for one in asked:
        try:
            outcomes.append(verb(one))
        except Refusal as refusal:
            outcomes.append(refusal)
    return outcomes


def _key(wish: Wish) -> bytes:
    return scoped_keys(wish.account_id, [wish.token])[0]


def _known(session: Session, subject_ids: set[str]) -> dict[str, int]:
    statement = select(LedgerHolder.subject_id, LedgerHolder.id).where(LedgerHolder.subject_id.in_(subject_ids))
    return {str(subject): number for subject, number in session.execute(statement)}
