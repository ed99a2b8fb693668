"""Registration: codes that pass, codes that were reviewed, corrections, one living registration for a code."""

import pytest
from sqlalchemy.orm import Session

from greencredit.documents import queries as documents
from greencredit.documents.errors import NotHandedIn
from greencredit.issuers import queries, rules, service
from greencredit.issuers.errors import (
    AlreadyRegistered,
    CodeInOrder,
    CodeReviewDecided,
    CodeWrongCharacter,
    CodeWrongCheck,
    CodeWrongLength,
    PapersMissing,
    StepNotAllowed,
)
from greencredit.kernel.access import AccessDenied, OwnFiling, SignInFirst, anonymous
from greencredit.kernel.clock import now
from greencredit.kernel.errors import Refused
from greencredit.notices import queries as notices
from greencredit.schemas.issuers import (
    CodeReview,
    CodeReviewRequest,
    CodeReviewState,
    IssuerKind,
    LifeState,
    NewCodeReview,
    Paper,
)
from tests.factories.documents import example_document, hand_in
from tests.factories.issuers import (
    WHY,
    admin_of,
    anybody,
    hand_papers_in,
    make_issuer,
    new_issuer,
    operator,
    registration_papers,
    regulator,
    synthetic_code,
)

ISSUED_BUT_FAILING = "91350211M0000XUF46"
"""A code reported as really issued although its check character would be R."""

LICENCE = example_document("执照.pdf")


@pytest.fixture(autouse=True)
def _papers_at_hand(session: Session) -> None:
    """Let everybody of these tests have handed in the papers that he names."""
    hand_papers_in(session, "acc_admin")
    for account_id in ("acc_admin", "acc_operator", "acc_other"):
        hand_in(session, account_id, LICENCE)


@pytest.mark.proves("ISS-1")
def test_a_company_is_registered_as_a_draft_under_its_normalised_code(session: Session) -> None:
    wanted = new_issuer().model_copy(update={"code": f" {synthetic_code().lower()[:8]} {synthetic_code()[8:]} "})

    issuer = service.register(session, anybody(), wanted, reason=WHY)

    assert issuer.model_dump(include={"code", "state", "name", "code_review", "registered_at"}) == {
        "code": synthetic_code(),
        "state": LifeState.DRAFT,
        "name": "示例零售有限公司",
        "code_review": None,
        "registered_at": now(session),
    }
    assert queries.issuers(session) == [issuer]


def test_holders_are_told_of_an_issuer_by_the_name_it_has_now(session: Session) -> None:
    registered = service.register(session, anybody(), new_issuer(), reason=WHY)
    first = notices.senders(session, {registered.issuer_id})
    renamed = new_issuer().model_copy(update={"name": "示例新名有限公司"})

    service.amend(session, admin_of(registered.issuer_id), registered.issuer_id, renamed, reason=WHY)

    found = [first, notices.senders(session, {registered.issuer_id})]
    assert [one[registered.issuer_id].name for one in found] == ["示例零售有限公司", "示例新名有限公司"]


@pytest.mark.proves("ISS-1")
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("91350100M000100Y4A", CodeWrongCheck),
        ("91350100M000100Y4", CodeWrongLength),
        ("91350100M000100Y4Z", CodeWrongCharacter),
        (ISSUED_BUT_FAILING, CodeWrongCheck),
    ],
)
def test_a_wrong_code_is_refused_and_nobody_is_registered(session: Session, code: str, kind: type[Refused]) -> None:
    with pytest.raises(kind):
        service.register(session, anybody(), new_issuer().model_copy(update={"code": code}), reason=WHY)

    assert queries.issuers(session) == []


def test_a_stranger_registers_nothing(session: Session) -> None:
    with pytest.raises(SignInFirst):
        service.register(session, anonymous(now(session)), new_issuer(), reason=WHY)

    assert queries.issuers(session) == []


# ---- Codes that fail a check -----------------------------------------------------------------------------------------


def _asked(session: Session, account_id: str = "acc_admin") -> CodeReviewRequest:
    new = NewCodeReview(code=ISSUED_BUT_FAILING.lower(), reason="营业执照所载如此", document=LICENCE)
    return service.ask_code_review(session, anybody(account_id), new)


@pytest.mark.proves("ISS-1")
def test_a_code_that_was_really_issued_but_fails_is_taken_after_another_persons_review(session: Session) -> None:
    asked = _asked(session)
    service.confirm_code(session, operator(), asked.review_id, reason="已核对营业执照原件")

    issuer = service.register(
        session, anybody(), new_issuer().model_copy(update={"code": ISSUED_BUT_FAILING}), reason=WHY
    )

    assert (issuer.code, issuer.code_review) == (
        ISSUED_BUT_FAILING,
        CodeReview(
            reviewer_id="acc_operator",
            reason="已核对营业执照原件",
            document=LICENCE,
            fault="issuers.code_wrong_check",
            found="6",
            wanted="R",
            asked_by="acc_admin",
        ),
    )
    assert documents.kept(session, issuer.issuer_id, LICENCE.digest).name == LICENCE.name


@pytest.mark.proves("ISS-1")
def test_nobody_reviews_the_code_he_wants_to_register_under(session: Session) -> None:
    asked = _asked(session, account_id="acc_operator")

    with pytest.raises(OwnFiling):
        service.confirm_code(session, operator(), asked.review_id, reason="自己核对")
    with pytest.raises(AccessDenied):
        service.confirm_code(session, anybody("acc_other"), asked.review_id, reason="示例")

    assert queries.code_review(session, asked.review_id) == asked


@pytest.mark.parametrize("decision", ["waiting", "refused", "of another account"])
def test_a_failing_code_without_a_confirmed_review_of_ones_own_registers_nobody(
    session: Session, decision: str
) -> None:
    asked = _asked(session, account_id="acc_other" if decision == "of another account" else "acc_admin")
    if decision == "refused":
        service.refuse_code(session, operator(), asked.review_id, reason="与原件不符")
    if decision == "of another account":
        service.confirm_code(session, operator(), asked.review_id, reason="已核对")

    with pytest.raises(CodeWrongCheck):
        service.register(session, anybody(), new_issuer().model_copy(update={"code": ISSUED_BUT_FAILING}), reason=WHY)

    assert queries.issuers(session) == []


def test_a_request_is_decided_once(session: Session) -> None:
    asked = _asked(session)
    service.refuse_code(session, operator(), asked.review_id, reason="与原件不符")

    with pytest.raises(CodeReviewDecided) as no:
        service.confirm_code(session, operator(), asked.review_id, reason="再看")

    assert no.value.facts == {"review_id": asked.review_id, "found": "refused"}
    (kept,) = queries.code_reviews(session, asked_by="acc_admin")
    assert (kept.state, kept.review_reason) == (CodeReviewState.REFUSED, "与原件不符")


@pytest.mark.parametrize(
    ("code", "kind"), [("91350100M000100Y4Z", CodeWrongCharacter), (synthetic_code(), CodeInOrder)]
)
def test_only_a_code_that_fails_a_check_is_looked_at(session: Session, code: str, kind: type[Refused]) -> None:
    with pytest.raises(kind):
        service.ask_code_review(session, anybody(), NewCodeReview(code=code, reason="示例", document=LICENCE))

    assert queries.code_reviews(session) == []


# ---- Papers ----------------------------------------------------------------------------------------------------------


@pytest.mark.proves("ISS-1")
@pytest.mark.parametrize("kind", IssuerKind)
def test_a_registration_is_handed_in_with_every_paper_that_its_kind_needs(session: Session, kind: IssuerKind) -> None:
    issuer = make_issuer(session, LifeState.DRAFT, kind=kind)

    assert queries.completeness(session, issuer.issuer_id).missing == ()
    submitted = service.submit(session, admin_of(issuer.issuer_id), issuer.issuer_id, reason=WHY)
    assert submitted.state is LifeState.SUBMITTED


@pytest.mark.proves("ISS-1")
def test_each_missing_paper_is_named_before_submission_and_by_the_refusal(session: Session) -> None:
    issuer = make_issuer(session, LifeState.DRAFT, kind=IssuerKind.BANK)
    admin = admin_of(issuer.issuer_id)
    (authorisation, *_) = (one for one in registration_papers(IssuerKind.BANK) if one.paper == "authorisation")
    partly = new_issuer(kind=IssuerKind.BANK).model_copy(update={"documents": (authorisation,)})
    service.amend(session, admin, issuer.issuer_id, partly, reason="示例")

    told = queries.completeness(session, issuer.issuer_id)
    with pytest.raises(PapersMissing) as no:
        service.submit(session, admin, issuer.issuer_id, reason=WHY)

    assert [one.name for one in told.missing] == ["business_licence", "financial_licence", "integrity_pledge"]
    assert no.value.facts == {
        "issuer_id": issuer.issuer_id,
        "found": ["authorisation"],
        "wanted": ["authorisation", "business_licence", "financial_licence", "integrity_pledge"],
        "missing": ["business_licence", "financial_licence", "integrity_pledge"],
        "titles": ["营业执照 · Business licence", "金融许可证 · Financial licence", "诚信承诺书 · Pledge of integrity"],
    }
    assert queries.issuer(session, issuer.issuer_id).state is LifeState.DRAFT


@pytest.mark.proves("ISS-1")
def test_a_paper_that_was_never_handed_in_can_not_be_named(session: Session) -> None:
    ghost = Paper(**dict(example_document("从未上传.pdf")), paper="business_licence")
    wanted = new_issuer().model_copy(update={"documents": (ghost,)})

    with pytest.raises(NotHandedIn) as no:
        service.register(session, anybody(), wanted, reason=WHY)

    assert no.value.facts == {"found": [ghost.digest], "wanted": []}


def test_a_code_has_one_living_registration(session: Session) -> None:
    first = make_issuer(session, LifeState.ACTIVE)

    with pytest.raises(AlreadyRegistered) as no:
        service.register(session, anybody(), new_issuer(name="示例冒名有限公司"), reason=WHY)

    assert no.value.facts == {"uscc": first.code, "found": first.issuer_id}
    assert queries.issuers(session) == [first]


@pytest.mark.parametrize("ended", sorted(rules.ENDED))
def test_whoever_was_refused_lapsed_or_closed_may_register_anew(session: Session, ended: LifeState) -> None:
    first = make_issuer(session, ended)

    second = make_issuer(session, LifeState.DRAFT)

    assert sorted(one.issuer_id for one in queries.issuers(session)) == sorted([first.issuer_id, second.issuer_id])
    assert queries.living_issuer_with_code(session, first.code) == second


@pytest.mark.proves("ISS-5")
def test_a_returned_registration_is_corrected_and_submitted_again_and_history_shows_it(session: Session) -> None:
    issuer = make_issuer(session, LifeState.RETURNED)
    corrected = new_issuer(name="示例更名有限公司")

    service.amend(session, admin_of(issuer.issuer_id), issuer.issuer_id, corrected, reason="更正名称")
    again = service.submit(session, admin_of(issuer.issuer_id), issuer.issuer_id, reason=WHY)

    assert (again.name, again.state) == ("示例更名有限公司", LifeState.SUBMITTED)
    steps = queries.history(session, issuer.issuer_id)
    assert [step.step for step in steps] == ["register", "submit", "return", "amend", "submit"]
    assert steps[3].document_digest == rules.digest_of(rules.document_of(corrected.model_dump(mode="json")))


def test_a_submitted_registration_can_not_be_changed_under_the_judges_hands(session: Session) -> None:
    issuer = make_issuer(session, LifeState.SUBMITTED)

    with pytest.raises(StepNotAllowed):
        service.amend(session, admin_of(issuer.issuer_id), issuer.issuer_id, new_issuer(name="示例"), reason=WHY)

    assert queries.issuer(session, issuer.issuer_id) == issuer


def test_a_correction_with_a_wrong_controlling_code_changes_nothing(session: Session) -> None:
    issuer = make_issuer(session, LifeState.DRAFT)
    wrong = new_issuer(name="示例更名有限公司").model_copy(update={"controlling_code": "91350100M000100Y4A"})

    with pytest.raises(CodeWrongCheck):
        service.amend(session, admin_of(issuer.issuer_id), issuer.issuer_id, wrong, reason=WHY)

    session.flush()
    assert queries.issuer(session, issuer.issuer_id) == issuer


def test_a_correction_may_bring_another_code_but_not_one_that_is_taken(session: Session) -> None:
    taken, issuer = make_issuer(session, LifeState.DRAFT), make_issuer(session, LifeState.DRAFT, number=2)
    admin = admin_of(issuer.issuer_id)

    with pytest.raises(AlreadyRegistered) as no:
        service.amend(session, admin, issuer.issuer_id, new_issuer(number=1), reason=WHY)

    assert no.value.facts == {"uscc": taken.code, "found": taken.issuer_id}
    amended = service.amend(session, admin, issuer.issuer_id, new_issuer(number=3), reason=WHY)
    assert amended.code == synthetic_code(3)


def test_the_regulator_returns_and_refuses_what_was_submitted(session: Session) -> None:
    issuer = make_issuer(session, LifeState.SUBMITTED)

    assert service.return_(session, regulator(), issuer.issuer_id, reason=WHY).state is LifeState.RETURNED
    service.submit(session, admin_of(issuer.issuer_id), issuer.issuer_id, reason=WHY)
    assert service.refuse(session, regulator(), issuer.issuer_id, reason=WHY).state is LifeState.REFUSED
