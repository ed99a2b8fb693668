"""What the simulated doors hand to the writer: the ledger's verbs, each call of which is written down.

They stand where `awards` and `redemption` stand in the product: batch verbs over the ledger's own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from greencredit.kernel.errors import Refusal
from greencredit.ledger import queries, service
from greencredit.schemas.ledger import Reversal
from tests.ledger.worlds import told
from tests.simulation.shaky import Call, Transaction


class Decision(NamedTuple):
    """A second person approves a proposal."""

    proposal: int
    key: bytes


class Decided(NamedTuple):
    """The event of an approved correction."""

    event_id: int
    repeated: bool = False


@dataclass(eq=False)
class Request:
    """What one caller wants, under one key, however often it is sent."""

    number: int
    caller: int
    verb: Callable[[Session, Sequence["Request"]], list[Any]]
    command: Any
    is_sent: bool = False
    answers: list[Any] = field(default_factory=list)
    """What it was told for good; not what said that nothing or nobody knows what was written."""


def book(session: Session, items: Sequence[Request]) -> list[Any]:
    """Book awards, by the way that awards have of their own."""
    return _by_caller(session, items, service.earn_each)


def carry(session: Session, items: Sequence[Request]) -> list[Any]:
    """Carry commands out, each for itself."""
    return _by_caller(session, items, lambda *of: service.post(*of, atomic=False))


def settle(session: Session, items: Sequence[Request]) -> list[Any]:
    """Take awards back and give refunds, with all that is to be said about them."""
    return _one_by_one(session, items, _settled)


def decide(session: Session, items: Sequence[Request]) -> list[Any]:
    """Decide on corrections."""
    return _one_by_one(session, items, _decided)


def _settled(session: Session, caller: int, command: Any) -> Any:  # noqa: ANN401
    verb: Callable[..., Any] = service.reverse if isinstance(command, Reversal) else service.restore
    return verb(session, caller, command)


def _decided(session: Session, _caller: int, command: Decision) -> Decided:
    known = queries.newest(session)
    event_id = service.decide(session, command.proposal, decided_by="acc_second", approved=True)
    assert event_id is not None, "it was approved"
    return Decided(event_id, repeated=event_id <= known)


def _by_caller(session: Session, items: Sequence[Request], verb: Callable[..., list[Any]]) -> list[Any]:
    outcomes: dict[int, Any] = {}
    for caller in sorted({item.caller for item in items}):
        places = [place for place, item in enumerate(items) if item.caller == caller]
        commands = [_resolved(session, items[place].command) for place in places]
        made = verb(session, caller, commands)
        outcomes.update(zip(places, made, strict=True))
        _note(session, caller, [items[place] for place in places], commands, made)
    return [outcomes[place] for place in range(len(items))]


def _one_by_one(session: Session, items: Sequence[Request], verb: Callable[..., Any]) -> list[Any]:
    outcomes: list[Any] = []
    for item in items:
        try:
            outcomes.append(verb(session, item.caller, item.command))
        except Refusal as refusal:
            outcomes.append(refusal)
        _note(session, item.caller, [item], [item.command], outcomes[-1:])
    return outcomes


def _resolved(session: Session, command: Any) -> Any:  # noqa: ANN401
    """Give whoever is new a number, in the very transaction that first needs one."""
    if isinstance(name := getattr(command, "holder", None), str):
        return command._replace(holder=service.holders(session, [name])[name])
    return command


def _note(session: Session, caller: int, requests: Sequence[Request], commands: Sequence[Any], made: list[Any]) -> None:
    transaction: Transaction = session.info["transaction"]
    transaction.calls.append(Call(caller, requests, commands, made))


def answer_of(outcome: Any) -> Any:  # noqa: ANN401
    """Write an outcome as the model writes its own."""
    return told(outcome)
