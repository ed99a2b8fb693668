"""Time stamps: only where an authority is configured, never silently, and the level is told."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from greencredit.kernel.settings import Settings
from greencredit.proofs.rules.steps import failed_step
from greencredit.reports import service
from greencredit.reports.errors import TimeStampUnavailable
from greencredit.reports.rules.checking.verify import verify_report
from greencredit.reports.service.stamping import Authority, authority_of
from tests.factories import reports
from tests.factories.proven import PUBLIC_URL
from tests.factories.stamping import make_authority, serving
from tests.reports.conftest import Drilled

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl, the authority, is not installed")


def test_without_an_authority_nothing_is_stamped(tmp_path: Path) -> None:
    assert authority_of(Settings(data_dir=tmp_path)) is None


def test_an_authority_without_roots_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TimeStampUnavailable) as no:
        authority_of(Settings(data_dir=tmp_path, timestamp_url="http://127.0.0.1:1"))

    assert no.value.code == "reports.time_stamp_unavailable"


@needs_openssl
@pytest.mark.proves("REP-9")
def test_a_stamped_signature_is_of_level_b_t_and_the_stamp_is_checked_off_line(
    drilled: Drilled, tmp_path: Path
) -> None:
    root = make_authority(tmp_path)
    (tmp_path / "other").mkdir()
    other = make_authority(tmp_path / "other")
    with serving(tmp_path) as url:
        proof = replace(drilled.proof, stamp=Authority(url, root.read_bytes()))
        drawing = service.draw("consumer", reports.consumer_report(9), "zh", public_url=PUBLIC_URL, proof=proof)

    checked = verify_report(drawing.content, drilled.policy, None, None, root.read_bytes())
    unasked = verify_report(drawing.content, drilled.policy, None, None)
    by_another = failed_step(verify_report(drawing.content, drilled.policy, None, None, other.read_bytes()))

    assert drawing.signature is not None
    assert drawing.signature.level == "B-T"
    assert failed_step(checked) is None
    assert [(one.name, one.checked) for one in checked if one.name == "time_stamp"] == [("time_stamp", True)]
    assert [one.found[:21] for one in checked if one.name == "signature"] == ["ECDSA P-256, B-T; cer"[:21]]
    assert [(one.name, one.checked) for one in unasked if one.name == "time_stamp"] == [("time_stamp", False)]
    assert by_another is not None
    assert (by_another.name, by_another.code) == ("time_stamp", "reports.time_stamp_wrong")


@needs_openssl
def test_an_authority_that_does_not_answer_stops_the_report(drilled: Drilled, tmp_path: Path) -> None:
    root = make_authority(tmp_path)
    with serving(tmp_path) as url:
        pass
    proof = replace(drilled.proof, stamp=Authority(url, root.read_bytes()))

    with pytest.raises(TimeStampUnavailable):
        service.draw("consumer", reports.consumer_report(9), "zh", public_url=PUBLIC_URL, proof=proof)
