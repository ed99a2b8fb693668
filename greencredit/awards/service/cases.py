"""Stores worked cases with a draft, replays them, and hands the signed report to its filing, which a failure stops."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.awards.catalogue.sentences import sentence
from greencredit.awards.errors import CaseTwice
from greencredit.awards.queries.cases import cases_document, cases_of, note_text, replayed
from greencredit.awards.service.dry_run import dry_run
from greencredit.awards.tables import AwardsCase
from greencredit.evidence import queries as evidence
from greencredit.issuers import queries as issuers
from greencredit.issuers import service as filing
from greencredit.issuers.rules import digest_of, document_of
from greencredit.kernel.access import Actor
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.keys import Keys
from greencredit.proofs.rules.note import Note, Signer
from greencredit.schemas.awards.trials import CasesReport, GoldenCase, SignedReport, TrialNote
from greencredit.schemas.issuers import Filing, SectionFindings, SectionName
from greencredit.schemas.values import Period

_ROOM: Final = "awards"
_PURPOSE: Final = "awards.reports"
_NAMED: Final = 5
_TRIAL_DAYS: Final = (31, 7, 1)
_TRIAL_LINES: Final = 20_000
"""A trial of so many lines takes a few seconds; longer ones are run at the command line."""


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
    report = report.model_copy(update={"trial": _trial(session, found)})
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


def _trial(session: Session, found: Filing) -> TrialNote:
    """Run the scheme dry over the issuer's latest evidence: so many days as a request may wait for."""
    today = civil_date(now(session))
    until = date.fromordinal(today.toordinal() + 1)
    for days in _TRIAL_DAYS:
        period = Period(since=until - timedelta(days=days), until=until)
        if evidence.recorded_count(session, found.issuer_id, period) <= _TRIAL_LINES:
            break
    run = dry_run(session, found.issuer_id, found.scheme, period)
    return TrialNote(
        period=period,
        evidence=run.evidence,
        credits=run.credits,
        credits_in_force=run.credits_in_force,
        digest=digest_of(document_of(run.model_dump(mode="json"))),
    )


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
