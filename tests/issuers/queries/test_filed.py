"""Terms are those of the version that a series names: a later filing changes nothing for credits issued before."""

import json
from datetime import date

import pytest
from sqlalchemy.orm import Session

from greencredit.issuers import queries, rules, service
from greencredit.issuers.errors import UnknownVersion
from greencredit.issuers.tables import FilingRow, SectionRow
from greencredit.schemas.issuers import ClawbackPolicy, ClawbackTerms, FilingState, LifeState, SectionName
from greencredit.schemas.values import Credits
from tests.conftest import NOON
from tests.factories.issuers import WHY, make_filing, make_issuer, new_scheme, regulator

OWED_UP_TO_500 = ClawbackTerms(policy=ClawbackPolicy.SHORTAGE, cap_credits=Credits(500))


def test_each_version_keeps_its_own_terms_of_clawback_and_refund(session: Session) -> None:
    issuer = make_issuer(session, scheme=new_scheme(clawback=OWED_UP_TO_500))
    milder = new_scheme().model_copy(update={"refund_grace_days": 60})
    change = make_filing(session, issuer.issuer_id, milder)
    service.accept_filing(session, regulator(), change.filing_id, "N2", digest=change.digest, reason=WHY)

    found = [
        (
            queries.clawback_terms(session, issuer.issuer_id, version),
            queries.refund_grace_days(session, issuer.issuer_id, version),
        )
        for version in (1, 2)
    ]

    assert found == [(OWED_UP_TO_500, 30), (ClawbackTerms(), 60)]


def test_terms_of_a_version_that_was_never_accepted_are_not_found(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ACTIVE)
    make_filing(session, issuer.issuer_id)

    for read in (queries.clawback_terms, queries.refund_grace_days):
        with pytest.raises(UnknownVersion) as no:
            read(session, issuer.issuer_id, 2)
        assert (no.value.code, no.value.facts) == (
            "issuers.unknown_version",
            {"issuer_id": issuer.issuer_id, "found": 2, "wanted": [1]},
        )


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
    assert queries.clawback_terms(session, issuer.issuer_id, 2) == ClawbackTerms()
    assert queries.refund_grace_days(session, issuer.issuer_id, 2) == 0


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
