"""Grants: a role given in a place, and taken back; never one's own, never two that judge each other."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.kernel import access, identities
from greencredit.kernel.access import Actor, Deed, Role, Scope, ScopeKind
from greencredit.kernel.clock import now
from greencredit.kernel.ids import new_id
from greencredit.people import queries, rules
from greencredit.people.errors import UnknownGrant
from greencredit.people.service.audit import record_audit
from greencredit.people.tables import PeopleAccount, PeopleGrant
from greencredit.schemas.people import GrantRecord, NewGrant


def grant(session: Session, actor: Actor, wanted: NewGrant, *, within: Sequence[Scope] = ()) -> GrantRecord:
    """Give somebody a role in a place, from now on; `within` names what the place lies in, for its room to say."""
    at = now(session)
    scope = Scope(wanted.scope_kind, wanted.scope_id)
    access.require(actor, "grant.give", scope, *within)
    rules.require_place(wanted.role, scope)
    rules.require_giver(actor, "grant.give", account_id=wanted.account_id, role=wanted.role, scope=scope, within=within)
    rules.require_end(wanted.role, at=at, until=wanted.until)
    held = _held(session, wanted.account_id)
    rules.require_apart(wanted.account_id, wanted.role, [one.role for one in held])
    rules.require_one_agency(wanted.account_id, scope, [Scope(one.scope_kind, one.scope_id) for one in held])
    row = PeopleGrant(
        id=new_id(session, "grt", at),
        account_id=wanted.account_id,
        role=wanted.role.value,
        scope_kind=wanted.scope_kind.value,
        scope_id=wanted.scope_id,
        since=at,
        until=wanted.until,
        because=wanted.because,
        granted_by=actor.account_id,
        revoked_at=None,
    )
    session.add(row)
    session.flush()
    identities.forget(session)
    record_audit(session, actor, Deed("grant.give", row.id, facts=_facts(row)))
    return queries.grant_record(row)


def revoke_grant(session: Session, actor: Actor, grant_id: str) -> GrantRecord:
    """Take a role back, from now on; taking it back again changes nothing."""
    row = session.get(PeopleGrant, grant_id)
    if row is None:
        raise UnknownGrant(grant_id)
    scope = Scope(ScopeKind(row.scope_kind), row.scope_id)
    access.require(actor, "grant.revoke", scope)
    rules.require_giver(actor, "grant.revoke", account_id=row.account_id, role=Role(row.role), scope=scope)
    if row.revoked_at is None:
        row.revoked_at = now(session)
        session.flush()
        identities.forget(session)
        record_audit(session, actor, Deed("grant.revoke", row.id, facts=_facts(row)))
    return queries.grant_record(row)


def _held(session: Session, account_id: str) -> list[GrantRecord]:
    """Give the grants held now, behind a lock on the account: two grants at once must see each other."""
    queries.account(session, account_id)
    session.execute(select(PeopleAccount.id).where(PeopleAccount.id == account_id).with_for_update())
    at = now(session)
    held = queries.grants_of(session, account_id)
    return [one for one in held if one.revoked_at is None and (one.until is None or at < one.until)]


def _facts(row: PeopleGrant) -> dict[str, object]:
    return {"account": row.account_id, "role": row.role, "kind": row.scope_kind, "place": row.scope_id}
