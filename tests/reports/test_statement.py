"""A statement of movements: opening, every movement, closing; to the unit of the ledger, for any life of a credit."""

import csv
import io
import json
from datetime import date, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock, civil_date
from greencredit.ledger import queries as ledger
from greencredit.reports.catalogue import consumer, statement
from greencredit.reports.render.press import sheet_of
from greencredit.reports.rules import MOVEMENT_BUDGET, facts_json
from greencredit.schemas.ledger import Verb
from greencredit.schemas.reports import MovementStatement
from greencredit.schemas.values import Credits, Period
from tests.factories import reports
from tests.factories.awards import purchase_rule
from tests.factories.evidence import Shop, make_shop
from tests.factories.issuers import owed_up_to
from tests.factories.ledger import earn, hold, make_earning, make_terms, redeem, restore, reverse
from tests.reports.paper import page_of, words_of

YEAR = Period(since=date(2026, 1, 1), until=date(2027, 1, 1))


def lived(session: Session) -> Shop:
    """Let a household earn twice, spend, get something back, set something aside, and lose an award it had spent."""
    shop = make_shop(session, purchase_rule(), clawback=owed_up_to(30))
    holder = shop.consumers["CARD-0001"]
    terms = make_terms(shop.issuer_id, clawback_cap=30)
    earn(session, make_earning(session, holder, credits_=40, key="a", terms=terms))
    [second] = earn(session, make_earning(session, holder, credits_=25, key="b", terms=terms))
    spent = redeem(session, 50, holder=holder, merchant="mer_example", key="c")
    restore(session, spent.event_id, 4, key="d")
    hold(session, 6, holder=holder, key="e")
    reverse(session, second.event_id, 25, key="f")
    return shop


def of(session: Session, shop: Shop, period: Period = YEAR) -> MovementStatement:
    """Gather the statement of the household that did all that."""
    return statement.gather(session, shop.consumers["CARD-0001"], period)


@pytest.mark.proves("REP-1")
def test_opening_and_every_movement_lead_to_the_balance_of_the_ledger(session: Session) -> None:
    shop = lived(session)

    [account] = of(session, shop).accounts
    [total] = ledger.totals_of(session, shop.consumers["CARD-0001"])

    assert (account.opening, account.closing, account.closing_owed) == (0, total.balance, total.owed)
    assert [(line.verb, line.credits, line.change, line.balance) for line in account.movements][:5] == [
        ("earn", 40, 40, 40),
        ("earn", 25, 25, 65),
        ("redeem", 50, -50, 15),
        ("restore", 4, 4, 19),
        ("hold", 6, 0, 19),
    ]
    assert account.closing_owed == sum(line.owed_change for line in account.movements) > 0
    assert {line.reason for line in account.movements if line.verb == "reverse"} == {"退货"}


def test_what_came_before_the_period_is_its_opening(session: Session, clock: StandingClock) -> None:
    shop = lived(session)
    today = civil_date(clock.now())
    clock.move(timedelta(days=40))
    holder = shop.consumers["CARD-0001"]
    earn(
        session,
        make_earning(session, holder, credits_=9, key="later", terms=make_terms(shop.issuer_id, clawback_cap=30)),
    )

    first = of(session, shop, Period(since=today, until=today + timedelta(days=20)))
    second = of(session, shop, Period(since=today + timedelta(days=20), until=today + timedelta(days=60)))

    assert second.accounts[0].opening == first.accounts[0].closing
    assert second.accounts[0].opening_owed == first.accounts[0].closing_owed
    assert second.accounts[0].closing == ledger.totals_of(session, holder)[0].balance


def test_before_anything_happened_there_is_no_account(session: Session) -> None:
    shop = lived(session)

    early = of(session, shop, Period(since=date(2020, 1, 1), until=date(2021, 1, 1)))

    assert early.accounts == ()
    assert "本期没有积分账户" in words_of(page_of(early, "zh"))


def test_a_quiet_period_has_an_opening_that_is_its_closing(session: Session, clock: StandingClock) -> None:
    shop = lived(session)
    later = civil_date(clock.now()) + timedelta(days=400)

    [account] = of(session, shop, Period(since=later, until=later + timedelta(days=30))).accounts

    assert (account.opening == account.closing, account.movements, account.sums) == (True, (), ())


def test_what_each_verb_does_to_a_balance_is_told_of_every_verb() -> None:
    adds = {"EARN", "ACCRUE", "RESTORE", "ADJUST_UP", "COMPENSATE", "REVIVE_IN", "ALLOT"}
    takes = {"REVERSE", "REVERSE_PENDING", "CAPTURE", "REDEEM", "EXPIRE", "REPAY", "ADJUST_DOWN", "DONATE"}
    takes |= {"CAPTURE_DONATION", "REVIVE_OUT"}

    assert {verb.name for verb in Verb if statement.change_of(verb) == 1} == adds
    assert {verb.name for verb in Verb if statement.change_of(verb) == -1} == takes
    assert {verb.name for verb in Verb if statement.owed_change_of(verb)} == {"FALL_SHORT", "SETTLE", "WAIVE"}


def test_a_statement_whose_lines_do_not_lead_to_its_closing_is_refused() -> None:
    facts = reports.statement(4).model_dump()
    facts["accounts"][0]["closing"] += 1

    with pytest.raises(ValidationError, match="lead from 120 to"):
        MovementStatement.model_validate(facts)


@pytest.mark.proves("REP-1")
def test_five_thousand_movements_are_one_page_of_sums_a_budget_of_lines_and_a_whole_file() -> None:
    found = reports.statement(5_000)

    said = words_of(page_of(found, "zh"))
    rows = list(csv.DictReader(io.StringIO(sheet_of(statement.REPORT, found).decode("utf-8-sig"))))
    facts = json.loads(facts_json("statement", found))["facts"]["accounts"][0]

    assert f"本期共 5,000 笔，此处列出最近的 {MOVEMENT_BUDGET} 笔" in said
    assert page_of(found, "zh").count('<tr><th scope="row">2025-') == MOVEMENT_BUDGET
    assert len(rows) == len(facts["movements"]) == 5_000
    assert 120 + sum(int(row["change"]) for row in rows) == int(rows[-1]["balance"]) == facts["closing"]
    carried = found.accounts[0].movements[-MOVEMENT_BUDGET]
    assert f"结转 {carried.balance - carried.change:,}" in said


def test_the_statement_shows_the_enterprise_and_the_merchant_by_name(session: Session) -> None:
    shop = lived(session)
    shared = consumer.background(session, YEAR)

    found = statement.gather(session, shop.consumers["CARD-0001"], YEAR, shared)

    parties = {line.party.zh for account in found.accounts for line in account.movements if line.party}
    assert parties == {"mer_example"} or parties <= {name.zh for name in shared.merchants.values()}
    assert found.accounts[0].gained == Credits(40 + 25 + 4)
