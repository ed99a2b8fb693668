"""A role counts while it is held; nobody changes his own, nobody judges whom he works for."""

from datetime import timedelta
from typing import Any, Final

import pytest
from sqlalchemy.orm import Session

from greencredit.kernel.access import (
    PLATFORM,
    AccessDenied,
    Grant,
    Role,
    Scope,
    ScopeKind,
    operator_at_the_machine,
)
from greencredit.kernel.clock import StandingClock, now
from greencredit.people import queries, service
from greencredit.people.errors import (
    OneAgency,
    OwnGrant,
    RolesApart,
)
from greencredit.schemas.people import (
    NewGrant,
)
from tests.factories.people import make_account, make_account_with, make_grant

SHOP: Final = Scope(ScopeKind.ISSUER, "iss_shop")


def _deeds(session: Session) -> list[tuple[str, str, dict[str, Any]]]:
    return [(line.action, line.outcome, line.facts) for line in reversed(queries.audit_page(session).entries)]


@pytest.mark.proves("SEC-1")
def test_a_grant_counts_at_once_and_stops_when_it_is_revoked_and_both_are_in_the_log(
    session: Session, clock: StandingClock
) -> None:
    account = make_account(session)
    given = make_grant(session, account.id, Role.REGULATOR, Scope(ScopeKind.REGION, "CN-SH"))
    began = now(session)

    assert queries.actor_of(session, account.id).grants == (
        Grant(Role.REGULATOR, Scope(ScopeKind.REGION, "CN-SH"), began),
    )
    clock.move(timedelta(days=1))
    revoked = service.revoke_grant(session, operator_at_the_machine(now(session)), given.id)

    assert revoked == given.model_copy(update={"revoked_at": now(session)})
    assert service.revoke_grant(session, operator_at_the_machine(now(session)), given.id) == revoked
    assert queries.actor_of(session, account.id).grants == ()
    facts = {"account": account.id, "role": "regulator", "kind": "region", "place": "CN-SH"}
    assert _deeds(session) == [("grant.give", "done", facts), ("grant.revoke", "done", facts)]


@pytest.mark.proves("SEC-1")
def test_an_auditors_grant_ends_by_itself(session: Session, clock: StandingClock) -> None:
    account = make_account(session)
    make_grant(session, account.id, Role.AUDITOR, until=now(session) + timedelta(days=30))

    clock.move(timedelta(days=30))

    assert queries.actor_of(session, account.id).grants == ()


@pytest.mark.proves("SEC-1")
def test_an_issuers_administrator_can_neither_promote_himself_nor_reach_another_issuer(session: Session) -> None:
    admin = make_account_with(session, Role.ISSUER_ADMIN, SHOP)
    clerk = make_account(session, login="clerk")

    def give(account_id: str, role: Role, scope: Scope) -> None:
        wanted = NewGrant(account_id=account_id, role=role, scope_kind=scope.kind, scope_id=scope.id, because="example")
        service.grant(session, admin, wanted)

    give(clerk.id, Role.ISSUER_MANAGER, SHOP)
    with pytest.raises(OwnGrant):
        give(str(admin.account_id), Role.ISSUER_MANAGER, SHOP)
    with pytest.raises(AccessDenied):
        give(clerk.id, Role.ISSUER_MANAGER, Scope(ScopeKind.ISSUER, "iss_bank"))
    with pytest.raises(AccessDenied):
        give(clerk.id, Role.OPERATOR, PLATFORM)

    assert [one.role for one in queries.grants_of(session, clerk.id)] == [Role.ISSUER_MANAGER]
    assert [one.role for one in queries.grants_of(session, str(admin.account_id))] == [Role.ISSUER_ADMIN]


@pytest.mark.proves("SEC-1")
@pytest.mark.proves("ISS-3")
def test_an_account_acts_for_one_agency_at_a_time(session: Session) -> None:
    account = make_account(session)
    one, other = Scope(ScopeKind.AGENCY, "91000000000000900X"), Scope(ScopeKind.AGENCY, "91000000000000901X")
    first = make_grant(session, account.id, Role.ASSESSOR, one)

    with pytest.raises(OneAgency) as no:
        make_grant(session, account.id, Role.CERTIFIER, other)
    held = [(grant.role, grant.scope_id) for grant in queries.grants_of(session, account.id)]
    make_grant(session, account.id, Role.CERTIFIER, one)
    service.revoke_grant(session, operator_at_the_machine(now(session)), first.id)

    assert (no.value.code, no.value.facts) == (
        "people.one_agency",
        {"account_id": account.id, "found": one.id, "wanted": other.id},
    )
    assert held == [(Role.ASSESSOR, one.id)]
    with pytest.raises(OneAgency):
        make_grant(session, account.id, Role.ASSESSOR, other)


@pytest.mark.proves("SEC-1")
def test_an_assessor_can_work_for_an_issuer_only_after_he_stopped_assessing(session: Session) -> None:
    account = make_account(session)
    assessing = make_grant(session, account.id, Role.ASSESSOR, SHOP)

    with pytest.raises(RolesApart) as no:
        make_grant(session, account.id, Role.ISSUER_MANAGER, Scope(ScopeKind.ISSUER, "iss_bank"))

    assert no.value.facts == {"account_id": account.id, "wanted": Role.ISSUER_MANAGER, "held": Role.ASSESSOR}
    assert [one.role for one in queries.grants_of(session, account.id)] == [Role.ASSESSOR]
    service.revoke_grant(session, operator_at_the_machine(now(session)), assessing.id)
    make_grant(session, account.id, Role.ISSUER_MANAGER, Scope(ScopeKind.ISSUER, "iss_bank"))
