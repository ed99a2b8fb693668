"""Whoever runs the platform signs, publishes and exchanges files with witnesses from a terminal, without a network."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from greencredit.kernel.database import Database
from greencredit.kernel.installation import open_database
from greencredit.kernel.settings import Settings
from greencredit.people import queries as people
from tests.cli.conftest import Run
from tests.factories.proofs import OtherLog, lift_guards, make_log


def _opened(folder: Path) -> Database:
    return open_database(Settings(data_dir=folder))


def _grow(folder: Path, count: int) -> None:
    database = _opened(folder)
    with database.writing() as session:
        make_log(session, count)
    database.close()


@pytest.fixture
def installed(run: Run, installed: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set up an installation with a log of 300 entries."""
    monkeypatch.setenv("GREENCREDIT_PUBLIC_URL", "https://credits.example")
    run("setup")
    _grow(installed, 300)
    return installed


@pytest.mark.proves("LED-5")
def test_a_published_log_is_checked_with_the_verifier_s_command(run: Run, installed: Path, tmp_path: Path) -> None:
    published = run("log", "publish", "--json")
    keys = json.loads(run("log", "keys", "--json").out)
    policy = tmp_path / "policy"
    policy.write_text(f"log {keys['keys'][0]['vkey']}\nquorum none\n", encoding="utf-8")

    checked = run("verify", "log", str(installed / "log"), "--policy", str(policy))
    (installed / "log/tile/0/000").write_bytes(b"x" * 8192)
    again = run("verify", "log", str(installed / "log"), "--policy", str(policy))

    assert json.loads(published.out) == {"size": 300, "files": 6}
    assert (checked.code, again.code) == (0, 1)


@pytest.mark.proves("LED-5")
def test_a_checkpoint_is_cosigned_by_file_between_two_installations(
    run: Run, installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, cosigned = tmp_path / "request", tmp_path / "cosigned"
    regulator = tmp_path / "regulator"
    run("log", "checkpoint")
    assert run("log", "export-checkpoint", "--out", str(request)).code == 0
    our_key = json.loads(run("log", "keys", "--json").out)["keys"][0]["vkey"]

    monkeypatch.setenv("GREENCREDIT_DATA_DIR", str(regulator))
    monkeypatch.setenv("GREENCREDIT_PUBLIC_URL", "https://regulator.example")
    run("setup")
    their_key = json.loads(run("log", "keys", "--json").out)["own_witness"]
    stranger = run("log", "cosign", str(request))
    watched = run("log", "watch", our_key)
    signed = run("log", "cosign", str(request), "--out", str(cosigned))
    twice = run("log", "cosign", str(request))

    monkeypatch.setenv("GREENCREDIT_DATA_DIR", str(installed))
    monkeypatch.setenv("GREENCREDIT_PUBLIC_URL", "https://credits.example")
    unknown = run("log", "add-cosignature", str(cosigned))
    named = run("log", "register-witness", their_key)
    taken = run("log", "add-cosignature", str(cosigned), "--json")

    assert (stranger.code, "proofs.log_not_witnessed" in stranger.err) == (2, True)
    assert (watched.out, signed.code) == ("credits.example/log\n", 0)
    assert (twice.code, "proofs.old_size_stale" in twice.err) == (2, True)
    assert (unknown.code, "proofs.no_known_witness" in unknown.err) == (2, True)
    assert named.out == "regulator.example/witness\n"
    assert json.loads(taken.out) == {"size": 300, "new": 1}
    assert run("log", "checkpoint").out == cosigned.read_text(encoding="utf-8")


def test_a_witness_s_bare_answer_is_taken_in_for_the_newest_checkpoint(
    run: Run, installed: Path, tmp_path: Path
) -> None:
    cosigned, line = tmp_path / "cosigned", tmp_path / "line"
    run("log", "checkpoint")
    keys = json.loads(run("log", "keys", "--json").out)
    run("log", "watch", keys["keys"][0]["vkey"])
    run("log", "register-witness", keys["own_witness"])
    run("log", "export-checkpoint", "--out", str(tmp_path / "request"))
    run("log", "cosign", str(tmp_path / "request"), "--out", str(cosigned))
    line.write_bytes(b"\n".join(cosigned.read_bytes().splitlines()[-1:]) + b"\n")

    assert installed.is_dir()
    assert json.loads(run("log", "add-cosignature", str(line), "--json").out) == {"size": 300, "new": 1}


@pytest.mark.proves("LED-5")
def test_the_audit_tells_what_does_not_agree_and_lost_tiles_are_made_again(run: Run, installed: Path) -> None:
    run("log", "checkpoint")
    honest = run("log", "audit")
    database = _opened(installed)
    with database.writing() as session:
        lift_guards(session, "proofs_tile")
        session.execute(text("DELETE FROM proofs_tile"))
    database.close()

    found = {one["name"]: one["broken"] for one in json.loads(run("log", "audit", "--json").out)}
    made = run("log", "rebuild-tiles", "--json")

    assert (honest.code, found["log_tiles_agree"][0]) == (0, "tile 0 of level 0")
    assert json.loads(made.out) == {"made": 1}
    assert run("log", "audit").code == 0


@pytest.mark.proves("LED-5", "SEC-1")
def test_the_key_is_changed_and_every_deed_is_in_the_audit_log(run: Run, installed: Path) -> None:
    run("log", "checkpoint")
    changed = json.loads(run("log", "rotate-key", "--json").out)
    refused = run("log", "rotate-key")
    _grow(installed, 1)

    keys = json.loads(run("log", "keys", "--json").out)["keys"]

    database = _opened(installed)
    with database.reading() as session:
        lines = [line for line in people.audit_page(session).entries if line.action == "log.manage"]
    database.close()
    assert [key["number"] for key in keys] == [1, 2]
    assert keys[1]["vkey"] == changed["vkey"]
    assert (refused.code, "proofs.rotation_unfinished" in refused.err) == (2, True)
    assert [(line.object_id, line.outcome) for line in reversed(lines)] == [
        ("checkpoint", "done"),
        ("rotate-key", "done"),
    ]


def test_evidence_of_a_fork_is_listed_and_is_a_failure(run: Run, installed: Path, tmp_path: Path) -> None:
    log = OtherLog()
    assert installed.is_dir()
    run("log", "watch", log.signer.verifier.text)
    files = [tmp_path / "honest", tmp_path / "lie"]
    for file, body in zip(files, (log.request(0, 5), log.request(5, 5, b"l" * 32)), strict=True):
        file.write_bytes(body)
    none = run("log", "conflicts", "--json")
    codes = [run("log", "cosign", str(file)).code for file in files]

    found = run("log", "conflicts", "--json")

    assert (none.code, json.loads(none.out)) == (0, [])
    assert codes == [0, 2]
    assert (found.code, [(one["origin"], one["size"]) for one in json.loads(found.out)]) == (1, [(log.origin, 5)])


def test_before_the_first_checkpoint_there_is_nothing_to_export(run: Run, installed: Path) -> None:
    assert installed.is_dir()

    told = run("log", "export-checkpoint")

    assert (told.code, "proofs.no_such_checkpoint" in told.err) == (2, True)
