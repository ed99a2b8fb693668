"""Green actions from a terminal: every step of an award, its record, and the check that needs nothing else."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import open_keys
from greencredit.kernel.settings import Settings
from tests.cli.conftest import Run
from tests.factories.awards import action_rule, publish_factors
from tests.factories.evidence import Shop, activities_csv, did, make_shop


@pytest.fixture
def shop(run: Run, installed: Path, tmp_path: Path) -> Iterator[Shop]:
    """Give an installation where one rode the metro, and made a detour longer than his trip."""
    run("setup")
    entropy = seeded_entropy("terminal")
    database = Database(Settings(data_dir=installed).database_url, entropy=entropy, keys=open_keys(installed, entropy))
    with database.writing() as session:
        publish_factors(session)
        made = make_shop(session, action_rule(actions=("metro_trip_km", "carpool_trip")))
    rides = [did(), did(record_no="T2", action="carpool_trip", quantity="1", inputs={"detour_km": "9"})]
    run("import", made.activities, str(activities_csv(tmp_path / "rides.csv", rides)))
    yield made
    database.close()


@pytest.mark.proves("UX-3", "ACT-2", "AWD-2")
@pytest.mark.usefixtures("shop")
def test_every_step_of_an_award_is_told_with_numbers_factors_versions_and_sources_in_both_languages(run: Run) -> None:
    told = run("actions", "explain", "1").out

    for said in (
        "1. 行为 · Behaviour",
        "2. 基准情景 · Baseline",
        "3. 基准排放 · Baseline emissions",
        "4. 行为排放 · Behaviour emissions",
        "5. 减排量 · Reduction",
        "quantity * pkm_taxi_avg_cn = 1.2012",
        "quantity * pkm_metro_cn = 0.51768",
        "683.52 g, rounded down to 683 g CO2e",
        "pkm_metro_cn = 0.04314 kgCO2e/pkm：pkm_metro_cn 第 1 版",
        "方法 metro_trip_km 第 1 版，来源：T/ACEF 031-2022",
        "Method metro_trip_km, version 1, source: T/ACEF 031-2022",
        "备案规则“绿色出行” travel 第 1 版",
        "发放 68 积分。",
        "68 credits were given.",
    ):
        assert said in told


@pytest.mark.proves("UX-3", "ACT-2", "AWD-2")
@pytest.mark.usefixtures("shop")
def test_a_record_is_handed_out_and_holds_until_a_number_in_it_is_altered(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    written = run("actions", "record", "1", "--out", str(file))
    by_number, by_file = run("actions", "verify-award", "1"), run("actions", "verify-award", str(file))
    told = json.loads(file.read_text(encoding="utf-8"))
    told["quantification"]["grams"] = 684
    file.write_text(json.dumps(told), encoding="utf-8")

    altered = run("actions", "verify-award", str(file))
    machine = json.loads(run("actions", "verify-award", str(file), "--json").out)

    assert (written.code, by_number.code, by_file.code, altered.code) == (0, 0, 0, 1)
    assert by_number.out == by_file.out
    assert "不成立：止于“减排量取整”。 · It fails at: grams, rounded down [grams]" in altered.out
    assert (machine["holds"], machine["failed"]) == (False, "grams")


def test_what_is_neither_file_nor_number_is_refused_in_one_line(run: Run) -> None:
    told = run("actions", "verify-award", "nothing-here")

    assert (told.code, "FILE|AWARD" in told.err) == (2, True)


@pytest.mark.proves("UX-3", "ACT-2")
def test_negative_results_are_listed(run: Run, shop: Shop) -> None:
    told = json.loads(run("actions", "negatives", "--json").out)
    elsewhere = json.loads(run("actions", "negatives", "--issuer", "iss_other", "--json").out)

    assert [(one["action"], one["grams"], one["issuer_id"]) for one in told["items"]] == [
        ("carpool_trip", -1340, shop.issuer_id)
    ]
    assert (told["total"], elsewhere["total"]) == (1, 0)


@pytest.mark.proves("UX-3", "ACT-4")
@pytest.mark.usefixtures("shop")
def test_reduction_products_and_overrides_are_listed(run: Run) -> None:
    products = json.loads(run("actions", "products", "--json").out)

    assert [one["name"] for one in products] == ["green_certificate", "retired_credit", "verified_footprint"]
    assert json.loads(run("actions", "overrides", "--json").out) == []
