"""How long signing and verifying take, and a report on demand: proven, drawn, signed and entered in the register."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from benchmarks import Asked, Row
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database, throwaway_engine
from greencredit.kernel.files.opening import open_files
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.kernel.settings import Settings
from greencredit.migrations.upgrade import upgrade
from greencredit.proofs.rules.steps import failed_step
from greencredit.reports import service
from greencredit.reports.rules.checking.verify import verify_report
from greencredit.reports.rules.signature.cms import Signatory, key_bytes
from greencredit.reports.service.requests import FOLDER
from greencredit.schemas.reports import ConsumerReport
from tests.conftest import NOON
from tests.factories import reports
from tests.factories.proven import PUBLIC_URL, policy_of, prove_and_draw, tell_of_issuer

_MUST_SIGN, _MUST_VERIFY = 50.0, 60.0
_MUST_ON_DEMAND, _AIM_ON_DEMAND = 1_200.0, 400.0
_AWARDS: Final = 9

_Found = TypeVar("_Found")


def measure(asked: Asked) -> list[Row]:
    """Prove and draw report after report, as the door does for whoever asks; then verify each without the database."""
    count = 4 if asked.quick else 60
    with tempfile.TemporaryDirectory() as name, database(Path(name)) as (kept, settings):
        tell_of_issuer(kept)
        prove_and_draw(kept, reports.consumer_report(_AWARDS))  # the first loads fonts and styles
        policy = policy_of(kept)
        demanded, drafts, verified = [], [], []
        for number in range(count):
            facts = reports.consumer_report(_AWARDS, name=f"示例家庭 {number:04d}")
            took, drawing = _timed(lambda facts=facts: _on_demand(kept, settings, facts))  # type: ignore[misc]
            demanded.append(took)
            drafts.append(_timed(lambda facts=facts: service.draw("consumer", facts, "zh", public_url=PUBLIC_URL))[0])  # type: ignore[misc]
            policy = policy_of(kept)
            took, steps = _timed(partial(verify_report, drawing.content, policy, None, None))
            assert failed_step(steps) is None, steps
            verified.append(took)
        signed = _signing(count)
    late = statistics.quantiles(demanded, n=20)[-1] if count > 1 else demanded[0]
    verifying = statistics.median(verified)
    return [
        Row(
            "report on demand, warm, proven and signed, 95th percentile: ms of the processor",
            late,
            statistics.median(drafts),
            late / statistics.median(drafts),
            f"< {_MUST_ON_DEMAND:,.0f}",
            f"< {_AIM_ON_DEMAND:.0f}",
            late < _MUST_ON_DEMAND,
        ),
        Row("signing P-256, B-B: ms", signed, None, None, f"≤ {_MUST_SIGN:.0f}", "–", signed <= _MUST_SIGN),
        Row("verifying offline: ms", verifying, None, None, f"≤ {_MUST_VERIFY:.0f}", "–", verifying <= _MUST_VERIFY),
    ]


def _on_demand(database: Database, settings: Settings, facts: ConsumerReport) -> service.Drawing:
    drawing = prove_and_draw(database, facts)
    with database.writing() as session:
        service.register(session, drawing, open_files(settings, FOLDER))
    return drawing


def _signing(count: int) -> float:
    """Sign one draft again and again; what each signature costs, in the median."""
    from greencredit.reports.render.sign import sign

    draft = service.draw("consumer", reports.consumer_report(_AWARDS), "zh", public_url=PUBLIC_URL).content
    signatory = _signatory()
    took = [
        _timed(lambda turn=turn: sign(draft, signatory, at=NOON + timedelta(seconds=turn), name="greencredit"))[0]  # type: ignore[misc]
        for turn in range(max(count, 10))
    ]
    return statistics.median(took)


def _signatory() -> Signatory:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "benchmark")])
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
    return Signatory(key_bytes(key), (made.public_bytes(Encoding.DER),))


def _timed(work: Callable[[], _Found]) -> tuple[float, _Found]:
    began = time.process_time()
    found = work()
    return (time.process_time() - began) * 1_000, found


@contextmanager
def database(folder: Path) -> Iterator[tuple[Database, Settings]]:
    """Give an empty database of its own, at noon of the examples."""
    settings = Settings(data_dir=folder)
    engine = throwaway_engine(settings.database_url)
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()
    entropy = seeded_entropy("benchmark")
    made = Database(settings.database_url, clock=StandingClock(NOON), entropy=entropy, keys=Keys(entropy(32)))
    try:
        yield made, settings
    finally:
        made.close()
