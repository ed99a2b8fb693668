"""API keys: made for programs, narrower than their owner, shown once, revoked at any time."""

import json
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.kernel import access, identities
from greencredit.kernel.access import POLICY, Actor
from greencredit.kernel.clock import now
from greencredit.kernel.ids import base32, new_id
from greencredit.people import queries, rules
from greencredit.people.errors import ScopeTooWide, UnknownApiKey
from greencredit.people.tables import PeopleApiKey
from greencredit.schemas.people import ApiKey, MadeApiKey, NewApiKey

_SECRET_BYTES: Final = 32


def make_api_key(session: Session, actor: Actor, wanted: NewApiKey, *, environment: str) -> MadeApiKey:
    """Make a key for the actor's own account; its text is given this one time and not kept."""
    assert actor.account_id is not None, "a key has an owner"
    scopes = sorted(set(wanted.scopes))
    if beyond := [scope for scope in scopes if not _may_carry(actor, scope)]:
        raise ScopeTooWide(beyond)
    at = now(session)
    key_id = new_id(session, "key", at)
    secret = base32(session.info["entropy"](_SECRET_BYTES))
    row = PeopleApiKey(
        id=key_id,
        account_id=actor.account_id,
        name=wanted.name,
        secret_digest=rules.digest(session.info["keys"].for_purpose("people.api_key"), key_id, secret),
        scopes=json.dumps(scopes, separators=(",", ":")),
        made_at=at,
        expires_at=at + timedelta(days=wanted.valid_days),
        revoked_at=None,
    )
    session.add(row)
    session.flush()
    return MadeApiKey(key=queries.api_key(row), text=rules.key_text(environment, key_id, secret))


def revoke_api_key(session: Session, actor: Actor, key_id: str) -> ApiKey:
    """End a key of the actor's own account at once; ending it again changes nothing."""
    row = session.scalar(
        select(PeopleApiKey).where(PeopleApiKey.id == key_id, PeopleApiKey.account_id == actor.account_id)
    )
    if row is None:
        raise UnknownApiKey(key_id)
    if row.revoked_at is None:
        row.revoked_at = now(session)
        session.flush()
        identities.forget(session)
    return queries.api_key(row)


def _may_carry(actor: Actor, scope: str) -> bool:
    return scope in POLICY and POLICY[scope].by_key and access.may_somewhere(actor, scope)
