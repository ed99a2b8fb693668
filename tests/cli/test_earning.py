"""From a terminal: why something was given or not, dry runs, simulations and worked cases."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from greencredit.evidence.rules import evidence_id
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import open_keys
from greencredit.kernel.settings import Settings
from greencredit.schemas.awards import Spent
from greencredit.schemas.issuers import Scheme
from tests.cli.conftest import Run
from tests.factories.awards import publish_factors, purchase_rule
from tests.factories.evidence import Shop, bought, make_shop, receipt_csv
from tests.factories.issuers import new_scheme

DAYS = ("--since", "2026-01-01", "--until", "2026-02-01")


@pytest.fixture
def shop(run: Run, installed: Path, tmp_path: Path) -> Iterator[Shop]:
    """Give an installation with one award, and one line that earned nothing."""
    run("setup")
    entropy = seeded_entropy("terminal")
    database = Database(Settings(data_dir=installed).database_url, entropy=entropy, keys=open_keys(installed, entropy))
    with database.writing() as session:
        publish_factors(session)
        opened = make_shop(session, purchase_rule(conditions=(Spent(least=3000),)))
    lines = [bought(), bought(receipt_no="R2", amount_yuan="17.50")]
    run("import", opened.receipts, str(receipt_csv(tmp_path / "r.csv", lines)))
    yield opened
    database.close()


def filed(path: Path, scheme: Scheme) -> str:
    """Write a scheme as a file."""
    path.write_text(scheme.model_dump_json(), encoding="utf-8")
    return str(path)


@pytest.mark.proves("UX-3", "AWD-2")
def test_an_award_and_a_line_that_earned_nothing_are_told_in_both_languages(run: Run, shop: Shop) -> None:
    award = run("awards", "explain", "1")
    nothing = run("awards", "explain-evidence", str(evidence_id(1, 3)))
    facts = json.loads(run("awards", "explain-evidence", str(evidence_id(1, 3)), "--json").out)

    assert (award.code, nothing.code) == (0, 0)
    assert award.out.splitlines()[:4] == [
        "依据规则“有机农产品”（organic 第 1 版）。",
        '  By the rule "Organic produce" (organic, version 1).',
        "绿色商品金额 ¥36.50，每 1 元 1 分，不足 1 分的舍去，得 36 分。",
        "  Green goods for ¥36.50, 1 credit for each ¥1, rounded down: 36 credits.",
    ]
    assert nothing.out.splitlines()[-2:] == [
        "这一行再消费 12.50 元即可。",
        "  ¥12.50 more on this line would have been enough.",
    ]
    assert (facts["verdict"], facts["issuer_id"]) == ("nothing", shop.issuer_id)


@pytest.mark.proves("UX-3", "AWD-1")
def test_a_dry_run_tells_cost_and_writes_each_award_by_pseudonym(run: Run, shop: Shop, tmp_path: Path) -> None:
    scheme = filed(tmp_path / "scheme.json", new_scheme(purchase_rule(version=2, multiplier_percent=200)))
    lines = tmp_path / "lines.csv"

    told = run("awards", "dry-run", scheme, "--issuer", shop.issuer_id, *DAYS, "--csv", str(lines), "--json")

    found = json.loads(told.out)
    assert (told.code, found["evidence"], found["credits"], found["credits_in_force"]) == (0, 2, 108, 36)
    with lines.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    told_of = [(row["rule"], row["version"], row["credits"]) for row in rows]
    assert told_of == [("organic", "2", "73"), ("organic", "2", "35")]
    assert all(row["holder"].startswith("p_") for row in rows)


@pytest.mark.proves("UX-3", "AWD-1")
def test_a_scheme_is_lived_over_dates_of_ones_choice_without_an_installation(run: Run, tmp_path: Path) -> None:
    scheme = filed(tmp_path / "scheme.json", new_scheme(purchase_rule(caps={"per_month": 50}, since="2030-01-01")))
    facts = [
        {"holder": "示例甲", "on": on, "subject": "organic_produce", "spent_fen": 3650}
        for on in ("2029-12-31", "2030-01-31", "2030-01-31", "2030-02-01")
    ]
    (tmp_path / "facts.json").write_text(json.dumps(facts), encoding="utf-8")

    told = run(
        *("awards", "simulate", scheme, str(tmp_path / "facts.json")),
        *("--since", "2029-12-01", "--until", "2030-03-01", "--json"),
    )

    found = json.loads(told.out)
    assert [award["credits"] for award in found["awards"]] == [0, 36, 14, 36]
    assert [(day["on"], day["credits"]) for day in found["days"]] == [
        ("2029-12-31", 0),
        ("2030-01-31", 50),
        ("2030-02-01", 36),
    ]
    assert (found["credits"], found["cost_fen"]) == (86, 86)


@pytest.mark.proves("UX-3", "AWD-1")
def test_a_case_that_does_not_come_out_is_named_and_ends_with_1(run: Run, tmp_path: Path) -> None:
    scheme = filed(tmp_path / "scheme.json", new_scheme(purchase_rule()))
    case = {
        "name": "plain",
        "title": {"zh": "普通消费", "en": "A plain purchase"},
        "fact": {"holder": "示例甲", "on": "2026-01-05", "subject": "organic_produce", "spent_fen": 3650},
        "expected": {"credits": 36},
    }
    wrong = case | {"name": "wrong", "expected": {"credits": 40}}
    (tmp_path / "good.json").write_text(json.dumps([case]), encoding="utf-8")
    (tmp_path / "bad.json").write_text(json.dumps([case, wrong]), encoding="utf-8")

    good, bad = (run("awards", "cases", scheme, str(tmp_path / name)) for name in ("good.json", "bad.json"))

    assert (good.code, bad.code) == (0, 1)
    assert bad.out.splitlines() == [
        "✓ plain  普通消费 · A plain purchase  36",
        "✗ wrong  普通消费 · A plain purchase  36",
        "    样例应得 40 分，实得 36 分。",
        "      The case expects 40 credits and came to 36 credits.",
    ]


def test_a_file_that_is_no_scheme_says_field_by_field_what_is_wrong(run: Run, tmp_path: Path) -> None:
    (tmp_path / "scheme.json").write_text("{}", encoding="utf-8")
    (tmp_path / "cases.json").write_text("[]", encoding="utf-8")

    told = run("awards", "cases", str(tmp_path / "scheme.json"), str(tmp_path / "cases.json"))

    assert (told.code, told.out.splitlines()[0]) == (1, "title: Field required")
