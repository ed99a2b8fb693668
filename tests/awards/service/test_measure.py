"""Actions become grams with their whole computation, or go back with their reason; what is negative is kept."""

from pathlib import Path

import pytest
from sqlalchemy import text

from greencredit.actions.rules import recompute
from greencredit.awards import queries
from greencredit.evidence import queries as evidence
from greencredit.kernel.database import Database
from greencredit.schemas.awards import Caps, PerAction, PerKilogram
from greencredit.schemas.values import Credits
from tests.factories.awards import action_rule, awarded, publish_factors, take_in
from tests.factories.evidence import Shop, activities_csv, did, make_shop, sent_back

LAMPS = {"baseline_w": "36", "led_w": "16", "hours_per_day": "3.5"}
LAMP_RULE = action_rule(name="lamps", actions=("led_lamp",), rate=PerKilogram(credits=Credits(1)))


def open_shop(database: Database) -> Shop:
    """Open a shop with rules for rides and lamps and the factors that come with the platform."""
    with database.writing() as session:
        publish_factors(session)
        return make_shop(session, action_rule(caps=Caps(per_day=Credits(300))), LAMP_RULE)


@pytest.mark.proves("AWD-1", "AWD-2", "ACT-5")
def test_an_action_is_awarded_for_the_grams_it_avoided_and_keeps_their_computation(
    database: Database, tmp_path: Path
) -> None:
    shop = open_shop(database)
    rows = [did(action="led_lamp", quantity="10", inputs=LAMPS), did(record_no="T2")]

    outcome = take_in(database, shop.activities, activities_csv(tmp_path / "activities.csv", rows))

    with database.reading() as session:
        lamps = queries.awards_of(session, shop.consumers["CARD-0001"])[1]
        found = queries.quantification(session, lamps.evidence_id)
        ride = queries.awards_of(session, shop.consumers["CARD-0001"])[0]
    assert found is not None
    assert (lamps.subject, lamps.credits, lamps.tier, lamps.spent_fen, lamps.unit) == (
        "led_lamp",
        found.grams // 1000,
        "C",
        None,
        "lamp",
    )
    assert lamps.grams == found.grams == recompute(found)
    assert {given.name: given.value for given in found.inputs} == LAMPS | {"quantity": "10"}
    assert (found.region, found.on.isoformat()) == ("CN-SH", "2026-01-05")
    assert [(step.step, step.found) for step in ride.trace] == [("rate", ride.grams)]
    assert outcome.grams == found.grams + (ride.grams or 0)
    assert (outcome.awarded, outcome.credits) == (2, lamps.credits + ride.credits)


def test_grams_follow_the_region_of_the_feed(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        publish_factors(session)
        shops = [
            make_shop(session, LAMP_RULE, number=number, region=region)
            for number, region in ((1, "CN-SH"), (2, "CN-YN"))
        ]
    path = activities_csv(tmp_path / "activities.csv", [did(action="led_lamp", quantity="10", inputs=LAMPS)])

    grams = [take_in(database, shop.activities, path).grams for shop in shops]

    assert grams[0] > grams[1] > 0


@pytest.mark.proves("AWD-3", "ACT-5")
def test_lamps_without_hours_are_sent_back_and_may_come_again_with_them(database: Database, tmp_path: Path) -> None:
    shop = open_shop(database)
    without = {name: value for name, value in LAMPS.items() if name != "hours_per_day"}
    lamps = did(action="led_lamp", quantity="10")

    first = take_in(
        database,
        shop.activities,
        activities_csv(tmp_path / "one.csv", [lamps | {"inputs": str(without).replace("'", '"')}]),
    )
    with database.reading() as session:
        told = sent_back(session, first.batch_id)
    second = take_in(
        database, shop.activities, activities_csv(tmp_path / "two.csv", [did(**lamps | {"inputs": LAMPS})])
    )

    assert told == [
        (
            2,
            "not_quantified",
            "hours_per_day",
            "D",
            "led_lamp: h_lamp_default is of tier D, wanted A, B or C; give input hours_per_day instead",
        )
    ]
    assert (first.lines, first.awarded, first.rejected, first.grams) == (1, 0, 1, 0)
    assert (second.lines, second.awarded, second.duplicates) == (1, 1, 0)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"baseline_w": None},
            ("bad_inputs", "baseline_w", "", "led_lamp wants input baseline_w in W, found none"),
        ),
        ({"baseline_w": "9999"}, ("bad_inputs", "baseline_w", "9999", None)),
        ({"led_w": "bright"}, ("bad_inputs", "led_w", "bright", None)),
        ({"colour": "4000"}, ("bad_inputs", "colour", "", None)),
    ],
)
def test_inputs_that_no_method_takes_are_sent_back_by_name(
    database: Database, tmp_path: Path, changes: dict[str, str | None], told: tuple[str, str, str, str | None]
) -> None:
    shop = open_shop(database)
    inputs = {name: value for name, value in (LAMPS | changes).items() if value is not None}
    path = activities_csv(tmp_path / "a.csv", [did(action="led_lamp", quantity="1", inputs=inputs), did()])

    outcome = take_in(database, shop.activities, path)

    with database.reading() as session:
        ((line, *found),) = sent_back(session, outcome.batch_id)
    assert (line, *found[: 3 if told[3] is None else 4]) == (2, *told[: 3 if told[3] is None else 4])
    assert (outcome.awarded, outcome.rejected) == (1, 1)


def test_without_published_factors_everything_is_sent_back_and_nothing_guessed(
    database: Database, tmp_path: Path
) -> None:
    with database.writing() as session:
        shop = make_shop(session, action_rule())

    outcome = take_in(database, shop.activities, activities_csv(tmp_path / "activities.csv", [did()]))

    with database.reading() as session:
        ((_, code, *_),) = sent_back(session, outcome.batch_id)
    assert (code, outcome.awarded, outcome.rejected, outcome.grams) == ("not_quantified", 0, 1, 0)


@pytest.mark.proves("AWD-2")
def test_a_negative_result_is_kept_and_shown_and_never_awarded(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        publish_factors(session)
        per_time = action_rule(name="lamps_each", actions=("led_lamp",), rate=PerAction(credits=Credits(5)))
        shop = make_shop(session, LAMP_RULE, per_time)
    worse = did(action="led_lamp", quantity="1", inputs=LAMPS | {"baseline_w": "10", "led_w": "30"})

    outcome = take_in(database, shop.activities, activities_csv(tmp_path / "activities.csv", [worse]))

    consumer = shop.consumers["CARD-0001"]
    with database.reading() as session:
        (found,) = queries.negative_results(session, consumer)
        assert queries.negative_results(session, shop.consumers["CARD-0002"]) == []
        assert queries.negative_results(session, "con_nobody") == []
    assert (found.action, found.grams < 0, recompute(found)) == ("led_lamp", True, found.grams)
    assert (outcome.awarded, outcome.no_credit, outcome.credits, outcome.grams) == (0, 1, 0, 0)
    assert awarded(database, consumer) == []


def test_what_a_cap_leaves_without_credits_keeps_its_grams_on_file(database: Database, tmp_path: Path) -> None:
    shop = open_shop(database)
    rows = [did(record_no=f"T{number}", quantity="200") for number in range(3)]

    outcome = take_in(database, shop.activities, activities_csv(tmp_path / "activities.csv", rows))

    assert (outcome.awarded, outcome.no_credit, outcome.credits) == (1, 2, 300)
    with database.reading() as session:
        assert session.scalar(text("SELECT COUNT(*) FROM awards_measure")) == 3


@pytest.mark.proves("ACT-5")
def test_a_record_that_came_before_earns_nothing_and_is_not_measured_again(database: Database, tmp_path: Path) -> None:
    shop = open_shop(database)
    take_in(database, shop.activities, activities_csv(tmp_path / "one.csv", [did()]))

    again = take_in(database, shop.activities, activities_csv(tmp_path / "two.csv", [did(), did(record_no="T2")]))

    assert (again.awarded, again.duplicates) == (1, 1)
    with database.reading() as session:
        assert session.scalar(text("SELECT COUNT(*) FROM awards_measure")) == 2
        assert evidence.batch(session, again.batch_id).qualifying == 1
