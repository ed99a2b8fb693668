"""Nothing issues but through the gate, and from the moment of a restriction on nothing does."""

import ast
from datetime import timedelta
from typing import Final

import pytest
from sqlalchemy import text

from greencredit.awards import service
from greencredit.awards.service.direct import Basis
from greencredit.issuers import jobs, queries
from greencredit.issuers import service as issuing
from greencredit.issuers.errors import NotActive
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.ledger.rules import key_of
from greencredit.schemas.issuers import LifeState
from greencredit.schemas.ledger import Posted
from tests.factories.direct import make_promoter
from tests.factories.issuers import WHY, admin_of, new_statement, regulator
from tests.factories.messages import a_job
from tests.factories.people import make_consumer
from tests.house.sources import ROOT

ISSUING: Final = frozenset({"Earning", "Accrual", "Funding", "earn", "earn_each"})
"""What brings credits into being for an issuer's own reason; compensations and corrections make good a wrong."""

GATE: Final = "require_may_issue"


def _names(tree: ast.Module) -> set[str]:
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return {one.attr for one in called if isinstance(one, ast.Attribute)} | {
        one.id for one in called if isinstance(one, ast.Name)
    }


@pytest.mark.proves("ISS-5")
def test_every_module_that_issues_credits_asks_the_gate() -> None:
    outside = [
        path
        for path in sorted((ROOT / "greencredit").rglob("*.py"))
        if "ledger" not in path.relative_to(ROOT / "greencredit").parts[:2]
    ]
    issuing_modules = {
        str(path.relative_to(ROOT / "greencredit")): GATE in _names(tree)
        for path in outside
        if _names(tree := ast.parse(path.read_text("utf-8"))) & ISSUING
    }

    assert issuing_modules == {
        "awards/service/award.py": True,
        "awards/service/direct.py": True,
        "awards/service/enterprise.py": True,
    }


@pytest.mark.proves("ISS-5", "ISS-6")
def test_between_a_restriction_and_the_next_batch_nothing_is_issued(shared: Database, clock: StandingClock) -> None:
    with shared.writing() as session:
        issuer_id = make_promoter(session)
        consumer = make_consumer(session).id
    basis = Basis(issuer_id, "welcome_gift", "acc_till")

    def awarded(key: str) -> list[object]:
        with shared.writing() as session:
            return list(service.award_directly(session, [(basis, consumer, 10, key_of(key))]))

    assert isinstance(awarded("one")[0], Posted)
    with shared.writing() as session:
        issuing.restrict(session, regulator(), issuer_id, reason=WHY)
    assert isinstance(awarded("two")[0], NotActive)
    with shared.writing() as session:
        issuing.lift(session, regulator(), issuer_id, reason=WHY)
    assert isinstance(awarded("three")[0], Posted)
    with shared.writing() as session:
        today = clock.now().date()
        issuing.state_guarantee(
            session, admin_of(issuer_id), issuer_id, new_statement(today, amount_fen=19), reason=WHY
        )
    jobs.keep_watch(shared, a_job(shared, jobs.KEEP_WATCH))
    assert isinstance(awarded("four")[0], NotActive)
    clock.move(timedelta(minutes=1))
    with shared.reading() as session:
        assert queries.issuer(session, issuer_id).state is LifeState.RESTRICTED
        assert session.execute(text("SELECT COUNT(*) FROM ledger_event")).scalar_one() == 2
