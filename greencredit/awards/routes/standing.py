"""Over HTTP: records of awards, what another scheme counts, negative results, and baselines set with a document."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.actions import service as acting
from greencredit.awards import queries, service
from greencredit.awards.queries import explain, record
from greencredit.awards.queries.claims import negatives_seen
from greencredit.awards.routes.awards import of_award
from greencredit.issuers import queries as issuers
from greencredit.kernel.access import Actor, Scope, ScopeKind
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, number_in, requires
from greencredit.schemas.actions import (
    AwardRecord,
    Claim,
    ExplainedStep,
    MarkTakenBack,
    NegativeResults,
    NewClaim,
    NewOverride,
    Override,
    OverrideDecision,
    ReductionProduct,
)

router = Doors(tags=["awards 积分发放"])


def _of_evidence(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return _places(session, queries.issuer_of_measure(session, number_in(parameters, "evidence_id")), None)


def _of_override(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    found = actions.override(session, str(parameters["override_id"]))
    return _places(session, found.issuer_id, found.region)


def _places(session: Session, issuer_id: str | None, region: str | None) -> tuple[Scope, ...]:
    if issuer_id is not None:
        return issuers.scopes_of(issuers.issuer(session, issuer_id))
    return (Scope(ScopeKind.REGION, region or ""),)


def _who(actor: Actor) -> str:
    return actor.account_id or actor.via.value


@router.get("/awards/{award_id}/record")
def award_record(
    _permit: Annotated[Permit, requires("award.read", at=of_award)], session: Reading, award_id: int
) -> AwardRecord:
    """发放记录: what is needed to compute the award again; `greencredit actions verify-award` does."""
    return record.award_record(session, award_id)


@router.get("/awards/{award_id}/explanation")
def explanation(
    _permit: Annotated[Permit, requires("award.read", at=of_award)], session: Reading, award_id: int
) -> tuple[ExplainedStep, ...]:
    """逐步说明: every step of an award with numbers, factors, versions and sources, in both languages."""
    return explain.explained(record.award_record(session, award_id))


@router.get("/negative-results")
def negatives(
    permit: Annotated[Permit, requires("negative.read")],
    session: Reading,
    after: Annotated[int, Query(ge=0, lt=2**63)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> NegativeResults:
    """负减排: actions that emitted more than their baseline, kept and never awarded."""
    return negatives_seen(session, permit.actor, after=after, limit=limit)


@router.post("/evidence/{evidence_id}/claim", status_code=201)
def mark_claimed(
    permit: Annotated[Permit, requires("claim.mark", at=_of_evidence)],
    session: Writing,
    evidence_id: int,
    wanted: NewClaim,
) -> Claim:
    """标记已转出: this action is counted in another scheme and leaves our totals; once."""
    permit.concerns(str(evidence_id), scheme=wanted.scheme.value)
    return service.mark_claimed(session, evidence_id, wanted, by=_who(permit.actor))


@router.post("/evidence/{evidence_id}/claim/withdrawal", status_code=204)
def withdraw_mark(
    permit: Annotated[Permit, requires("claim.mark", at=_of_evidence)],
    session: Writing,
    evidence_id: int,
    wanted: MarkTakenBack,
) -> None:
    """撤销转出标记: take back a mark made by mistake; another person does, and its grams count again."""
    permit.concerns(str(evidence_id))
    service.withdraw_mark(session, evidence_id, reason=wanted.reason, by=_who(permit.actor))


@router.get("/reduction-products")
def reduction_products(_permit: Annotated[Permit, requires("public.read")]) -> tuple[ReductionProduct, ...]:
    """碳减排产品清单: the list, with the law each kind rests on."""
    return actions.reduction_products()


@router.get("/overrides")
def overrides(
    _permit: Annotated[Permit, requires("public.read")], session: Reading, action: str | None = None
) -> list[Override]:
    """基准设定: baselines and factors set with a document, that another person approved."""
    return [one.shown for one in actions.overrides(session, action=action) if one.approved]


@router.post("/overrides", status_code=201)
def propose(permit: Annotated[Permit, requires("override.propose")], session: Writing, wanted: NewOverride) -> Override:
    """提出基准设定: it counts once another person approves it."""
    permit.require(*_places(session, wanted.issuer_id, wanted.region))
    found = acting.propose_override(session, wanted, by=_who(permit.actor))
    permit.concerns(found.id, action=found.action, name=found.name, version=found.version)
    return found


@router.post("/overrides/{override_id}/decision")
def decide(
    permit: Annotated[Permit, requires("override.decide", at=_of_override)],
    session: Writing,
    override_id: str,
    decision: OverrideDecision,
) -> Override:
    """复核基准设定: approve or refuse what another person proposed."""
    permit.concerns(override_id, approved=decision.approved)
    return acting.decide_override(session, override_id, decision, by=_who(permit.actor))
