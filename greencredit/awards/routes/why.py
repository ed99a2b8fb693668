"""Over HTTP: why something was given or not, what rules would have done, and the worked cases of a scheme."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import Body, Path
from sqlalchemy.orm import Session

from greencredit.awards.queries import cases as stored
from greencredit.awards.queries.explained import award_explained, places_of_evidence
from greencredit.awards.queries.trials import simulate
from greencredit.awards.routes.awards import of_award
from greencredit.awards.service.cases import check_cases, store_cases
from greencredit.awards.service.dry_run import dry_run
from greencredit.awards.service.replay import explain_evidence
from greencredit.issuers import queries as issuers
from greencredit.kernel.access import Scope, ScopeKind
from greencredit.kernel.bare import LARGEST
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, number_in, requires
from greencredit.schemas.awards.explained import AwardExplained, EvidenceExplained
from greencredit.schemas.awards.trials import CasesReport, DryRun, GoldenCase, Simulation
from greencredit.schemas.trials import TrialOrder, TryOrder

router = Doors(tags=["awards 积分发放"])

_MOST_CASES = 500


def of_evidence(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    """Give the places in which evidence lies: its issuer, and the consumer whose it is."""
    issuer_id, subject = places_of_evidence(session, number_in(parameters, "evidence_id"))
    yield from issuers.scopes_of(issuers.issuer(session, issuer_id))
    if subject is not None:
        yield Scope(ScopeKind.CONSUMER, subject)


def _of_gift(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    issuer_id, subject = places_of_evidence(session, -number_in(parameters, "gift_id"))
    yield from issuers.scopes_of(issuers.issuer(session, issuer_id))
    if subject is not None:
        yield Scope(ScopeKind.CONSUMER, subject)


def _of_issuer(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return issuers.scopes_of(issuers.issuer(session, str(parameters["issuer_id"])))


def _of_filing(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    filing = issuers.filing(session, str(parameters["filing_id"]))
    return issuers.scopes_of(issuers.issuer(session, filing.issuer_id))


_Tries = Annotated[Permit, requires("evidence.read", at=_of_issuer)]
_Drafts = Annotated[Permit, requires("rule.file", at=_of_filing)]


@router.get("/awards/{award_id}/why")
def why(
    _permit: Annotated[Permit, requires("award.read", at=of_award)], session: Reading, award_id: int
) -> AwardExplained:
    """为什么得到这些积分: how an award came about, in sentences, from what was stored with it."""
    return award_explained(session, award_id)


@router.get("/evidence/{evidence_id}/why")
def why_not(
    _permit: Annotated[Permit, requires("award.read", at=of_evidence)],
    session: Reading,
    evidence_id: Annotated[int, Path(ge=1, le=LARGEST)],
) -> EvidenceExplained:
    """为什么没有得到积分: every rule replayed as things stood then, and what would have been needed."""
    return explain_evidence(session, evidence_id)


@router.get("/gifts/{gift_id}/why")
def why_no_gift(
    _permit: Annotated[Permit, requires("award.read", at=_of_gift)],
    session: Reading,
    gift_id: Annotated[int, Path(ge=1, le=LARGEST)],
) -> EvidenceExplained:
    """为什么没有得到奖励积分: the rules for a gift replayed as things stood then."""
    return explain_evidence(session, -gift_id)


@router.post("/issuers/{issuer_id}/dry-runs")
def run_dry(_permit: _Tries, session: Reading, issuer_id: str, order: TryOrder) -> DryRun:
    """规则试算: what a rule set would have done to a past period, beside the version in force; nothing is written."""
    return dry_run(session, issuer_id, order.scheme, order.period, as_filed=order.as_filed)


@router.post("/issuers/{issuer_id}/simulations")
def run_simulation(_permit: _Tries, issuer_id: str, order: TrialOrder) -> Simulation:
    """方案推演: a scheme lived over given dates with given facts; no real data is touched."""
    del issuer_id
    return simulate(order.scheme, order.facts, order.period)


@router.get("/filings/{filing_id}/cases")
def cases(
    _permit: Annotated[Permit, requires("issuer.read", at=_of_filing)], session: Reading, filing_id: str
) -> tuple[GoldenCase, ...]:
    """样例: the worked cases that are stored with a version of a scheme."""
    return stored.cases_of(session, filing_id)


@router.put("/filings/{filing_id}/cases")
def keep_cases(
    permit: _Drafts,
    session: Writing,
    filing_id: str,
    given: Annotated[list[GoldenCase], Body(max_length=_MOST_CASES)],
) -> CasesReport:
    """提交样例: worked cases in place of those before; they are replayed, and one that fails stops the filing."""
    permit.concerns(filing_id, cases=len(given))
    return store_cases(session, permit.actor, filing_id, given)


@router.post("/filings/{filing_id}/cases/check")
def replay_cases(permit: _Drafts, session: Writing, filing_id: str) -> CasesReport:
    """重放样例: replay the stored cases, and attach the signed report to the section on rules."""
    permit.concerns(filing_id)
    return check_cases(session, permit.actor, filing_id)
