"""People for tests: actors, accounts, grants, consumers; all of them obviously synthetic."""

from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import SecretStr
from sqlalchemy.orm import Session

from greencredit.kernel.access import (
    PLATFORM,
    Actor,
    Grant,
    Role,
    Scope,
    ScopeKind,
    Via,
    operator_at_the_machine,
)
from greencredit.kernel.clock import now
from greencredit.people import queries, service
from greencredit.schemas.people import Account, Consumer, GrantRecord, NewAccount, NewConsumer, NewGrant

PASSWORD: Final = "示例密码-correct-horse"
"""What every synthetic account signs in with."""


def make_actor(
    role: Role | None,
    kind: ScopeKind = ScopeKind.PLATFORM,
    place: str = "",
    *,
    account_id: str = "acc_example",
    at: datetime = datetime(2026, 3, 2, 4, 0, tzinfo=UTC),
) -> Actor:
    """Give a signed-in actor who holds one role in one place (or none), without touching a database."""
    grants = () if role is None else (Grant(role, Scope(kind, place), at - timedelta(days=1)),)
    subject_id = place if role is Role.CONSUMER else None
    return Actor(at=at, via=Via.SESSION, account_id=account_id, subject_id=subject_id, grants=grants)


def make_account(
    session: Session,
    *,
    login: str = "example",
    display_name: str = "示例用户",
    password: str | None = None,
) -> Account:
    """Register an account; without a password it costs no hashing and can't sign in."""
    secret = None if password is None else SecretStr(password)
    return service.register_account(session, NewAccount(login=login, display_name=display_name, password=secret))


def make_grant(
    session: Session, account_id: str, role: Role, scope: Scope = PLATFORM, *, until: datetime | None = None
) -> GrantRecord:
    """Let the machine's operator give an account a role; an auditor's ends after a month."""
    at = now(session)
    if role is Role.AUDITOR and until is None:
        until = at + timedelta(days=30)
    wanted = NewGrant(
        account_id=account_id, role=role, scope_kind=scope.kind, scope_id=scope.id, until=until, because="example"
    )
    return service.grant(session, operator_at_the_machine(at), wanted)


def make_account_with(
    session: Session, role: Role, scope: Scope = PLATFORM, *, login: str = "example", password: str | None = None
) -> Actor:
    """Register an account, give it a role in a place, and give the actor it is; a consumer role needs no scope."""
    account = make_account(session, login=login, password=password)
    if role is Role.CONSUMER:
        make_consumer(session, account_id=account.id)
    else:
        make_grant(session, account.id, role, scope)
    return queries.actor_of(session, account.id)


def make_consumer(session: Session, *, display_name: str = "示例住户", account_id: str | None = None) -> Consumer:
    """Register a consumer."""
    return service.register_consumer(session, NewConsumer(display_name=display_name, account_id=account_id))
