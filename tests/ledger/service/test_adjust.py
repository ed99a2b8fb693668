"""Corrections: one person proposes, another decides, and only then does anything move."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from greencredit.ledger import service
from greencredit.ledger.rules import key_of
from greencredit.schemas.ledger import Earning, Verb
from tests.factories.ledger import because, earn, holder_of, make_earning, make_terms, redeem
from tests.ledger.ground import Line, everything, holding, lines, refused

BOSS = "acc_boss"


@pytest.fixture
def earning(session: Session) -> Earning:
    """Give a person 30 credits."""
    one = make_earning(session, credits_=30, terms=make_terms(cap=100))
    holder_of(session, "con_wu")
    holder_of(session, "mer_tea")
    service.caller(session, "ledger.corrections")
    earn(session, one)
    return one


def propose(session: Session, earning: Earning, credits_: int) -> int:
    """Ask for a correction."""
    return service.propose(session, earning.holder, earning.series, credits_, because("误发"))


def decide(session: Session, proposal: int, *, by: str = BOSS, approved: bool = True) -> int | None:
    """Decide on it."""
    return service.decide(session, proposal, decided_by=by, approved=approved)


@pytest.mark.proves("LED-1")
def test_a_correction_upwards_is_posted_when_a_second_person_approves(session: Session, earning: Earning) -> None:
    proposal = propose(session, earning, 5)
    waiting = holding(session)

    event_id = decide(session, proposal)

    assert waiting == {"available": 30}
    assert event_id == 2
    assert lines(session, 2) == [Line(2, 2, Verb.ADJUST_UP, earning.series, earning.holder, None, 5, None, 31)]
    assert [row[:-1] for row in everything(session)["ledger_note"]] == [
        (2, "acc_operator", "误发", "a" * 64, None, None)
    ]
    assert holding(session) == {"available": 35}


def test_a_correction_downwards_takes_what_is_available_and_no_more(session: Session, earning: Earning) -> None:
    small, large = propose(session, earning, -5), propose(session, earning, -26)
    decide(session, small)

    refusal = refused(session, lambda: decide(session, large))

    assert lines(session, 2) == [Line(2, 2, Verb.ADJUST_DOWN, earning.series, earning.holder, None, 5, None, None)]
    assert refusal == ("ledger.not_enough_credits", {"wanted": 26, "found": 25})


def test_a_correction_beyond_the_filed_cap_is_refused_and_stays_open(session: Session, earning: Earning) -> None:
    proposal = propose(session, earning, 71)

    refusal = refused(session, lambda: decide(session, proposal))

    assert refusal == ("ledger.cap_reached", {"series_id": earning.series, "wanted": 71, "left": 70})
    assert decide(session, proposal, approved=False) is None


def test_a_refused_proposal_moves_nothing(session: Session, earning: Earning) -> None:
    proposal = propose(session, earning, 5)

    assert decide(session, proposal, approved=False) is None
    assert lines(session, 2) == []


@pytest.mark.proves("LED-1")
def test_whoever_proposed_cannot_decide(session: Session, earning: Earning) -> None:
    proposal = propose(session, earning, 5)
    approved = refused(session, lambda: decide(session, proposal, by="acc_operator"))
    turned_down = refused(session, lambda: decide(session, proposal, by="acc_operator", approved=False))

    assert approved == turned_down == ("ledger.second_person_needed", {"proposal": proposal})


@pytest.mark.proves("LED-1")
@pytest.mark.parametrize(
    ("proposed_by", "decided_by", "why"),
    [
        ("acc_operator", "acc_operator", "second_person"),
        ("acc_boss", "acc_operator", "(?i)foreign key"),  # the proposal was another's
    ],
)
def test_the_database_itself_refuses_a_decision_by_whoever_proposed(
    session: Session, earning: Earning, proposed_by: str, decided_by: str, why: str
) -> None:
    proposal = propose(session, earning, 5)
    row = {"id": proposal, "p": proposed_by, "d": decided_by, "at": 1}

    with pytest.raises(DBAPIError, match=why), session.begin_nested():
        session.execute(
            text(
                "INSERT INTO ledger_decision (proposal_id, proposed_by, decided_by, approved, event_id, decided_at) "
                "VALUES (:id, :p, :d, 1, 1, :at)"
            ),
            row,
        )


@pytest.mark.parametrize(("approved", "event_id"), [(1, None), (0, 1)])
def test_the_database_itself_refuses_an_approval_without_an_event_and_an_event_without_approval(
    session: Session, earning: Earning, approved: int, event_id: int | None
) -> None:
    proposal = propose(session, earning, 5)

    with pytest.raises(DBAPIError, match="approved_is_posted"), session.begin_nested():
        session.execute(
            text(
                "INSERT INTO ledger_decision (proposal_id, proposed_by, decided_by, approved, event_id, decided_at) "
                "VALUES (:id, 'acc_operator', 'acc_boss', :approved, :event, 1)"
            ),
            {"id": proposal, "approved": approved, "event": event_id},
        )


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(("second", "by"), [("the same", "acc_third"), ("other", BOSS), ("other", "acc_third")])
def test_a_proposal_is_decided_once(session: Session, earning: Earning, first: bool, second: str, by: str) -> None:
    proposal = propose(session, earning, 5)
    decide(session, proposal, approved=first)

    refusal = refused(
        session, lambda: decide(session, proposal, by=by, approved=first if second == "the same" else not first)
    )

    found = "approved" if first else "refused"
    assert refusal == ("ledger.already_decided", {"proposal": proposal, "found": found})


@pytest.mark.proves("LED-3")
@pytest.mark.parametrize("approved", [True, False])
def test_the_same_person_saying_the_same_again_hears_the_first_answer(
    session: Session, earning: Earning, approved: bool
) -> None:
    proposal = propose(session, earning, 5)
    first = decide(session, proposal, approved=approved)
    before = everything(session)

    again = decide(session, proposal, approved=approved)

    assert (again, everything(session)) == (first, before)


@pytest.mark.proves("LED-3")
def test_a_proposal_with_a_key_is_made_once_and_its_key_says_nothing_else(session: Session, earning: Earning) -> None:
    def ask(credits_: int = 5, actor: str = "acc_operator", why: str = "误发") -> int:
        reason = because(why, actor)
        return service.propose(session, earning.holder, earning.series, credits_, reason, key=key_of("k"))

    first = ask()
    before = everything(session)

    again = ask()

    assert (again, everything(session)) == (first, before)
    told = ("ledger.key_reused", {"proposal": first, "key": key_of("k").hex()})
    assert refused(session, lambda: ask(credits_=6)) == refused(session, lambda: ask(why="别的原因")) == told
    assert ask(actor="acc_boss") != first


def test_a_proposal_that_is_not_there_cannot_be_decided(session: Session, earning: Earning) -> None:
    assert earning.credits == 30
    assert refused(session, lambda: decide(session, 77)) == ("ledger.no_such_proposal", {"proposal": 77})


@pytest.mark.parametrize("found", [0, 1.5, True, 2**63, -(2**63)])
def test_a_correction_by_what_cannot_be_counted_is_not_even_proposed(
    session: Session, earning: Earning, found: int
) -> None:
    assert refused(session, lambda: propose(session, earning, found)) == ("ledger.not_positive", {"found": found})


def test_a_correction_in_a_series_or_of_a_holder_that_is_not_there_is_refused(
    session: Session, earning: Earning
) -> None:
    no_series = refused(session, lambda: propose(session, earning._replace(series=77), 5))
    of_nobody = propose(session, earning._replace(holder=77), 5)

    assert no_series == ("ledger.no_such_series", {"series_id": 77})
    assert refused(session, lambda: decide(session, of_nobody)) == ("ledger.no_such_holder", {"subject_id": "77"})


def test_credits_corrected_upwards_are_spent_as_all_others(session: Session, earning: Earning) -> None:
    decide(session, propose(session, earning, 5))

    redeem(session, 35)

    assert holding(session) == {}
    assert datetime(2026, 3, 2, 4, tzinfo=UTC) == service_now(session)


def service_now(session: Session) -> datetime:
    """Give when the decision was taken."""
    at: int = session.execute(text("SELECT decided_at FROM ledger_decision")).scalar_one()
    return datetime.fromtimestamp(at / 1_000_000, UTC)
