"""Assessments: scored by one person, signed by another, independent, their conditions followed to the end."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.documents.errors import NotHandedIn
from greencredit.issuers import queries, service
from greencredit.issuers.errors import (
    AgencyWithdrawn,
    AlreadyOver,
    AlreadyReviewed,
    AssessmentNotPassed,
    AssessmentWaiting,
    CodeWrongCheck,
    SignedInTheFuture,
    UnknownCondition,
    UnknownScored,
    ValidTooLong,
    WrongIndicators,
)
from greencredit.kernel.access import AccessDenied, OwnFiling
from greencredit.kernel.clock import StandingClock, micros, now
from greencredit.kernel.errors import Refused
from greencredit.schemas.issuers import (
    AgencyKind,
    Condition,
    LifeState,
    ReviewOutcome,
    Verdict,
)
from greencredit.schemas.values import Period
from tests.factories.documents import example_document, hand_in
from tests.factories.issuers import (
    WHY,
    assessor_of,
    make_assessed,
    make_issuer,
    new_agency,
    new_assessment,
    operator,
    reviewer_of,
    synthetic_code,
)

PROOF = example_document().digest
"""A paper that every issuer of these factories has at hand."""

TODAY = date(2026, 3, 2)


@pytest.mark.proves("ISS-3")
def test_people_of_another_assessor_score_sign_return_and_close_nothing(session: Session) -> None:
    issuer_id = make_issuer(session, LifeState.CERTIFIED).issuer_id
    stranger = replace(assessor_of(issuer_id, 955), account_id="acc_stranger")
    service.list_agency(session, operator(), new_agency(955, kind=AgencyKind.ASSESSMENT), reason=WHY)
    paper = new_assessment(TODAY, verdict=Verdict.CONDITIONAL, conditions=(Condition(text="补充", due_on=TODAY),))

    with pytest.raises(AccessDenied):
        service.score_assessment(session, stranger, issuer_id, paper, reason=WHY)
    scored = service.score_assessment(session, assessor_of(issuer_id), issuer_id, paper, reason=WHY)
    for verb in (service.sign_assessment, service.return_assessment):
        with pytest.raises(AccessDenied) as no:
            verb(session, stranger, issuer_id, scored.scored_id, reason=WHY)
        assert no.value.facts["places"] == [f"agency:{synthetic_code(901)}"]
    service.sign_assessment(session, reviewer_of(issuer_id), issuer_id, scored.scored_id, reason=WHY)
    hand_in(session, "acc_stranger", example_document())
    with pytest.raises(AccessDenied):
        service.meet_condition(session, stranger, issuer_id, 1, reason=WHY, document_digest=example_document().digest)

    newest = queries.newest_assessment(session, issuer_id)
    assert newest is not None
    assert (newest.met, newest.reviewer_id) == ((), "acc_reviewer")


@pytest.mark.proves("ISS-3")
def test_an_assessment_counts_once_a_second_person_has_signed_it(session: Session) -> None:
    issuer = make_issuer(session, LifeState.CERTIFIED)
    issuer_id, paper = issuer.issuer_id, new_assessment(TODAY)

    scored = service.score_assessment(session, assessor_of(issuer_id), issuer_id, paper, reason=WHY)
    assert (scored.paper, scored.outcome) == (paper, ReviewOutcome.WAITING)
    assert (queries.issuer(session, issuer_id), queries.assessments(session, issuer_id)) == (issuer, [])

    assessed = service.sign_assessment(session, reviewer_of(issuer_id), issuer_id, scored.scored_id, reason="同意")

    (kept,) = queries.assessments(session, issuer_id)
    (reviewed,) = queries.scored_assessments(session, issuer_id)
    assert assessed.state is LifeState.ASSESSED
    assert (kept.assessor_id, kept.reviewer_id, kept.score_hundredths) == ("acc_assessor", "acc_reviewer", 8640)
    assert (kept.assessor_name, kept.declaration, kept.fees) == ("示例评估有限公司", paper.declaration, paper.fees)
    assert (reviewed.outcome, reviewed.reviewed_by, reviewed.review_reason) == (
        ReviewOutcome.SIGNED,
        "acc_reviewer",
        "同意",
    )


@pytest.mark.proves("ISS-3")
def test_whoever_scored_does_not_sign(session: Session) -> None:
    issuer_id = make_issuer(session, LifeState.CERTIFIED).issuer_id
    assessor = assessor_of(issuer_id)
    scored = service.score_assessment(session, assessor, issuer_id, new_assessment(TODAY), reason=WHY)

    with pytest.raises(OwnFiling) as no:
        service.sign_assessment(session, assessor, issuer_id, scored.scored_id, reason=WHY)

    assert no.value.facts == {"filed_by": "acc_assessor", "account_id": "acc_assessor"}
    assert queries.scored_assessments(session, issuer_id) == [scored]


def test_a_scored_assessment_is_reviewed_once_and_before_the_next(session: Session) -> None:
    issuer_id = make_issuer(session, LifeState.CERTIFIED).issuer_id
    assessor, reviewer = assessor_of(issuer_id), reviewer_of(issuer_id)
    first = service.score_assessment(session, assessor, issuer_id, new_assessment(TODAY), reason=WHY)

    with pytest.raises(AssessmentWaiting):
        service.score_assessment(session, assessor, issuer_id, new_assessment(TODAY), reason=WHY)
    service.return_assessment(session, reviewer, issuer_id, first.scored_id, reason="底稿不全")
    with pytest.raises(AlreadyReviewed) as no:
        service.sign_assessment(session, reviewer, issuer_id, first.scored_id, reason=WHY)
    session.info["clock"].move(timedelta(seconds=1))
    make_assessed(session, issuer_id, new_assessment(TODAY))

    assert no.value.facts == {"scored_id": first.scored_id, "found": "returned"}
    outcomes = [one.outcome for one in queries.scored_assessments(session, issuer_id)]
    assert outcomes == [ReviewOutcome.RETURNED, ReviewOutcome.SIGNED]


def test_a_scored_assessment_of_another_issuer_is_not_signed_here(session: Session) -> None:
    one, other = make_issuer(session, LifeState.CERTIFIED), make_issuer(session, LifeState.CERTIFIED, number=2)
    paper = new_assessment(TODAY)
    scored = service.score_assessment(session, assessor_of(one.issuer_id), one.issuer_id, paper, reason=WHY)

    with pytest.raises(UnknownScored):
        service.sign_assessment(session, reviewer_of(other.issuer_id), other.issuer_id, scored.scored_id, reason=WHY)

    assert queries.issuer(session, other.issuer_id) == other


def test_what_changed_between_scoring_and_signing_is_looked_at_again(session: Session) -> None:
    issuer_id = make_issuer(session, LifeState.CERTIFIED).issuer_id
    scored = service.score_assessment(session, assessor_of(issuer_id), issuer_id, new_assessment(TODAY), reason=WHY)
    agency = queries.agency_with_code(session, AgencyKind.ASSESSMENT, synthetic_code(901))
    assert agency is not None
    service.withdraw_agency(session, operator(), agency.agency_id, since=TODAY, reason=WHY)

    with pytest.raises(AgencyWithdrawn):
        service.sign_assessment(session, reviewer_of(issuer_id), issuer_id, scored.scored_id, reason=WHY)

    assert queries.assessments(session, issuer_id) == []


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"criteria_version": "GCI-0"}, WrongIndicators),
        ({"signed_on": TODAY + timedelta(days=1)}, SignedInTheFuture),
        ({"valid": Period(since=TODAY, until=TODAY + timedelta(days=1097))}, ValidTooLong),
        ({"document": example_document("从未上传的报告.pdf")}, NotHandedIn),
    ],
)
def test_an_assessment_outside_the_rules_is_refused_and_nothing_is_kept(
    session: Session, changed: dict[str, object], kind: type[Refused]
) -> None:
    issuer_id = make_issuer(session, LifeState.CERTIFIED).issuer_id
    paper = new_assessment(TODAY).model_copy(update=changed)

    with pytest.raises(kind):
        service.score_assessment(session, assessor_of(issuer_id), issuer_id, paper, reason=WHY)

    assert queries.scored_assessments(session, issuer_id) == []


@pytest.mark.proves("ISS-2", "ISS-3")
def test_what_was_taken_in_is_said_in_the_public_log_and_names_nobody(session: Session) -> None:
    issuer_id = make_issuer(session, LifeState.ASSESSED).issuer_id
    (certificate,), (assessment,) = queries.certificates(session, issuer_id), queries.assessments(session, issuer_id)

    bodies = session.scalars(text("SELECT body FROM proofs_pending ORDER BY id")).all()
    facts = [json.loads(bytes(body)) for body in bodies]
    told = [one for one in facts if one["kind"] in {"certificate", "assessment"}]

    at = {"v": 1, "at": micros(now(session)), "issuer": issuer_id}
    assert told == [
        at
        | {
            "kind": "certificate",
            "certificate": certificate.certificate_id,
            "digest": certificate.document.digest,
            "valid_from": certificate.valid.since.isoformat(),
            "valid_until": certificate.valid.until.isoformat(),
        },
        at
        | {
            "kind": "assessment",
            "assessment": assessment.assessment_id,
            "verdict": "pass",
            "digest": assessment.document.digest,
            "valid_until": assessment.valid.until.isoformat(),
        },
    ]


def test_an_assessor_whose_own_code_is_wrong_is_refused(session: Session) -> None:
    issuer = make_issuer(session, LifeState.CERTIFIED)
    paper = new_assessment(TODAY, assessor_code="91350100M000100Y4A")

    with pytest.raises(CodeWrongCheck):
        make_assessed(session, issuer.issuer_id, paper)

    assert queries.assessments(session, issuer.issuer_id) == []


@pytest.mark.proves("ISS-3")
def test_a_failed_assessment_is_kept_and_moves_nobody_forward(session: Session) -> None:
    issuer = make_issuer(session, LifeState.CERTIFIED)
    failed = new_assessment(TODAY, verdict=Verdict.FAIL)

    after = make_assessed(session, issuer.issuer_id, failed)

    assert after.state is LifeState.CERTIFIED
    assert [one.verdict for one in queries.assessments(session, issuer.issuer_id)] == [Verdict.FAIL]
    assert queries.history(session, issuer.issuer_id)[-1].step == "fail_assessment"


def test_a_failed_reassessment_bars_an_active_issuer_from_issuing(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ACTIVE)
    failed = new_assessment(TODAY, verdict=Verdict.FAIL)

    make_assessed(session, issuer.issuer_id, failed)

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

    make_assessed(session, issuer.issuer_id, conditional)
    clock.move(timedelta(days=5))
    assert queries.may_issue(session, issuer.issuer_id).allowed
    clock.move(timedelta(days=1))
    (bar,) = queries.may_issue(session, issuer.issuer_id).bars
    assert (bar.code, bar.found) == (
        "issuers.condition_overdue",
        "a condition due on 2026-03-07 that is not met",
    )

    service.meet_condition(session, assessor, issuer.issuer_id, 1, reason="协议已签", document_digest=PROOF)

    assert queries.may_issue(session, issuer.issuer_id).allowed
    newest = queries.newest_assessment(session, issuer.issuer_id)
    assert newest is not None
    assert newest.open_conditions() == conditions[1:]
    assert [(one.number, one.reason, one.document_digest) for one in newest.met] == [(1, "协议已签", PROOF)]


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_condition_that_is_not_open_can_not_be_met(session: Session, number: int) -> None:
    issuer = make_issuer(session, LifeState.ACTIVE)
    assessor = assessor_of(issuer.issuer_id)
    conditions = (Condition(text="甲", due_on=TODAY), Condition(text="乙", due_on=TODAY))
    paper = new_assessment(TODAY, verdict=Verdict.CONDITIONAL, conditions=conditions)
    make_assessed(session, issuer.issuer_id, paper)
    service.meet_condition(session, assessor, issuer.issuer_id, 1, reason=WHY, document_digest=PROOF)

    with pytest.raises(UnknownCondition) as no:
        service.meet_condition(session, assessor, issuer.issuer_id, number, reason=WHY, document_digest=PROOF)

    assert no.value.facts == {"issuer_id": issuer.issuer_id, "found": number, "wanted": [2]}


def test_two_conditions_of_the_same_words_are_two_conditions(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ACTIVE)
    assessor = assessor_of(issuer.issuer_id)
    same = (Condition(text="甲", due_on=TODAY), Condition(text="甲", due_on=TODAY))
    paper = new_assessment(TODAY, verdict=Verdict.CONDITIONAL, conditions=same)
    make_assessed(session, issuer.issuer_id, paper)

    for number in (1, 2):
        service.meet_condition(session, assessor, issuer.issuer_id, number, reason=WHY, document_digest=PROOF)

    newest = queries.newest_assessment(session, issuer.issuer_id)
    assert newest is not None
    assert newest.open_conditions() == ()


def test_an_assessment_that_is_over_is_refused(session: Session) -> None:
    issuer = make_issuer(session, LifeState.CERTIFIED)
    over = new_assessment(TODAY).model_copy(update={"valid": Period(since=date(2025, 1, 1), until=date(2026, 1, 1))})

    with pytest.raises(AlreadyOver) as no:
        make_assessed(session, issuer.issuer_id, over)

    assert no.value.facts == {"found": "2025-12-31", "wanted": "2026-03-02"}
    assert queries.assessments(session, issuer.issuer_id) == []
