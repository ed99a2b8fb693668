"""Proving reports: into the log first, then drawn with the receipt, then signed; the same bytes whenever it is done."""

import pickle
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock, instant
from greencredit.kernel.database import Database
from greencredit.kernel.keys import Keys
from greencredit.kernel.settings import Settings
from greencredit.proofs import queries as proofs
from greencredit.proofs.rules.records import parse_entry
from greencredit.proofs.rules.steps import failed_step
from greencredit.proofs.service import rotate_key
from greencredit.reports import queries, rules, service
from greencredit.reports.errors import CertificateUnusable, NotAnnounced, SealKeyLost
from greencredit.reports.queries import kind_named
from greencredit.reports.rules.checking.verify import LEFT_OUT, verify_report
from greencredit.reports.rules.signature.revision import revision_of
from greencredit.reports.service import Proof, SealSource, Wanted
from greencredit.reports.service.proving import announce, proofs_of, settle
from greencredit.schemas.values import Period
from tests.conftest import NOON
from tests.factories import group_reports, reports
from tests.factories.chain import CHAIN, CHAIN_KEYS
from tests.factories.proven import PUBLIC_URL, SOURCE, make_proven, policy_of, prove_and_draw, tell_of_issuer
from tests.factories.web import make_filed_issuer, make_household
from tests.reports.conftest import Drilled

YEAR_2026: Final = Period(since=date(2026, 1, 1), until=date(2027, 1, 1))


def wanted(count: int = 3) -> list[Wanted]:
    """Give some reports to be proven."""
    return [service.wanted_of(kind_named("consumer"), reports.consumer_report(9 + n), "zh") for n in range(count)]


def said(session: Session, kind: str) -> list[dict[str, object]]:
    """Give what the log says in entries of a kind, without version and kind."""
    return [
        {name: value for name, value in parse_entry(body)[1].items() if name not in {"v", "kind"}}
        for _, body in proofs.entries_of(session, {kind})
    ]


@pytest.mark.proves("REP-9")
def test_a_proven_report_holds_at_every_step(database: Database, clock: StandingClock) -> None:
    report = make_proven(database)
    clock.move(timedelta(days=2))
    with database.reading() as session:
        listed = service.status_list(session, SOURCE).encode()

    steps = verify_report(report.content, report.policy, listed, clock.now())

    assert [(step.name, step.ok, step.checked) for step in steps] == [
        (name, True, True)
        for name in (
            "file_shape",
            "signature",
            "attached_files",
            "facts_digest",
            "facts_add_up",
            "table",
            "printed",
            "report_in_log",
            "checkpoint_signature",
            "witnesses",
            "certificate",
            "issuers_then",
            "revocation",
        )
    ]


@pytest.mark.proves("REP-9")
def test_what_was_left_out_is_said_in_both_languages(database: Database) -> None:
    drawing = prove_and_draw(database, group_reports.school_report(), kind="school")

    steps = verify_report(drawing.content, None, None, None)

    left = {step.name: step.found for step in steps if not step.checked}
    assert failed_step(steps) is None
    assert left == {
        name: f"{LEFT_OUT[name].zh} · {LEFT_OUT[name].en}"
        for name in ("checkpoint_signature", "issuers_then", "revocation")
    }
    assert left["revocation"].startswith("未给出已撤销清单，没有核对之后是否已撤销 · no status list was given: ")


@pytest.mark.proves("REP-9")
def test_what_goes_into_the_log_is_one_root_for_all_and_names_nobody(database: Database) -> None:
    told = wanted()

    service.prove(database, SOURCE, told)

    with database.reading() as session:
        [batch] = said(session, "reports")
        [seal] = said(session, "seal")
        row = session.execute(text("SELECT fingerprint, status_key FROM reports_seal")).one()
    assert (batch["count"], sorted(batch)) == (3, ["at", "batch", "count", "root"])
    assert (seal["certificate"], seal["status_key"]) == tuple(row)
    assert (seal["valid_from"], seal["valid_until"]) == ("2026-03-02T04:00:00Z", "2036-03-02T04:00:00Z")


@pytest.mark.proves("REP-9", "REP-10")
def test_the_same_report_is_announced_once_and_its_receipt_never_changes(
    database: Database, clock: StandingClock
) -> None:
    first = service.prove(database, SOURCE, wanted())
    clock.move(timedelta(days=1))
    with database.writing() as session:
        rotate_key(session)

    again = service.prove(database, SOURCE, wanted(4))

    assert {number: again[number].receipt for number in first} == {number: one.receipt for number, one in first.items()}
    assert {one.at for one in first.values()} == {NOON}
    with database.reading() as session:
        assert [one["count"] for one in said(session, "reports")] == [3, 1]


def test_a_stop_after_announcing_is_made_good_by_the_next_attempt(database: Database) -> None:
    told = wanted()
    with database.writing() as session:
        seal = service.open_seal(session, SOURCE)
        announced = announce(session, SOURCE, seal, [one.announced for one in told])
        with pytest.raises(NotAnnounced):
            proofs_of(session, seal, told)

    settle(database, SOURCE, seal, [one.announced.number for one in told])

    with database.reading() as session:
        found = proofs_of(session, seal, told)
        assert len(said(session, "reports")) == 1
    assert (announced, sorted(found)) == (3, sorted(one.announced.number for one in told))


@pytest.mark.proves("REP-10")
def test_the_unsigned_file_stands_in_front_and_the_same_facts_give_the_same_bytes(drilled: Drilled) -> None:
    again = service.draw("consumer", reports.consumer_report(9), "zh", public_url=PUBLIC_URL, proof=drilled.proof)
    note = again.signature
    assert note is not None

    assert again.content == drilled.drawing.content
    assert rules.digest_of(drilled.unsigned) == note.unsigned_sha256
    assert revision_of(again.content).unsigned_bytes == note.unsigned_bytes == len(drilled.unsigned)
    assert (note.level, note.signed_at, note.certificate_sha256) == (
        "B-B",
        drilled.proof.at,
        drilled.proof.signatory.fingerprint,
    )


def test_a_proof_can_be_handed_to_another_process(drilled: Drilled) -> None:
    handed: Proof = pickle.loads(pickle.dumps(drilled.proof))  # noqa: S301 - our own

    assert handed == drilled.proof
    assert handed.signatory.sign(b"x") == drilled.proof.signatory.sign(b"x")


def test_the_register_knows_how_a_file_was_signed(database: Database, tmp_path: Path) -> None:
    tell_of_issuer(database)
    drawing = prove_and_draw(database, reports.consumer_report(2))

    with database.writing() as session:
        issued = service.register(session, drawing, tmp_path)
        found = queries.signature_of(session, issued.file_sha256)

    assert found == drawing.signature


@pytest.mark.proves("REP-9")
def test_a_new_certificate_signs_from_then_on_and_old_reports_still_hold(
    database: Database, clock: StandingClock
) -> None:
    before = make_proven(database)
    clock.move(timedelta(hours=1))
    with database.writing() as session:
        service.rotate_seal(session, SOURCE)

    after = prove_and_draw(database, reports.consumer_report(4))

    policy = policy_of(database)
    assert [failed_step(verify_report(one, policy, None, None)) for one in (before.content, after.content)] == [
        None
    ] * 2
    assert before.drawing.signature is not None
    assert after.signature is not None
    assert before.drawing.signature.certificate_sha256 != after.signature.certificate_sha256
    with database.reading() as session:
        assert len(queries.seal_certificates(session)) == len(said(session, "seal")) == 2


def test_a_key_that_is_lost_is_not_replaced_in_silence(session: Session) -> None:
    service.open_seal(session, SOURCE)
    session.info["keys"] = Keys(b"z" * 32)

    with pytest.raises(SealKeyLost) as no:
        service.open_seal(session, SOURCE)

    row = session.execute(text("SELECT fingerprint FROM reports_seal")).scalar_one()
    assert (no.value.code, no.value.facts) == ("reports.seal_key_lost", {"fingerprint": row})


@pytest.mark.parametrize(
    ("certificate", "key", "found"),
    [
        (b"none", b"none", "files that cannot be read"),
        (None, None, "a certificate without a key"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_refused(
    session: Session, tmp_path: Path, certificate: bytes | None, key: bytes | None, found: str
) -> None:
    (tmp_path / "c.pem").write_bytes(certificate or b"")
    (tmp_path / "k.pem").write_bytes(key or b"")
    source = SealSource(PUBLIC_URL, tmp_path / "c.pem", None if key is None else tmp_path / "k.pem")

    with pytest.raises(CertificateUnusable) as no:
        service.open_seal(session, source)

    assert str(no.value.facts["found"]).startswith(found)
    assert session.execute(text("SELECT count(*) FROM reports_seal")).scalar_one() == 0


@pytest.mark.parametrize(("above", "taken"), [((), True), ((1,), True), ((1, 2), True), ((2,), False), ((1, 1), False)])
def test_a_certificate_is_handed_in_alone_or_with_those_above_it(
    session: Session, tmp_path: Path, above: tuple[int, ...], taken: bool
) -> None:
    pem = b"".join(x509.load_der_x509_certificate(CHAIN[one]).public_bytes(Encoding.PEM) for one in (0, *above))
    (tmp_path / "c.pem").write_bytes(pem)
    key = CHAIN_KEYS[0].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "k.pem").write_bytes(key)
    source = SealSource(PUBLIC_URL, tmp_path / "c.pem", tmp_path / "k.pem")

    if taken:
        assert service.open_seal(session, source).signatory.certificates == tuple(CHAIN[one] for one in (0, *above))
        return
    with pytest.raises(CertificateUnusable) as no:
        service.open_seal(session, source)
    assert no.value.facts["found"] == f"{len(above) + 1} certificates with a gap between them"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="another reader of signatures: openssl is not installed")
def test_another_program_finds_the_signature_good(drilled: Drilled, tmp_path: Path) -> None:
    content = drilled.drawing.content
    signature = revision_of(content).cms
    begin = content.find(b"/Contents <") + len(b"/Contents ")
    end = content.find(b">", begin) + 1
    made = x509.load_der_x509_certificate(drilled.proof.signatory.certificates[0])
    (tmp_path / "signature").write_bytes(signature)
    (tmp_path / "content").write_bytes(content[:begin] + content[end:])
    (tmp_path / "roots.pem").write_bytes(made.public_bytes(Encoding.PEM))

    words = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "signature", "-content", "content"]
    more = ["-CAfile", "roots.pem", "-purpose", "any", "-no_check_time", "-cades", "-out", "out"]
    done = subprocess.run([*words, *more], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, "successful" in done.stderr) == (0, True), done.stderr


def test_the_certificate_is_for_signing_and_nothing_else(session: Session) -> None:
    seal = service.open_seal(session, SOURCE)

    made = x509.load_der_x509_certificate(seal.signatory.certificates[0])

    usage = made.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment, usage.key_cert_sign) == (True, True, False)
    assert made.not_valid_before_utc == NOON
    assert instant(0) < made.not_valid_after_utc


@pytest.mark.slow
@pytest.mark.proves("REP-9", "ISS-5")
@pytest.mark.parametrize("kind", ["consumer", "proof", "statement"])
def test_what_the_platform_issues_about_a_real_household_holds_off_line(
    shared: Database, tmp_path: Path, kind: str
) -> None:
    household = make_household(shared, tmp_path, make_filed_issuer(shared))
    settings = Settings(data_dir=tmp_path / "var", public_url=PUBLIC_URL)

    issued = service.issue_one(shared, settings, kind, household, YEAR_2026, "zh")

    content = (settings.data_dir / service.FOLDER / issued.path).read_bytes()
    steps = {step.name: step for step in verify_report(content, policy_of(shared), None, None)}
    assert failed_step(steps.values()) is None
    assert "active when the report was announced" in steps["issuers_then"].found
