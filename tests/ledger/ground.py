"""What tests of the ledger look at: every row there is, the lines of events, what stands on whom."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.database import Table
from greencredit.kernel.errors import Refusal
from greencredit.ledger import queries, rules, service
from greencredit.schemas.ledger import Command, LeafKind, Posted, Verb


class Line(NamedTuple):
    """One event, as far as a story tells of it; `of` is the first event of its group."""

    number: int
    of: int
    verb: Verb
    series: int
    holder: int
    party: int | None
    credits: int
    cause: int | None
    serial: int | None


def everything(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Give every row of the ledger and of its log; of the head all but the count of attempts."""
    tables = sorted(name for name in Table.metadata.tables if name.startswith(("ledger_", "proofs_")))
    found = {
        name: sorted((tuple(row) for row in session.execute(text(f"SELECT * FROM {name}"))), key=repr)
        for name in tables
        if name != "ledger_head"
    }
    head = session.execute(text("SELECT next_event, next_batch, log_size FROM ledger_head")).one()
    return found | {"ledger_head": [tuple(head)]}


def refused(session: Session, act: Callable[[], object]) -> tuple[str, dict[str, Any]]:
    """Do what must be refused; give the refusal's code and facts. Not a single row has changed, nor is one undone."""
    service.caller(session, "tests")
    service.holders(session, ["con_li", "con_wu", "mer_tea"])  # whom factories name is not what was asked
    before = everything(session)
    with pytest.raises(Refusal) as no:
        act()
    session.flush()
    assert everything(session) == before
    return no.value.code, no.value.facts


def lines(session: Session, since: int = 1) -> list[Line]:
    """List the events from one on."""
    rows = session.execute(
        text(
            "SELECT id, grp, kind, series, holder, party, amount, cause, serial FROM ledger_event "
            "WHERE id >= :since ORDER BY id"
        ),
        {"since": since},
    )
    return [
        Line(
            row.id,
            row.grp or row.id,
            Verb(row.kind),
            row.series,
            row.holder,
            row.party,
            row.amount,
            row.cause,
            row.serial,
        )
        for row in rows
    ]


def on_leaves(session: Session) -> dict[tuple[str, int, int], int]:
    """Give what stands on every leaf that is not empty: (kind, series, holder) and how much."""
    leaves = session.execute(text("SELECT leaf_id, posted FROM ledger_balance WHERE posted <> 0"))
    found = {}
    for leaf, posted in leaves:
        kind, series, holder = rules.parts_of(leaf)
        found[kind.name.lower(), series, holder] = posted
    return found


def holding(session: Session, holder: str = "con_li") -> dict[str, int]:
    """Add up what a holder has, by state, and what he owes; states without credits are absent."""
    number = service.holders(session, [holder])[holder]
    found: dict[str, int] = {}
    for (kind, _, owner), posted in on_leaves(session).items():
        if owner == number and kind not in {LeafKind.REDEEMED.name.lower(), LeafKind.DONATED.name.lower()}:
            found[kind] = found.get(kind, 0) + posted
    return found


def post(session: Session, command: Command, caller: str = "tests") -> Posted:
    """Carry one command out."""
    return service.post_one(session, service.caller(session, caller), command)


def require_whole(session: Session) -> None:
    """Hold the ledger against every invariant."""
    assert [finding for finding in queries.audit(session) if not finding.holds] == []
