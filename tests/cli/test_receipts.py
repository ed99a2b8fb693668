"""From the terminal: post, seal, sign, publish, receipt; then a verifier without database and network."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from greencredit.kernel.access import Role
from greencredit.kernel.database import Database
from greencredit.kernel.installation import open_database
from greencredit.kernel.settings import Settings
from greencredit.ledger import service as ledger
from greencredit.people import queries as people
from tests.cli.conftest import Run
from tests.factories.ledger import earn, make_earning, redeem
from tests.factories.people import make_account_with, make_consumer
from tests.house.sources import ROOT

_ALONE = """
import socket, sys
def refuse(*_): raise OSError("no network here")
socket.socket = refuse
import greencredit.cli.main as cli
cli.main(sys.argv[1:])
"""
"""The verifier in a process of its own: no database, no data folder, no network."""


def _opened(folder: Path) -> Database:
    return open_database(Settings(data_dir=folder))


@pytest.fixture
def installed(run: Run, installed: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set up an installation in which two people earned something, signed and published."""
    monkeypatch.setenv("GREENCREDIT_PUBLIC_URL", "https://credits.example")
    run("setup")
    database = _opened(installed)
    with database.writing() as session:
        earn(session, make_earning(session, credits_=30), make_earning(session, "con_wu", key="wu"))
        redeem(session, 10)
    database.close()
    assert run("log", "publish").code == 0
    return installed


def _alone(*words: str) -> tuple[int, dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-c", _ALONE, "--json", *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8", "GREENCREDIT_DATA_DIR": "/nonexistent"},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    told: dict[str, object] = json.loads(done.stdout)
    return done.returncode, told


@pytest.mark.proves("LED-5", "UX-3")
def test_what_was_posted_signed_and_published_is_checked_without_database_and_network(
    run: Run, installed: Path, tmp_path: Path
) -> None:
    receipt, statement, policy = (tmp_path / name for name in ("a.receipt", "a.statement", "policy"))
    assert run("log", "policy", "--out", str(policy)).code == 0
    assert run("ledger", "receipt", "3", "--out", str(receipt)).code == 0
    days = ("--since", "2020-01-01", "--until", "2100-01-01")
    assert run("ledger", "statement", "con_li", *days, "--out", str(statement)).code == 0

    checked = [
        _alone("verify", "receipt", str(receipt), "--policy", str(policy)),
        _alone("verify", "statement", str(statement), "--policy", str(policy)),
        _alone("verify", "log", str(installed / "log"), "--policy", str(policy)),
    ]
    told = json.loads(receipt.read_text("utf-8"))
    receipt.write_text(json.dumps(told | {"entry": told["entry"].replace('"count":1', '"count":2')}), encoding="utf-8")
    code, altered = _alone("verify", "receipt", str(receipt), "--policy", str(policy))

    assert [(code, told["holds"]) for code, told in checked] == [(0, True)] * 3
    steps = altered["steps"]
    assert isinstance(steps, list)
    assert (code, altered["holds"], steps[-1]["name"], steps[-1]["ok"]) == (1, False, "entry_in_log", False)


@pytest.mark.proves("LED-5")
def test_a_receipt_is_printed_as_it_is_and_what_is_not_signed_yet_is_told(run: Run, installed: Path) -> None:
    printed = run("ledger", "receipt", "1")
    database = _opened(installed)
    with database.writing() as session:
        earn(session, make_earning(session, credits_=1, key="later"))
    database.close()

    early = run("ledger", "receipt", "4", "--json")
    unknown = run("ledger", "receipt", "99", "--json")
    backwards = run("ledger", "statement", "con_li", "--since", "2026-02-01", "--until", "2026-01-01")

    assert json.loads(printed.out)["format"] == "greencredit-receipt/v1"
    assert (early.code, json.loads(early.out)["code"]) == (2, "ledger.not_signed_yet")
    assert (unknown.code, json.loads(unknown.out)["code"]) == (2, "ledger.no_such_event")
    assert backwards.code == 2


@pytest.mark.proves("SEC-1")
def test_an_operator_hands_out_a_copy_and_erases_whom_he_told_what_is_lost(
    run: Run, installed: Path, tmp_path: Path
) -> None:
    database = _opened(installed)
    with database.writing() as session:
        consumer_id = make_consumer(session, display_name="示例离开者").id
        make_account_with(session, Role.OPERATOR, login="operator")
        make_account_with(session, Role.CONSUMER, login="somebody")
        earn(session, make_earning(session, consumer_id, credits_=7, key="leaving"))
    file = tmp_path / "copy.json"

    copied = run("people", "export", consumer_id, "--by", "operator", "--out", str(file))
    told = run("people", "erase", consumer_id, "--by", "operator", "--json")
    stranger = run("people", "erase", consumer_id, "--by", "somebody", "--credits", "7", "--json")
    wrong = run("people", "erase", consumer_id, "--by", "operator", "--credits", "6", "--json")
    erased = run("people", "erase", consumer_id, "--by", "operator", "--credits", "7", "--json")
    again = run("people", "erase", consumer_id, "--by", "operator", "--credits", "7", "--json")

    assert (copied.code, json.loads(file.read_text("utf-8"))["consumer"]["display_name"]) == (0, "示例离开者")
    assert (told.code, json.loads(told.out)["credits"]) == (0, 7)
    assert (stranger.code, json.loads(stranger.out)["code"]) == (2, "access.denied")
    assert (wrong.code, json.loads(wrong.out)["code"]) == (2, "privacy.credits_differ")
    assert (erased.code, json.loads(erased.out)["events_frozen"]) == (0, 1)
    assert (again.code, json.loads(again.out)["code"]) == (2, "people.unknown_consumer")
    with database.writing() as session:
        deeds = [one.action for one in people.audit_page(session, object_id=consumer_id).entries]
        assert deeds == ["personal.erase", "personal.copy"]
        assert ledger.take_facts_in(session) == 1
    database.close()
