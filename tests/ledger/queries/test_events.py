"""What happened: movements, and facts about single events that other rooms ask for."""

import pytest
from sqlalchemy.orm import Session

from greencredit.ledger import queries
from greencredit.ledger.errors import NoSuchHolder
from greencredit.schemas.ledger import Movement, Verb
from tests.conftest import NOON
from tests.factories.ledger import earn, holder_of, make_earning, redeem, reverse


def test_a_movement_says_who_when_and_of_which_series(session: Session) -> None:
    earning = make_earning(session, credits_=30)
    earn(session, earning)
    redeem(session, 10)

    spent, earned = queries.movements_of(session, "con_li")

    whole = Movement(
        event_id=1,
        group_id=1,
        verb=Verb.EARN,
        credits=30,
        series_id=earning.series,
        issuer_id="iss_example",
        posted_at=NOON,
        caller="tests",
        cause=None,
        reason=None,
        document=None,
    )
    assert earned == whole
    assert spent == whole.model_copy(
        update={"event_id": 2, "group_id": 2, "verb": Verb.REDEEM, "credits": 10, "party": "mer_tea"}
    )


def test_pages_of_movements_give_every_movement_once_newest_first(session: Session) -> None:
    earn(session, *(make_earning(session, credits_=n + 1, key=f"k{n}") for n in range(7)))
    seen: list[int] = []
    before = None
    while page := queries.movements_of(session, "con_li", before=before, limit=3):
        seen += [movement.event_id for movement in page]
        before = page[-1].event_id

    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_facts_of_single_events_are_told_and_nothing_of_those_that_are_not_there(session: Session) -> None:
    earn(session, make_earning(session, credits_=30), make_earning(session, "con_wu", credits_=5, key="b"))
    reverse(session, 1, 10)
    li, wu = holder_of(session, "con_li"), holder_of(session, "con_wu")

    assert queries.reversed_by_award(session, [1, 2, 99]) == {1: 10}
    assert queries.posted_at(session, [1, 3, 99]) == {1: NOON, 3: NOON}
    assert queries.earnings(session, [1, 2, 3]) == {1: ("tests", li, 30), 2: ("tests", wu, 5)}
    assert queries.earnings_by(session, "tests") == 2
    assert queries.earnings_by(session, "nobody") == 0


def test_a_subject_that_never_held_credits_is_refused_by_name(session: Session) -> None:
    with pytest.raises(NoSuchHolder) as no:
        queries.holder_number(session, "con_nobody")

    assert (no.value.code, no.value.facts) == ("ledger.no_such_holder", {"subject_id": "con_nobody"})


def test_names_behind_numbers_are_told(session: Session) -> None:
    li = holder_of(session, "con_li")

    assert queries.subjects_of(session, [li, 99]) == {li: "con_li"}
    assert queries.holder_number(session, "con_li") == li
