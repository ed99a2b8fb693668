"""An award's record is computed again from itself alone, years later; whatever number is altered, a part names it."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from greencredit.actions import queries as actions
from greencredit.actions import service as acting
from greencredit.awards import queries
from greencredit.awards.queries.check import TITLES, check_record
from greencredit.awards.queries.explain import explained
from greencredit.awards.queries.record import award_record, seal_of
from greencredit.kernel.database import Database
from greencredit.schemas.actions import AwardRecord, NewOverride, OverrideDecision
from greencredit.schemas.awards import Caps, PerAction
from greencredit.schemas.values import Credits, Words
from tests.factories.awards import action_rule, publish_factors, purchase_rule, take_in
from tests.factories.evidence import Shop, activities_csv, bought, did, make_shop, receipt_csv

CARPOOL = action_rule(
    name="carpool",
    title=Words(zh="合乘", en="Carpool"),
    actions=("carpool_trip",),
    rate=PerAction(credits=Credits(8)),
    multiplier_percent=150,
    caps=Caps(per_day=Credits(5)),
)

KEPT = Path(__file__).parent / "record_of_march_2026.json"

Altered = Callable[[dict[str, Any]], None]


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Shop:
    """Give a shop where one rode the metro, shared a car with a detour, and bought carrots."""
    with database.writing() as session:
        publish_factors(session)
        made = make_shop(session, purchase_rule(), action_rule(), CARPOOL)
    rides = [
        did(record_no="T1"),
        did(record_no="T2", action="carpool_trip", quantity="15", inputs={"detour_km": "1.2"}),
    ]
    take_in(database, made.activities, activities_csv(tmp_path / "rides.csv", rides))
    take_in(database, made.receipts, receipt_csv(tmp_path / "receipts.csv", [bought()]))
    return made


def record_of(database: Database, shop: Shop, subject: str) -> AwardRecord:
    """Give the record of the one award for this action or product."""
    with database.reading() as session:
        lines = queries.awards_of(session, shop.consumers["CARD-0001"])
        (award_id,) = [line.award_id for line in lines if line.subject == subject]
        return award_record(session, award_id)


@pytest.mark.proves("ACT-2", "AWD-2")
@pytest.mark.parametrize(("subject", "credits_"), [("metro_trip_km", 68), ("carpool_trip", 5), ("organic_produce", 36)])
def test_a_record_holds_and_every_part_of_it_is_told(
    database: Database, shop: Shop, subject: str, credits_: int
) -> None:
    record = record_of(database, shop, subject)

    check = check_record(record.model_dump_json())

    assert (check.holds, check.failed, record.award["credits"]) == (True, None, credits_)
    told = [step.name for step in check.steps]
    if subject == "organic_produce":
        assert told == ["form", "rule", "grams", "rate", "limits", "credits", "claim", "seal"]
    else:
        assert told == [name for name in TITLES if name != "project"]


@pytest.mark.proves("ACT-2", "AWD-2")
def test_the_record_is_checked_without_database_or_network(tmp_path: Path) -> None:
    alone = (
        "import socket, sys\n"
        "def refused(*_, **__): raise AssertionError('no network, no database')\n"
        "socket.socket.connect = refused\n"
        "import sqlite3; sqlite3.connect = refused\n"
        "from greencredit.cli.main import main\n"
        "main(['actions', 'verify-award', sys.argv[1]])\n"
    )

    told = subprocess.run(
        [sys.executable, "-c", alone, str(KEPT)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[3]), "PYTHONUTF8": "1"},
    )

    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.splitlines()[-1].startswith("成立")


@pytest.mark.proves("ACT-2")
def test_newer_factors_and_overrides_move_no_old_award(database: Database, shop: Shop) -> None:
    before = record_of(database, shop, "metro_trip_km")
    with database.writing() as session:
        file = actions.shipped_factor_file().decode()
        old = next(line for line in file.splitlines() if line.startswith("pkm_metro_cn,"))
        newer = old.replace("pkm_metro_cn,1,", "pkm_metro_cn,2,").replace("0.04314", "0.09")
        acting.publish_factors(session, file.replace(old, newer).encode(), by="acc_example")
        wanted = NewOverride(
            action="metro_trip_km",
            name="pkm_taxi_avg_cn",
            issuer_id=shop.issuer_id,
            value="0.5",
            unit="kgCO2e/pkm",
            tier="B",
            publisher="示例机构",
            document="示例文件",
            document_digest="c" * 64,
            page="第 1 页",
            since=date(2020, 1, 1),
            reason="示例",
        )
        one = acting.propose_override(session, wanted, by="acc_first")
        acting.decide_override(session, one.id, OverrideDecision(approved=True, note="示例"), by="acc_second")

    after = record_of(database, shop, "metro_trip_km")

    assert after == before
    assert (check_record(before.model_dump_json()).holds, after.award["grams"]) == (True, 683)


def test_an_award_under_an_override_is_recorded_explained_and_checked(
    database: Database, shop: Shop, tmp_path: Path
) -> None:
    with database.writing() as session:
        wanted = NewOverride(
            action="metro_trip_km",
            name="pkm_taxi_avg_cn",
            issuer_id=shop.issuer_id,
            value="0.12",
            unit="kgCO2e/pkm",
            tier="B",
            publisher="示例机构",
            document="示例文件",
            document_digest="c" * 64,
            page="第 1 页",
            since=date(2020, 1, 1),
            reason="示例",
        )
        one = acting.propose_override(session, wanted, by="acc_first")
        acting.decide_override(session, one.id, OverrideDecision(approved=True, note="示例"), by="acc_second")
    rides = [did(record_no="T9", card_no="CARD-0002")]
    take_in(database, shop.activities, activities_csv(tmp_path / "more.csv", rides))
    with database.reading() as session:
        (line,) = queries.awards_of(session, shop.consumers["CARD-0002"])
        record = award_record(session, line.award_id)

    said = [words.zh for step in explained(record) for words in step.sentences]

    assert (line.grams, check_record(record.model_dump_json()).holds) == (922, True)
    assert any(f"pkm_taxi_avg_cn 由 {shop.issuer_id} 凭文件设定" in text and "第 1 页" in text for text in said)
    told = json.loads(record.model_dump_json())
    told["quantification"]["factors"][0]["override"]["replaced"] = "0.9"
    assert check_record(resealed(told)).failed == "factors"


def resealed(told: dict[str, Any]) -> str:
    """Write a record with a seal that fits, as a careful forger would."""
    return json.dumps(told | {"seal": seal_of(told)}, ensure_ascii=False)


def _set(*path: str | int, to: object) -> Altered:
    def alter(told: dict[str, Any]) -> None:
        place: Any = told
        for part in path[:-1]:
            place = place[part]
        assert place[path[-1]] != to, "an alteration changes something"
        place[path[-1]] = to

    return alter


def _in_text(of: str, old: str, new: str) -> Altered:
    def alter(told: dict[str, Any]) -> None:
        assert old in told[of]["document"]
        told[of]["document"] = told[of]["document"].replace(old, new)

    return alter


ALTERATIONS: tuple[tuple[Altered, str], ...] = (
    (_in_text("rule", '"credits":8', '"credits":9'), "rule"),
    (_set("rule", "version", to=2), "rule"),
    (_set("award", "rule_version", to=2), "rule"),
    (_set("award", "occurred_on", to="2019-01-01"), "rule"),
    (_set("award", "occurred_on", to="2026-01-06"), "method"),
    (_in_text("method", "detour_km * vkm", "detour_km + vkm"), "method"),
    (_in_text("method", '"version":1', '"version":2'), "method"),
    (_set("method", "digest", to="0" * 64), "method"),
    (_set("quantification", "action_version", to=2), "method"),
    (_set("quantification", "formula", to="quantity * pkm_taxi_ice_cn"), "method"),
    (_set("quantification", "factors", 0, "value", to="0.2667"), "factors"),
    (_set("quantification", "factors", 0, "version", to=2), "factors"),
    (_set("quantification", "factors", 1, "tier", to="A"), "factors"),
    (_set("quantification", "factors", 1, "document", to="另一份文件"), "factors"),
    (_set("factors", 0, "value", to="0.2667"), "factors"),
    (_set("quantification", "inputs", 0, "value", to="16"), "inputs"),
    (_set("award", "quantity", to="16"), "inputs"),
    (_set("quantification", "inputs", 1, "value", to="99"), "inputs"),
    (_set("quantification", "inputs", 1, "unit", to="pkm"), "inputs"),
    (_set("quantification", "inputs", 1, "value", to="0.1"), "behaviour"),
    (_set("quantification", "steps", 0, "value", to="3.5005"), "baseline"),
    (_set("quantification", "steps", 1, "value", to="0.2"), "behaviour"),
    (_set("quantification", "steps", 2, "value", to="2.6"), "reduction"),
    (_set("quantification", "steps", 4, "value", to="2.4"), "reduction"),
    (_set("quantification", "grams_exact", to="2300"), "grams"),
    (_set("quantification", "grams", to=2300), "grams"),
    (_set("award", "grams", to=2300), "grams"),
    (_set("quantification", "tier", to="A"), "quality"),
    (_set("award", "tier", to="A"), "quality"),
    (_set("quantification", "is_estimate", to=True), "quality"),
    (_set("quantification", "gas", to="CO2"), "quality"),
    (_set("award", "trace", 0, "found", to=2), "rate"),
    (_set("award", "trace", 0, "limit", to=9), "rate"),
    (_set("award", "trace", 0, "credits", to=9), "rate"),
    (_set("award", "trace", 1, "limit", to=200), "rate"),
    (_set("award", "trace", 1, "credits", to=13), "rate"),
    (_set("award", "trace", 2, "found", to=13), "limits"),
    (_set("award", "trace", 2, "limit", to=6), "limits"),
    (_set("award", "trace", 2, "credits", to=6), "limits"),
    (_set("award", "credits", to=6), "credits"),
)
"""Every kind of alteration of the carpool's record, and the part that must name it."""


def kept_record() -> dict[str, Any]:
    """Give the record of a carpool as it was handed out in March 2026."""
    found: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8"))
    return found


@pytest.mark.proves("ACT-2", "AWD-2")
def test_a_record_that_was_handed_out_long_ago_still_holds() -> None:
    check = check_record(KEPT.read_bytes())

    assert (check.holds, [step.name for step in check.steps]) == (
        True,
        [name for name in TITLES if name != "project"],
    )


def test_a_record_of_today_is_written_as_the_one_of_long_ago(database: Database, shop: Shop) -> None:
    today, then = json.loads(record_of(database, shop, "carpool_trip").model_dump_json()), kept_record()
    of_this_database = {"award_id", "issuer_id", "evidence_id", "posted_at"}

    assert {part: today[part] for part in ("rule", "method", "quantification", "factors", "claim")} == {
        part: then[part] for part in ("rule", "method", "quantification", "factors", "claim")
    }
    told = [{name: one["award"][name] for name in one["award"].keys() - of_this_database} for one in (today, then)]
    assert told[0] == told[1]


@pytest.mark.proves("ACT-2", "AWD-2")
@pytest.mark.parametrize("number", range(len(ALTERATIONS)))
def test_an_altered_record_fails_at_the_part_that_was_altered(number: int) -> None:
    alter, part = ALTERATIONS[number]
    told = kept_record()
    alter(told)

    check = check_record(resealed(told))

    assert (check.holds, check.failed) == (False, part)
    assert [step.ok for step in check.steps] == [True] * (len(check.steps) - 1) + [False]
    assert check.steps[-1].found != check.steps[-1].wanted


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("award", "award_id"), 7),
        (("award", "reversed_credits"), 1),
        (("award", "posted_at"), "2020-01-01T00:00:00Z"),
        (("award", "issuer_id"), "iss_other"),
        (("award", "evidence_id"), "7"),
        (("seal",), "0" * 63 + "1"),
    ],
)
def test_what_follows_from_nothing_else_is_held_by_the_seal(path: tuple[str, ...], to: object) -> None:
    told = kept_record()
    _set(*path, to=to)(told)

    assert check_record(json.dumps(told)).failed == "seal"


def test_a_stated_factor_that_was_published_otherwise_is_found_though_the_record_agrees_with_itself() -> None:
    told = kept_record()
    told["quantification"]["factors"][0]["value"] = told["factors"][0]["value"] = "0.5"

    assert check_record(resealed(told)).failed == "factors"


@pytest.mark.parametrize("text", ["", "{}", "[]", "not json", '{"format": "another/1"}'])
def test_what_is_no_record_fails_at_its_form(text: str) -> None:
    assert check_record(text).failed == "form"


@pytest.mark.proves("ACT-2", "AWD-2")
def test_the_explanation_names_the_five_stages_and_every_number() -> None:
    steps = explained(AwardRecord.model_validate(kept_record()))

    assert [step.stage for step in steps] == [
        "behaviour",
        "baseline",
        "baseline_emissions",
        "behaviour_emissions",
        "reduction",
        "sources",
        "credits",
    ]
    said = {lang: "\n".join(words.in_(lang) for step in steps for words in step.sentences) for lang in ("zh", "en")}
    for text in said.values():
        for number in ("15", "1.2", "0.1667", "0.1674", "2.5005", "0.20088", "2.29962", "2,299", "pkm_taxi_ice_cn"):
            assert number in text
    assert "8" in said["en"]


def test_no_person_and_no_account_stands_in_a_record(database: Database, shop: Shop) -> None:
    text = record_of(database, shop, "metro_trip_km").model_dump_json()

    assert [
        secret for secret in ("con_", "acc_", "CARD-", "示例住户", *shop.consumers.values()) if secret in text
    ] == []
