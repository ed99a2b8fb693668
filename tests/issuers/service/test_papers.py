"""Certificates and assessments: in date, good enough, independent, conditions followed to their end."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from greencredit.issuers import queries, service
from greencredit.issuers.errors import (
    AlreadyOver,
    AssessmentNotPassed,
    CertificateNotInDate,
    CodeWrongCheck,
    GradeBelowFloor,
    NotIndependent,
    UnknownCondition,
)
from greencredit.kernel.access import OwnFiling, Role, ScopeKind
from greencredit.kernel.clock import StandingClock, now
from greencredit.kernel.errors import Refused
from greencredit.schemas.issuers import Condition, Grade, LifeState, NewCertificate, Verdict
from greencredit.schemas.values import Period
from tests.factories.issuers import (
    WHY,
    assessor_of,
    certifier_of,
    make_issuer,
    new_assessment,
    new_certificate,
    synthetic_code,
)
from tests.factories.people import make_actor

TODAY = date(2026, 3, 2)


@pytest.mark.proves("ISS-2")
def test_a_certificate_moves_a_submitted_issuer_on_and_is_kept_whole(session: Session) -> None:
    issuer = make_issuer(session, LifeState.SUBMITTED)
    paper = new_certificate(TODAY, approval_number="示例-批准-1")

    certified = service.certify(session, certifier_of(issuer.issuer_id), issuer.issuer_id, paper, reason=WHY)

    (kept,) = queries.certificates(session, issuer.issuer_id)
    last = queries.history(session, issuer.issuer_id)[-1]
    assert certified.state is LifeState.CERTIFIED
    assert NewCertificate(**kept.model_dump(exclude={"certificate_id", "issuer_id", "number", "recorded_at"})) == paper
    assert kept.recorded_at == now(session)
    assert (last.about, last.document_digest) == (kept.certificate_id, paper.document.digest)


@pytest.mark.proves("ISS-2")
@pytest.mark.parametrize(
    ("paper", "kind", "facts"),
    [
        (
            new_certificate(TODAY, days=0),
            AlreadyOver,
            {"found": "2026-03-01", "wanted": "2026-03-02"},
        ),
        (
            new_certificate(TODAY, grade=Grade.BB),
            GradeBelowFloor,
            {"found": "BB", "wanted": "BBB"},
        ),
        (
            new_certificate(TODAY + timedelta(days=60)),
            CertificateNotInDate,
            {"found": "示例-XY-0001 valid until 2027-04-30", "wanted": "2026-03-02"},
        ),
    ],
)
def test_a_certificate_that_is_over_too_low_or_too_early_certifies_nobody(
    session: Session, paper: NewCertificate, kind: type[Refused], facts: dict[str, object]
) -> None:
    issuer = make_issuer(session, LifeState.SUBMITTED)
    before = queries.dossier(session, issuer.issuer_id)

    with pytest.raises(kind) as no:
        service.certify(session, certifier_of(issuer.issuer_id), issuer.issuer_id, paper, reason=WHY)

    assert {name: fact for name, fact in no.value.facts.items() if name != "issuer_id"} == facts
    assert queries.dossier(session, issuer.issuer_id) == before


def test_the_last_day_of_a_certificate_still_counts(session: Session) -> None:
    issuer = make_issuer(session, LifeState.SUBMITTED)

    paper = new_certificate(TODAY, days=1)

    assert paper.valid.last_day == TODAY
    assert (
        service.certify(session, certifier_of(issuer.issuer_id), issuer.issuer_id, paper, reason=WHY).state
        == "certified"
    )


def test_a_body_with_the_issuers_own_code_can_not_certify_it(session: Session) -> None:
    issuer = make_issuer(session, LifeState.SUBMITTED)
    own = new_certificate(TODAY).model_copy(update={"body_code": issuer.code})

    with pytest.raises(NotIndependent) as no:
        service.certify(session, certifier_of(issuer.issuer_id), issuer.issuer_id, own, reason=WHY)

    assert (no.value.facts["body"], no.value.facts["found"]) == ("certification body", issuer.code)
    assert queries.certificates(session, issuer.issuer_id) == []


def test_whoever_submitted_can_not_certify(session: Session) -> None:
    issuer = make_issuer(session, LifeState.SUBMITTED)
    two_hats = make_actor(Role.CERTIFIER, ScopeKind.ISSUER, issuer.issuer_id, account_id="acc_admin")

    with pytest.raises(OwnFiling) as no:
        service.certify(session, two_hats, issuer.issuer_id, new_certificate(TODAY), reason=WHY)

    assert no.value.facts == {"filed_by": "acc_admin", "account_id": "acc_admin"}
    assert queries.certificates(session, issuer.issuer_id) == []


def test_a_renewal_is_taken_in_while_the_issuer_stays_where_it_is(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ACTIVE)
    paper = new_certificate(TODAY, grade=Grade.AAA, days=700)

    renewed = service.certify(session, certifier_of(issuer.issuer_id), issuer.issuer_id, paper, reason="年度换证")

    assert renewed.state is LifeState.ACTIVE
    assert [one.grade for one in queries.certificates(session, issuer.issuer_id)] == [Grade.AA, Grade.AAA]


@pytest.mark.proves("ISS-3")
def test_an_independent_assessment_moves_a_certified_issuer_on_and_is_kept_whole(session: Session) -> None:
    issuer = make_issuer(session, LifeState.CERTIFIED)
    paper = new_assessment(TODAY)

    assessed = service.assess(session, assessor_of(issuer.issuer_id), issuer.issuer_id, paper, reason=WHY)

    (kept,) = queries.assessments(session, issuer.issuer_id)
    assert assessed.state is LifeState.ASSESSED
    added = {"assessment_id", "issuer_id", "number", "assessor_id", "recorded_at", "met"}
    assert type(paper)(**kept.model_dump(exclude=added)) == paper
    assert (kept.assessor_id, kept.score_hundredths) == ("acc_assessor", 8860)


@pytest.mark.proves("ISS-3")
def test_an_assessor_that_is_the_issuer_is_refused(session: Session) -> None:
    issuer = make_issuer(session, LifeState.CERTIFIED)
    paper = new_assessment(TODAY, assessor_code=issuer.code.lower())

    with pytest.raises(NotIndependent) as no:
        service.assess(session, assessor_of(issuer.issuer_id), issuer.issuer_id, paper, reason=WHY)

    assert (no.value.code, no.value.facts["body"]) == ("issuers.not_independent", "assessor")
    assert queries.assessments(session, issuer.issuer_id) == []


def test_an_assessor_controlled_by_the_issuer_is_refused(session: Session) -> None:
    issuer = make_issuer(session, LifeState.CERTIFIED)
    paper = new_assessment(TODAY).model_copy(update={"assessor_controlling_code": issuer.code})

    with pytest.raises(NotIndependent):
        service.assess(session, assessor_of(issuer.issuer_id), issuer.issuer_id, paper, reason=WHY)

    assert queries.issuer(session, issuer.issuer_id).state is LifeState.CERTIFIED


def test_an_assessor_whose_own_code_is_wrong_is_refused(session: Session) -> None:
    issuer = make_issuer(session, LifeState.CERTIFIED)
    paper = new_assessment(TODAY, assessor_code="91350100M000100Y4A")

    with pytest.raises(CodeWrongCheck):
        service.assess(session, assessor_of(issuer.issuer_id), issuer.issuer_id, paper, reason=WHY)

    assert queries.assessments(session, issuer.issuer_id) == []


@pytest.mark.proves("ISS-3")
def test_a_failed_assessment_is_kept_and_moves_nobody_forward(session: Session) -> None:
    issuer = make_issuer(session, LifeState.CERTIFIED)
    failed = new_assessment(TODAY, verdict=Verdict.FAIL)

    after = service.assess(session, assessor_of(issuer.issuer_id), issuer.issuer_id, failed, reason=WHY)

    assert after.state is LifeState.CERTIFIED
    assert [one.verdict for one in queries.assessments(session, issuer.issuer_id)] == [Verdict.FAIL]
    assert queries.history(session, issuer.issuer_id)[-1].step == "fail_assessment"


def test_a_failed_reassessment_bars_an_active_issuer_from_issuing(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ACTIVE)
    failed = new_assessment(TODAY, verdict=Verdict.FAIL)

    service.assess(session, assessor_of(issuer.issuer_id), issuer.issuer_id, failed, reason=WHY)

    with pytest.raises(AssessmentNotPassed) as no:
        queries.require_may_issue(session, issuer.issuer_id)
    assert no.value.facts == {
        "issuer_id": issuer.issuer_id,
        "found": "verdict fail of 2026-03-02",
        "wanted": "2026-03-02",
    }


@pytest.mark.proves("ISS-3")
def test_conditions_are_followed_until_they_are_met_and_bar_issuing_once_overdue(
    session: Session, clock: StandingClock
) -> None:
    issuer = make_issuer(session, LifeState.ACTIVE)
    assessor = assessor_of(issuer.issuer_id)
    conditions = (
        Condition(text="补充存管协议", due_on=TODAY + timedelta(days=5)),
        Condition(text="公示投诉电话", due_on=TODAY + timedelta(days=30)),
    )
    conditional = new_assessment(TODAY, verdict=Verdict.CONDITIONAL, conditions=conditions)

    service.assess(session, assessor, issuer.issuer_id, conditional, reason=WHY)
    clock.move(timedelta(days=5))
    assert queries.may_issue(session, issuer.issuer_id).allowed
    clock.move(timedelta(days=1))
    (bar,) = queries.may_issue(session, issuer.issuer_id).bars
    assert (bar.code, bar.found) == (
        "issuers.assessment_not_passed",
        "a condition due on 2026-03-07 that is not met",
    )

    service.meet_condition(session, assessor, issuer.issuer_id, 1, reason="协议已签", document_digest="b" * 64)

    assert queries.may_issue(session, issuer.issuer_id).allowed
    newest = queries.newest_assessment(session, issuer.issuer_id)
    assert newest is not None
    assert newest.open_conditions() == conditions[1:]
    assert [(one.number, one.reason, one.document_digest) for one in newest.met] == [(1, "协议已签", "b" * 64)]


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_condition_that_is_not_open_can_not_be_met(session: Session, number: int) -> None:
    issuer = make_issuer(session, LifeState.ACTIVE)
    assessor = assessor_of(issuer.issuer_id)
    conditions = (Condition(text="甲", due_on=TODAY), Condition(text="乙", due_on=TODAY))
    paper = new_assessment(TODAY, verdict=Verdict.CONDITIONAL, conditions=conditions)
    service.assess(session, assessor, issuer.issuer_id, paper, reason=WHY)
    service.meet_condition(session, assessor, issuer.issuer_id, 1, reason=WHY, document_digest="b" * 64)

    with pytest.raises(UnknownCondition) as no:
        service.meet_condition(session, assessor, issuer.issuer_id, number, reason=WHY, document_digest="b" * 64)

    assert no.value.facts == {"issuer_id": issuer.issuer_id, "found": number, "wanted": [2]}


def test_two_conditions_of_the_same_words_are_two_conditions(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ACTIVE)
    assessor = assessor_of(issuer.issuer_id)
    same = (Condition(text="甲", due_on=TODAY), Condition(text="甲", due_on=TODAY))
    paper = new_assessment(TODAY, verdict=Verdict.CONDITIONAL, conditions=same)
    service.assess(session, assessor, issuer.issuer_id, paper, reason=WHY)

    for number in (1, 2):
        service.meet_condition(session, assessor, issuer.issuer_id, number, reason=WHY, document_digest="b" * 64)

    newest = queries.newest_assessment(session, issuer.issuer_id)
    assert newest is not None
    assert newest.open_conditions() == ()


def test_an_assessment_that_is_over_is_refused(session: Session) -> None:
    issuer = make_issuer(session, LifeState.CERTIFIED)
    over = new_assessment(TODAY, assessor_code=synthetic_code(5)).model_copy(
        update={"valid": Period(since=date(2025, 1, 1), until=date(2026, 1, 1))}
    )

    with pytest.raises(AlreadyOver) as no:
        service.assess(session, assessor_of(issuer.issuer_id), issuer.issuer_id, over, reason=WHY)

    assert no.value.facts == {"found": "2025-12-31", "wanted": "2026-03-02"}
    assert queries.assessments(session, issuer.issuer_id) == []
