"""A filing is read as it was filed: documents of earlier days stay as they were, and with them their digests."""

import json
from datetime import date

from sqlalchemy.orm import Session

from greencredit.issuers import queries, rules
from greencredit.issuers.tables import FilingRow, SectionRow
from greencredit.schemas.issuers import ClawbackTerms, FilingState, SectionName
from tests.conftest import NOON
from tests.factories.issuers import make_issuer, new_scheme


def test_a_filing_made_before_these_terms_existed_is_read_and_keeps_its_digest(session: Session) -> None:
    issuer = make_issuer(session)
    documents = rules.sections_of(new_scheme())
    kept = {"redemption_terms", "compensations"}
    before = rules.document_of(
        {name: one for name, one in json.loads(documents[SectionName.REDEMPTION]).items() if name in kept}
    )
    digest = _file_as_it_was_then(session, issuer.issuer_id, {**documents, SectionName.REDEMPTION: before})

    read = queries.filings(session, issuer.issuer_id)[-1]

    section = next(one for one in read.sections if one.name is SectionName.REDEMPTION)
    assert (section.document, section.digest, read.digest) == (before, rules.digest_of(before), digest)
    assert (read.scheme.clawback, read.scheme.refund_grace_days) == (ClawbackTerms(), 0)


def _file_as_it_was_then(session: Session, issuer_id: str, documents: dict[SectionName, str]) -> str:
    """Write a second version with documents of earlier days, and give its digest."""
    digests = {name: rules.digest_of(document) for name, document in documents.items()}
    filing = FilingRow(
        id="fil_earlier",
        issuer_id=issuer_id,
        version=2,
        state=FilingState.SUPERSEDED.value,
        digest=rules.filing_digest(digests),
        number="示例备2025-1",
        drafted_at=NOON,
        submitted_at=NOON,
        decided_at=NOON,
        effective_on=date(2025, 1, 1),
    )
    session.add(filing)
    session.flush()
    session.add_all(
        SectionRow(filing_id=filing.id, name=name.value, digest=digests[name], document=document)
        for name, document in documents.items()
    )
    session.flush()
    return filing.digest
