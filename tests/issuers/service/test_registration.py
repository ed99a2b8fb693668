"""Registration: codes that pass, codes that were reviewed, corrections, one living registration for a code."""

import pytest
from sqlalchemy.orm import Session

from greencredit.issuers import queries, rules, service
from greencredit.issuers.errors import (
    AlreadyRegistered,
    CodeWrongCharacter,
    CodeWrongCheck,
    CodeWrongLength,
    StepNotAllowed,
)
from greencredit.kernel.access import AccessDenied, SignInFirst, anonymous
from greencredit.kernel.clock import now
from greencredit.kernel.errors import Refused
from greencredit.notices import queries as notices
from greencredit.schemas.issuers import CodeOverride, CodeReview, LifeState
from tests.factories.issuers import (
    WHY,
    admin_of,
    anybody,
    example_document,
    make_issuer,
    new_issuer,
    operator,
    regulator,
    synthetic_code,
)

ISSUED_BUT_FAILING = "91350211M0000XUF46"
"""A code reported as really issued although its check character would be R."""


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


def test_a_code_that_was_really_issued_but_fails_is_taken_after_the_operators_review(session: Session) -> None:
    override = CodeOverride(reason="已核对营业执照原件", document=example_document("执照.jpg"))
    wanted = new_issuer().model_copy(update={"code": ISSUED_BUT_FAILING, "code_override": override})

    issuer = service.register(session, operator(), wanted, reason=WHY)

    assert (issuer.code, issuer.code_review) == (
        ISSUED_BUT_FAILING,
        CodeReview(
            reviewer_id="acc_operator",
            reason="已核对营业执照原件",
            document=example_document("执照.jpg"),
            fault="issuers.code_wrong_check",
            found="6",
            wanted="R",
        ),
    )
    assert [step.role for step in queries.history(session, issuer.issuer_id)] == ["operator"]


def test_an_issuer_can_not_review_its_own_code(session: Session) -> None:
    override = CodeOverride(reason="示例", document=example_document())
    wanted = new_issuer().model_copy(update={"code": ISSUED_BUT_FAILING, "code_override": override})

    with pytest.raises(AccessDenied):
        service.register(session, anybody(), wanted, reason=WHY)

    assert queries.issuers(session) == []


def test_a_review_never_excuses_a_character_that_no_code_has(session: Session) -> None:
    override = CodeOverride(reason="示例", document=example_document())
    wanted = new_issuer().model_copy(update={"code": "91350100M000100Y4Z", "code_override": override})

    with pytest.raises(CodeWrongCharacter):
        service.register(session, operator(), wanted, reason=WHY)

    assert queries.issuers(session) == []


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

    assert queries.issuers(session) == [first, second]
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
