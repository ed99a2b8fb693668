"""Who is registered, and everything that was ever done about it."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.issuers import rules
from greencredit.issuers.catalogue.papers import required_papers
from greencredit.issuers.errors import UnknownCodeReview, UnknownIssuer
from greencredit.issuers.tables import CodeDecisionRow, CodeReviewRow, IssuerRow, StepRow
from greencredit.kernel.access import Actor, Scope, visible
from greencredit.kernel.driver import driver
from greencredit.kernel.policy import ScopeKind
from greencredit.schemas.issuers import (
    CodeReviewRequest,
    CodeReviewState,
    Completeness,
    Document,
    FilingStep,
    Issuer,
    LifeStep,
    Step,
)


def issuer(session: Session, issuer_id: str) -> Issuer:
    """Give an issuer, or refuse an id nobody has."""
    row = session.get(IssuerRow, issuer_id)
    if row is None:
        raise UnknownIssuer(issuer_id)
    return _issuer(row)


def issuers(session: Session) -> list[Issuer]:
    """List every issuer, in the order of registration."""
    rows = session.scalars(select(IssuerRow).order_by(IssuerRow.registered_at, IssuerRow.id))
    return [_issuer(row) for row in rows]


def issuers_seen(session: Session, actor: Actor) -> list[Issuer]:
    """List the issuers whose dossier an actor may read, the newest registration first."""
    mine = visible(actor, "issuer.read", {ScopeKind.ISSUER: IssuerRow.id, ScopeKind.REGION: IssuerRow.region})
    rows = session.scalars(select(IssuerRow).where(mine).order_by(IssuerRow.registered_at.desc(), IssuerRow.id))
    return [_issuer(row) for row in rows]


def issuers_of(session: Session, issuer_ids: Collection[str]) -> dict[str, Issuer]:
    """Give these issuers by their ids; an id that nobody has is absent."""
    rows = session.scalars(select(IssuerRow).where(IssuerRow.id.in_(issuer_ids)))
    return {row.id: _issuer(row) for row in rows}


def standing_steps_of(session: Session, issuer_ids: Collection[str]) -> dict[str, list[Step]]:
    """Give the steps of each of these issuers that its standing follows from, first to last."""
    changed = (StepRow.from_state.is_(None)) | (StepRow.from_state != StepRow.to_state)
    telling = StepRow.step.in_([one.value for one in _TELLING])
    rows = session.scalars(
        select(StepRow)
        .where(StepRow.issuer_id.in_(issuer_ids), StepRow.subject == "issuer", changed | telling)
        .order_by(StepRow.issuer_id, StepRow.number)
    )
    found: defaultdict[str, list[Step]] = defaultdict(list)
    for row in rows:
        found[row.issuer_id].append(_step(row))
    return found


_TELLING: Final = (LifeStep.RESTRICT, LifeStep.RELIEVE, LifeStep.LIFT, LifeStep.ACTIVATE, LifeStep.MEET_CONDITION)
"""Steps that say something of an issuer's standing even where its state stays."""


def living_issuer_with_code(session: Session, code: str) -> Issuer | None:
    """Give the issuer registered under a code whose life has not ended, or none."""
    ended = [state.value for state in rules.ENDED]
    row = session.scalars(select(IssuerRow).where(IssuerRow.code == code, IssuerRow.state.not_in(ended))).first()
    return None if row is None else _issuer(row)


def scopes_of(found: Issuer) -> tuple[Scope, ...]:
    """Give the places in which an issuer lies, for the access policy."""
    return (Scope(ScopeKind.ISSUER, found.issuer_id), Scope(ScopeKind.REGION, found.region))


def history(session: Session, issuer_id: str) -> list[Step]:
    """List every step of an issuer and of its filings, first to last."""
    rows = session.scalars(select(StepRow).where(StepRow.issuer_id == issuer_id).order_by(StepRow.number))
    return [_step(row) for row in rows]


def last_step(
    session: Session, issuer_id: str, step: LifeStep | FilingStep, *, about: str | None = None
) -> Step | None:
    """Give the newest step of a kind, of the issuer or, with `about`, of one of its filings."""
    subject = "issuer" if isinstance(step, LifeStep) else "filing"
    found = select(StepRow).where(
        StepRow.issuer_id == issuer_id, StepRow.step == step.value, StepRow.subject == subject
    )
    if about is not None:
        found = found.where(StepRow.about == about)
    row = session.scalars(found.order_by(StepRow.number.desc())).first()
    return None if row is None else _step(row)


def editions(session: Session, issuer_ids: Iterable[str]) -> dict[str, int]:
    """Give the number of each issuer's newest step: while it is the same, nothing was changed about the issuer.

    Papers, filings and states all come about by steps. Issuers that nobody registered are absent.
    """
    wanted = list(issuer_ids)
    marks = ", ".join("?" * len(wanted))
    statement = f"SELECT issuer_id, MAX(number) FROM issuers_step WHERE issuer_id IN ({marks}) GROUP BY issuer_id"  # noqa: S608
    with driver(session) as hot:
        return {issuer_id: int(number) for issuer_id, number in hot.rows(statement, wanted)}


def standing_changes(session: Session, issuer_id: str) -> int:
    """Count the changes of an issuer's standing so far: of its state, and of the reasons against issuing."""
    changed = (StepRow.from_state.is_(None)) | (StepRow.from_state != StepRow.to_state)
    reasons = StepRow.step.in_([LifeStep.RESTRICT.value, LifeStep.RELIEVE.value])
    counted = select(func.count()).where(StepRow.issuer_id == issuer_id, StepRow.subject == "issuer", changed | reasons)
    return session.scalars(counted).one()


def since(session: Session, found: Issuer) -> datetime:
    """Give the instant at which an issuer came into its present state."""
    return entered(standing_steps_of(session, [found.issuer_id])[found.issuer_id])


def entered(steps: Iterable[Step]) -> datetime:
    """Give the instant of the last change of state."""
    return [one.at for one in steps if one.from_state != one.to_state][-1]


def _issuer(row: IssuerRow) -> Issuer:
    return Issuer.model_validate(
        {
            "issuer_id": row.id,
            "name": row.name,
            "english_name": row.english_name,
            "code": row.code,
            "kind": row.kind,
            "region": row.region,
            "legal_representative": row.legal_representative,
            "address": row.address,
            "contact": json.loads(row.contact),
            "controlling_code": row.controlling_code,
            "documents": json.loads(row.documents),
            "code_review": json.loads(row.code_review) if row.code_review else None,
            "state": row.state,
            "registered_at": row.registered_at,
        }
    )


def _step(row: StepRow) -> Step:
    return Step(
        issuer_id=row.issuer_id,
        number=row.number,
        subject=row.subject,
        step=row.step,
        from_state=row.from_state,
        to_state=row.to_state,
        about=row.about,
        actor_id=row.actor_id,
        role=row.role,
        at=row.at,
        reason=row.reason,
        document_digest=row.document_digest,
    )


def completeness(session: Session, issuer_id: str) -> Completeness:
    """Tell which papers an issuer has handed in and which its kind still needs, before it submits or after."""
    found = issuer(session, issuer_id)
    required = required_papers(found.kind)
    return Completeness(kind=found.kind, required=required, missing=rules.missing_papers(required, found.documents))


def code_review(session: Session, review_id: str) -> CodeReviewRequest:
    """Give a request to look at a failing code, or refuse an id that nobody has."""
    row = session.get(CodeReviewRow, review_id)
    if row is None:
        raise UnknownCodeReview(review_id)
    return _code_review(row, session.get(CodeDecisionRow, review_id))


def code_reviews(session: Session, *, asked_by: str | None = None) -> list[CodeReviewRequest]:
    """List requests to look at failing codes, oldest first; all, or those of one account."""
    wanted = (
        select(CodeReviewRow, CodeDecisionRow)
        .outerjoin(CodeDecisionRow, CodeDecisionRow.review_id == CodeReviewRow.id)
        .order_by(CodeReviewRow.asked_at, CodeReviewRow.id)
    )
    if asked_by is not None:
        wanted = wanted.where(CodeReviewRow.asked_by == asked_by)
    return [_code_review(row, decision) for row, decision in session.execute(wanted)]


def confirmed_code(session: Session, code: str, asked_by: str) -> CodeReviewRequest | None:
    """Give the newest confirmed review of a code that this account asked for, or none."""
    found = [
        one
        for one in code_reviews(session, asked_by=asked_by)
        if one.code == code and one.state is CodeReviewState.CONFIRMED
    ]
    return found[-1] if found else None


def _code_review(row: CodeReviewRow, decision: CodeDecisionRow | None) -> CodeReviewRequest:
    return CodeReviewRequest(
        review_id=row.id,
        code=row.code,
        reason=row.reason,
        document=Document.model_validate_json(row.document),
        fault=row.fault,
        found=row.found,
        wanted=row.wanted,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        state=CodeReviewState(decision.state) if decision else CodeReviewState.WAITING,
        reviewer_id=decision.reviewer_id if decision else None,
        review_reason=decision.reason if decision else None,
        reviewed_at=decision.reviewed_at if decision else None,
    )
