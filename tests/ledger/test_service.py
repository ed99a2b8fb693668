"""What the verbs of the ledger promise; after a refusal nothing has changed."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from greencredit.ledger import queries, service
from greencredit.ledger.errors import (
    AlreadyReversed,
    CapReached,
    KeyReused,
    NoSuchEvent,
    NotAnAward,
    NotPositive,
)
from greencredit.schemas.ledger import HolderTotals, Movement, Posted, Verb
from greencredit.schemas.values import Credits
from tests.conftest import NOON
from tests.factories.ledger import earn, make_earning, make_terms, reverse

TABLES = ("ledger_event", "ledger_balance", "ledger_block", "ledger_batch", "ledger_head", "ledger_note")


def everything(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """Give every row that posting can change."""
    return {table: sorted(tuple(row) for row in session.execute(text(f"SELECT * FROM {table}"))) for table in TABLES}


def balance(session: Session, holder: str = "con_li") -> int:
    """Add up what a holder can spend."""
    return sum(one.available for one in queries.balances_of(session, holder))


@pytest.fixture(autouse=True)
def _audited(session: Session) -> object:
    yield
    assert [finding for finding in queries.audit(session) if not finding.holds] == []


@pytest.mark.proves("LED-1")
def test_an_award_is_owed_to_its_holder_and_by_its_issuer(session: Session) -> None:
    posted = earn(session, make_earning(session, credits_=30))

    assert posted == [Posted(1, repeated=False)]
    assert balance(session) == 30
    assert queries.totals_of(session, "con_li") == [
        HolderTotals(issuer_id="iss_example", earned=Credits(30), reversed_=Credits(0), balance=Credits(30))
    ]
    assert session.execute(text("SELECT SUM(posted), MIN(posted) FROM ledger_balance")).one() == (0, -30)


def test_a_movement_says_who_when_and_of_which_series(session: Session) -> None:
    earning = make_earning(session, credits_=30)
    earn(session, earning)

    assert queries.movements_of(session, "con_li") == [
        Movement(
            event_id=1,
            group_id=1,
            verb=Verb.EARN,
            credits=Credits(30),
            series_id=earning.series,
            issuer_id="iss_example",
            posted_at=NOON,
            caller="tests",
            cause=None,
            reason=None,
            document=None,
        )
    ]


@pytest.mark.proves("LED-3")
def test_asking_twice_with_the_same_key_awards_once_and_answers_the_same(session: Session) -> None:
    earning = make_earning(session, credits_=30, key="tea", day=20260302)
    first = earn(session, earning)
    before = everything(session)

    again = earn(session, earning)

    assert (first, again) == ([Posted(1, repeated=False)], [Posted(1, repeated=True)])
    assert everything(session)["ledger_event"] == before["ledger_event"]
    assert balance(session) == 30


@pytest.mark.proves("LED-3")
def test_a_key_twice_in_one_batch_awards_once(session: Session) -> None:
    earning = make_earning(session, credits_=30, key="tea")
    other = make_earning(session, credits_=5, key="rice")

    assert earn(session, earning, other, earning) == [Posted(1, False), Posted(2, False), Posted(1, True)]
    assert balance(session) == 35


@pytest.mark.proves("LED-3")
def test_a_batch_of_old_and_new_keys_awards_the_new_ones_in_order(session: Session) -> None:
    old = [make_earning(session, credits_=10 + n, key=f"old{n}", day=n % 2) for n in range(700)]
    earn(session, *old)
    mixed = [*old[::2], *(make_earning(session, credits_=1, key=f"new{n}") for n in range(3))]

    posted = earn(session, *mixed)

    assert posted == [Posted(n + 1, True) for n in range(0, 700, 2)] + [Posted(701 + n, False) for n in range(3)]


@pytest.mark.proves("LED-3")
def test_a_key_with_another_payload_is_refused_and_changes_nothing(session: Session) -> None:
    earn(session, make_earning(session, credits_=30, key="tea"))
    before = everything(session)

    with pytest.raises(KeyReused) as no, session.begin_nested():
        earn(session, make_earning(session, credits_=31, key="tea"))

    assert (no.value.code, no.value.facts) == ("ledger.key_reused", {"event_id": 1, "key": b"tea".hex()})
    assert everything(session) == before


def test_the_same_key_of_another_caller_or_day_is_another_award(session: Session) -> None:
    one = make_earning(session, credits_=10, key="tea", day=20260302)
    other_day = make_earning(session, credits_=10, key="tea", day=20260303)

    earn(session, one, caller="first")
    earn(session, one, caller="second")
    earn(session, other_day, caller="first")

    assert balance(session) == 30


@pytest.mark.parametrize("found", [0, -1])
def test_an_award_of_nothing_or_less_is_refused(session: Session, found: int) -> None:
    before = everything(session)

    with pytest.raises(NotPositive) as no:
        earn(session, make_earning(session, credits_=found))

    assert no.value.facts == {"found": found}
    assert everything(session) == before


@pytest.mark.proves("LED-2")
def test_credits_of_different_terms_lie_on_different_leaves_in_spending_order(session: Session) -> None:
    soon = make_terms(expires_at=datetime(2027, 4, 1, tzinfo=UTC))
    life_march, life_april = make_terms(), make_terms(award_month=202604)
    for key, terms, credits_ in (("a", life_april, 1), ("b", life_march, 2), ("c", soon, 4)):
        earn(session, make_earning(session, credits_=credits_, key=key, terms=terms))

    found = queries.balances_of(session, "con_li")

    assert [(one.terms, one.posted) for one in found] == [(soon, 4), (life_march, 2), (life_april, 1)]


def test_serials_follow_each_other_across_batches(session: Session) -> None:
    earn(session, make_earning(session, credits_=30, key="a"), make_earning(session, "con_wu", credits_=12, key="b"))
    earn(session, make_earning(session, credits_=5, key="c"))

    serials = session.execute(text("SELECT serial, amount FROM ledger_event ORDER BY id")).all()
    blocks = session.execute(text("SELECT first, last, batch_id FROM ledger_block ORDER BY first")).all()
    assert [tuple(row) for row in serials] == [(1, 30), (31, 12), (43, 5)]
    assert [tuple(row) for row in blocks] == [(1, 42, 1), (43, 47, 2)]


def test_an_award_beyond_the_filed_cap_is_refused_whole(session: Session) -> None:
    terms = make_terms(cap=100)
    first = make_earning(session, credits_=90, key="a", terms=terms)
    earn(session, first)
    before = everything(session)

    with pytest.raises(CapReached) as no, session.begin_nested():
        earn(
            session,
            make_earning(session, credits_=4, key="b", terms=terms),
            make_earning(session, credits_=7, key="c", terms=terms),
        )

    assert no.value.facts == {"series_id": first.series, "wanted": 11, "left": 10}
    assert everything(session) == before


@pytest.mark.parametrize(("first", "last"), [(31, 1_000_001), (30, 31), (32, 40)])
def test_the_database_itself_refuses_serials_beyond_the_cap_or_out_of_line(
    session: Session, first: int, last: int
) -> None:
    earning = make_earning(session, credits_=30)
    earn(session, earning)
    values = {"series": earning.series, "first": first, "last": last}

    with pytest.raises(DBAPIError, match="ledger_block"), session.begin_nested():
        session.execute(
            text("INSERT INTO ledger_block (series_id, first, last, batch_id) VALUES (:series, :first, :last, 9)"),
            values,
        )


@pytest.mark.proves("LED-1")
def test_a_mistake_is_reversed_by_its_opposite_with_actor_reason_and_document(session: Session) -> None:
    earn(session, make_earning(session, credits_=30))

    posted = reverse(session, 1, 30)

    latest = queries.movements_of(session, "con_li")[0]
    assert posted == Posted(2, repeated=False)
    assert balance(session) == 0
    assert (latest.verb, latest.credits, latest.cause, latest.reason, latest.document) == (
        Verb.REVERSE,
        30,
        1,
        "退货",
        "a" * 64,
    )


def test_an_award_can_be_reversed_in_parts_up_to_what_it_gave(session: Session) -> None:
    earn(session, make_earning(session, credits_=30), make_earning(session, credits_=50, key="other"))
    reverse(session, 1, 10, key="r1")
    reverse(session, 1, 15, key="r2")
    before = everything(session)

    with pytest.raises(AlreadyReversed) as no, session.begin_nested():
        reverse(session, 1, 6, key="r3")

    assert no.value.facts == {"event_id": 1, "wanted": 6, "left": 5}
    assert everything(session) == before
    assert queries.reversed_by_award(session, [1, 2]) == {1: 25}


@pytest.mark.proves("LED-3")
def test_reversing_twice_with_one_key_takes_back_once(session: Session) -> None:
    earn(session, make_earning(session, credits_=30))

    assert [reverse(session, 1, 10), reverse(session, 1, 10)] == [Posted(2, False), Posted(2, True)]
    assert balance(session) == 20


def test_a_reversal_key_with_another_payload_is_refused(session: Session) -> None:
    earn(session, make_earning(session, credits_=30))
    reverse(session, 1, 10)

    with pytest.raises(KeyReused) as no, session.begin_nested():
        reverse(session, 1, 11)

    assert no.value.facts == {"event_id": 2, "key": b"r".hex()}
    assert balance(session) == 20


def test_only_an_award_that_exists_can_be_reversed(session: Session) -> None:
    earn(session, make_earning(session, credits_=30))
    reverse(session, 1, 10)

    with pytest.raises(NoSuchEvent), session.begin_nested():
        reverse(session, 9, 1, key="x")
    with pytest.raises(NotAnAward) as no, session.begin_nested():
        reverse(session, 2, 1, key="y")

    assert no.value.facts == {"event_id": 2, "verb": "reverse"}


def test_names_are_interned_once(session: Session) -> None:
    assert service.caller(session, "pos") == service.caller(session, "pos")
    assert service.series(session, make_terms()) == service.series(session, make_terms())
    both = service.holders(session, ["con_li", "con_wu"])
    assert service.holders(session, ["con_wu", "con_li"]) == both
    assert len(set(both.values())) == 2
