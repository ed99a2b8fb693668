"""Awards: exact rows, serials under the cap, idempotent for ever; after a refusal nothing has changed."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from greencredit.ledger import queries, service
from greencredit.ledger.errors import CapReached, NoSuchHolder, NoSuchSeries, NotPositive
from greencredit.ledger.rules import MOST, key_of
from greencredit.schemas.ledger import Earning, Posted, Verb
from tests.factories.ledger import earn, make_earning, make_terms, redeem, reverse
from tests.ledger.ground import Line, everything, holding, lines, on_leaves, refused


@pytest.mark.proves("LED-1")
def test_an_award_is_one_row_that_its_issuer_owes_and_its_holder_has(session: Session) -> None:
    earning = make_earning(session, credits_=30)

    posted = earn(session, earning)

    assert posted == [Posted(1, repeated=False)]
    assert lines(session) == [Line(1, 1, Verb.EARN, earning.series, earning.holder, None, 30, None, 1)]
    assert on_leaves(session) == {
        ("issued", earning.series, 0): -30,
        ("available", earning.series, earning.holder): 30,
    }
    assert session.execute(text("SELECT next_event, next_batch, log_size FROM ledger_head")).one() == (
        2,
        2,
        2,
    )  # the series' terms are in the log too


@pytest.mark.proves("LED-3")
def test_the_same_key_gives_the_first_answer_for_ever_and_writes_nothing(session: Session) -> None:
    earning = make_earning(session, credits_=30, key="tea")
    earn(session, earning)
    earn(session, *(make_earning(session, credits_=1, key=f"later {n}") for n in range(5)))
    before = everything(session)

    again = [earn(session, earning) for _ in range(3)]

    assert again == [[Posted(1, repeated=True)]] * 3
    assert everything(session) == before


@pytest.mark.proves("LED-3")
@pytest.mark.parametrize("other", ["credits", "holder", "series"])
def test_a_key_with_another_payload_is_refused(session: Session, other: str) -> None:
    first = make_earning(session, credits_=30, key="tea")
    earn(session, first)
    changed = {
        "credits": make_earning(session, credits_=31, key="tea"),
        "holder": make_earning(session, "con_wu", credits_=30, key="tea"),
        "series": make_earning(session, credits_=30, key="tea", terms=make_terms(award_month=202604)),
    }[other]

    refusal = refused(session, lambda: earn(session, changed))

    assert refusal == ("ledger.key_reused", {"event_id": 1, "key": key_of("tea").hex()})


def test_the_same_key_of_another_caller_is_another_award(session: Session) -> None:
    earning = make_earning(session, credits_=10, key="tea")

    answers = [earn(session, earning, caller="first"), earn(session, earning, caller="second")]

    assert answers == [[Posted(1, repeated=False)], [Posted(2, repeated=False)]]
    assert holding(session) == {"available": 20}


@pytest.mark.proves("LED-3")
def test_a_key_twice_in_one_batch_awards_once(session: Session) -> None:
    tea, rice = make_earning(session, credits_=30, key="tea"), make_earning(session, credits_=5, key="rice")

    posted = earn(session, tea, rice, tea)

    assert posted == [Posted(1, repeated=False), Posted(2, repeated=False), Posted(1, repeated=True)]
    assert holding(session) == {"available": 35}


def test_a_key_twice_in_one_batch_with_two_payloads_refuses_the_batch(session: Session) -> None:
    tea = make_earning(session, credits_=30, key="tea")

    refusal = refused(session, lambda: earn(session, tea, tea._replace(credits=31)))

    assert refusal == ("ledger.key_reused", {"event_id": 1, "key": key_of("tea").hex()})


@pytest.mark.proves("LED-3")
def test_a_batch_of_old_and_new_keys_awards_the_new_ones_in_order(session: Session) -> None:
    one = make_earning(session)
    old = [one._replace(credits=10 + n, key=key_of(f"old{n}")) for n in range(700)]
    earn(session, *old)
    mixed = [*old[::2], *(one._replace(credits=1, key=key_of(f"new{n}")) for n in range(3))]

    posted = earn(session, *mixed)

    assert posted == [Posted(n + 1, repeated=True) for n in range(0, 700, 2)] + [
        Posted(701 + n, repeated=False) for n in range(3)
    ]


@pytest.mark.parametrize("found", [0, -1, 1.5, True, None, "3"])
def test_an_award_of_what_cannot_be_counted_is_refused(session: Session, found: int) -> None:
    earning = make_earning(session)._replace(credits=found)

    refusal = refused(session, lambda: earn(session, earning))

    assert refusal == (NotPositive.code, {"found": found})


@pytest.mark.parametrize("found", [MOST + 1, 2**63, 2**70])
def test_an_award_of_more_than_every_reader_counts_is_refused(session: Session, found: int) -> None:
    earning = make_earning(session, credits_=found)

    refusal = refused(session, lambda: earn(session, earning))

    assert refusal == ("ledger.too_many", {"found": found, "most": MOST})


def test_an_award_of_the_most_there_can_be_is_booked(session: Session) -> None:
    earn(session, make_earning(session, credits_=MOST, terms=make_terms(cap=MOST)))

    assert holding(session) == {"available": MOST}


def test_an_award_to_somebody_or_in_a_series_that_is_not_there_is_refused(session: Session) -> None:
    earning = make_earning(session)

    nobody = refused(session, lambda: earn(session, earning._replace(holder=77)))
    no_series = refused(session, lambda: earn(session, earning._replace(series=77)))

    assert nobody == (NoSuchHolder.code, {"subject_id": "77"})
    assert no_series == (NoSuchSeries.code, {"series_id": 77})


@pytest.mark.proves("LED-2")
def test_credits_of_different_terms_lie_on_different_leaves_in_spending_order(session: Session) -> None:
    soon = make_terms(expires_at=datetime(2027, 4, 1, tzinfo=UTC))
    life_march, life_april = make_terms(), make_terms(award_month=202604)
    for key, terms, credits_ in (("a", life_april, 1), ("b", life_march, 2), ("c", soon, 4)):
        earn(session, make_earning(session, credits_=credits_, key=key, terms=terms))

    found = queries.balances_of(session, "con_li")

    assert [(one.terms, one.available) for one in found] == [(soon, 4), (life_march, 2), (life_april, 1)]


def test_serials_follow_each_other_across_batches(session: Session) -> None:
    earn(session, make_earning(session, credits_=30, key="a"), make_earning(session, "con_wu", credits_=12, key="b"))
    earn(session, make_earning(session, credits_=5, key="c"))

    blocks = session.execute(text("SELECT first, last, batch_id FROM ledger_block ORDER BY first")).all()

    assert [(line.serial, line.credits) for line in lines(session)] == [(1, 30), (31, 12), (43, 5)]
    assert [tuple(row) for row in blocks] == [(1, 42, 1), (43, 47, 2)]


def test_an_award_up_to_the_filed_cap_is_booked_and_beyond_it_refused_whole(session: Session) -> None:
    terms = make_terms(cap=100)
    first = make_earning(session, credits_=90, key="a", terms=terms)
    earn(session, first)
    ten = make_earning(session, credits_=10, key="b", terms=terms)

    refusal = refused(session, lambda: earn(session, ten, ten._replace(credits=1, key=key_of("c"))))
    earn(session, ten)

    assert refusal == (CapReached.code, {"series_id": first.series, "wanted": 11, "left": 10})
    assert holding(session) == {"available": 100}


@pytest.mark.parametrize(("first", "last"), [(31, 1_000_001), (30, 31), (32, 40), (31, 30)])
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


@pytest.mark.parametrize("kind", [0, 1])
def test_the_database_itself_refuses_a_leaf_that_crosses_zero(session: Session, kind: int) -> None:
    earn(session, make_earning(session, credits_=30))
    wrong = {0: "posted = 1", 1: "posted = -1"}[kind]

    with pytest.raises(DBAPIError, match="never_crossed"), session.begin_nested():
        session.execute(text(f"UPDATE ledger_balance SET {wrong} WHERE leaf_id & 15 = :kind"), {"kind": kind})


@pytest.mark.proves("LED-1")
@pytest.mark.parametrize(
    "change", ["UPDATE ledger_event SET amount = 1", "DELETE FROM ledger_event", "UPDATE ledger_block SET last = 99"]
)
def test_the_database_itself_refuses_to_change_what_was_written(session: Session, change: str) -> None:
    earn(session, make_earning(session, credits_=30))

    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text(change))


@pytest.mark.proves("LED-3")
@pytest.mark.parametrize("bad", ["credits", "holder", "series", "cap", "key"])
def test_one_bad_award_of_a_thousand_refuses_all_or_only_itself(session: Session, bad: str) -> None:
    terms = make_terms(cap=1_004)
    earn(session, make_earning(session, "con_wu", credits_=5, key="earlier", terms=terms))
    one = make_earning(session, credits_=1, terms=terms)
    batch = [one._replace(key=key_of(f"k{n}")) for n in range(1000)]
    seventh, code = {
        "credits": (batch[6]._replace(credits=0), "ledger.not_positive"),
        "holder": (batch[6]._replace(holder=99), "ledger.no_such_holder"),
        "series": (batch[6]._replace(series=99), "ledger.no_such_series"),
        "cap": (batch[6]._replace(credits=9_000), "ledger.cap_reached"),
        "key": (batch[6]._replace(key=key_of("earlier")), "ledger.key_reused"),
    }[bad]
    batch[6] = seventh
    caller = service.caller(session, "tests")

    refusal = refused(session, lambda: service.earn(session, caller, batch))
    outcomes = service.earn_each(session, caller, batch)

    assert refusal[0] == code
    assert getattr(outcomes[6], "code", None) == code
    assert [one for place, one in enumerate(outcomes) if place != 6] == [
        Posted(number, repeated=False) for number in range(2, 1001)
    ]
    assert holding(session) == {"available": 999}


def test_awards_of_a_batch_in_which_somebody_owes_are_refused_as_all_others(session: Session) -> None:
    earn(session, make_earning(session, credits_=30, key="spent"))
    redeem(session, 30)
    reverse(session, 1, 30)
    good, bad = make_earning(session, "con_wu", credits_=3, key="a"), make_earning(session, key="b")._replace(series=99)
    repaying = make_earning(session, credits_=40, key="c")
    caller = service.caller(session, "tests")

    refusal = refused(session, lambda: service.earn(session, caller, [good, repaying, bad]))
    outcomes = service.earn_each(session, caller, [good, repaying, bad, good])

    assert refusal == (NoSuchSeries.code, {"series_id": 99})
    assert [getattr(one, "code", one) for one in outcomes] == [
        Posted(4, repeated=False),
        Posted(5, repeated=False),
        NoSuchSeries.code,
        Posted(4, repeated=True),
    ]
    assert holding(session) == {"available": 10}


def test_nothing_asked_is_nothing_done(session: Session) -> None:
    before = everything(session)

    assert earn(session) == []
    assert service.post(session, service.caller(session, "tests"), []) == []
    assert everything(session)["ledger_batch"] == before["ledger_batch"] == []


def test_a_key_that_is_not_sixteen_bytes_is_refused_by_the_database(session: Session) -> None:
    earning = make_earning(session)

    with pytest.raises(Exception, match="key_whole"), session.begin_nested():  # the driver's own error
        service.earn(
            session,
            service.caller(session, "tests"),
            [Earning(earning.holder, earning.series, 1, b"short")],
        )
