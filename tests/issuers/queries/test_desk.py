"""The filing desk: who sees what, age and deadlines in working days, versions side by side."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from greencredit.issuers import queries, rules, service
from greencredit.issuers.errors import UnknownFiling, UnknownVersion
from greencredit.kernel.access import Role, ScopeKind
from greencredit.kernel.clock import StandingClock
from greencredit.schemas.issuers import EXISTING_CREDITS_RULE, Effect, FilingState, LifeState, Reach
from tests.factories.issuers import (
    WHY,
    admin_of,
    certifier_of,
    make_filing,
    make_issuer,
    new_scheme,
    operator,
    regulator,
)
from tests.factories.people import make_actor


@pytest.mark.proves("SUP-1")
def test_the_desk_shows_what_waits_with_age_deadline_and_place(session: Session, clock: StandingClock) -> None:
    issuer = make_issuer(session, LifeState.ASSESSED)
    filed = make_filing(session, issuer.issuer_id)
    clock.move(timedelta(days=7))

    (found,) = queries.desk(session, regulator())

    assert (found.filing_id, found.issuer_name, found.title) == (filed.filing_id, issuer.name, new_scheme().title)
    assert (found.digest, found.submitted_at, found.check) == (filed.digest, filed.submitted_at, filed.check)
    assert found.age_workdays == 5
    assert (found.acceptance.day, found.acceptance.overdue) == (date(2026, 3, 9), False)
    assert (found.decision.day, found.decision.workdays, found.decision.overdue) == (None, 15, False)
    assert found.decision.unknown == rules.NOT_BEGUN
    assert (found.placing.tier, found.placing.authority) == ("local", "CN-SH")


@pytest.mark.proves("SUP-1")
def test_the_clock_of_the_decision_runs_from_the_day_on_which_papers_were_found_complete(
    session: Session, clock: StandingClock
) -> None:
    filed = make_filing(session, make_issuer(session, LifeState.ASSESSED).issuer_id)
    clock.move(timedelta(days=2))

    admitted = service.admit_filing(session, regulator(), filed.filing_id, digest=filed.digest, reason=WHY)
    (found,) = queries.desk(session, regulator())
    clocks = queries.clocks(session, filed.filing_id)

    assert (admitted.state, admitted.admitted_at) == (FilingState.ADMITTED, clock.now())
    assert (found.admitted_at, found.acceptance.overdue) == (clock.now(), False)
    # Fifteen working days after Wednesday, 4 March.
    assert (found.decision.day, found.decision.unknown) == (date(2026, 3, 25), None)
    assert (clocks.acceptance, clocks.decision, clocks.correction) == (found.acceptance, found.decision, None)


def test_whoever_says_nothing_about_papers_is_held_to_the_day_of_submission(
    session: Session, clock: StandingClock
) -> None:
    filed = make_filing(session, make_issuer(session, LifeState.ASSESSED).issuer_id)

    clock.move(timedelta(days=7))
    in_time = queries.clocks(session, filed.filing_id).decision
    clock.move(timedelta(days=1))
    silent = queries.clocks(session, filed.filing_id).decision
    service.admit_filing(session, regulator(), filed.filing_id, reason=WHY)
    clocks = queries.clocks(session, filed.filing_id)

    assert in_time is not None
    assert silent is not None
    assert clocks.acceptance is not None
    assert clocks.decision is not None
    assert (in_time.day, silent.day, clocks.decision.day) == (None, date(2026, 3, 23), date(2026, 3, 31))
    assert clocks.acceptance.overdue


def test_a_draft_has_no_clocks(session: Session) -> None:
    issuer_id = make_issuer(session, LifeState.ASSESSED).issuer_id
    draft = service.draft_filing(session, admin_of(issuer_id), issuer_id, new_scheme(), reason=WHY)

    found = queries.clocks(session, draft.filing_id)

    assert (found.acceptance, found.decision, found.correction) == (None, None, None)


def test_what_is_late_is_shown_as_late(session: Session, clock: StandingClock) -> None:
    make_filing(session, make_issuer(session, LifeState.ASSESSED).issuer_id)
    clock.move(timedelta(days=22))

    (found,) = queries.desk(session, regulator())

    assert (found.acceptance.overdue, found.decision.overdue) == (True, True)


@pytest.mark.proves("SUP-1")
def test_a_deadline_in_a_year_without_a_calendar_is_said_to_be_unknown(session: Session, clock: StandingClock) -> None:
    clock.move(timedelta(days=290))
    filed = make_filing(session, make_issuer(session, LifeState.ASSESSED).issuer_id)
    service.admit_filing(session, regulator(), filed.filing_id, reason=WHY)

    (found,) = queries.desk(session, regulator())

    assert (found.decision.day, found.decision.overdue) == (None, False)
    assert found.decision.unknown is not None
    assert found.decision.unknown.en == "The working days of 2027 are not known yet"


def test_an_authority_sees_what_it_decides_on_and_nothing_else(session: Session) -> None:
    make_filing(session, make_issuer(session, LifeState.ASSESSED).issuer_id)
    far = new_scheme().model_copy(update={"reach": Reach(holders=20_000_000)})
    nation = make_filing(session, make_issuer(session, LifeState.ASSESSED, number=2).issuer_id, far)

    def seen(region: str) -> list[str]:
        actor = make_actor(Role.REGULATOR, ScopeKind.REGION, region, account_id="acc_x")
        return [one.filing_id for one in queries.desk(session, actor)]

    assert (len(seen("CN-SH")), seen("CN-BJ"), len(seen("CN"))) == (1, [], 2)
    assert nation.filing_id not in seen("CN-SH")
    assert len(queries.desk(session, make_actor(Role.AUDITOR, account_id="acc_a"))) == 2
    for nobody in (admin_of(nation.issuer_id), certifier_of(nation.issuer_id), operator()):
        assert queries.desk(session, nobody) == []


def test_what_was_decided_waits_no_longer(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ASSESSED)
    filed = make_filing(session, issuer.issuer_id)

    service.refuse_filing(session, regulator(), filed.filing_id, reason=WHY)

    assert queries.desk(session, regulator()) == []


@pytest.mark.proves("SUP-1", "ISS-4")
def test_versions_stand_side_by_side_with_what_each_change_means(session: Session) -> None:
    issuer = make_issuer(session)
    change = make_filing(session, issuer.issuer_id, new_scheme(fen_per_100=80))

    found = queries.comparison(session, change.filing_id)
    with_itself = queries.comparison(session, change.filing_id, against=2)

    assert (found.version, found.against_version, found.rule) == (2, 1, EXISTING_CREDITS_RULE)
    assert [(one.path, one.effect) for one in found.changes] == [("face_value_fen_per_100_credits", Effect.WORSE)]
    assert (found.count(Effect.WORSE), found.count(Effect.BETTER)) == (1, 0)
    assert with_itself.changes == ()


def test_a_first_version_has_nothing_beside_it(session: Session) -> None:
    filed = make_filing(session, make_issuer(session, LifeState.ASSESSED).issuer_id)

    found = queries.comparison(session, filed.filing_id)

    assert (found.against_filing_id, found.against_version, found.changes) == (None, None, ())


def test_a_version_nobody_drafted_is_not_compared_with(session: Session) -> None:
    filed = make_filing(session, make_issuer(session, LifeState.ASSESSED).issuer_id)

    with pytest.raises(UnknownVersion) as no:
        queries.comparison(session, filed.filing_id, against=7)
    with pytest.raises(UnknownFiling):
        queries.check_report(session, "fil_nobody")

    assert no.value.facts == {"issuer_id": filed.issuer_id, "found": 7, "wanted": [1]}
