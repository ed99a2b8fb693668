"""The nightly audit holds every order about an enterprise's account against the filing of its day and the register."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.awards import queries, service
from greencredit.awards.queries import enterprise
from greencredit.schemas.awards import AllotmentOrder, FundingOrder, PassingOrder, WithdrawalOrder
from greencredit.schemas.issuers import EnterpriseTerms
from greencredit.schemas.ledger import Posted, Reason
from greencredit.schemas.values import Credits
from tests.factories.direct import ENTERPRISES, make_funder
from tests.factories.issuers import synthetic_code
from tests.factories.organisations import register_enterprise_as
from tests.factories.people import make_consumer

MILL, SHOP = "ent_mill", "ent_shop"
WHY = "示例：年度合作"


def _order_everything(session: Session) -> None:
    """Fund the mill with 500, of which a person gets 60 and the shop 40; the rest is taken back."""
    issuer_id = make_funder(session)
    for number, name in enumerate((MILL, SHOP), start=81):
        register_enterprise_as(session, name, code=synthetic_code(number))
    li = make_consumer(session, display_name="示例李").id
    orders: list[FundingOrder | AllotmentOrder | PassingOrder | WithdrawalOrder] = [
        FundingOrder(enterprise=MILL, credits=500, reason=WHY),
        AllotmentOrder(enterprise=MILL, consumer=li, credits=60, reason=WHY),
        PassingOrder(giver=MILL, receiver=SHOP, credits=40, reason=WHY),
        WithdrawalOrder(funding=1, credits=400, reason=WHY),
    ]
    wishes = [
        service.OfIssuer(issuer_id, order, Reason("acc_example", WHY, None), f"key-{number}")
        for number, order in enumerate(orders)
    ]
    assert service.carry_out_each(session, wishes) == [Posted(number, repeated=False) for number in (1, 2, 3, 4)]


@pytest.mark.proves("AWD-5", "AWD-1")
@pytest.mark.parametrize(
    ("terms", "faults"),
    [
        ({}, []),
        ({"most_funded_a_month": Credits(499)}, ["event 1: funded with 500 for 202603, 499 are filed"]),
        ({"most_allotted_each": Credits(59)}, ["event 2: a person was given 60 at once, 59 are filed"]),
        ({"may_pass_on": False}, ["event 3: the filing in force that day lets no enterprise pass on"]),
        (
            {"may_be_funded": False, "most_funded_a_month": None},
            ["event 1: the filing in force that day provides for no funding"],
        ),
        (
            None,
            [
                f"event {number}: no filing in force that day says anything of accounts of enterprises"
                for number in (1, 2, 3, 4)
            ],
        ),
    ],
)
def test_every_order_is_held_against_what_was_filed_for_its_day(
    session: Session, terms: dict[str, Any] | None, faults: list[str]
) -> None:
    """The orders stay as they are; the filing is read as if it had said less."""
    _order_everything(session)
    filed: EnterpriseTerms | None = None if terms is None else ENTERPRISES.model_copy(update=terms)

    assert enterprise.every_enterprise_move_is_filed(session) == (4, [])
    assert enterprise.held_against(session, lambda _issuer, _on: filed) == (4, faults)


@pytest.mark.proves("AWD-5")
def test_the_audit_of_awards_asks_it_every_night_and_names_an_account_of_nobody(session: Session) -> None:
    _order_everything(session)
    statement = text("UPDATE ledger_holder SET subject_id = NULL, secret = NULL WHERE subject_id = :shop")

    def asked() -> dict[str, tuple[str, ...]]:
        return {one.name: one.broken for one in queries.audit(session) if one.name == "every_enterprise_move_is_filed"}

    before = asked()
    with session.begin_nested() as attempt:
        session.execute(statement, {"shop": MILL})
        broken = asked()
        attempt.rollback()

    assert before == {"every_enterprise_move_is_filed": ()}
    assert broken["every_enterprise_move_is_filed"][0] == "event 1: its account is of no registered enterprise"


@pytest.mark.proves("AWD-5")
def test_an_order_about_an_enterprise_has_nowhere_to_write_a_price() -> None:
    """Credits of an enterprise are given, never sold."""
    fields = {name for order in (FundingOrder, AllotmentOrder, PassingOrder) for name in order.model_fields}

    assert fields == {"enterprise", "consumer", "giver", "receiver", "credits", "reason", "document"}
