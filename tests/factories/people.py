"""People for tests: actors, accounts, consumers; all of them obviously synthetic."""

from datetime import UTC, datetime, timedelta
from typing import Final

from greencredit.kernel.access import Actor, Grant, Role, Scope, ScopeKind, Via

LONG_AGO: Final = datetime(2020, 1, 1, tzinfo=UTC)


def make_actor(
    role: Role | None,
    kind: ScopeKind = ScopeKind.PLATFORM,
    place: str = "",
    *,
    account_id: str = "acc_example",
    at: datetime = datetime(2026, 3, 2, 4, 0, tzinfo=UTC),
) -> Actor:
    """Give a signed-in actor who holds one role in one place, without touching a database."""
    grants = () if role is None else (Grant(role, Scope(kind, place), at - timedelta(days=1)),)
    subject_id = place if role is Role.CONSUMER else None
    return Actor(at=at, via=Via.SESSION, account_id=account_id, subject_id=subject_id, grants=grants)
