"""What the ledger answers."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from greencredit.ledger import queries, service
from greencredit.ledger.errors import NoSuchHolder
from greencredit.schemas.ledger import IssuerPosition
from greencredit.schemas.values import Credits
from tests.conftest import NOON
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


@pytest.mark.proves("LED-3")
def test_whom_something_ends_for_is_counted_without_the_erased(session: Session) -> None:
    soon = make_terms(expires_at=NOON + timedelta(days=10))
    names = [f"con_{number}" for number in range(6)]
    earn(session, *(make_earning(session, name, key=name, terms=soon) for name in names))
    for name in names[:4]:
        service.erase(session, name)

    found = queries.expiring(session, after=NOON, until=NOON + timedelta(days=30), limit=2)

    assert [one.subject_id for one in found] == ["con_4", "con_5"]
