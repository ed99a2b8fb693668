"""What the ledger answers; the audit finds every fault that is planted behind the verbs' backs."""

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from greencredit.kernel.database import is_sqlite
from greencredit.ledger import queries
from greencredit.ledger.errors import NoSuchHolder
from greencredit.schemas.ledger import IssuerPosition
from greencredit.schemas.values import Credits
from tests.factories.ledger import earn, make_earning, make_terms, reverse


def test_a_subject_that_never_held_credits_is_refused_by_name(session: Session) -> None:
    with pytest.raises(NoSuchHolder) as no:
        queries.holder_number(session, "con_nobody")

    assert no.value.facts == {"subject_id": "con_nobody"}
    assert queries.balances_of(session, "con_nobody") == []
    assert queries.movements_of(session, "con_nobody") == []


def test_pages_of_movements_give_every_movement_once_newest_first(session: Session) -> None:
    earn(session, *(make_earning(session, credits_=n + 1, key=f"k{n}") for n in range(7)))
    seen: list[int] = []
    before = None
    while page := queries.movements_of(session, "con_li", before=before, limit=3):
        seen += [movement.event_id for movement in page]
        before = page[-1].event_id

    assert seen == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.proves("LED-4")
def test_an_issuer_sees_what_it_issued_and_still_owes(session: Session) -> None:
    earn(session, make_earning(session, credits_=30, key="a"), make_earning(session, "con_wu", credits_=12, key="b"))
    earn(session, make_earning(session, credits_=99, key="c", terms=make_terms("iss_other")))
    reverse(session, 2, 12)

    assert queries.position_of(session, "iss_example") == IssuerPosition(
        issuer_id="iss_example",
        issued=Credits(42),
        reversed_=Credits(12),
        outstanding=Credits(30),
        holders=1,
        events=3,
    )


_PLANTED = {
    "zero_sum": "UPDATE ledger_balance SET posted = posted + 1 WHERE sign = 1",
    "balances_equal_events": "UPDATE ledger_balance SET posted = posted + 7 * sign",
    "every_leaf_exists": "UPDATE ledger_event SET credit = 999 WHERE id = 1",
    "paths_are_kept": "UPDATE ledger_event SET debit = credit, credit = debit WHERE id = 1",
    "ids_have_no_gap": "UPDATE ledger_event SET id = 77 WHERE id = 2",
    "serials_have_no_gap": "UPDATE ledger_block SET last = last + 1 WHERE first = 1",
    "serials_are_issued": "UPDATE ledger_event SET amount = amount + 1 WHERE id = 1",
    "reversed_at_most_once": "UPDATE ledger_event SET amount = amount + 100 WHERE kind = 2",
    "held_is_zero": "UPDATE ledger_balance SET held = 1 WHERE sign = 1",
}


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize("name", _PLANTED)
def test_the_audit_names_the_invariant_that_a_planted_fault_breaks(
    session: Session, connection: Connection, name: str
) -> None:
    earn(session, make_earning(session, credits_=30), make_earning(session, "con_wu", credits_=12, key="b"))
    earn(session, make_earning(session, credits_=5, key="c"))
    reverse(session, 1, 10)
    assert [finding.name for finding in queries.audit(session) if not finding.holds] == []
    session.flush()
    _lift_guards(session, connection)

    connection.execute(text(_PLANTED[name]))

    assert name in [finding.name for finding in queries.audit(session) if not finding.holds]


def _lift_guards(session: Session, connection: Connection) -> None:
    """Take the triggers away, inside the test's own transaction: a burglar with the keys of the house."""
    if is_sqlite(session):
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
        for trigger in names:
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        return
    for table in ("ledger_event", "ledger_block", "ledger_series"):
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


def test_a_leaf_below_zero_cannot_even_be_planted(session: Session, connection: Connection) -> None:
    earn(session, make_earning(session, credits_=30))
    session.flush()

    with pytest.raises(Exception, match="never_overdrawn"), connection.begin_nested():
        connection.execute(text("UPDATE ledger_balance SET posted = -1 WHERE sign = 1"))
