"""What the doors ask of the database: awards on promotions, and moving credits by hand, look through no table."""

from collections.abc import Callable
from typing import Any

import pytest

from greencredit.awards.service import Basis, TakeBack, award_directly, take_back_each
from greencredit.kernel.database import Database
from greencredit.ledger import service as ledger
from greencredit.ledger.rules import key_of
from greencredit.schemas.ledger import Freeze, Hold, Posted, Redemption, Restoration
from tests.factories.direct import make_promoter
from tests.factories.ledger import because
from tests.factories.people import make_consumer
from tests.ledger.test_statements import Asked, grown, scans

__all__ = ["grown"]


def _wish(
    kind: Callable[..., Any], key: str, holder: str | None, party: str | None = None, **facts: object
) -> ledger.Wish:
    return ledger.Wish(kind, "acc_one", key, facts, holder, party)


@pytest.mark.proves("LED-1", "UX-2")
def test_no_statement_of_a_door_looks_through_a_table(grown: Database) -> None:
    with grown.writing() as session:
        basis = Basis(make_promoter(session), "welcome_gift", "acc_1")
        people = [make_consumer(session).id for _ in range(250)]
    li = people[0]
    items = [(basis, one, 9, key_of(f"door {one}")) for one in people]
    number: dict[str, int] = {}
    looked_through: dict[str, list[str]] = {}
    asked, ear = 0, Asked()

    def moved(name: str, wish: ledger.Wish) -> None:
        (posted,) = ledger.ask(session, [wish])
        assert isinstance(posted, Posted)
        number[name] = posted.event_id

    def proposed() -> None:
        (made,) = ledger.propose_each(session, [ledger.Proposal(li, 3, 2, because(), "p")])
        assert isinstance(made, int)
        number["proposal"] = made

    story: dict[str, Callable[[], Any]] = {
        "award": lambda: award_directly(session, items[:1]),
        "award again": lambda: award_directly(session, items[:1]),
        "award many": lambda: award_directly(session, items[1:]),
        "hold": lambda: moved("hold", _wish(Hold, "h", li, credits=2, issuer_id=None)),
        "redeem": lambda: moved("redeem", _wish(Redemption, "r", li, "mer_tea", credits=3, issuer_id=None)),
        "refund": lambda: ledger.restore_each(
            session, [_wish(Restoration, "b", None, redemption=number["redeem"], credits=1)]
        ),
        "freeze": lambda: moved("freeze", _wish(Freeze, "f", li, credits=1, series=None, reason=because())),
        "take back": lambda: take_back_each(
            session, [TakeBack(number["redeem"] - 2 - 249, 9, "acc_one", "示例", None, "t")]
        ),
        "propose": proposed,
        "decide": lambda: ledger.decide_each(session, [ledger.Verdict(number["proposal"], "acc_two", approved=True)]),
    }
    with grown.writing() as session, ear.listening(session):
        for name, act in story.items():
            ear.statements.clear()
            act()
            session.flush()
            for statement, given in ear.plans():
                asked += 1
                if tables := scans(session, statement, given):
                    looked_through[f"{name}: {statement[:200]}"] = tables

    assert looked_through == {}
    assert asked > 80
