"""The rest of an issuer's life: it begins to issue, is held back, comes back, or leaves."""

from sqlalchemy.orm import Session

from greencredit.issuers.service.steps import open_turn, require_guards, take
from greencredit.kernel.access import Actor
from greencredit.schemas.issuers import Issuer, LifeStep


def _plainly(
    session: Session, actor: Actor, issuer_id: str, step: LifeStep, *, reason: str, document_digest: str | None
) -> Issuer:
    turn = open_turn(session, actor, issuer_id, step, reason=reason)
    require_guards(session, turn)
    return take(session, turn, document_digest=document_digest)


def activate(
    session: Session, actor: Actor, issuer_id: str, *, reason: str, document_digest: str | None = None
) -> Issuer:
    """Let a filed issuer begin to issue (准予发行)."""
    return _plainly(session, actor, issuer_id, LifeStep.ACTIVATE, reason=reason, document_digest=document_digest)


def restrict(
    session: Session, actor: Actor, issuer_id: str, *, reason: str, document_digest: str | None = None
) -> Issuer:
    """Stop issuing while a paper or the guarantee is short; credits stay usable (限制发行)."""
    return _plainly(session, actor, issuer_id, LifeStep.RESTRICT, reason=reason, document_digest=document_digest)


def suspend(
    session: Session, actor: Actor, issuer_id: str, *, reason: str, document_digest: str | None = None
) -> Issuer:
    """Stop issuing altogether; credits stay usable (暂停发行)."""
    return _plainly(session, actor, issuer_id, LifeStep.SUSPEND, reason=reason, document_digest=document_digest)


def lift(session: Session, actor: Actor, issuer_id: str, *, reason: str, document_digest: str | None = None) -> Issuer:
    """Let a restricted or suspended issuer issue again, once everything is in order (恢复发行)."""
    return _plainly(session, actor, issuer_id, LifeStep.LIFT, reason=reason, document_digest=document_digest)


def withdraw(
    session: Session, actor: Actor, issuer_id: str, *, reason: str, document_digest: str | None = None
) -> Issuer:
    """Begin to leave: the public notice runs from this day (退出公示)."""
    return _plainly(session, actor, issuer_id, LifeStep.WITHDRAW, reason=reason, document_digest=document_digest)


def close(session: Session, actor: Actor, issuer_id: str, *, reason: str, document_digest: str | None = None) -> Issuer:
    """End a life whose notice is over and that owes nobody anything (退出)."""
    return _plainly(session, actor, issuer_id, LifeStep.CLOSE, reason=reason, document_digest=document_digest)


def refuse(
    session: Session, actor: Actor, issuer_id: str, *, reason: str, document_digest: str | None = None
) -> Issuer:
    """Refuse an application for good; the company may register anew (不予通过)."""
    return _plainly(session, actor, issuer_id, LifeStep.REFUSE, reason=reason, document_digest=document_digest)


def lapse(session: Session, actor: Actor, issuer_id: str, *, reason: str, document_digest: str | None = None) -> Issuer:
    """End an application that is not pursued (申请失效)."""
    return _plainly(session, actor, issuer_id, LifeStep.LAPSE, reason=reason, document_digest=document_digest)
