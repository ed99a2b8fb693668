"""Between hand-in and decision: papers found complete, versions recalled, returns that nobody answered in time."""

from datetime import timedelta
from typing import Final

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from greencredit.issuers import jobs, queries, service
from greencredit.issuers.errors import FilingChanged, FilingStepNotAllowed, FilingWaiting
from greencredit.kernel.access import AccessDenied, OwnFiling, Role, Scope, ScopeKind
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.notices import queries as notices
from greencredit.schemas.issuers import FieldReason, Filing, FilingState, LifeState, Placing
from tests.factories.issuers import WHY, admin_of, make_filing, make_issuer, new_scheme, regulator
from tests.factories.messages import a_job
from tests.factories.people import make_account_with, make_actor

FIELDS: Final = (FieldReason(path="guarantee.bank", reason="请写明存管银行全称"),)
IN_TIME: Final = timedelta(days=14)
"""Ten working days after a Monday end on the Monday two weeks later."""
LATE: Final = IN_TIME + timedelta(days=1)


def waiting(session: Session) -> Filing:
    """Give a filing that waits."""
    return make_filing(session, make_issuer(session, LifeState.ASSESSED).issuer_id)


def returned(session: Session) -> Filing:
    """Give a filing that was given back today."""
    return service.return_filing(session, regulator(), waiting(session).filing_id, reason=WHY, fields=FIELDS)


# ---- Papers found complete -------------------------------------------------------------------------------------------


@pytest.mark.proves("ISS-4", "SUP-1")
def test_papers_are_found_complete_once_and_by_the_authority_alone(session: Session, clock: StandingClock) -> None:
    filed = waiting(session)
    elsewhere = make_actor(Role.REGULATOR, ScopeKind.REGION, "CN-BJ", account_id="acc_elsewhere")

    for actor in (elsewhere, admin_of(filed.issuer_id)):
        with pytest.raises(AccessDenied):
            service.admit_filing(session, actor, filed.filing_id, reason=WHY)
    with pytest.raises(FilingChanged):
        service.admit_filing(session, regulator(), filed.filing_id, reason=WHY, digest="0" * 64)
    untouched = queries.filing(session, filed.filing_id)
    admitted = service.admit_filing(session, regulator(), filed.filing_id, reason=WHY, digest=filed.digest)
    with pytest.raises(FilingStepNotAllowed) as no:
        service.admit_filing(session, regulator(), filed.filing_id, reason=WHY)

    assert untouched == filed
    assert (admitted.state, admitted.admitted_at) == (FilingState.ADMITTED, clock.now())
    assert no.value.facts["wanted"] == ["accept", "opine", "refuse", "return"]


def test_nobody_finds_his_own_papers_complete(session: Session) -> None:
    issuer_id = make_issuer(session, LifeState.ASSESSED).issuer_id
    filed = make_filing(session, issuer_id, actor=admin_of(issuer_id, "acc_two"))
    two_hats = make_actor(Role.REGULATOR, ScopeKind.REGION, "CN-SH", account_id="acc_two")

    with pytest.raises(OwnFiling):
        service.admit_filing(session, two_hats, filed.filing_id, reason=WHY)

    assert queries.filing(session, filed.filing_id) == filed


@pytest.mark.proves("ISS-4")
def test_the_day_on_which_papers_were_complete_is_never_changed(session: Session) -> None:
    filed = waiting(session)
    service.admit_filing(session, regulator(), filed.filing_id, reason=WHY)

    with pytest.raises(DBAPIError, match="issuers_filing is sealed"), session.begin_nested():
        session.execute(text("UPDATE issuers_filing SET admitted_at = submitted_at - 1"))


@pytest.mark.proves("ISS-4")
def test_an_acceptance_without_a_look_at_the_papers_writes_both_down(session: Session) -> None:
    filed = waiting(session)

    accepted = service.accept_filing(session, regulator(), filed.filing_id, "N1", digest=filed.digest, reason=WHY)

    steps = [one.step for one in queries.history(session, filed.issuer_id) if one.about == filed.filing_id]
    assert steps == ["draft", "submit", "admit", "accept", "accept_filing", "take_effect"]
    assert accepted.admitted_at == accepted.decided_at


# ---- Recalled --------------------------------------------------------------------------------------------------------


@pytest.mark.proves("ISS-4")
@pytest.mark.parametrize("admitted", [False, True])
def test_an_issuer_recalls_its_version_before_the_decision_and_may_hand_in_another(
    session: Session, *, admitted: bool
) -> None:
    filed = waiting(session)
    if admitted:
        service.admit_filing(session, regulator(), filed.filing_id, reason=WHY)
    with pytest.raises(FilingWaiting):
        make_filing(session, filed.issuer_id, new_scheme(fen_per_100=120))

    recalled = service.recall_filing(session, admin_of(filed.issuer_id), filed.filing_id, reason="示例：条款有误")
    another = make_filing(session, filed.issuer_id, new_scheme(fen_per_100=120))

    assert (recalled.state, recalled.decided_at) == (FilingState.RECALLED, None)
    assert another.state is FilingState.SUBMITTED
    assert [one.filing_id for one in queries.desk(session, regulator())] == [another.filing_id]
    with pytest.raises(FilingStepNotAllowed):
        service.accept_filing(session, regulator(), filed.filing_id, "N1", digest=filed.digest, reason=WHY)


@pytest.mark.proves("ISS-4")
def test_nothing_that_was_decided_is_recalled_and_nobody_recalls_for_another(session: Session) -> None:
    filed = waiting(session)

    for actor in (admin_of("iss_other"), regulator()):
        with pytest.raises(AccessDenied):
            service.recall_filing(session, actor, filed.filing_id, reason=WHY)
    service.accept_filing(session, regulator(), filed.filing_id, "N1", digest=filed.digest, reason=WHY)
    with pytest.raises(FilingStepNotAllowed):
        service.recall_filing(session, admin_of(filed.issuer_id), filed.filing_id, reason=WHY)

    assert queries.filing(session, filed.filing_id).state is FilingState.EFFECTIVE


# ---- Not corrected in time -------------------------------------------------------------------------------------------


@pytest.mark.proves("ISS-4")
def test_a_version_that_is_not_corrected_in_time_lapses_on_the_day_after_and_its_people_are_told(
    database: Database, clock: StandingClock
) -> None:
    with database.writing() as session:
        back = returned(session)
        here = Scope(ScopeKind.ISSUER, back.issuer_id)
        told = make_account_with(session, Role.ISSUER_ADMIN, here, login="示例管理员").account_id
        correction = queries.clocks(session, back.filing_id).correction
    assert told is not None
    clock.move(IN_TIME)
    jobs.lapse_uncorrected(database, a_job(database, jobs.LAPSE_UNCORRECTED))
    with database.reading() as session:
        on_the_last_day = queries.filing(session, back.filing_id).state
    clock.move(LATE - IN_TIME)

    for _ in range(2):
        jobs.lapse_uncorrected(database, a_job(database, jobs.LAPSE_UNCORRECTED))

    assert correction is not None
    assert (correction.workdays, correction.day) == (10, (clock.now() - timedelta(days=1)).date())
    with database.writing() as session:
        lapsed = queries.filing(session, back.filing_id)
        (step,) = (one for one in queries.history(session, back.issuer_id) if one.step == "lapse")
        assert (on_the_last_day, lapsed.state) == (FilingState.RETURNED, FilingState.LAPSED)
        assert (step.subject, step.role, step.actor_id, step.about) == ("filing", "system", "system", back.filing_id)
        assert [one.kind for one in notices.inbox(session, told).notices] == ["filing_lapsed"]
        assert queries.clocks(session, back.filing_id).correction is None
        assert make_filing(session, back.issuer_id).state is FilingState.SUBMITTED


@pytest.mark.proves("ISS-4")
def test_a_correction_that_came_in_time_keeps_what_was_returned_as_it_is(
    session: Session, clock: StandingClock
) -> None:
    back = returned(session)
    clock.move(IN_TIME)
    make_filing(session, back.issuer_id)

    clock.move(timedelta(days=30))

    assert service.lapse_uncorrected(session) == []
    assert queries.filing(session, back.filing_id).state is FilingState.RETURNED
    assert queries.clocks(session, back.filing_id).correction is None


@pytest.mark.proves("ISS-4")
def test_a_draft_or_a_recalled_version_is_no_correction(session: Session, clock: StandingClock) -> None:
    back = returned(session)
    answer = make_filing(session, back.issuer_id)
    service.recall_filing(session, admin_of(back.issuer_id), answer.filing_id, reason=WHY)
    service.draft_filing(session, admin_of(back.issuer_id), back.issuer_id, new_scheme(), reason=WHY)
    clock.move(LATE)

    lapsed = service.lapse_uncorrected(session)

    assert [one.filing_id for one in lapsed] == [back.filing_id]


@pytest.mark.proves("ISS-4")
def test_what_comes_too_late_is_a_filing_of_its_own_whether_or_not_a_job_ran(
    session: Session, clock: StandingClock
) -> None:
    back = returned(session)
    clock.move(LATE)

    answer = make_filing(session, back.issuer_id)

    assert (queries.filing(session, back.filing_id).state, answer.state) == (FilingState.LAPSED, FilingState.SUBMITTED)


@pytest.mark.proves("ISS-4")
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_only_the_calendar_lets_a_version_lapse(session: Session, role: Role) -> None:
    from greencredit.issuers.service.steps import open_filing_turn
    from greencredit.schemas.issuers import FilingStep
    from tests.factories.issuers import actor_in

    back = returned(session)
    actor = actor_in(role, queries.issuer(session, back.issuer_id))

    with pytest.raises((AccessDenied, FilingStepNotAllowed)):
        open_filing_turn(session, actor, back.filing_id, FilingStep.LAPSE, reason=WHY)


def test_a_version_handed_in_under_a_table_without_lapse_never_lapses(session: Session, clock: StandingClock) -> None:
    placed = waiting(session).placing
    assert placed is not None

    before = Placing.model_validate(placed.model_dump(exclude={"correction_lapses", "silence_completes"}))

    assert (placed.correction_lapses, before.correction_lapses, before.silence_completes) == (True, False, False)
    del clock


def test_a_year_without_a_calendar_lets_nothing_lapse(session: Session, clock: StandingClock) -> None:
    clock.move(timedelta(days=294))  # 21 December 2026: ten working days end in a year nobody has published
    back = returned(session)
    clock.move(timedelta(days=60))

    assert service.lapse_uncorrected(session) == []
    correction = queries.clocks(session, back.filing_id).correction
    assert correction is not None
    assert (correction.day, correction.overdue) == (None, False)
