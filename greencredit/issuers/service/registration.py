"""Registration (主体登记): an issuer presents itself, corrects what was returned, and submits."""

from sqlalchemy.orm import Session

from greencredit.documents import service as documents
from greencredit.issuers import queries, rules
from greencredit.issuers.errors import AlreadyRegistered, CodeInOrder, CodeReviewDecided, PapersMissing
from greencredit.issuers.service.steps import audit_command, open_turn, require_reason, take, who, write_step
from greencredit.issuers.tables import CodeDecisionRow, CodeReviewRow, IssuerRow, StepRow
from greencredit.kernel.access import Actor, require, require_another, require_somewhere
from greencredit.kernel.clock import now
from greencredit.kernel.ids import new_id
from greencredit.kernel.policy import Role
from greencredit.notices import service as notices
from greencredit.schemas.issuers import (
    CodeReview,
    CodeReviewRequest,
    CodeReviewState,
    Issuer,
    LifeState,
    LifeStep,
    NewCodeReview,
    NewIssuer,
)
from greencredit.schemas.notices import Sender


def register(
    session: Session, actor: Actor, new: NewIssuer, *, reason: str, document_digest: str | None = None
) -> Issuer:
    """Register a legal entity as a draft; its code passes both checks or was confirmed by the operator."""
    require(actor, "issuer.register")
    require_reason(LifeStep.REGISTER, reason)
    code, review = _checked(session, actor, new.code)
    living = queries.living_issuer_with_code(session, code)
    if living is not None:
        raise AlreadyRegistered(code, found=living.issuer_id)
    controlling = _controlling(new)
    at = now(session)
    row = IssuerRow(
        id=new_id(session, "iss", at),
        code=code,
        code_review=_review_of(review),
        state=LifeState.DRAFT.value,
        registered_at=at,
    )
    _describe(row, new, controlling)
    _papers_in(session, actor, row.id, new, review)
    notices.introduce(session, _sender(row))
    step = StepRow(
        issuer_id=row.id,
        subject="issuer",
        step=LifeStep.REGISTER.value,
        from_state=None,
        to_state=LifeState.DRAFT.value,
        about=None,
        actor_id=who(actor),
        role=Role.ISSUER_ADMIN.value,
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
    review: CodeReviewRequest | None = None
    if code != turn.row.code:
        code, review = _checked(session, actor, new.code)
        living = queries.living_issuer_with_code(session, code)
        if living is not None:
            raise AlreadyRegistered(code, found=living.issuer_id)
        turn.row.code = code
        turn.row.code_review = _review_of(review)
    _describe(turn.row, new, controlling)
    _papers_in(session, actor, issuer_id, new, review)
    notices.introduce(session, _sender(turn.row))
    digest = rules.digest_of(rules.document_of(new.model_dump(mode="json")))
    return take(session, turn, document_digest=digest)


def submit(
    session: Session, actor: Actor, issuer_id: str, *, reason: str, document_digest: str | None = None
) -> Issuer:
    """Hand a registration in, with every paper that its kind of issuer needs; from here on others judge it.

    Raises:
        PapersMissing: some are missing, each of which is named.
    """
    turn = open_turn(session, actor, issuer_id, LifeStep.SUBMIT, reason=reason)
    papers = queries.completeness(session, issuer_id)
    if papers.missing:
        required = [one.name for one in papers.required]
        missing = {one.name for one in papers.missing}
        raise PapersMissing(
            issuer_id,
            found=[name for name in required if name not in missing],
            wanted=required,
            titles=[f"{one.title.zh} · {one.title.en}" for one in papers.missing],
        )
    documents.attach(session, actor, issuer_id, [document_digest])
    return take(session, turn, document_digest=document_digest)


def return_(
    session: Session, actor: Actor, issuer_id: str, *, reason: str, document_digest: str | None = None
) -> Issuer:
    """Give a registration back for correction (退回补正)."""
    turn = open_turn(session, actor, issuer_id, LifeStep.RETURN, reason=reason)
    if turn.role is Role.CERTIFIER:
        require_somewhere(actor, "agency.certify")  # somebody of an agency, not merely asked for this issuer
    documents.attach(session, actor, issuer_id, [document_digest])
    return take(session, turn, document_digest=document_digest)


def ask_code_review(session: Session, actor: Actor, new: NewCodeReview) -> CodeReviewRequest:
    """Ask the operator to look at a code that was really issued although a check character fails (申请人工核验)."""
    require(actor, "issuer.register")
    code = rules.require_code_shape(new.code)
    failure = rules.failed_check(code)
    if failure is None:
        raise CodeInOrder(code)
    at = now(session)
    row = CodeReviewRow(
        id=new_id(session, "cdr", at),
        code=code,
        reason=new.reason,
        document=rules.document_of(new.document.model_dump(mode="json")),
        fault=failure.code,
        found=str(failure.facts["found"]),
        wanted=str(failure.facts["wanted"]),
        asked_by=who(actor),
        asked_at=at,
    )
    documents.attach(session, actor, row.id, [new.document])
    session.add(row)
    session.flush()
    audit_command(session, actor, "issuer.register", row.id, step="ask_code_review")
    return queries.code_review(session, row.id)


def confirm_code(session: Session, actor: Actor, review_id: str, *, reason: str) -> CodeReviewRequest:
    """Confirm that a failing code was really issued; whoever asked for it may now register under it (核验通过)."""
    return _decide_code(session, actor, review_id, CodeReviewState.CONFIRMED, reason)


def refuse_code(session: Session, actor: Actor, review_id: str, *, reason: str) -> CodeReviewRequest:
    """Refuse a failing code; another request with better papers can be made (核验不通过)."""
    return _decide_code(session, actor, review_id, CodeReviewState.REFUSED, reason)


def _decide_code(
    session: Session, actor: Actor, review_id: str, state: CodeReviewState, reason: str
) -> CodeReviewRequest:
    require(actor, "operations.manage")
    require_reason("decide_code", reason)
    queries.code_review(session, review_id)  # refuses an id that nobody has
    session.get_one(CodeReviewRow, review_id, with_for_update=True)
    asked = queries.code_review(session, review_id)
    if asked.state is not CodeReviewState.WAITING:
        raise CodeReviewDecided(review_id, found=asked.state.value)
    # Whoever wants to register under the code does not review it himself.
    require_another(actor, asked.asked_by)
    row = CodeDecisionRow(
        review_id=review_id, state=state.value, reviewer_id=who(actor), reason=reason, reviewed_at=now(session)
    )
    session.add(row)
    session.flush()
    audit_command(session, actor, "operations.manage", review_id, step=state.value)
    return queries.code_review(session, review_id)


def _checked(session: Session, actor: Actor, text: str) -> tuple[str, CodeReviewRequest | None]:
    """Give the code, and the operator's review that stands for a check character which fails."""
    code = rules.require_code_shape(text)
    failure = rules.failed_check(code)
    if failure is None:
        return code, None
    confirmed = queries.confirmed_code(session, code, who(actor))
    if confirmed is None:
        raise failure
    return code, confirmed


def _review_of(asked: CodeReviewRequest | None) -> str | None:
    if asked is None:
        return None
    assert asked.reviewer_id is not None, "a confirmed review has a reviewer"
    assert asked.review_reason is not None, "and a reason"
    review = CodeReview(
        reviewer_id=asked.reviewer_id,
        reason=asked.review_reason,
        document=asked.document,
        fault=asked.fault,
        found=asked.found,
        wanted=asked.wanted,
        asked_by=asked.asked_by,
    )
    document: str = rules.document_of(review.model_dump(mode="json"))
    return document


def _papers_in(
    session: Session, actor: Actor, issuer_id: str, new: NewIssuer, review: CodeReviewRequest | None
) -> None:
    """Let the papers that a registration names belong to the issuer, the licence of a reviewed code among them."""
    documents.attach(session, actor, issuer_id, [*new.documents, *([review.document] if review else [])])


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
