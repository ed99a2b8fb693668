"""What issuers owe: sums of whole stretches say the same as every event, and awards that wait are found by issuer."""

from typing import Final

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.database import is_sqlite
from greencredit.ledger import queries, service
from greencredit.ledger.rules import key_of
from greencredit.schemas.ledger import Accrual, Activation, Verb
from tests.factories.ledger import earn, holder_of, make_earning, make_terms, redeem, restore

STRETCH: Final = 4_096


@pytest.fixture
def crowd(session: Session) -> list[int]:
    """Put three and a half stretches of events of three issuers behind the verbs' back."""
    series = [service.series(session, make_terms(f"iss_{n % 3}", terms_version=1 + n)) for n in range(6)]
    holder, caller, last = holder_of(session, "con_li"), service.caller(session, "tests"), 3 * STRETCH + 2_000
    session.execute(
        text(
            "INSERT INTO ledger_event (id, kind, series, holder, amount, caller) "
            "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < CAST(:last AS integer)) "
            "SELECT id, CASE WHEN id % 7 = 0 THEN 9 ELSE 1 END, CAST(:series AS integer) + id % 6, "
            "CAST(:holder AS integer), 1 + id % 5, CAST(:caller AS integer) FROM n"
        ),
        {"series": series[0], "holder": holder, "caller": caller, "last": last},
    )
    session.execute(
        text("INSERT INTO ledger_batch (id, first, last, at, entry, hashes) VALUES (1, 1, :last, 0, 0, :none)"),
        {"last": last, "none": b""},
    )
    session.execute(text("UPDATE ledger_head SET next_event = :next"), {"next": last + 1})
    return series


@pytest.mark.proves("ISS-6", "REP-4")
@pytest.mark.breaks_invariants("events are put behind the verbs' back")
def test_sums_of_whole_stretches_change_no_answer(session: Session, crowd: list[int]) -> None:
    del crowd
    edges = [0, 1, 4_095, 4_096, 4_097, 5_000, 8_192, 8_193, 12_288, 14_000, 14_288]
    spans = [(after, until) for after in edges for until in edges]

    def answers() -> list[list[queries.Flow]]:
        return [queries.flows(session, ["iss_0", "iss_2"], after=after, until=until) for after, until in spans]

    one_by_one, position = answers(), queries.position_of(session, "iss_0")
    noted = []
    for at_once in (1, 64, 64):
        noted.append(service.add_up(session, at_once=at_once))
        assert answers() == one_by_one
        assert queries.position_of(session, "iss_0") == position

    assert noted == [1, 2, 0]
    assert queries.summed_stretches(session) == 3
    whole = queries.flows(session, ["iss_0"], after=0, until=14_288)
    assert {(one.issuer_id, one.terms_version, one.verb) for one in whole} == {
        ("iss_0", version, verb) for version in (1, 4) for verb in (Verb.EARN, Verb.REDEEM)
    }


@pytest.mark.breaks_invariants("events are put behind the verbs' back")
def test_whole_stretches_that_are_summed_up_are_not_read_again(session: Session, crowd: list[int]) -> None:
    del crowd
    service.add_up(session)
    before = queries.flows(session, ["iss_1"], after=0, until=3 * STRETCH)

    session.execute(
        text(
            "DROP TRIGGER ledger_event_no_delete"
            if is_sqlite(session)
            else "ALTER TABLE ledger_event DISABLE TRIGGER ALL"
        )
    )
    session.execute(text("DELETE FROM ledger_event WHERE id <= :last"), {"last": 3 * STRETCH})

    assert queries.flows(session, ["iss_1"], after=0, until=3 * STRETCH) == before != []


def test_of_nobody_nothing_moved(session: Session) -> None:
    earn(session, make_earning(session))

    assert queries.flows(session, [], after=0, until=9) == []
    assert queries.flows(session, ["iss_nobody"], after=0, until=9) == []
    assert (queries.issued(session, "iss_nobody"), queries.restored(session, "iss_nobody", after=0)) == ({}, {})


@pytest.mark.proves("ISS-6")
def test_what_came_into_being_is_told_by_serials_and_what_came_back_by_refunds(session: Session) -> None:
    terms = [make_terms(), make_terms(award_month=202604), make_terms(terms_version=2), make_terms("iss_other")]
    for number, one in enumerate(terms):
        earn(session, make_earning(session, credits_=10 + number, key=f"e{number}", terms=one))
    spent = redeem(session, 12, issuer_id="iss_example")
    before = queries.last_event(session)

    restore(session, spent.event_id, 5)

    assert queries.issued(session, "iss_example") == {1: 10 + 11, 2: 12}
    assert sum(queries.restored(session, "iss_example", after=before).values()) == 5
    assert queries.restored(session, "iss_example", after=queries.last_event(session)) == {}


@pytest.mark.proves("ISS-5")
def test_awards_that_wait_are_listed_by_event_page_by_page_without_those_that_took_effect(session: Session) -> None:
    holder, caller = holder_of(session, "con_li"), service.caller(session, "tests")
    series = [service.series(session, make_terms(award_month=202603 + n)) for n in range(2)]
    events = [
        service.post_one(session, caller, Accrual(holder, series[n % 2], 10 + n, key_of(f"a{n}"))).event_id
        for n in range(5)
    ]
    service.post_one(session, caller, Activation(events[2], key_of("t")))

    pages = [queries.waiting_awards(session, "iss_example", limit=2)]
    while pages[-1]:
        pages.append(queries.waiting_awards(session, "iss_example", after=pages[-1][-1].event_id, limit=2))

    assert [[(one.event_id, one.credits) for one in page] for page in pages] == [
        [(events[0], 10), (events[1], 11)],
        [(events[3], 13), (events[4], 14)],
        [],
    ]
