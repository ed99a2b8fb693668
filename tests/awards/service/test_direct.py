"""Direct awards as the writer books them: many issuers in one batch, each run with its ground, nothing half known."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.awards import queries
from greencredit.awards.service import Basis, TakeBack, award_directly, take_back_each
from greencredit.kernel.database import Database
from greencredit.ledger import queries as ledger
from greencredit.ledger.rules import scoped_keys
from greencredit.schemas.ledger import Posted, TakenBack
from tests.factories.direct import make_promoter
from tests.factories.ledger import redeem
from tests.factories.people import make_consumer


def _basis(session: Session, number: int = 1) -> Basis:
    return Basis(make_promoter(session, number=number), "welcome_gift", f"acc_{number}")


def _give(session: Session, basis: Basis, consumer: str, credits_: int, token: str) -> Posted:
    (posted,) = award_directly(session, [(basis, consumer, credits_, scoped_keys(basis.issuer_id, [token])[0])])
    assert isinstance(posted, Posted)
    return posted


def _broken(session: Session) -> dict[str, tuple[str, ...]]:
    return {finding.name: finding.broken for finding in queries.audit(session) if not finding.holds}


@pytest.mark.proves("LED-3", "LED-4")
def test_awards_of_several_issuers_in_one_batch_have_each_its_ground(session: Session) -> None:
    one, two = _basis(session, 1), _basis(session, 2)
    li, wang = make_consumer(session).id, make_consumer(session).id
    mixed = [(one, li, 1), (two, li, 2), (one, wang, 3), (two, wang, 4), (one, "con_nobody", 5), (two, li, 0)]
    keys = [scoped_keys(basis.issuer_id, [str(place)])[0] for place, (basis, _, _) in enumerate(mixed)]

    outcomes = award_directly(session, [(*item, key) for item, key in zip(mixed, keys, strict=True)])

    posted = [one for one in outcomes if isinstance(one, Posted)]
    grounds = ledger.grounds_of(session, [one.event_id for one in posted])
    assert [grounds[found.event_id].actor_id for found in posted] == ["acc_1", "acc_2", "acc_1", "acc_2"]
    assert [getattr(found, "code", "") for found in outcomes[4:]] == ["people.unknown_consumer", "ledger.not_positive"]
    assert session.scalar(text("SELECT COUNT(*) FROM ledger_ground")) == 2
    assert _broken(session) == {}


@pytest.mark.proves("AWD-4")
def test_the_direct_door_gives_nothing_for_signing_up_with_a_card_issuer_whatever_was_filed(session: Session) -> None:
    basis, li = _basis(session), make_consumer(session).id
    session.execute(text("UPDATE issuers_issuer SET kind = 'bank'"))  # what once was a shop has become a bank

    (told,) = award_directly(session, [(basis, li, 5, scoped_keys(basis.issuer_id, ["a"])[0])])

    assert getattr(told, "code", "") == "issuers.promotion_not_allowed"
    assert ledger.balances_of(session, li) == []


@pytest.mark.proves("LED-3")
def test_what_was_rolled_back_is_not_remembered(database: Database) -> None:
    with database.writing() as session:
        basis, li = _basis(session), make_consumer(session).id
    key = scoped_keys(basis.issuer_id, ["a"])[0]
    with database.writing() as session:
        award_directly(session, [(basis, li, 5, key)])
        session.rollback()

    with database.writing() as session:
        told = award_directly(session, [(basis, li, 5, key)])

    assert told == [Posted(1, repeated=False)]
    with database.reading() as session:
        assert (sum(one.available for one in ledger.balances_of(session, li)), _broken(session)) == (5, {})


@pytest.mark.proves("LED-1", "LED-4")
def test_a_direct_award_is_taken_back_as_far_as_its_filing_says(session: Session) -> None:
    basis, li = _basis(session), make_consumer(session).id
    award = _give(session, basis, li, 50, "a").event_id
    redeem(session, 20, holder=li)
    wish = TakeBack(award, 50, "acc_operator", "示例：误发", None, "k")

    taken, again, unknown = take_back_each(session, [wish, wish, wish._replace(award_id=99)])

    nothing = {"short": 0, "expired": 0}
    assert isinstance(taken, TakenBack)
    assert taken.model_dump(include={"taken", "forgiven", *nothing}) == {"taken": 30, "forgiven": 20, **nothing}
    assert isinstance(again, TakenBack)
    assert (again.repeated, getattr(unknown, "code", "")) == (True, "awards.no_such_award")
    assert (sum(one.available for one in ledger.balances_of(session, li)), _broken(session)) == (0, {})


@pytest.mark.proves("LED-4")
@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        ("INSERT INTO ledger_ground VALUES (7, 7, 'a', 'b', 'fil_none#x')", "events 7 to 7: fil_none#x is not on file"),
        ("INSERT INTO ledger_caller (name) VALUES ('awards.promotion')", None),
    ],
)
def test_the_audit_names_grounds_that_rest_on_nothing(session: Session, spoilt: str, told: str | None) -> None:
    session.execute(text(spoilt))

    assert _broken(session) == ({} if told is None else {"every_direct_award_has_its_ground": (told,)})
