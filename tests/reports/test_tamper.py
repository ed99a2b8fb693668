"""The drill: every part of a report is tampered with, from outside and by whoever holds the key, and the step is named.

An outsider changes bytes. An insider changes what he likes and signs it with the right key; what he cannot change is
what the log says.
"""

import io
import json
import random
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from greencredit.proofs.rules.steps import failed_step
from greencredit.reports import rules
from greencredit.reports.rules.checking.verify import verify_report
from greencredit.reports.rules.receipt import receipt_file
from greencredit.reports.rules.signature.cms import Signatory, key_bytes
from greencredit.reports.rules.signature.revision import LARGEST_BYTES
from greencredit.reports.service import Proof
from greencredit.schemas.reports.proven import ReportReceipt
from tests.conftest import NOON
from tests.factories import tampering
from tests.factories.proven import policy_of
from tests.reports.conftest import Drilled

Broken = tuple[str, str] | None


def broken(drilled: Drilled, content: bytes, status: bytes | None = None) -> Broken:
    """Name the step that fails and why."""
    failed = failed_step(verify_report(content, drilled.policy, status, None))
    return None if failed is None else (failed.name, failed.code)


def raw_streams(drilled: Drilled) -> dict[str, bytes]:
    """Give the stored bytes of the parts of a report."""
    found: dict[str, bytes] = {}
    with pikepdf.open(io.BytesIO(drilled.unsigned)) as pdf:
        found["text"] = pdf.pages[0].obj["/Contents"].read_raw_bytes()
        found["metadata"] = pdf.Root["/Metadata"].read_raw_bytes()
        for one in tampering.listed(pdf):
            found[str(one["/UF"])] = one["/EF"]["/F"].read_raw_bytes()
        images: Any = pdf.pages[0].obj["/Resources"]["/XObject"]
        found["QR code"] = next(one for one in images.values() if one["/Subtype"] == "/Image").read_raw_bytes()
    return found


@pytest.mark.proves("REP-9")
def test_an_untouched_report_holds(drilled: Drilled) -> None:
    assert broken(drilled, drilled.drawing.content) is None


@pytest.mark.proves("REP-9")
@pytest.mark.parametrize("part", ["text", "metadata", "report.json", "awards.csv", "receipt.json", "QR code"])
def test_one_bit_in_any_part_breaks_the_signature(drilled: Drilled, part: str) -> None:
    raw = raw_streams(drilled)[part]
    at = tampering.stream_place(drilled.drawing.content, raw) + len(raw) // 2

    found = broken(drilled, tampering.flipped(drilled.drawing.content, at))

    assert found == ("signature", "reports.signature_wrong")


@pytest.mark.proves("REP-9")
def test_no_bit_of_the_whole_file_can_be_changed(drilled: Drilled) -> None:
    content = drilled.drawing.content
    places = random.sample(range(len(content)), 300)
    signature = content.find(b"/ByteRange")
    places += range(signature, signature + 80)

    held = [at for at in places if broken(drilled, tampering.flipped(content, at)) is None]

    assert held == []


_INSIDE_THE_SIGNATURE: Final[dict[str, tuple[Callable[[bytes], bytes], Broken]]] = {
    "a digit of the signature": (
        lambda content: _in_the_gap(content, 1500, b"0123456789abcdef"),
        ("signature", "reports.signature_wrong"),
    ),
    "the first byte": (lambda content: b"&" + content[1:], ("file_shape", "reports.not_a_report")),
    "the last byte": (lambda content: content[:-1], ("file_shape", "reports.changed_after_signing")),
    "one byte more": (lambda content: content + b"\n", ("file_shape", "reports.changed_after_signing")),
    "no signature": (
        lambda content: content.replace(b"/ByteRange", b"/RangeByte"),
        ("file_shape", "reports.not_signed"),
    ),
    "encrypted": (
        lambda content: content.replace(b"/Type /Sig ", b"/Encrypt 1 "),
        ("file_shape", "reports.encrypted_file"),
    ),
    "too large": (
        lambda content: content + bytes(LARGEST_BYTES),
        ("file_shape", "reports.file_too_large"),
    ),
    "half a file": (lambda content: content[: len(content) // 2], ("file_shape", "reports.not_signed")),
    "nothing": (lambda _: b"", ("file_shape", "reports.not_a_report")),
}


def _in_the_gap(content: bytes, place: int, other: bytes) -> bytes:
    begin = content.find(b"/Contents <") + len(b"/Contents <")
    end = content.find(b">", begin)
    at = begin + place if place >= 0 else end + place
    digit = next(bytes([one]) for one in other if bytes([one]) != content[at : at + 1])
    return content[:at] + digit + content[at + 1 :]


@pytest.mark.proves("REP-9")
@pytest.mark.parametrize("what", _INSIDE_THE_SIGNATURE)
def test_the_signature_itself_and_what_is_around_it(drilled: Drilled, what: str) -> None:
    tamper, wanted = _INSIDE_THE_SIGNATURE[what]

    assert broken(drilled, tamper(drilled.drawing.content)) == wanted


@pytest.mark.proves("REP-9")
def test_nothing_hides_behind_a_signature_that_is_shorter_than_its_place(drilled: Drilled) -> None:
    made = (
        tampering.signed_anew(drilled.unsigned, drilled.proof, at=drilled.proof.at + timedelta(seconds=second))
        for second in range(1, 100)
    )
    content = next(one for one in made if b"00>>>\nendobj\n" in one)

    hidden = _in_the_gap(content, -1, b"1")

    assert broken(drilled, content) == ("certificate", "reports.signed_at_another_time")
    assert broken(drilled, hidden) == ("file_shape", "reports.changed_after_signing")


@pytest.mark.proves("REP-9")
def test_an_incremental_update_after_the_signature_is_found_out(drilled: Drilled) -> None:
    content = drilled.drawing.content
    at, last = len(content), content.rfind(b"startxref\n") + len(b"startxref\n")
    before = int(content[last : content.find(b"\n", last)])
    added = b"9999 0 obj\n<</Type /Annot>>\nendobj\n"
    table = b"xref\n9999 1\n%010d 00000 n \ntrailer\n<</Size 10000 /Prev %d>>\n" % (at, before)

    updated = content + added + table + b"startxref\n%d\n%%%%EOF\n" % (at + len(added))

    assert broken(drilled, updated) == ("file_shape", "reports.changed_after_signing")


@pytest.mark.proves("REP-9")
def test_a_second_signature_over_the_first_is_an_unknown_signer(drilled: Drilled) -> None:
    again = tampering.signed_anew(drilled.drawing.content, stranger(drilled))

    assert broken(drilled, again) == ("certificate", "reports.certificate_unknown")


def stranger(drilled: Drilled) -> Proof:
    """Give a proof with the true receipt and somebody else's key, under a certificate that says the same."""
    key = ec.derive_private_key(7, ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "credits.example #1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOON)
        .not_valid_after(NOON + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    signatory = Signatory(key_bytes(key), (made.public_bytes(Encoding.DER),))
    return Proof(drilled.proof.receipt, signatory, drilled.proof.name, drilled.proof.at)


def _receipt(drilled: Drilled, **changed: object) -> bytes:
    read = ReportReceipt.model_validate_json(drilled.proof.receipt)
    return receipt_file(read.model_copy(update=changed))


def _facts(drilled: Drilled) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(tampering.file_in(drilled.unsigned, "report.json"))
    return found


def _canonical(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _about_the_data(drilled: Drilled) -> dict[str, tuple[tampering.Edit, Broken]]:
    """Change data, table, metadata and pages."""
    facts = _facts(drilled)
    facts["facts"]["totals"]["credits"] += 1
    more = _canonical(facts)
    digest = rules.digest_of(more)
    table = tampering.file_in(drilled.unsigned, "awards.csv")
    cells = table.replace(b",purchase,", b",action,", 1)
    return {
        "the data": (tampering.with_files(report_json=more), ("facts_digest", "reports.digest_differs")),
        "the digest in the metadata": (
            tampering.with_metadata(drilled.drawing.facts_sha256, "0" * 64),
            ("facts_digest", "reports.digest_differs"),
        ),
        "the number in the metadata": (
            tampering.with_metadata(drilled.drawing.number, drilled.other.number),
            ("facts_digest", "reports.digest_differs"),
        ),
        "the data and their digest": (
            lambda pdf: (
                tampering.with_files(report_json=more)(pdf),
                tampering.with_metadata(drilled.drawing.facts_sha256, digest)(pdf),
            )[0],
            ("facts_digest", "reports.digest_differs"),
        ),
        "the data, their digest and the number": (
            lambda pdf: (
                tampering.with_files(report_json=more)(pdf),
                tampering.with_metadata(drilled.drawing.facts_sha256, digest)(pdf),
                tampering.with_metadata(drilled.drawing.number, rules.number_of(digest, "zh", 2026))(pdf),
            )[0],
            ("facts_add_up", "reports.facts_inconsistent"),
        ),
        "two files exchanged": (
            tampering.with_files(report_json=table, awards_csv=tampering.file_in(drilled.unsigned, "report.json")),
            ("facts_digest", "reports.digest_differs"),
        ),
        "a cell of the table": (tampering.with_files(awards_csv=cells), ("table", "reports.table_differs")),
        "a blank line in the table": (
            tampering.with_files(awards_csv=table + b"\r\n"),
            ("report_in_log", "reports.another_report"),
        ),
        "the table is missing": (tampering.without_file("awards.csv"), ("attached_files", "reports.files_missing")),
        "the receipt is missing": (
            tampering.without_file("receipt.json"),
            ("attached_files", "reports.files_missing"),
        ),
        "the printed credits": (
            tampering.with_run(f"{_totals(drilled)['credits']:,}", "999"),
            ("printed", "reports.printed_differs"),
        ),
    }


def _about_the_receipt(drilled: Drilled) -> dict[str, tuple[tampering.Edit, Broken]]:
    """Change the receipt, which its holder can only make say what the log says."""
    read = ReportReceipt.model_validate_json(drilled.proof.receipt)
    own = read.checkpoint.rpartition(" ")
    return {
        "the receipt of another report": (
            tampering.with_files(receipt_json=tampering.file_in(drilled.other.content, "receipt.json")),
            ("report_in_log", "reports.another_report"),
        ),
        "the entry of the batch": (
            tampering.with_files(
                receipt_json=_receipt(
                    drilled, batch=read.batch.model_copy(update={"entry": read.batch.entry.replace("ann_", "anm_")})
                )
            ),
            ("report_in_log", "proofs.root_differs"),
        ),
        "the checkpoint": (
            tampering.with_files(receipt_json=_receipt(drilled, checkpoint=own[0] + " " + own[2][:-9] + "AAAAAAA=\n")),
            ("checkpoint_signature", "proofs.signature_wrong"),
        ),
        "the entry of the certificate": (
            tampering.with_files(receipt_json=_receipt(drilled, seal=read.batch)),
            ("certificate", "proofs.malformed"),
        ),
        "what the log says of the issuer": (
            tampering.with_files(receipt_json=_receipt(drilled, issuers=())),
            ("issuers_then", "proofs.standing_broken"),
        ),
        "only that a filing was accepted": (
            tampering.with_files(receipt_json=_receipt(drilled, issuers=read.issuers[:1])),
            ("issuers_then", "reports.issuer_not_active"),
        ),
    }


def _insider(drilled: Drilled) -> dict[str, tuple[tampering.Edit, Broken]]:
    """Give what somebody who holds the signing key may change, and where that comes out."""
    return {**_about_the_data(drilled), **_about_the_receipt(drilled)}


def _totals(drilled: Drilled) -> dict[str, int]:
    totals: dict[str, int] = _facts(drilled)["facts"]["totals"]
    return totals


_INSIDER: Final = (
    "the data",
    "the digest in the metadata",
    "the number in the metadata",
    "the data and their digest",
    "the data, their digest and the number",
    "two files exchanged",
    "a cell of the table",
    "a blank line in the table",
    "the table is missing",
    "the receipt is missing",
    "the printed credits",
    "the receipt of another report",
    "the entry of the batch",
    "the checkpoint",
    "the entry of the certificate",
    "what the log says of the issuer",
    "only that a filing was accepted",
)


@pytest.mark.proves("REP-9")
@pytest.mark.parametrize("what", _INSIDER)
def test_whoever_holds_the_key_cannot_change_what_the_log_says(drilled: Drilled, what: str) -> None:
    edit, wanted = _insider(drilled)[what]

    signed = tampering.signed_anew(tampering.edited(drilled.unsigned, edit), drilled.proof)

    assert broken(drilled, signed) == wanted


def test_a_file_written_anew_by_whoever_holds_the_key_still_holds(drilled: Drilled) -> None:
    signed = tampering.signed_anew(tampering.edited(drilled.unsigned, lambda _: None), drilled.proof)

    assert broken(drilled, signed) is None


@pytest.mark.proves("REP-9")
def test_another_time_than_the_log_gives_is_found_out(drilled: Drilled) -> None:
    signed = tampering.signed_anew(drilled.unsigned, drilled.proof, at=drilled.proof.at + timedelta(seconds=1))

    assert broken(drilled, signed) == ("certificate", "reports.signed_at_another_time")


@pytest.mark.proves("REP-9")
def test_a_signed_file_that_unfolds_without_end_is_not_unfolded(drilled: Drilled) -> None:
    def bomb(pdf: pikepdf.Pdf) -> None:
        stream = tampering.listed(pdf)[0]["/EF"]["/F"]
        stream.write(zlib.compress(bytes(150_000_000), 9), filter=pikepdf.Name.FlateDecode)

    signed = tampering.signed_anew(tampering.edited(drilled.unsigned, bomb), stranger(drilled))

    assert len(signed) < 1_000_000
    assert broken(drilled, signed) == ("attached_files", "reports.files_missing")


def test_without_a_policy_the_signer_is_left_out_and_said_to_be(drilled: Drilled) -> None:
    steps = verify_report(drilled.drawing.content, None, None, None)

    assert failed_step(steps) is None
    assert [step.name for step in steps if not step.checked] == ["checkpoint_signature", "revocation"]


def test_a_policy_of_another_log_does_not_trust_this_one(drilled: Drilled) -> None:
    policy = policy_of(drilled.database)
    elsewhere = type(policy)((), policy.witnesses, policy.groups, policy.quorum)

    failed = failed_step(verify_report(drilled.drawing.content, elsewhere, None, None))

    assert failed is not None
    assert (failed.name, failed.code) == ("checkpoint_signature", "proofs.log_unknown")
