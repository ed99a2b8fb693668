"""Operators take files in, look things up and issue reports from a terminal."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from greencredit.evidence.catalogue import forms
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import open_keys
from greencredit.kernel.settings import Settings
from tests.cli.conftest import Run
from tests.factories.awards import action_rule, publish_factors, purchase_rule
from tests.factories.certificates import new_signer, signed_list
from tests.factories.evidence import Shop, activities_csv, bought, did, make_shop, receipt_csv


@pytest.fixture
def shop(run: Run, installed: Path) -> Iterator[Shop]:
    """Give an installation with an active issuer, set up today: a command goes by the machine's clock."""
    run("setup")
    entropy = seeded_entropy("terminal")
    database = Database(
        Settings(data_dir=installed).database_url,
        entropy=entropy,
        keys=open_keys(installed, entropy),
    )
    with database.writing() as session:
        publish_factors(session)
        opened = make_shop(session, purchase_rule(), action_rule())
    yield opened
    database.close()


@pytest.mark.proves("UX-3", "AWD-3")
def test_a_file_is_taken_in_its_rejects_are_written_and_again_changes_nothing(
    run: Run, shop: Shop, tmp_path: Path
) -> None:
    file = receipt_csv(tmp_path / "r.csv", [bought(), bought(line_no=2, quantity="0")])

    first = run("import", shop.receipts, str(file), "--json")
    again = json.loads(run("import", shop.receipts, str(file), "--json").out)

    told = json.loads(first.out)
    assert (first.code, told["lines"], told["awarded"], told["rejected"]) == (0, 2, 1, 1)
    assert again == told | {"already_done": True}
    (line,) = (tmp_path / "r-rejects.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    assert line.split(",") == [
        "3",
        "evidence.quantity_not_positive",
        "数量须大于零",
        "a quantity must be above zero",
        "quantity",
        "0",
        "a whole number above zero",
    ]


@pytest.mark.proves("UX-3")
def test_a_file_in_another_encoding_is_refused_in_one_line_that_says_what_to_do(
    run: Run, shop: Shop, tmp_path: Path
) -> None:
    file = receipt_csv(tmp_path / "gbk.csv", [bought(store_code="门店一")], encoding="gb18030")

    told = run("import", shop.receipts, str(file))
    helped = run("import", shop.receipts, str(file), "--encoding", "gb18030")

    assert (told.code, told.err.count("\n"), "[evidence.wrong_encoding]" in told.err, "gb18030" in told.err) == (
        2,
        1,
        True,
        True,
    )
    assert helped.code == 0


@pytest.mark.proves("UX-3", "AWD-2")
def test_an_award_is_explained_to_the_gram_and_the_books_hold(run: Run, shop: Shop, tmp_path: Path) -> None:
    run("import", shop.activities, str(activities_csv(tmp_path / "t.csv", [did()])))

    told = run("actions", "explain", "1")
    balance = json.loads(run("ledger", "balance", shop.consumers["CARD-0001"], "--json").out)
    audit = run("ledger", "audit", "--json")

    assert "quantity * (pkm_taxi_avg_cn - pkm_metro_cn) = 0.68352" in told.out
    assert "683 g CO2e" in told.out
    assert [one["available"] for one in balance] == [68]
    assert (audit.code, [one["name"] for one in json.loads(audit.out) if one["broken"]]) == (0, [])


@pytest.mark.slow
@pytest.mark.proves("UX-3", "REP-10")
def test_a_report_is_issued_and_its_digest_checked(run: Run, shop: Shop, tmp_path: Path) -> None:
    run("import", shop.receipts, str(receipt_csv(tmp_path / "r.csv", [bought()])))
    days = ("--since", "2026-01-01", "--until", "2026-02-01")

    one = json.loads(run("report", "issue", "consumer", shop.consumers["CARD-0001"], *days, "--json").out)
    genuine = run("report", "check", one["number"], "--digest", one["facts_sha256"])
    forged = run("report", "check", one["number"], "--digest", "0" * 64)

    assert (genuine.code, forged.code) == (0, 1)


@pytest.mark.proves("UX-3")
@pytest.mark.parametrize(
    ("since", "until"), [("foo", "2026-01-01"), ("2026-02-01", "2026-01-01"), ("1900-01-01", "2999-01-01")]
)
def test_days_that_are_none_or_lie_in_the_future_are_refused(run: Run, shop: Shop, since: str, until: str) -> None:
    told = run("report", "issue", "consumer", shop.consumers["CARD-0001"], "--since", since, "--until", until)

    assert (told.code, "Traceback" in told.err) == (2, False)


def test_a_balance_of_nobody_is_refused(run: Run, shop: Shop) -> None:
    del shop

    told = run("ledger", "balance", "con_nobody")

    assert (told.code, "[people.unknown_consumer]" in told.err) == (2, True)


@pytest.mark.proves("UX-3", "AWD-3")
def test_how_feeds_stand_and_which_kinds_there_are_is_told(run: Run, shop: Shop, tmp_path: Path) -> None:
    run("import", shop.receipts, str(receipt_csv(tmp_path / "r.csv", [bought(), bought(line_no=2, quantity="0")])))

    found = json.loads(run("feeds", "status", "--issuer", shop.issuer_id, "--json").out)
    shown = run("feeds", "status").out
    kinds = json.loads(run("feeds", "kinds", "--json").out)
    one = run("feeds", "kinds", "trips").out
    unknown = run("feeds", "kinds", "telepathy")

    told = {row["feed"]: (row["lines"], row["qualifying"], row["rejected"], row["silent_seconds"]) for row in found}
    assert told[shop.receipts][:3] == (2, 1, 1)
    assert told[shop.activities] == (0, 0, 0, None)
    assert f"{shop.receipts}  receipts  读入 read 2" in shown
    assert {row["kind"] for row in kinds} == set(forms())
    assert "distance_km" in one
    assert (unknown.code, "[evidence.no_such_kind]" in unknown.err) == (2, True)


@pytest.mark.proves("UX-3", "ACT-5")
def test_a_signed_list_is_taken_in_from_the_terminal_and_its_age_is_shown(run: Run, shop: Shop, tmp_path: Path) -> None:
    del shop
    today = datetime.now(UTC).astimezone(timezone(timedelta(hours=8))).date()
    path = tmp_path / "list.json"
    path.write_bytes(signed_list(listed_on=today))
    key = new_signer()

    untrusted = run("certificates", "import", str(path))
    trusted = run("certificates", "trust", key.key_id, key.publisher, key.algorithm.value, key.public_key)
    misspelt = run("certificates", "trust", key.key_id, key.publisher, "rsa", key.public_key)
    imported = json.loads(run("certificates", "import", str(path), "--json").out)
    listed = run("certificates", "list").out

    assert (untrusted.code, "[evidence.unknown_signer]" in untrusted.err) == (2, True)
    assert (trusted.code, misspelt.code) == (0, 2)
    assert (imported["number"], imported["age_days"], imported["stale"]) == (1, 0, False)
    assert "0 天 days old（最多 at most 31）" in listed
