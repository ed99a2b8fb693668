"""Level B-LT: certificates and lists of revoked ones behind the signature, and nothing else may stand there."""

import io
import random
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from greencredit.kernel.settings import Settings
from greencredit.proofs.rules.steps import failed_step
from greencredit.reports import service
from greencredit.reports.errors import TimeStampUnavailable
from greencredit.reports.rules.checking.verify import verify_report
from greencredit.reports.rules.signature.material import Material, with_material
from greencredit.reports.rules.signature.revision import revision_of
from greencredit.reports.service.stamping import Authority, authority_of
from greencredit.schemas.proofs import Step
from tests.factories import reports
from tests.factories.proven import PUBLIC_URL
from tests.factories.stamping import make_authority, make_list, serving
from tests.factories.tampering import flipped
from tests.reports.conformance import PROFILES, broken_rules, missing
from tests.reports.conftest import Drilled
from tests.reports.structure import faults

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl, the authority, is not installed")


class Lasting(NamedTuple):
    """A report of level B-LT, and the roots of its authority."""

    content: bytes
    roots: bytes


def drawn(drilled: Drilled, folder: Path, lists: int = 1) -> Lasting:
    """Draw a report that is stamped, with what its stamp needs for long after."""
    roots = (folder / "root.pem").read_bytes()
    with serving(folder) as url:
        stamp = Authority(url, roots, (f"{url}/revoked",) * lists)
        proof = replace(drilled.proof, stamp=stamp)
        made = service.draw("consumer", reports.consumer_report(9), "zh", public_url=PUBLIC_URL, proof=proof)
    return Lasting(made.content, roots)


@pytest.fixture(scope="module")
def lasting(drilled: Drilled, tmp_path_factory: pytest.TempPathFactory) -> Lasting:
    """Give one report of level B-LT for all tests of this file."""
    folder = tmp_path_factory.mktemp("authority")
    make_authority(folder)
    make_list(folder)
    return drawn(drilled, folder)


def checked(drilled: Drilled, content: bytes, roots: bytes | None) -> list[Step]:
    """Check a report off line."""
    return verify_report(content, drilled.policy, None, None, roots)


def broken(drilled: Drilled, content: bytes, roots: bytes | None) -> tuple[str, str] | None:
    """Name the step that fails and why."""
    failed = failed_step(checked(drilled, content, roots))
    return None if failed is None else (failed.name, failed.code)


@pytest.mark.proves("REP-9")
def test_a_report_with_its_material_holds_and_says_what_was_cleared(drilled: Drilled, lasting: Lasting) -> None:
    steps = {step.name: step for step in checked(drilled, lasting.content, lasting.roots)}

    assert failed_step(steps.values()) is None
    assert steps["signature"].found.startswith("ECDSA P-256, B-LT; ")
    assert steps["time_stamp"].found.endswith("; 3 certificates and 1 lists for long after; 1 cleared")
    unasked = {step.name: step for step in checked(drilled, lasting.content, None)}
    assert (unasked["time_stamp"].checked, failed_step(unasked.values())) == (False, None)


@pytest.mark.proves("REP-9")
def test_the_signed_file_stands_in_front_and_other_readers_find_the_store(lasting: Lasting) -> None:
    material = revision_of(lasting.content).material
    assert material is not None

    with pikepdf.open(io.BytesIO(lasting.content)) as pdf:
        store = pdf.Root["/DSS"]
        certificates = [one.read_bytes() for one in store["/Certs"]]
        lists = [one.read_bytes() for one in store["/CRLs"]]
        fields = pdf.Root["/AcroForm"]["/Fields"]

    assert (tuple(certificates), tuple(lists), len(fields)) == (material.certificates, material.lists, 1)
    assert faults(lasting.content) == []


@pytest.mark.slow
@pytest.mark.proves("REP-9")
@pytest.mark.skipif(missing() != "", reason="the engine of veraPDF is not installed")
def test_both_standards_hold_with_material(lasting: Lasting, tmp_path: Path) -> None:
    (tmp_path / "lasting.pdf").write_bytes(lasting.content)

    found = broken_rules([tmp_path / "lasting.pdf"], tmp_path)

    assert found == {("lasting", profile): [] for profile in PROFILES}


@pytest.mark.proves("REP-9")
def test_no_bit_of_the_file_can_be_changed_nor_anything_else_added(drilled: Drilled, lasting: Lasting) -> None:
    content = lasting.content
    signed = content.rfind(b"%%EOF", 0, -10) + 6
    places = random.sample(range(signed, len(content)), 60) + random.sample(range(signed), 30)

    held = [at for at in places if broken(drilled, flipped(content, at), lasting.roots) is None]

    assert held == []
    for other in (content + b"\n", content + content[signed:], content[:signed] + content[signed:].lower()):
        assert broken(drilled, other, lasting.roots) == ("file_shape", "reports.changed_after_signing")


@pytest.mark.slow
@pytest.mark.proves("REP-9")
def test_no_byte_of_the_material_and_of_the_signature_can_be_changed(drilled: Drilled, lasting: Lasting) -> None:
    content = lasting.content
    signed = content.rfind(b"%%EOF", 0, -10) + 6
    [*_, signature] = re.finditer(rb"/Contents <([0-9a-f]+?)0*>", content[:signed])
    every = [*range(*signature.span()), *range(signed, len(content))]

    def changed(at: int, bit: int) -> bytes:
        return content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :]

    held = [
        (at, bit) for at in every for bit in {0, at % 8} if broken(drilled, changed(at, bit), lasting.roots) is None
    ]
    assert (len(every) > 4_000, held) == (True, [])


@pytest.mark.proves("REP-9")
def test_material_without_a_stamp_or_of_others_does_not_hold(
    drilled: Drilled, lasting: Lasting, tmp_path: Path
) -> None:
    material = revision_of(lasting.content).material
    assert material is not None
    signed = lasting.content[: lasting.content.rfind(b"%%EOF", 0, -10) + 6]

    unstamped = with_material(drilled.drawing.content, material)
    listless = with_material(signed, Material(material.certificates, ()))
    garbage = with_material(signed, Material(material.certificates, (b"no list",)))
    other = x509.load_pem_x509_certificate(make_authority(tmp_path).read_bytes())
    make_list(tmp_path)
    crowded = with_material(
        signed, Material((*material.certificates, other.public_bytes(Encoding.DER)), material.lists)
    )
    listed = (*material.lists, (tmp_path / "revoked").read_bytes())
    overlisted = with_material(signed, Material(material.certificates, listed))

    assert broken(drilled, signed, lasting.roots) is None
    assert broken(drilled, unstamped, lasting.roots) == ("signature", "reports.changed_after_signing")
    assert broken(drilled, listless, lasting.roots) == ("time_stamp", "reports.time_stamp_wrong")
    for one in (garbage, crowded, overlisted):
        assert broken(drilled, one, lasting.roots) == ("time_stamp", "reports.time_stamp_wrong")


@pytest.mark.slow
@pytest.mark.proves("REP-9")
def test_a_revoked_stamp_or_a_list_by_somebody_else_stops_the_report(drilled: Drilled, tmp_path: Path) -> None:
    make_authority(tmp_path)
    (tmp_path / "other").mkdir()
    make_authority(tmp_path / "other")
    make_list(tmp_path, revoked=("tsa",))
    with pytest.raises(TimeStampUnavailable) as revoked:
        drawn(drilled, tmp_path)
    make_list(tmp_path / "other")
    shutil.copyfile(tmp_path / "other" / "revoked", tmp_path / "revoked")
    with pytest.raises(TimeStampUnavailable) as strange:
        drawn(drilled, tmp_path)
    (tmp_path / "revoked").write_bytes(b"no list")
    with pytest.raises(TimeStampUnavailable) as none:
        drawn(drilled, tmp_path)

    told = [str(no.value.facts["found"]) for no in (revoked, strange, none)]
    assert [one.split(",")[0] for one in told] == [
        "CN=Example TSA",
        "no list that says whether CN=Example TSA was revoked",
        "no list of revoked certificates",
    ]


def test_the_settings_name_the_lists(tmp_path: Path) -> None:
    roots = tmp_path / "roots.pem"
    roots.write_bytes(b"pem")
    settings = Settings(data_dir=tmp_path, timestamp_url="https://tsa.example", timestamp_roots=roots)
    two = settings.model_copy(update={"timestamp_lists": "https://a.example/1 https://b.example/2"})

    found = authority_of(two)
    with pytest.raises(TimeStampUnavailable):
        authority_of(settings.model_copy(update={"timestamp_lists": "file:///etc/passwd"}))

    assert found is not None
    assert found.lists == ("https://a.example/1", "https://b.example/2")
