"""Carbon-reduction products end to end: a bonus by filed rule, a serial once for ever, credits without CO2e."""

from pathlib import Path

import pytest
from sqlalchemy import text

from greencredit.actions import queries as actions
from greencredit.awards import queries
from greencredit.evidence import queries as evidence
from greencredit.kernel.database import Database
from greencredit.schemas.awards import Certificate, PerAction
from greencredit.schemas.values import Credits, Words
from tests.factories.awards import action_rule, publish_factors, purchase_rule, take_in
from tests.factories.evidence import Shop, make_shop, open_feed
from tests.factories.sources import example_of, write_csv

BONUS = purchase_rule(
    name="reduction_bonus",
    title=Words(zh="碳减排产品加分", en="Bonus for reduction products"),
    rate=PerAction(credits=Credits(500)),
    conditions=(Certificate(any_of=("retired_credit",)),),
)
POWER = action_rule(name="power", actions=("green_power_purchase",))


def shop_of(database: Database, *, number: int = 1, like: Shop | None = None) -> Shop:
    """Open an issuer with a feed of certificates and one of reduction products."""
    with database.writing() as session:
        if like is None:
            publish_factors(session)
            made = make_shop(session, purchase_rule(), BONUS, POWER, number=number)
        else:
            rules = (purchase_rule(), BONUS, POWER)
            made = make_shop(session, *rules, number=number, merchant_id=like.merchant_id, consumers=like.consumers)
        open_feed(session, f"certificates_{number}", "green_certificates", made.issuer_id)
        open_feed(session, f"products_{number}", "reduction_products", made.issuer_id)
    return made


def sent_back(database: Database, batch_id: int) -> list[str]:
    """Give the codes of the lines of a file that were sent back."""
    with database.reading() as session:
        return [one.code for one in evidence.rejects(session, batch_id)]


@pytest.mark.proves("ACT-4")
def test_a_retired_credit_earns_the_filed_bonus_and_adds_no_co2e(database: Database, tmp_path: Path) -> None:
    shop = shop_of(database)
    rows = [
        example_of("reduction_products"),
        example_of("reduction_products", product="verified_footprint", registry="verifier"),
    ]

    outcome = take_in(database, "products_1", write_csv(tmp_path / "p.csv", "reduction_products", rows))

    with database.reading() as session:
        lines = queries.awards_of(session, shop.consumers["CARD-0001"])
        totals = queries.totals_of(session, shop.consumers["CARD-0001"])
    assert (outcome.awarded, outcome.grams, totals.grams) == (2, 0, 0)
    assert sorted((line.rule_name, line.credits, line.grams) for line in lines) == [
        ("organic", 80, None),
        ("reduction_bonus", 500, None),
    ]


@pytest.mark.proves("ACT-4")
def test_a_green_certificate_is_quantified_and_its_serial_counts_once_across_issuers(
    database: Database, tmp_path: Path
) -> None:
    first = shop_of(database)
    second = shop_of(database, number=2, like=first)
    file = write_csv(tmp_path / "c.csv", "green_certificates", [example_of("green_certificates")])
    other = write_csv(
        tmp_path / "d.csv", "green_certificates", [example_of("green_certificates", serial_no="gec示例0001")]
    )

    once = take_in(database, "certificates_1", file)
    again = take_in(database, "certificates_1", file)
    at_another = take_in(database, "certificates_2", file)
    written_otherwise = take_in(database, "certificates_1", other)

    assert (once.awarded, once.grams, once.credits) == (1, 60_960, 6096)
    assert again == once.model_copy(update={"already_done": True})
    assert (at_another.awarded, written_otherwise.awarded) == (0, 0)
    assert sent_back(database, at_another.batch_id) == ["evidence.certificate_used"]
    assert sent_back(database, written_otherwise.batch_id) == ["evidence.certificate_used"]
    with database.reading() as session:
        assert queries.awards_of(session, second.consumers["CARD-0001"])[0].issuer_id == first.issuer_id
        assert actions.certificate_use(session, "green_certificate", "green_certificate", "GEC-示例-0001")


@pytest.mark.proves("ACT-4")
def test_a_serial_is_read_from_no_table(database: Database, tmp_path: Path) -> None:
    shop_of(database)
    file = write_csv(tmp_path / "c.csv", "green_certificates", [example_of("green_certificates")])
    take_in(database, "certificates_1", file)

    with database.reading() as session:
        kept = [
            str(tuple(row))
            for table in ("evidence_item", "actions_certificate", "awards_award", "awards_measure")
            for row in session.execute(text(f"SELECT * FROM {table}"))
        ]

    assert len(kept) == 4
    assert [row for row in kept if "GEC" in row] == []
