"""Credits on suspicious evidence are kept back; the holder may appeal, and another person decides."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from greencredit.awards import queries, service
from greencredit.awards.errors import AppealLodged, HoldDecided, NoSuchHold, OwnHold
from greencredit.evidence import service as evidence
from greencredit.kernel.database import Database
from greencredit.ledger import queries as ledger
from greencredit.schemas.holds import AwardHold, HoldDecision, HoldOutcome
from greencredit.schemas.sources import TieKind
from greencredit.schemas.values import Words
from tests.awards.test_sources import CARD, back, opened, paid
from tests.factories.awards import require_sound, take_in
from tests.factories.evidence import Shop
from tests.factories.sources import example_of, write_csv

RELEASE = HoldDecision(outcome=HoldOutcome.RELEASED, reason="示例：家庭聚会，已核实")
CONFIRM = HoldDecision(outcome=HoldOutcome.CONFIRMED, reason="示例：虚构交易，已核实")


def balance(session: Session, shop: Shop) -> tuple[int, int]:
    """Give what the consumer can spend, and what is kept back."""
    found = ledger.balances_of(session, shop.consumers["CARD-0001"])
    return sum(one.available for one in found), sum(one.frozen for one in found)


def suspicious(database: Database, tmp_path: Path) -> tuple[Shop, AwardHold]:
    """Take in 17 receipts of ten credits each on one day; of the last one give the hold."""
    with database.writing() as session:
        shop = opened(session)
    rows = [example_of("receipts", receipt_no=f"R{number:02}", amount_yuan="10") for number in range(17)]
    take_in(database, shop.receipts, write_csv(tmp_path / "r.csv", "receipts", rows))
    with database.reading() as session:
        holds = queries.holds_at(session, shop.issuer_id)
    return shop, max(holds, key=lambda one: one.awards)


@pytest.mark.proves("ACT-5")
def test_more_receipts_than_a_household_makes_are_kept_back_and_only_what_goes_beyond(
    database: Database, tmp_path: Path
) -> None:
    shop, hold = suspicious(database, tmp_path)

    with database.reading() as session:
        holds = queries.holds_of(session, shop.consumers["CARD-0001"])
        left = balance(session, shop)
    assert hold in holds
    assert (hold.monitor, hold.found, hold.wanted, hold.credits) == (
        "velocity",
        Words(zh="同一天 17 次", en="17 on one day"),
        Words(zh="至多 15 次", en="at most 15"),
        10,
    )
    assert sum(one.credits for one in holds) == 20
    assert left == (150, 20)
    require_sound(database)


@pytest.mark.proves("ACT-5")
def test_who_is_tied_to_a_merchant_earns_nothing_there_until_somebody_has_looked(
    database: Database, tmp_path: Path
) -> None:
    with database.writing() as session:
        shop = opened(session)
        evidence.tie(session, shop.merchant_id, shop.consumers["CARD-0001"], TieKind.OWNER, by="acc_example")
        evidence.tie(session, shop.merchant_id, shop.consumers["CARD-0002"], TieKind.STAFF, by="acc_example")
    rows = [
        example_of("receipts", receipt_no=f"R{card}", card_no=card) for card in ("CARD-0001", "CARD-0002", "CARD-0003")
    ]

    take_in(database, shop.receipts, write_csv(tmp_path / "r.csv", "receipts", rows))

    with database.reading() as session:
        holds = queries.holds_at(session, shop.issuer_id)
    assert [(one.monitor, one.found, one.wanted) for one in holds] == [
        (
            "self_dealing",
            Words(zh="在所任职或经营的商户消费 ¥36.50", en="¥36.50 spent at a merchant he acts for"),
            Words(zh="至多 ¥0.00", en="at most ¥0.00"),
        )
    ]


@pytest.mark.proves("ACT-5")
def test_a_tie_that_ended_keeps_nothing_back(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        shop = opened(session)
        owner = shop.consumers["CARD-0001"]
        evidence.tie(session, shop.merchant_id, owner, TieKind.OWNER, by="acc_example")
        ended = [evidence.end_tie(session, shop.merchant_id, owner) for _ in range(2)]

    take_in(database, shop.receipts, write_csv(tmp_path / "r.csv", "receipts", [example_of("receipts")]))

    with database.reading() as session:
        assert (ended, queries.holds_at(session, shop.issuer_id)) == ([True, False], [])


@pytest.mark.proves("ACT-5")
def test_purchases_that_come_back_again_and_again_keep_the_next_one_back(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        shop = opened(session)
    for number in range(1, 4):
        rows = [paid(shop, number, "100"), back(shop, 10 + number, number, "100")]
        take_in(database, CARD, write_csv(tmp_path / f"{number}.csv", CARD, rows))

    take_in(database, CARD, write_csv(tmp_path / "next.csv", CARD, [paid(shop, 4, "100")]))

    with database.reading() as session:
        (hold,) = queries.holds_at(session, shop.issuer_id)
        left = balance(session, shop)
    assert (hold.monitor, hold.found) == (
        "refund_cycles",
        Words(zh="3 笔被退款，占消费金额的 75%", en="3 purchases came back, 75 % of the money"),
    )
    assert left == (0, 100)


@pytest.mark.proves("ACT-5")
@pytest.mark.parametrize("decision", [RELEASE, CONFIRM])
def test_a_refund_of_what_is_kept_back_takes_it_from_there_and_nobody_owes_anything(
    database: Database, tmp_path: Path, decision: HoldDecision
) -> None:
    with database.writing() as session:
        shop = opened(session)
        evidence.tie(session, shop.merchant_id, shop.consumers["CARD-0001"], TieKind.OWNER, by="acc_example")
    take_in(database, CARD, write_csv(tmp_path / "a.csv", CARD, [paid(shop, 1, "100")]))

    take_in(database, CARD, write_csv(tmp_path / "b.csv", CARD, [back(shop, 11, 1, "30")]))

    with database.writing() as session:
        (hold,) = queries.holds_at(session, shop.issuer_id)
        kept_back = balance(session, shop)
        service.decide_hold(session, hold.hold_id, decision, by="acc_wang")
        left = balance(session, shop)
        owed = ledger.owed_by(session, shop.consumers["CARD-0001"])
    assert (kept_back, owed) == ((0, 70), [])
    assert left == ((70, 0) if decision is RELEASE else (0, 0))
    require_sound(database)


# ---- Appeal and decision -------------------------------------------------------------------------------------------


@pytest.mark.proves("ACT-5")
@pytest.mark.parametrize(("decision", "left"), [(RELEASE, (160, 10)), (CONFIRM, (150, 10))])
def test_another_person_gives_the_credits_back_or_takes_the_awards_back(
    database: Database, tmp_path: Path, decision: HoldDecision, left: tuple[int, int]
) -> None:
    shop, hold = suspicious(database, tmp_path)

    with database.writing() as session:
        lodged = service.lodge_appeal(session, hold.hold_id, " 当天是家庭聚会 ", by="acc_li")
        decided = service.decide_hold(session, hold.hold_id, decision, by="acc_wang")
        again = service.decide_hold(session, hold.hold_id, decision, by="acc_wang")
        found = balance(session, shop)

    assert lodged.appeal is not None
    assert (lodged.appeal.words, lodged.decision) == ("当天是家庭聚会", None)
    assert decided.decision is not None
    assert (decided.decision.outcome, decided.decision.reason) == (decision.outcome, decision.reason)
    assert again == decided
    assert found == left
    with database.reading() as session:
        assert hold.hold_id not in {one.hold_id for one in queries.holds_at(session, shop.issuer_id, open_only=True)}
    require_sound(database)


@pytest.mark.proves("ACT-5")
def test_nobody_decides_on_what_he_placed_or_appealed_against(database: Database, tmp_path: Path) -> None:
    shop, hold = suspicious(database, tmp_path)

    with database.writing() as session:
        service.lodge_appeal(session, hold.hold_id, "示例", by="acc_li")
        for by in ("acc_li", "machine"):
            with pytest.raises(OwnHold) as no:
                service.decide_hold(session, hold.hold_id, RELEASE, by=by)
            assert no.value.code == "awards.own_hold"

        assert queries.hold(session, hold.hold_id).decision is None
        assert balance(session, shop) == (150, 20)


def test_one_appeals_once_and_never_after_the_decision(database: Database, tmp_path: Path) -> None:
    _, hold = suspicious(database, tmp_path)

    with database.writing() as session:
        service.lodge_appeal(session, hold.hold_id, "示例", by="acc_li")
        with pytest.raises(AppealLodged):
            service.lodge_appeal(session, hold.hold_id, "示例", by="acc_li")
        service.decide_hold(session, hold.hold_id, RELEASE, by="acc_wang")
        with pytest.raises(HoldDecided) as no:
            service.lodge_appeal(session, hold.hold_id, "示例", by="acc_li")
        with pytest.raises(HoldDecided):
            service.decide_hold(session, hold.hold_id, CONFIRM, by="acc_zhao")

    assert no.value.facts["outcome"] == "released"


def test_a_hold_that_is_not_there_is_refused_by_name(session: Session) -> None:
    with pytest.raises(NoSuchHold) as no:
        queries.hold(session, "hld_nobody")

    assert (no.value.code, no.value.facts) == ("awards.no_such_hold", {"hold_id": "hld_nobody"})


@pytest.mark.proves("SEC-1")
def test_whoever_is_erased_takes_the_words_of_his_appeal_with_him(database: Database, tmp_path: Path) -> None:
    shop, hold = suspicious(database, tmp_path)
    with database.writing() as session:
        service.lodge_appeal(session, hold.hold_id, "当天是家庭聚会", by="acc_li")

    with database.writing() as session:
        service.forget(session, shop.consumers["CARD-0001"])

    with database.reading() as session:
        appeal = queries.hold(session, hold.hold_id).appeal
    assert appeal is not None
    assert appeal.words is None
