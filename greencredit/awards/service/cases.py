"""Stores worked cases with a draft, replays them, and hands the signed report to its filing, which a failure stops."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.awards.catalogue.sentences import sentence
from greencredit.awards.errors import CaseTwice
from greencredit.awards.queries.cases import cases_document, cases_of, note_text, replayed
from greencredit.awards.tables import AwardsCase
from greencredit.issuers import queries as issuers
from greencredit.issuers import service as filing
from greencredit.issuers.rules import digest_of, document_of
from greencredit.kernel.access import Actor
from greencredit.kernel.clock import now
from greencredit.kernel.keys import Keys
from greencredit.proofs.rules.note import Note, Signer
from greencredit.schemas.awards.trials import CasesReport, GoldenCase, SignedReport
from greencredit.schemas.issuers import SectionFindings, SectionName

_ROOM: Final = "awards"
_PURPOSE: Final = "awards.reports"
_NAMED: Final = 5


def store_cases(session: Session, actor: Actor, filing_id: str, cases: Sequence[GoldenCase]) -> CasesReport:
    """Store worked cases with a draft in place of those before, replay them, and attach the signed report.

    Raises:
        CaseTwice: two cases bear one name.
        UnknownFiling, FilingStepNotAllowed (issuers): there is no such draft, or the actor may not work on it.
    """
    names = [one.name for one in cases]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise CaseTwice(filing_id, found=twice)
    document = cases_document(cases)
    last = session.scalar(select(func.max(AwardsCase.edition)).where(AwardsCase.filing_id == filing_id))
    row = AwardsCase(
        filing_id=filing_id,
        edition=(last or 0) + 1,
        document=document,
        digest=digest_of(document),
        actor_id=actor.account_id or actor.via.value,
        stored_at=now(session),
    )
    report = check_cases(session, actor, filing_id, cases)
    session.add(row)
    session.flush()
    return report


def check_cases(
    session: Session, actor: Actor, filing_id: str, cases: Sequence[GoldenCase] | None = None
) -> CasesReport:
    """Replay the worked cases of a draft, sign what was found, and attach it to its section on rules by its digest."""
    found = issuers.filing(session, filing_id)
    report = replayed(found, cases_of(session, filing_id) if cases is None else cases)
    signed = sign_report(session, document_of(report.model_dump(mode="json")))
    filing.attach_findings(
        session,
        actor,
        filing_id,
        SectionFindings(
            section=SectionName.RULES,
            section_digest=report.section_digest,
            made_by=_ROOM,
            passed=report.passed,
            summary=summary_of(report),
            report=document_of(signed.model_dump(mode="json")),
        ),
    )
    return report


def sign_report(session: Session, report: str) -> SignedReport:
    """Sign a report's very words with the platform's key for reports of this room."""
    keys: Keys = session.info["keys"]
    signer = Signer(_PURPOSE, keys.for_purpose(_PURPOSE))
    text = note_text(report)
    return SignedReport(report=report, key=signer.verifier.text, signature=Note(text, (signer.sign(text),)).signed)


def summary_of(report: CasesReport) -> str:
    """Say in one line what was found, with the names of the cases that did not come out."""
    failed = [one.name for one in report.results if not one.passed]
    if not report.results:
        said = sentence("cases", "none")
    elif failed:
        said = sentence("cases", "failed", names=", ".join(failed[:_NAMED]))
    else:
        said = sentence("cases", "passed", count=len(report.results))
    return f"{said.zh} · {said.en}"[:200]
