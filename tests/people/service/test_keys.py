"""An API key does what both it and its owner may, until it expires or is revoked."""

from datetime import timedelta
from typing import Final

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.access import (
    Actor,
    Credentials,
    Role,
    Scope,
    ScopeKind,
    Via,
    anonymous,
    may,
    operator_at_the_machine,
)
from greencredit.kernel.clock import StandingClock, now
from greencredit.people import queries, service
from greencredit.people.errors import (
    ScopeTooWide,
    UnknownApiKey,
)
from greencredit.schemas.people import (
    NewApiKey,
)
from tests.factories.people import make_account_with

SHOP: Final = Scope(ScopeKind.ISSUER, "iss_shop")


def _key(session: Session, actor: Actor, *scopes: str, days: int = 30) -> tuple[str, Credentials]:
    made = service.make_api_key(
        session, actor, NewApiKey(name="示例收银机", scopes=scopes, valid_days=days), environment="test"
    )
    return made.key.id, Credentials(api_key=made.text)


@pytest.mark.proves("SEC-1")
def test_a_key_acts_for_its_owner_within_its_scopes_until_it_expires(session: Session, clock: StandingClock) -> None:
    owner = make_account_with(session, Role.ISSUER_MANAGER, SHOP)

    key_id, shown = _key(session, owner, "evidence.take_in")

    actor = queries.identify(session, shown)
    assert actor == Actor(
        at=now(session),
        via=Via.API_KEY,
        account_id=owner.account_id,
        grants=owner.grants,
        api_scopes=frozenset({"evidence.take_in"}),
        credential_id=key_id,
    )
    assert (may(actor, "evidence.take_in", SHOP), may(actor, "evidence.read", SHOP)) == (True, False)
    clock.move(timedelta(days=30))
    assert queries.identify(session, shown) == anonymous(now(session))


@pytest.mark.proves("SEC-1")
def test_a_key_with_a_wrong_secret_is_nobodys_and_the_secret_is_not_kept(session: Session) -> None:
    owner = make_account_with(session, Role.ISSUER_MANAGER, SHOP)
    key_id, shown = _key(session, owner, "evidence.take_in")
    assert shown.api_key is not None
    other = shown.api_key[:-1] + ("0" if shown.api_key[-1] != "0" else "1")

    assert queries.identify(session, Credentials(api_key=other)) == anonymous(now(session))
    kept = session.execute(text("SELECT * FROM people_api_key")).one()
    assert shown.api_key.rpartition("_")[2] not in str(tuple(kept))
    assert [key.id for key in queries.api_keys(session, str(owner.account_id))] == [key_id]


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize("beyond", ["issuer.decide", "key.make", "no.such_action"])
def test_a_key_never_carries_more_than_its_owner_may(session: Session, beyond: str) -> None:
    owner = make_account_with(session, Role.ISSUER_MANAGER, SHOP)

    with pytest.raises(ScopeTooWide) as no:
        _key(session, owner, "evidence.take_in", beyond)

    assert (no.value.code, no.value.facts) == ("people.scope_too_wide", {"scopes": [beyond]})
    assert queries.api_keys(session, str(owner.account_id)) == []


@pytest.mark.proves("SEC-1")
def test_a_key_loses_what_its_owner_loses(session: Session) -> None:
    owner = make_account_with(session, Role.ISSUER_MANAGER, SHOP)
    _, shown = _key(session, owner, "evidence.take_in")
    (held,) = queries.grants_of(session, str(owner.account_id))

    service.revoke_grant(session, operator_at_the_machine(now(session)), held.id)

    assert not may(queries.identify(session, shown), "evidence.take_in", SHOP)


@pytest.mark.proves("SEC-1")
def test_a_key_is_revoked_by_its_owner_alone_and_only_once(session: Session, clock: StandingClock) -> None:
    owner = make_account_with(session, Role.ISSUER_MANAGER, SHOP)
    stranger = make_account_with(session, Role.OPERATOR, login="stranger")
    key_id, shown = _key(session, owner, "evidence.take_in")

    with pytest.raises(UnknownApiKey):
        service.revoke_api_key(session, stranger, key_id)
    assert queries.identify(session, shown).signed_in

    revoked = service.revoke_api_key(session, owner, key_id)
    clock.move(timedelta(minutes=1))
    assert service.revoke_api_key(session, owner, key_id) == revoked
    assert not queries.identify(session, shown).signed_in
