"""Registration (主体登记): an issuer presents itself, corrects what was returned, and submits."""

from sqlalchemy.orm import Session

from greencredit.issuers import queries, rules
from greencredit.issuers.errors import AlreadyRegistered
from greencredit.issuers.service.steps import audit_command, open_turn, require_reason, take, who, write_step
from greencredit.issuers.tables import IssuerRow, StepRow
from greencredit.kernel.access import Actor, require
from greencredit.kernel.clock import now
from greencredit.kernel.ids import new_id
from greencredit.kernel.policy import Role
from greencredit.notices import service as notices
from greencredit.schemas.issuers import CodeOverride, CodeReview, Issuer, LifeState, LifeStep, NewIssuer
from greencredit.schemas.notices import Sender


def register(
    session: Session, actor: Actor, new: NewIssuer, *, reason: str, document_digest: str | None = None
) -> Issuer:
    """Register a legal entity as a draft; its code must pass both checks or have been reviewed by the operator."""
    require(actor, "issuer.register")
    require_reason(LifeStep.REGISTER, reason)
    code, review = _checked(actor, new.code, new.code_override)
    living = queries.living_issuer_with_code(session, code)
    if living is not None:
        raise AlreadyRegistered(code, found=living.issuer_id)
    controlling = _controlling(new)
    at = now(session)
    row = IssuerRow(
        id=new_id(session, "iss", at),
        code=code,
        code_review=rules.document_of(review.model_dump(mode="json")) if review else None,
        state=LifeState.DRAFT.value,
        registered_at=at,
    )
    _describe(row, new, controlling)
    notices.introduce(session, _sender(row))
    step = StepRow(
        issuer_id=row.id,
        subject="issuer",
        step=LifeStep.REGISTER.value,
        from_state=None,
        to_state=LifeState.DRAFT.value,
        about=None,
        actor_id=who(actor),
        role=(Role.OPERATOR if review else Role.ISSUER_ADMIN).value,
        at=at,
        reason=reason,
        document_digest=document_digest,
    )
    session.add(row)
    write_step(session, step)
    audit_command(session, actor, "issuer.register", row.id, step=step.step)
    return queries.issuer(session, row.id)


def amend(session: Session, actor: Actor, issuer_id: str, new: NewIssuer, *, reason: str) -> Issuer:
    """Correct a registration that is a draft or was returned; history keeps the digest of what it became."""
    turn = open_turn(session, actor, issuer_id, LifeStep.AMEND, reason=reason)
    controlling = _controlling(new)
    code = rules.require_code_shape(new.code)
    if code != turn.row.code:
        code, review = _checked(actor, new.code, new.code_override)
        living = queries.living_issuer_with_code(session, code)
        if living is not None:
            raise AlreadyRegistered(code, found=living.issuer_id)
        turn.row.code = code
        turn.row.code_review = rules.document_of(review.model_dump(mode="json")) if review else None
    _describe(turn.row, new, controlling)
    notices.introduce(session, _sender(turn.row))
    digest = rules.digest_of(rules.document_of(new.model_dump(mode="json")))
    return take(session, turn, document_digest=digest)


def submit(
    session: Session, actor: Actor, issuer_id: str, *, reason: str, document_digest: str | None = None
) -> Issuer:
    """Hand a registration in; from here on others judge it."""
    turn = open_turn(session, actor, issuer_id, LifeStep.SUBMIT, reason=reason)
    return take(session, turn, document_digest=document_digest)


def return_(
    session: Session, actor: Actor, issuer_id: str, *, reason: str, document_digest: str | None = None
) -> Issuer:
    """Give a registration back for correction (退回补正)."""
    turn = open_turn(session, actor, issuer_id, LifeStep.RETURN, reason=reason)
    return take(session, turn, document_digest=document_digest)


def _checked(actor: Actor, text: str, override: CodeOverride | None) -> tuple[str, CodeReview | None]:
    """Give the code, and the review that stands for a check character which fails."""
    code = rules.require_code_shape(text)
    failure = rules.failed_check(code)
    if failure is None:
        return code, None
    if override is None:
        raise failure
    # Only the operator reviews: an issuer's word for its own code would be no review.
    require(actor, "operations.manage")
    return code, CodeReview(
        reviewer_id=who(actor),
        reason=override.reason,
        document=override.document,
        fault=failure.code,
        found=failure.facts["found"],
        wanted=failure.facts["wanted"],
    )


def _sender(row: IssuerRow) -> Sender:
    """Give the name under which holders are told about its credits."""
    return Sender(issuer_id=row.id, name=row.name, english_name=row.english_name)


def _controlling(new: NewIssuer) -> str | None:
    return rules.check_code(new.controlling_code) if new.controlling_code else None


def _describe(row: IssuerRow, new: NewIssuer, controlling: str | None) -> None:
    row.name = new.name
    row.english_name = new.english_name
    row.kind = new.kind.value
    row.region = new.region
    row.legal_representative = new.legal_representative
    row.address = new.address
    row.contact = rules.document_of(new.contact.model_dump(mode="json"))
    row.controlling_code = controlling
    row.documents = rules.document_of([document.model_dump(mode="json") for document in new.documents])
