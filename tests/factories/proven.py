"""Reports that are proven: announced to the log, drawn with their receipt, signed; and what a verifier is handed."""

from dataclasses import dataclass
from typing import Final

import pytest

from greencredit.kernel.clock import micros, start_of
from greencredit.kernel.database import Database
from greencredit.proofs import queries as proofs
from greencredit.proofs.rules.policy import Policy, policy_text
from greencredit.proofs.service import note_fact
from greencredit.reports import service
from greencredit.reports.queries import kind_named
from greencredit.reports.service import Drawing, SealSource
from greencredit.schemas.reports import Lang, ReportFacts
from tests.factories import reports
from tests.factories.reports import YEAR

PUBLIC_URL: Final = "https://credits.example"
SOURCE: Final = SealSource(PUBLIC_URL)
ISSUER: Final = "iss_example"


@dataclass(frozen=True)
class ProvenReport:
    """A signed report, and the policy of whoever trusts the log that it rests on."""

    drawing: Drawing
    policy: Policy

    @property
    def content(self) -> bytes:
        """Give the file."""
        return self.drawing.content


def tell_of_issuer(database: Database, issuer_id: str = ISSUER, *, states: tuple[str, ...] = ("active",)) -> None:
    """Let the log say that an issuer was active and filed from the beginning of the example's year on."""
    at = micros(start_of(YEAR.since))
    with database.writing() as session:
        before = None
        for number, state in enumerate(states, 1):
            change = {"issuer": issuer_id, "change": number, "state": state, "at": at + number}
            note_fact(session, "issuer", change if before is None else {**change, "from": before})
            before = state
        filing = {"issuer": issuer_id, "filing": "fil_1", "version": 1, "number": "GCF-DEMO-2026-0001"}
        accepted = {"state": "accepted", "digest": "0" * 64, "effective_on": "2025-01-01", "at": at}
        note_fact(session, "filing", {**filing, **accepted})


def prove_and_draw(
    database: Database, facts: ReportFacts, *, kind: str = "consumer", lang: Lang = "zh", source: SealSource = SOURCE
) -> Drawing:
    """Announce, draw and sign a report, or skip with the reason why this machine draws none."""
    wanted = service.wanted_of(kind_named(kind), facts, lang)
    [proof] = service.prove(database, source, [wanted]).values()
    drawing = service.draw(kind, facts, lang, public_url=PUBLIC_URL, proof=proof)
    if drawing.media_type != "application/pdf":
        pytest.skip("this machine draws no PDF")
    return drawing


def policy_of(database: Database) -> Policy:
    """Give the policy of somebody who trusts the log's own keys."""
    with database.reading() as session:
        return Policy.parse(policy_text(proofs.log_keys(session, "w"), asks_witnesses=False).encode())


def make_proven(database: Database, facts: ReportFacts | None = None, *, lang: Lang = "zh") -> ProvenReport:
    """Give a proven consumer report, its issuer told of in the log."""
    tell_of_issuer(database)
    drawing = prove_and_draw(database, facts or reports.consumer_report(9), lang=lang)
    return ProvenReport(drawing, policy_of(database))
