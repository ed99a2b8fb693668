"""The rest of an issuer's life: it begins to issue, is held back, comes back, or leaves."""

from sqlalchemy.orm import Session

from greencredit.documents import service as documents
from greencredit.issuers import queries, rules
from greencredit.issuers.errors import ReasonStands
from greencredit.issuers.service import cascade
from greencredit.issuers.service.guarantee import measure
from greencredit.issuers.service.steps import open_turn, require_guards, take
from greencredit.kernel.access import Actor, Role, clockwork
from greencredit.kernel.clock import civil_date, now
from greencredit.schemas.issuers import Issuer, LifeState, LifeStep, Reason


def _plainly(
    session: Session, actor: Actor, issuer_id: str, step: LifeStep, *, reason: str, document_digest: str | None
) -> Issuer:
    turn = open_turn(session, actor, issuer_id, step, reason=reason)
    require_guards(session, turn)
    documents.attach(session, actor, issuer_id, [document_digest])
    return take(session, turn, document_digest=document_digest)


def activate(
    session: Session, actor: Actor, issuer_id: str, *, reason: str, document_digest: str | None = None
) -> Issuer:
    """Let a filed issuer begin to issue (准予发行)."""
    measure(session, issuer_id)
    return _plainly(session, actor, issuer_id, LifeStep.ACTIVATE, reason=reason, document_digest=document_digest)


def restrict(
    session: Session,
    actor: Actor,
    issuer_id: str,
    *,
    reason: str,
    document_digest: str | None = None,
    because: Reason = Reason.SUPERVISION,
) -> Issuer:
    """Stop issuing for one reason, beside others that may stand; credits stay usable (限制发行).

    A regulator's reason is supervision; those that follow from dates and sums are the clockwork's alone.

    Raises:
        ReasonStands: this reason stands already, or it is not the actor's to set.
    """
    turn = open_turn(session, actor, issuer_id, LifeStep.RESTRICT, reason=reason)
    _require_own(turn.role, issuer_id, because)
    standing = [one.reason for one in queries.open_reasons(session, issuer_id)]
    if because in standing:
        raise ReasonStands(issuer_id, found=because.value, wanted="another reason")
    documents.attach(session, actor, issuer_id, [document_digest])
    return take(session, turn, document_digest=document_digest, about=because.value)


def suspend(
    session: Session, actor: Actor, issuer_id: str, *, reason: str, document_digest: str | None = None
) -> Issuer:
    """Stop issuing altogether: what waits to take effect is frozen, what is usable stays usable (暂停发行)."""
    turn = open_turn(session, actor, issuer_id, LifeStep.SUSPEND, reason=reason)
    require_guards(session, turn)
    documents.attach(session, actor, issuer_id, [document_digest])
    suspended = take(session, turn, document_digest=document_digest)
    cascade.freeze(session, issuer_id)
    cascade.tell_staff(session, suspended, "issuing_stopped", because=reason)
    return suspended


def lift(
    session: Session,
    actor: Actor,
    issuer_id: str,
    *,
    reason: str,
    document_digest: str | None = None,
    because: Reason = Reason.SUPERVISION,
) -> Issuer:
    """Take one reason away; with the last of them, and with everything in order, issuing begins again (恢复发行).

    A suspension is lifted whole, and only when nothing else stands against issuing; else it is eased.

    Raises:
        CertificateNotInDate and its like: something is not in order that issuing needs.
        ReasonStands: the reason is not the actor's to lift.
    """
    state = queries.issuer(session, issuer_id).state
    standing = [one.reason for one in queries.open_reasons(session, issuer_id)]
    others = [one for one in standing if one is not because]
    if state is LifeState.RESTRICTED and because in standing and others:
        turn = open_turn(session, actor, issuer_id, LifeStep.RELIEVE, reason=reason)
        _require_own(turn.role, issuer_id, because)
        documents.attach(session, actor, issuer_id, [document_digest])
        return take(session, turn, document_digest=document_digest, about=because.value)
    turn = open_turn(session, actor, issuer_id, LifeStep.LIFT, reason=reason)
    _require_own(turn.role, issuer_id, because)
    measure(session, issuer_id)
    require_guards(session, turn, lifting=because)
    documents.attach(session, actor, issuer_id, [document_digest])
    lifted = take(session, turn, document_digest=document_digest, about=because.value)
    cascade.tell_staff(session, lifted, "issuing_restored", because=reason)
    return lifted


def ease(session: Session, actor: Actor, issuer_id: str, *, reason: str, document_digest: str | None = None) -> Issuer:
    """End a suspension while something else still stands against issuing; that is kept as reasons (暂停转为限制).

    Raises:
        ReasonStands: nothing else stands against issuing; the suspension can be lifted.
    """
    turn = open_turn(session, actor, issuer_id, LifeStep.EASE, reason=reason)
    measure(session, issuer_id)
    wrong = queries.faults(session, issuer_id, civil_date(now(session)))
    standing = {one.reason for one in queries.open_reasons(session, issuer_id)}
    if not wrong and not standing:
        raise ReasonStands(issuer_id, found="the suspension alone", wanted="the suspension to be lifted")
    documents.attach(session, actor, issuer_id, [document_digest])
    eased = take(session, turn, document_digest=document_digest)
    for fault, refusal in wrong.items():
        if fault not in standing:
            because = f"{fault.words.zh} · {fault.words.en}: {refusal.facts['found']}"
            eased = restrict(session, clockwork(now(session)), issuer_id, reason=because, because=fault)
    return eased


def withdraw(
    session: Session, actor: Actor, issuer_id: str, *, reason: str, document_digest: str | None = None
) -> Issuer:
    """Begin to leave: the public notice runs from this day, and every holder is told (退出公示)."""
    leaving = _plainly(session, actor, issuer_id, LifeStep.WITHDRAW, reason=reason, document_digest=document_digest)
    cascade.begin_to_tell_holders(session, leaving)
    cascade.tell_staff(session, leaving, "issuing_stopped", because=reason)
    return leaving


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


def _require_own(role: Role, issuer_id: str, reason: Reason) -> None:
    """Refuse a reason that belongs to the other side: dates and sums to the clockwork, decisions to the regulator."""
    clocks = reason in rules.BY_CLOCK
    if clocks is not (role is Role.SYSTEM):
        raise ReasonStands(issuer_id, found=reason.value, wanted="a reason of the regulator" if clocks else "a date")
