"""The audit log tells who did what, names nobody, and can only grow."""

from typing import Final

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from greencredit.kernel.access import (
    Deed,
    Outcome,
    Role,
    Scope,
    ScopeKind,
    operator_at_the_machine,
)
from greencredit.kernel.clock import now
from greencredit.people import queries, service
from tests.conftest import Dialect
from tests.factories.people import make_account_with, make_consumer

SHOP: Final = Scope(ScopeKind.ISSUER, "iss_shop")


def _count(session: Session, table: str) -> int:
    found: int = session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    return found


_WAYS_ROUND: Final[dict[Dialect, str]] = {
    "sqlite": "REPLACE INTO people_audit SELECT * FROM people_audit",
    "postgres": "TRUNCATE people_audit",
}


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE people_audit SET outcome = 'denied'",
        "DELETE FROM people_audit",
        "the engine's own way round",
        "UPDATE people_consent SET given = 0",
        "DELETE FROM people_consent",
    ],
)
def test_the_log_and_consents_can_only_grow(session: Session, statement: str, dialect: Dialect) -> None:
    service.record_audit(session, operator_at_the_machine(now(session)), Deed("operations.manage", "job_1"))
    service.give_consent(session, make_consumer(session).id, "news", version="1")
    before = queries.audit_page(session)

    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text(_WAYS_ROUND[dialect] if "way round" in statement else statement))

    assert queries.audit_page(session) == before
    assert _count(session, "people_consent") == 1


@pytest.mark.proves("SEC-1")
def test_the_log_tells_who_did_what_to_which_object_and_how_it_ended(session: Session) -> None:
    actor = make_account_with(session, Role.ISSUER_MANAGER, SHOP)

    service.record_audit(
        session,
        actor,
        Deed("rule.file", "rul_1", Outcome.DENIED, {"code": "access.denied", "who": "示例用户"}, "req_1"),
    )

    line = queries.audit_page(session).entries[0]
    assert line.model_dump(exclude={"seq"}) == {
        "at": now(session),
        "account_id": actor.account_id,
        "via": "command",
        "credential_id": None,
        "action": "rule.file",
        "object_id": "rul_1",
        "outcome": "denied",
        "facts": {"code": "access.denied", "who": "(withheld)"},
        "request_id": "req_1",
    }


def test_pages_of_the_log_follow_each_other_without_a_gap(session: Session) -> None:
    operator = operator_at_the_machine(now(session))
    for number in range(7):
        service.record_audit(session, operator, Deed("operations.manage", f"job_{number % 2}", facts={"n": number}))

    pages, cursor = [], None
    while True:
        page = queries.audit_page(session, before=cursor, limit=3)
        pages.append([line.facts["n"] for line in page.entries])
        if (cursor := page.next_cursor) is None:
            break

    assert pages == [[6, 5, 4], [3, 2, 1], [0]]
    assert [line.facts["n"] for line in queries.audit_page(session, object_id="job_1").entries] == [5, 3, 1]
