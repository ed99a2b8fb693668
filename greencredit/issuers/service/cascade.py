"""What follows from a suspension or an exit: waiting awards are frozen and decided, people are told, once each."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.issuers import queries
from greencredit.issuers.catalogue import days_of
from greencredit.issuers.errors import NothingFrozen, ReasonStands
from greencredit.issuers.service.steps import audit_command, require_reason, role_for, who
from greencredit.issuers.tables import FrozenRow
from greencredit.kernel.access import Actor, Role, Scope, ScopeKind
from greencredit.kernel.clock import civil_date, now, start_of
from greencredit.kernel.messages import cursors
from greencredit.kernel.messages.queue import enqueue
from greencredit.ledger import queries as ledger
from greencredit.ledger import rules as ledger_rules
from greencredit.ledger import service as posting
from greencredit.notices import service as notices
from greencredit.people import queries as people
from greencredit.schemas.issuers import FrozenOutcome, FrozenSum, Issuer, LifeState, LifeStep
from greencredit.schemas.ledger import Activation, Posted, Reason, Reversal
from greencredit.schemas.notices import Telling

TELL_HOLDERS: Final = "issuers.tell_holders"
"""The kind of job that tells every holder of an issuer that it leaves."""

SETTLE_FROZEN: Final = "issuers.settle_frozen"
"""The kind of job that carries out what was decided on frozen awards; also the name under which it posts."""

_AT_ONCE: Final = 1000


class Page(NamedTuple):
    """What one page of a cascade came to."""

    done: int
    over: bool


# ---- Waiting awards --------------------------------------------------------------------------------------------------


def freeze(session: Session, issuer_id: str) -> int:
    """Freeze every award of an issuer that waits to take effect; those frozen before and undecided stay so."""
    at, after, frozen = now(session), 0, 0
    while page := ledger.waiting_awards(session, issuer_id, after=after, limit=_AT_ONCE):
        after = page[-1].event_id
        known = {
            row.event_id: row
            for row in session.scalars(select(FrozenRow).where(FrozenRow.event_id.in_([one.event_id for one in page])))
        }
        for one in page:
            row = known.get(one.event_id)
            if row is None:
                session.add(FrozenRow(event_id=one.event_id, issuer_id=issuer_id, credits=one.credits, frozen_at=at))
                frozen += 1
        session.flush()
    return frozen


def decide_frozen(session: Session, actor: Actor, issuer_id: str, outcome: FrozenOutcome, *, reason: str) -> FrozenSum:
    """Decide that what a suspension froze takes effect, or is taken back; a job carries it out, page by page.

    Raises:
        ReasonStands: the issuer is still suspended; frozen awards take effect only where issuing goes on again.
        NothingFrozen: nothing waits for a decision.
    """
    require_reason(f"decide on frozen awards: {outcome.value}", reason)
    issuer = queries.issuer(session, issuer_id)
    action, _ = role_for(actor, ("issuer.supervise",), queries.scopes_of(issuer))
    if outcome is FrozenOutcome.ACTIVATED and issuer.state not in {LifeState.ACTIVE, LifeState.RESTRICTED}:
        raise ReasonStands(issuer_id, found=issuer.state.value, wanted="active or restricted")
    found = queries.frozen_sum(session, issuer_id)
    if not found.open_awards:
        raise NothingFrozen(issuer_id)
    newest = queries.frozen_awards(session, issuer_id, open_only=True, limit=1)[0]
    body = {"issuer": issuer_id, "outcome": outcome.value, "reason": reason, "actor": who(actor)}
    enqueue(session, SETTLE_FROZEN, f"{issuer_id}:{newest.event_id}:{outcome.value}", body)
    audit_command(session, actor, action, issuer_id, step=f"frozen_{outcome.value}")
    return found


def settle_frozen(session: Session, body: Mapping[str, Any], *, limit: int = 200) -> Page:
    """Carry a decision out for the next frozen awards; what is done is marked, so that a page is never done twice."""
    outcome, reason = FrozenOutcome(body["outcome"]), str(body["reason"])
    rows = list(
        session.scalars(
            select(FrozenRow)
            .where(FrozenRow.issuer_id == body["issuer"], FrozenRow.outcome.is_(None))
            .order_by(FrozenRow.event_id)
            .limit(limit)
            .with_for_update()
        )
    )
    if not rows:
        return Page(0, over=True)
    left = {
        one.event_id: one.credits
        for one in ledger.waiting_awards(session, body["issuer"], after=rows[0].event_id - 1, limit=len(rows))
    }
    why = Reason(str(body["actor"]), reason, None)
    commands: list[Activation | Reversal] = []
    for row in rows:
        if row.event_id not in left:
            continue
        key = ledger_rules.key_of(f"frozen:{row.event_id}:{outcome.value}")
        if outcome is FrozenOutcome.ACTIVATED:
            commands.append(Activation(row.event_id, key))
        else:
            commands.append(Reversal(row.event_id, left[row.event_id], key, why))
    done = posting.post(session, posting.caller(session, SETTLE_FROZEN), commands, atomic=True)
    assert all(isinstance(one, Posted) for one in done), "an atomic batch is carried out whole"
    for row in rows:
        row.outcome = outcome.value if row.event_id in left else "gone"
        row.reason, row.decided_by, row.decided_at = reason, str(body["actor"]), now(session)
    session.flush()
    return Page(len(rows), over=False)


# ---- Telling people --------------------------------------------------------------------------------------------------


def begin_to_tell_holders(session: Session, issuer: Issuer) -> None:
    """Let every holder be told that an issuer leaves: a job goes through them, page by page."""
    begun = queries.last_step(session, issuer.issuer_id, LifeStep.WITHDRAW)
    assert begun is not None, "who leaves has begun to"
    enqueue(session, TELL_HOLDERS, f"{issuer.issuer_id}:{begun.number}", {"issuer": issuer.issuer_id})


def tell_holders(session: Session, issuer_id: str, *, limit: int = _AT_ONCE) -> Page:
    """Tell the next holders that the issuer leaves and what stands behind their credits; called again it goes on."""
    begun = queries.last_step(session, issuer_id, LifeStep.WITHDRAW)
    assert begun is not None, "who leaves has begun to"
    name = f"{TELL_HOLDERS}:{issuer_id}:{begun.number}"
    since = cursors.position(session, name)
    held = ledger.holders_of(session, issuer_id, from_holder=since, limit=limit)
    if not held:
        return Page(0, over=True)
    over_on = notice_over_on(civil_date(begun.at))
    facts = {"issuer": issuer_id, "ends": start_of(over_on).isoformat()}
    told = notices.tell_many(
        session,
        [
            Telling(one.subject_id, "issuer_leaving", f"{issuer_id}:{begun.number}", {**facts, "credits": one.credits})
            for one in held
        ],
    )
    cursors.advance(session, name, since=since, to=held[-1].holder + 1)
    return Page(told, over=False)


def notice_over_on(began_on: date) -> date:
    """Give the first day on which the public notice of an exit is over."""
    return began_on + timedelta(days=days_of("closing_notice", began_on))


def tell_staff(session: Session, issuer: Issuer, kind: str, *, because: str) -> None:
    """Tell an issuer's people and its regulators of a change, each once."""
    edition = queries.editions(session, [issuer.issuer_id])[issuer.issuer_id]
    facts = {"issuer": issuer.issuer_id, "reason": because[:400]}
    readers = [*people_of(session, issuer), *regulators_of(session, issuer)]
    notices.tell_many(
        session, [Telling(one, kind, f"{issuer.issuer_id}:{edition}", dict(facts)) for one in dict.fromkeys(readers)]
    )


def people_of(session: Session, issuer: Issuer) -> list[str]:
    """Give the accounts that act for an issuer."""
    place = Scope(ScopeKind.ISSUER, issuer.issuer_id)
    return people.office_holders(session, {Role.ISSUER_ADMIN, Role.ISSUER_MANAGER}, [place])


def regulators_of(session: Session, issuer: Issuer) -> list[str]:
    """Give the accounts that supervise an issuer: those of its region, of a region around it, or of all."""
    return people.office_holders(session, {Role.REGULATOR}, queries.scopes_of(issuer))
