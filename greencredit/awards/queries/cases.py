"""Worked cases as they are stored with a version of a filing, and the report that was signed on them."""

import json
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.awards.queries.trials import replay_case
from greencredit.awards.tables import AwardsCase
from greencredit.issuers import queries as issuers
from greencredit.issuers.rules import digest_of, document_of
from greencredit.proofs.rules.note import VerifierKey, parse_note
from greencredit.schemas.awards.trials import CasesReport, GoldenCase, SignedReport
from greencredit.schemas.issuers import Filing, Scheme, SectionName


def cases_of(session: Session, filing_id: str) -> tuple[GoldenCase, ...]:
    """Give the newest edition of a version's worked cases.

    Raises:
        UnknownFiling (issuers): there is no such version.
    """
    issuers.filing(session, filing_id)
    document = session.scalar(
        select(AwardsCase.document)
        .where(AwardsCase.filing_id == filing_id)
        .order_by(AwardsCase.edition.desc())
        .limit(1)
    )
    return () if document is None else tuple(GoldenCase.model_validate(one) for one in json.loads(document))


def cases_document(cases: Sequence[GoldenCase]) -> str:
    """Write worked cases in their one canonical form."""
    return document_of([one.model_dump(mode="json") for one in cases])


def replayed(filing: Filing, cases: Sequence[GoldenCase]) -> CasesReport:
    """Replay worked cases under the scheme of a version."""
    (section,) = (one for one in filing.sections if one.name is SectionName.RULES)
    results = tuple(replay_case(filing.scheme, one) for one in cases)
    return CasesReport(
        filing_id=filing.filing_id,
        section_digest=section.digest,
        cases_digest=digest_of(cases_document(cases)),
        passed=all(one.passed for one in results),
        results=results,
    )


def tried(scheme: Scheme, cases: Sequence[GoldenCase]) -> CasesReport:
    """Replay worked cases under a scheme that is not filed yet."""
    results = tuple(replay_case(scheme, one) for one in cases)
    return CasesReport(
        filing_id="",
        section_digest="",
        cases_digest=digest_of(cases_document(cases)),
        passed=all(one.passed for one in results),
        results=results,
    )


def note_text(report: str) -> str:
    """Give the text that the platform signs for a report: what it is, and the digest of its very words."""
    return f"greencredit-section-report/v1\nawards\n{digest_of(report)}\n"


def is_signed(signed: SignedReport) -> bool:
    """Tell whether a report's signature is by the key that it names, over its very words."""
    key, note = VerifierKey.parse(signed.key), parse_note(signed.signature)
    return note.text == note_text(signed.report) and any(
        key.is_named_by(one) and key.verifies(note.text, one) for one in note.signatures
    )
