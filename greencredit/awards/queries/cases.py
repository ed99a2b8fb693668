"""Worked cases as they are stored with a version of a filing, and the report that was signed on them."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.awards.queries.trials import replay_case, simulate
from greencredit.awards.tables import AwardsCase
from greencredit.issuers import queries as issuers
from greencredit.issuers.rules import digest_of, document_of
from greencredit.proofs.rules.note import VerifierKey, parse_note
from greencredit.schemas.awards import EarningRule, Ground
from greencredit.schemas.awards.trials import CaseResult, CasesReport, Expected, Fact, GoldenCase, SignedReport
from greencredit.schemas.issuers import Filing, Scheme, SectionName
from greencredit.schemas.values import Period

_HUNDRED_YUAN: Final = 10_000
_A_KILOGRAM: Final = 1_000
_LONGEST: Final = 62


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
        passed=_passed(filing.scheme, results),
        results=results,
    )


def tried(scheme: Scheme, cases: Sequence[GoldenCase]) -> CasesReport:
    """Replay worked cases under a scheme that is not filed yet."""
    results = tuple(replay_case(scheme, one) for one in cases)
    return CasesReport(
        filing_id="",
        section_digest="",
        cases_digest=digest_of(cases_document(cases)),
        passed=_passed(scheme, results),
        results=results,
    )


def _passed(scheme: Scheme, results: Sequence[CaseResult]) -> bool:
    """Tell whether every case came out; rules without a single worked case are rules that nobody has tried."""
    return all(one.passed for one in results) and (bool(results) or not scheme.rules)


def suggested(scheme: Scheme) -> tuple[GoldenCase, ...]:
    """Work one plain case out for every rule, to be read, changed and confirmed by whoever files the scheme."""
    found = []
    for rule in sorted({one.name: one for one in scheme.rules}.values(), key=lambda one: one.name):
        fact = _plain_fact(rule)
        until = date.fromordinal(fact.on.toordinal() + 1)
        (lived,) = simulate(scheme, [fact], Period(since=fact.on, until=until)).awards
        expected = Expected(credits=lived.credits, given=lived.given)
        found.append(GoldenCase(name=f"plain_{rule.name}"[:_LONGEST], title=rule.title, fact=fact, expected=expected))
    return tuple(found)


def _plain_fact(rule: EarningRule) -> Fact:
    is_purchase, is_action = rule.ground is Ground.PURCHASE, rule.ground is Ground.ACTION
    return Fact(
        holder="示例甲",
        on=rule.since,
        ground=rule.ground,
        subject=rule.subjects[0],
        spent_fen=_HUNDRED_YUAN if is_purchase else 0,
        grams=_A_KILOGRAM if is_action else 0,
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
