"""What the tests of proven reports share: one report, announced, drawn and signed once, and everything around it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.proofs.rules.policy import Policy
from greencredit.reports import service
from greencredit.reports.queries import kind_named
from greencredit.reports.service import Drawing, Proof
from tests.conftest import NOON
from tests.factories import reports
from tests.factories.proven import SOURCE, policy_of, prove_and_draw, tell_of_issuer


@dataclass(frozen=True)
class Drilled:
    """A report to be tampered with, and what its issuer holds in his hands: the proof that it was signed with."""

    drawing: Drawing
    other: Drawing
    """A report about another household, from the same log."""
    proof: Proof
    policy: Policy
    database: Database

    @property
    def unsigned(self) -> bytes:
        """Give the file as it was before it was signed."""
        assert self.drawing.signature is not None, "it is signed"
        return self.drawing.content[: self.drawing.signature.unsigned_bytes]


@pytest.fixture(scope="module")
def drilled(_migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drilled]:
    """Give one report that stands, made once for all drills of a file."""
    path = tmp_path_factory.mktemp("drilled") / "drilled.db"
    shutil.copyfile(_migrated_file, path)
    database = Database(
        f"sqlite:///{path}", clock=StandingClock(NOON), entropy=seeded_entropy("drilled"), keys=Keys(b"k" * 32)
    )
    tell_of_issuer(database)
    facts = reports.consumer_report(9)
    drawing = prove_and_draw(database, facts)
    other = prove_and_draw(database, reports.consumer_report(4))
    wanted = service.wanted_of(kind_named("consumer"), facts, "zh")
    [proof] = service.prove(database, SOURCE, [wanted]).values()
    yield Drilled(drawing, other, proof, policy_of(database), database)
    database.close()
