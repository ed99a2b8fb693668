"""Portable proofs on the command line: issued and handed out by the installation, checked by anybody without it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from greencredit.badges import queries
from greencredit.kernel.database import Database
from greencredit.kernel.installation import open_database
from greencredit.kernel.settings import Settings
from greencredit.proofs.rules.baked import bake_png, bake_svg
from tests.cli.conftest import Run
from tests.cli.test_verify import _PROBE
from tests.factories.badges import PUBLIC_URL, make_portable_proof
from tests.factories.credentials import (
    IDENTITY,
    make_did_document,
    make_json,
    make_status,
    make_token,
)
from tests.factories.web import make_filed_issuer, make_household
from tests.house.sources import ROOT
from tests.proofs.test_rules_baked import PLAIN, SVG

AT = ["--at", "2026-03-02T05:00:00"]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Lay out a proof in its four forms, and what a verifier gets from the issuer."""
    token = make_token()
    told = {
        "a.json": make_json(),
        "a.jwt": token.encode(),
        "a.png": bake_png(PLAIN, token),
        "a.svg": bake_svg(SVG, token).encode(),
        "did.json": make_did_document(),
        "status.json": make_status(),
        "revoked.json": make_status(7),
    }
    for name, data in told.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def _words(files: Path, name: str, *more: str) -> list[str]:
    return ["verify", "credential", str(files / name), "--keys", str(files / "did.json"), *AT, *more]


@pytest.mark.proves("REP-11")
@pytest.mark.parametrize("name", ["a.json", "a.jwt", "a.png", "a.svg"])
def test_a_proof_is_checked_without_database_network_or_heavy_library(files: Path, name: str) -> None:
    words = _words(files, name, "--status", str(files / "status.json"), "--identity", IDENTITY)

    done = subprocess.run(
        [sys.executable, "-c", _PROBE, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ},
        check=False,
    )

    assert (done.returncode, done.stderr, done.stdout.splitlines()[-1]) == (0, "", "imported:")
    assert "✓ 撤销状态 · status: entry 7 is not set" in done.stdout
    assert "✓ 凭证签名 · signature of the credential: signed by did:web:credits.example; 积分: 416" in done.stdout


@pytest.mark.proves("REP-11")
def test_what_was_not_checked_is_said(files: Path, run: Run) -> None:
    told = run(*_words(files, "a.png"))

    assert told.code == 0
    assert [line for line in told.out.splitlines() if line.startswith("–")] == [
        "– 公钥在日志中 · the key is in the log: 未给出日志证明与信任策略 · no proof from the log and no policy given",
        "– 撤销状态 · status: 未给出状态列表，是否已撤销不知道 · no status list given: it may be revoked",
        "– 持有人 · bearer: 未给出身份 · no identity given: whose it is was not asked",
        (
            "– 画面 · picture: 签名保护的是图里的凭证，不是画面 · "
            "what is signed is the credential in it, not what the picture shows"
        ),
    ]


@pytest.mark.proves("REP-11")
@pytest.mark.parametrize(
    ("name", "more", "step"),
    [
        ("a.json", ["--status", "revoked.json"], "credential_status"),
        ("a.png", ["--status", "revoked.json"], "credential_status"),
        ("a.jwt", ["--identity", "con_另一人"], "credential_bearer"),
        ("a.json", ["--at", "2026-03-01T00:00:00"], "credential_dates"),
        ("did.json", [], "credential_form"),
    ],
)
def test_a_proof_that_fails_ends_with_1_and_names_the_step(
    files: Path, run: Run, name: str, more: list[str], step: str
) -> None:
    words = [str(files / one) if one.endswith(".json") else one for one in more]

    told = run(*_words(files, name, *words), "--json")

    found = json.loads(told.out)
    assert (told.code, found["holds"], found["steps"][-1]["name"], found["steps"][-1]["ok"]) == (1, False, step, False)


@pytest.mark.proves("REP-11")
def test_a_tampered_proof_fails_in_both_languages(files: Path, run: Run) -> None:
    (files / "a.json").write_bytes(make_json().replace(b"416", b"417"))

    told = run(*_words(files, "a.json"))

    assert told.code == 1
    assert told.out.splitlines()[-1] == (
        "不成立：止于“凭证签名”——凭证签名不符。 · It fails at: signature of the credential – "
        "the signature does not fit what the credential says [proofs.credential_signature_wrong]"
    )


def test_a_log_proof_needs_a_policy(files: Path, run: Run) -> None:
    told = run(*_words(files, "a.json", "--key-proof", str(files / "a.json")))

    assert told.code == 2
    assert "--key-proof --policy" in told.err


@pytest.fixture
def lived_in(installed: Path) -> tuple[Database, str]:
    """Give an installation in which a household earned something and has a portable proof."""
    database = open_database(Settings(data_dir=installed))
    consumer_id = make_household(database, installed, make_filed_issuer(database))
    return database, consumer_id


@pytest.mark.proves("REP-11")
def test_what_the_installation_hands_out_verifies(
    lived_in: tuple[Database, str], tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, consumer_id = lived_in
    with database.writing() as session:
        number = make_portable_proof(session, consumer_id).number
    database.close()

    for form in ("json", "jwt", "png", "svg"):
        out = tmp_path / f"proof.{form}"
        assert run("badge", "export", consumer_id, number, "--form", form, "--out", str(out)).code == 0
    assert run("badge", "status", "--out", str(tmp_path / "status.json")).code == 0
    monkeypatch.setenv("GREENCREDIT_PUBLIC_URL", PUBLIC_URL)
    assert run("badge", "keys", "--out", str(tmp_path / "did.json")).code == 0
    assert run("badge", "rotate-key", "RS256").code == 0

    given = ["--keys", str(tmp_path / "did.json"), "--status", str(tmp_path / "status.json"), "--identity", consumer_id]
    codes = [
        run("verify", "credential", str(tmp_path / f"proof.{form}"), *given).code
        for form in ("json", "jwt", "png", "svg")
    ]
    listed = run("badge", "list", consumer_id)
    assert codes == [0, 0, 0, 0]
    assert (number in listed.out, "有效 valid" in listed.out) == (True, True)


@pytest.mark.proves("REP-11")
def test_a_proof_is_issued_with_its_report(lived_in: tuple[Database, str], run: Run) -> None:
    database, consumer_id = lived_in

    told = run("badge", "issue", consumer_id, "--since", "2026-01-01", "--until", "2026-07-01", "--json")
    again = run("badge", "issue", consumer_id, "--since", "2026-01-01", "--until", "2026-07-01", "--json")

    assert (told.code, again.code) == (0, 0)
    assert json.loads(told.out) == json.loads(again.out)
    with database.reading() as session:
        assert [one.number for one in queries.proofs_of(session, consumer_id)] == [json.loads(told.out)["number"]]
    database.close()


def test_days_in_the_wrong_order_are_refused(installed: Path, run: Run) -> None:
    del installed
    told = run("badge", "issue", "con_示例", "--since", "2026-02-01", "--until", "2026-01-01")

    assert told.code == 2
    assert "two days in order" in told.err
