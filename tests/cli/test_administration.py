"""Whoever runs the platform publishes factors, opens accounts and feeds, gives roles and takes awards back."""

import io
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import SecretStr

from greencredit.actions import queries as actions
from greencredit.evidence import queries as evidence
from greencredit.kernel.clock import SystemClock, civil_date
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import open_keys
from greencredit.kernel.policy import Role, ScopeKind
from greencredit.kernel.settings import Settings
from greencredit.ledger import queries as ledger
from greencredit.people import queries, service
from greencredit.people.errors import WrongCredentials
from greencredit.schemas.people import AccountState, NewSession
from tests.cli.conftest import Run
from tests.factories.actions import make_file, make_line
from tests.factories.awards import action_rule, publish_factors
from tests.factories.evidence import activities_csv, did, make_shop
from tests.factories.people import PASSWORD

_LOGIN: Final = "example.operator"


@pytest.fixture
def database(run: Run, installed: Path) -> Iterator[Database]:
    """Look at the installation on which the commands run."""
    run("setup")
    entropy = seeded_entropy("administration")
    opened = Database(Settings(data_dir=installed).database_url, entropy=entropy, keys=open_keys(installed, entropy))
    yield opened
    opened.close()


def _told(run: Run, *words: str) -> dict[str, Any]:
    told = run(*words, "--json")
    assert told.code == 0, told
    found: dict[str, Any] = json.loads(told.out)
    return found


def _refused(run: Run, *words: str) -> dict[str, Any]:
    told = run(*words, "--json")
    assert told.code == 2, told
    found: dict[str, Any] = json.loads(told.out)
    return found


def _audit(database: Database) -> list[tuple[str, str, dict[str, Any]]]:
    """Give what the log tells of commands, oldest first."""
    with database.reading() as session:
        entries = [one for one in queries.audit_page(session).entries if one.via == "command"]
    assert {(one.account_id, one.outcome) for one in entries} <= {(None, "done")}
    return [(one.action, one.object_id, one.facts) for one in reversed(entries)]


def _signs_in(database: Database, login: str, password: str) -> bool:
    try:
        service.sign_in(database, NewSession(login=login, password=SecretStr(password)), hours=1)
    except WrongCredentials:
        return False
    return True


# ---- Factors ---------------------------------------------------------------------------------------------------------


@pytest.mark.proves("UX-3", "SEC-1")
def test_a_factor_file_is_published_once_and_the_log_tells_of_it(run: Run, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "factors.csv"
    file.write_bytes(make_file(make_line(), make_line(factor_id="other_factor")))

    first = _told(run, "factors", "publish", str(file))
    again = _told(run, "factors", "publish", str(file))

    assert (first["added"], first["unchanged"], again["added"], again["unchanged"]) == (2, 0, 0, 2)
    assert _audit(database) == [
        ("factors.publish", first["digest"], {"added": 2, "unchanged": 0}),
        ("factors.publish", first["digest"], {"added": 0, "unchanged": 2}),
    ]


@pytest.mark.proves("UX-3")
def test_a_factor_file_with_a_cycle_is_refused_by_line_and_leaves_nothing(
    run: Run, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "circle.csv"
    lines = (make_line(factor_id="first", derivation="second * 2"), make_line(factor_id="second", derivation="first"))
    file.write_bytes(make_file(make_line(), *lines))

    refusal = _refused(run, "factors", "publish", str(file))

    assert (refusal["code"], refusal["facts"]["line"], refusal["facts"]["found"]) == (
        "actions.factor_cycle",
        4,
        "first → second → first",
    )
    with database.reading() as session:
        assert actions.factor_versions(session) == ()
    assert _audit(database) == []


# ---- Accounts --------------------------------------------------------------------------------------------------------


@pytest.mark.proves("UX-3", "SEC-1")
def test_an_account_is_opened_with_a_password_that_is_told_once_and_kept_nowhere(
    run: Run, database: Database, data_dir: Path
) -> None:
    told = _told(run, "account", "open", _LOGIN, "--name", "示例运营员")

    account, password = told["account"], told["password"]
    assert (account["login"], account["display_name"], len(password)) == (_LOGIN, "示例运营员", 32)
    assert _signs_in(database, _LOGIN, password)
    assert _audit(database) == [("account.open", account["id"], {})]
    kept = b"".join(path.read_bytes() for path in data_dir.rglob("*") if path.is_file())
    assert (_LOGIN.encode() in kept, password.encode() in kept) == (True, False)


@pytest.mark.proves("UX-3", "SEC-1")
def test_a_password_from_standard_input_is_taken_and_not_told(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))

    told = run("account", "open", _LOGIN, "--name", "示例运营员", "--password-stdin")

    assert (told.code, PASSWORD in told.out + told.err, "password" in told.out) == (0, False, False)
    assert _signs_in(database, _LOGIN, PASSWORD)


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize("given", ["", "\n", "short\n"])
def test_no_password_or_a_short_one_opens_no_account(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(given))

    refusal = _refused(run, "account", "open", _LOGIN, "--name", "示例运营员", "--password-stdin")

    assert (refusal["code"], refusal["facts"]["found_characters"]) == ("people.weak_password", len(given.strip()))
    with database.reading() as session:
        assert queries.accounts(session) == []
    assert _audit(database) == []


def test_a_name_that_cannot_be_kept_is_refused_in_words(run: Run, database: Database) -> None:
    told = run("account", "open", _LOGIN, "--name", "")

    assert (told.code, "display_name" in told.err, "Traceback" in told.err) == (2, True, False)
    with database.reading() as session:
        assert queries.accounts(session) == []


@pytest.mark.proves("UX-3", "SEC-1")
def test_an_account_is_suspended_and_reinstated_by_its_login(run: Run, database: Database) -> None:
    account_id = _told(run, "account", "open", _LOGIN, "--name", "示例运营员")["account"]["id"]

    suspended = _told(run, "account", "suspend", _LOGIN.upper())
    reinstated = _told(run, "account", "reinstate", _LOGIN)
    unknown = _refused(run, "account", "suspend", "nobody")

    assert (suspended["state"], reinstated["state"]) == (AccountState.SUSPENDED, AccountState.ACTIVE)
    assert (unknown["code"], unknown["facts"]) == ("people.unknown_account", {"account_id": "nobody"})
    assert _audit(database)[1:] == [
        ("account.suspend", account_id, {"state": "suspended"}),
        ("account.suspend", account_id, {"state": "active"}),
    ]


# ---- Roles -----------------------------------------------------------------------------------------------------------


@pytest.mark.proves("UX-3", "SEC-1")
def test_a_role_is_given_in_its_place_and_taken_back(run: Run, database: Database) -> None:
    account_id = _told(run, "account", "open", _LOGIN, "--name", "示例监管员")["account"]["id"]

    given = _told(run, "grant", "give", _LOGIN, "regulator", "region", "CN-SH", "--because", "示例任命")
    revoked = _told(run, "grant", "revoke", given["id"])

    with database.reading() as session:
        (kept,) = queries.grants_of(session, account_id)
    assert (kept.role, kept.scope_kind, kept.scope_id, kept.because, kept.until) == (
        Role.REGULATOR,
        ScopeKind.REGION,
        "CN-SH",
        "示例任命",
        None,
    )
    assert (given["revoked_at"], kept.revoked_at) == (None, datetime.fromisoformat(revoked["revoked_at"]))
    facts = {"account": account_id, "role": "regulator", "kind": "region", "place": "CN-SH"}
    assert _audit(database)[1:] == [("grant.give", given["id"], facts), ("grant.revoke", given["id"], facts)]


@pytest.mark.proves("UX-3", "SEC-1")
def test_an_auditor_without_an_end_is_refused_and_with_one_ends_at_midnight_in_china(
    run: Run, database: Database
) -> None:
    account_id = _told(run, "account", "open", _LOGIN, "--name", "示例审计员")["account"]["id"]
    words = ("grant", "give", _LOGIN, "auditor", "platform", "--because", "示例审计")
    last = civil_date(SystemClock().now()) + timedelta(days=30)

    refusal = _refused(run, *words)
    with database.reading() as session:
        assert queries.grants_of(session, account_id) == []
    given = _told(run, *words, "--until", last.isoformat())

    assert (refusal["code"], refusal["facts"]) == ("people.endless_grant", {"until": None})
    assert given["until"] == f"{last - timedelta(days=1)}T16:00:00Z"
    assert [action for action, _, _ in _audit(database)] == ["account.open", "grant.give"]


# ---- Feeds and awards ------------------------------------------------------------------------------------------------


@pytest.mark.proves("UX-3", "SEC-1")
def test_a_feed_is_opened_for_an_issuer_that_is_there(run: Run, database: Database) -> None:
    with database.writing() as session:
        publish_factors(session)
        shop = make_shop(session, action_rule())

    words = ("feed", "open", "tills", "receipts", shop.issuer_id, "--region", "CN-SH")
    opened = _told(run, *words, "--merchant", shop.merchant_id)
    nobody = _refused(run, "feed", "open", "trips", "activities", "iss_nobody", "--region", "CN-SH")
    without_merchant = run(*words)

    with database.reading() as session:
        kept = evidence.feed(session, "tills")
        assert {one.name for one in evidence.feeds(session, shop.issuer_id)} == {
            shop.receipts,
            shop.activities,
            "tills",
        }
    assert (kept.feed_id, kept.issuer_id, kept.merchant_id) == (opened["feed_id"], shop.issuer_id, shop.merchant_id)
    assert nobody["code"] == "issuers.unknown_issuer"
    assert (without_merchant.code, "names its merchant" in without_merchant.err) == (2, True)
    told = [line for line in _audit(database) if line[0] == "feed.open"]
    assert told == [("feed.open", "tills", {"kind": "receipts", "issuer": shop.issuer_id})]


@pytest.mark.proves("UX-3", "SEC-1")
def test_an_award_is_taken_back_once_with_its_reason_and_never_by_more_than_is_left(
    run: Run, database: Database, tmp_path: Path
) -> None:
    with database.writing() as session:
        publish_factors(session)
        shop = make_shop(session, action_rule())
    run("import", shop.activities, str(activities_csv(tmp_path / "t.csv", [did()])))
    words = ("award", "reverse", "1", "8", "--reason", "示例更正", "--document", "0" * 64)

    first = _told(run, *words)
    again = _told(run, *words)
    too_much = _refused(run, "award", "reverse", "1", "61", "--reason", "示例更正")
    no_digest = run("award", "reverse", "1", "1", "--reason", "示例更正", "--document", "letter.pdf")
    no_reason = run("award", "reverse", "1", "1", "--reason", " ")

    (balance,) = json.loads(run("ledger", "balance", shop.consumers["CARD-0001"], "--json").out)
    assert balance["available"] == 60
    assert again == first | {"repeated": True}
    assert (too_much["code"], too_much["facts"]["left"]) == ("ledger.already_reversed", 60)
    assert (no_digest.code, "--document" in no_digest.err) == (2, True)
    assert (no_reason.code, "--reason" in no_reason.err) == (2, True)
    with database.reading() as session:
        assert [finding.name for finding in ledger.audit(session) if finding.broken] == []
    event = {"credits": 8, "event": first["event_id"]}
    assert [line for line in _audit(database) if line[0] == "award.reverse"] == [
        ("award.reverse", "1", event | {"repeated": False}),
        ("award.reverse", "1", event | {"repeated": True}),
    ]


@pytest.mark.slow
@pytest.mark.proves("UX-3", "SEC-1")
def test_a_report_issued_from_the_terminal_is_told_in_the_log(run: Run, database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        publish_factors(session)
        shop = make_shop(session, action_rule())
    run("import", shop.activities, str(activities_csv(tmp_path / "t.csv", [did()])))
    household = shop.consumers["CARD-0001"]
    days = ("--since", "2026-01-01", "--until", "2026-07-01")

    one = _told(run, "report", "issue", "consumer", household, *days)

    assert [line for line in _audit(database) if line[0] == "report.issue"] == [
        ("report.issue", one["number"], {"kind": "consumer", "subject": household}),
    ]
