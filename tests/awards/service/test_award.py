"""Awards go out under filed rules only, by issuers that may issue, with ledger, trace and caps in one movement."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from greencredit.awards import jobs, queries, service
from greencredit.awards.errors import RulesNotInForce
from greencredit.issuers.errors import NotActive
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.errors import Refusal
from greencredit.ledger import queries as ledger
from greencredit.schemas.awards import AwardLine, Caps, Ground, TraceStep
from greencredit.schemas.evidence import Item
from greencredit.schemas.issuers import LifeState, Validity
from greencredit.schemas.values import Credits, Fen, Words
from tests.conftest import NOON
from tests.factories.awards import awarded, credits_of, purchase_rule, state, take_in
from tests.factories.evidence import bought, make_shop, receipt_csv
from tests.factories.issuers import new_scheme

ITEM = Item(
    evidence_id=(1 << 32) + 2,
    holder=1,
    on=date(2026, 1, 5),
    subject="organic_produce",
    quantity="1",
    unit="件",
    spent_fen=3650,
    receipt="406/R1",
    inputs={},
    fingerprint=b"f" * 16,
)


@pytest.mark.proves("AWD-1", "AWD-2")
def test_an_award_is_booked_and_keeps_its_rule_its_evidence_and_every_step(database: Database, tmp_path: Path) -> None:
    rule = purchase_rule(multiplier_percent=200, caps=Caps(per_day=Credits(60)))
    with database.writing() as session:
        shop = make_shop(session, rule)
    consumer = shop.consumers["CARD-0001"]

    outcome = take_in(database, shop.receipts, receipt_csv(tmp_path / "receipts.csv", [bought()]))

    with database.reading() as session:
        (line,) = queries.awards_of(session, consumer)
        (movement,) = ledger.movements_of(session, consumer)
        (balance,) = ledger.balances_of(session, consumer)
    assert line == AwardLine(
        award_id=movement.event_id,
        posted_at=NOON,
        occurred_on=date(2026, 1, 5),
        issuer_id=shop.issuer_id,
        ground=Ground.PURCHASE,
        subject="organic_produce",
        title=Words(zh="有机农产品", en="Organic produce"),
        rule_name="organic",
        rule_version=1,
        rule_title=rule.title,
        merchant_id=shop.merchant_id,
        evidence_id=(outcome.batch_id << 32) + 2,
        quantity="1",
        unit="件",
        spent_fen=Fen(3650),
        credits=Credits(60),
        grams=None,
        tier=None,
        reversed_credits=Credits(0),
        trace=(
            TraceStep(step="rate", found=3650, limit=1, credits=Credits(36)),
            TraceStep(step="multiplier", found=36, limit=200, credits=Credits(73)),
            TraceStep(step="cap_day", found=73, limit=60, credits=Credits(60)),
        ),
    )
    assert (movement.credits, movement.caller, balance.outstanding) == (60, "awards", 60)
    assert (balance.terms.issuer_id, balance.terms.award_month, balance.terms.expires_at) == (
        shop.issuer_id,
        202601,
        None,
    )


@pytest.mark.parametrize(
    ("on", "months", "expires"),
    [
        (date(2026, 1, 5), None, None),
        (date(2026, 1, 5), 12, "2027-01-31T16:00:00+00:00"),
        (date(2025, 12, 31), 2, "2026-02-28T16:00:00+00:00"),
        (date(2024, 2, 29), 24, "2026-02-28T16:00:00+00:00"),
    ],
)
def test_credits_live_to_the_end_of_their_last_month(
    session: Session, on: date, months: int | None, expires: str | None
) -> None:
    shop = make_shop(session, purchase_rule())
    from greencredit.awards.service.award import terms_of

    filing = queries.filings_in_effect(session, shop.issuer_id)[-1]
    scheme = filing.scheme.model_copy(update={"validity": Validity(months=months)})

    terms = terms_of(filing.model_copy(update={"scheme": scheme}), (on.year, on.month))

    assert (terms.expires_at.isoformat() if terms.expires_at else None) == expires
    assert (terms.award_month, terms.cap) == (on.year * 100 + on.month, new_scheme().monthly_cap_credits)


@pytest.mark.proves("AWD-1", "ISS-5")
@pytest.mark.parametrize("name", [LifeState.SUSPENDED, LifeState.WITHDRAWING, LifeState.RESTRICTED, LifeState.FILED])
def test_an_issuer_that_is_not_active_issues_nothing_and_nothing_is_changed(
    database: Database, tmp_path: Path, name: LifeState
) -> None:
    with database.writing() as session:
        shop = make_shop(session, purchase_rule(), state=name)
    before = state(database)

    with pytest.raises(NotActive) as refusal:
        jobs.import_file(database, shop.receipts, receipt_csv(tmp_path / "receipts.csv", [bought()]))

    assert (refusal.value.code, refusal.value.facts["found"]) == ("issuers.not_active", name.value)
    assert state(database) == before


def test_the_verb_itself_refuses_an_issuer_that_is_not_active(database: Database) -> None:
    with database.writing() as session:
        shop = make_shop(session, purchase_rule(), state=LifeState.SUSPENDED)
    before = state(database)

    with pytest.raises(NotActive), database.writing() as session:
        service.award(session, shop.issuer_id, Ground.PURCHASE, [ITEM], {})

    assert state(database) == before


def test_a_filing_whose_rules_were_not_brought_in_awards_nothing(session: Session) -> None:
    shop = make_shop(session, purchase_rule())

    with pytest.raises(RulesNotInForce) as refusal:
        service.award(session, shop.issuer_id, Ground.PURCHASE, [ITEM], {})

    assert (refusal.value.code, refusal.value.facts) == ("awards.no_rules_in_force", {"issuer_id": shop.issuer_id})


def test_an_issuer_whose_certificate_has_run_out_issues_nothing(
    database: Database, clock: StandingClock, tmp_path: Path
) -> None:
    with database.writing() as session:
        shop = make_shop(session, purchase_rule())
    clock.move(timedelta(days=366))
    before = state(database)

    with pytest.raises(Refusal) as refusal:
        jobs.import_file(database, shop.receipts, receipt_csv(tmp_path / "receipts.csv", [bought()]))

    assert refusal.value.code == "issuers.certificate_not_in_date"
    assert state(database) == before


@pytest.mark.proves("AWD-1")
def test_caps_hold_across_files_and_from_day_to_day(database: Database, tmp_path: Path) -> None:
    caps = Caps(per_day=Credits(50), per_month=Credits(80), per_person=Credits(110))
    with database.writing() as session:
        shop = make_shop(session, purchase_rule(caps=caps))
    days = ("2026-01-05", "2026-01-05", "2026-01-06", "2026-02-01", "2026-02-02")
    for number, day in enumerate(days):
        row = bought(receipt_no=f"R{number}", sold_at=f"{day}T10:00")
        take_in(database, shop.receipts, receipt_csv(tmp_path / f"{number}.csv", [row]))

    assert awarded(database, shop.consumers["CARD-0001"]) == [36, 14, 30, 30]
    assert credits_of(database, shop.consumers["CARD-0001"]) == 110


@pytest.mark.proves("AWD-1")
def test_a_budget_is_shared_by_everybody_and_ends_the_rule(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        shop = make_shop(session, purchase_rule(budget_credits=60))
    rows = [bought(card_no=card, receipt_no=card) for card in shop.consumers]

    outcome = take_in(database, shop.receipts, receipt_csv(tmp_path / "receipts.csv", rows))

    assert [awarded(database, consumer) for consumer in shop.consumers.values()] == [[36], [24], []]
    assert (outcome.awarded, outcome.no_credit, outcome.credits) == (2, 1, 60)


@pytest.mark.proves("AWD-1")
def test_a_threshold_is_met_by_the_lines_of_one_receipt_together(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        shop = make_shop(session, purchase_rule(threshold_fen=7000))
    rows = [
        bought(line_no=1),
        bought(line_no=2),
        bought(receipt_no="R2"),
        bought(receipt_no="R2", line_no=2, product_code="soy", amount_yuan="99.00"),
        bought(receipt_no="R3", store_code="406"),
        bought(receipt_no="R3", store_code="407"),
    ]

    outcome = take_in(database, shop.receipts, receipt_csv(tmp_path / "receipts.csv", rows))

    assert awarded(database, shop.consumers["CARD-0001"]) == [36, 36]
    assert (outcome.lines, outcome.awarded, outcome.no_credit) == (6, 2, 4)


@pytest.mark.proves("ACT-5")
def test_one_line_earns_once_though_two_issuers_reward_it(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        shop = make_shop(session, purchase_rule())
        other = make_shop(session, purchase_rule(), number=2, merchant_id=shop.merchant_id, consumers=shop.consumers)
    path = receipt_csv(tmp_path / "receipts.csv", [bought()])

    outcomes = [take_in(database, feed, path) for feed in (shop.receipts, other.receipts)]

    assert [(one.awarded, one.duplicates, one.credits) for one in outcomes] == [(1, 0, 36), (0, 1, 0)]
    assert credits_of(database, shop.consumers["CARD-0001"]) == 36
