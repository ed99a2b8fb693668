"""A project's life through its verbs: each promise, each refusal with nothing changed, four eyes, claim once."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.access import AccessDenied, Actor, operator_at_the_machine
from greencredit.kernel.clock import now
from greencredit.kernel.errors import Refusal
from greencredit.people.errors import UnknownConsumer
from greencredit.projects import queries, rules, service
from greencredit.projects.tables import DataRow, ShareRow
from greencredit.schemas.issuers import LifeState
from greencredit.schemas.projects import (
    Claim,
    NewAdjustment,
    NewDecision,
    NewRefusal,
    NewSignOff,
    Part,
    Participant,
    Project,
    ProjectState,
)
from greencredit.schemas.values import Period
from tests.factories.issuers import make_issuer, regulator
from tests.factories.projects import (
    AFTER,
    METER,
    WHY,
    building_after,
    building_before,
    building_csv,
    daily_csv,
    heated,
    keeper_of,
    make_frozen,
    make_measured,
    make_project,
    make_signed_off,
    new_project,
    verifier_of,
    word_for,
)

SIGNED = NewDecision(signed=True, reason="示例：与现场记录一致")
INSIDE = Period(since=date(2025, 7, 1), until=date(2025, 8, 1))


def steps_of(project: Project) -> list[ProjectState]:
    return [one.state for one in project.steps]


@pytest.mark.proves("ACT-3")
def test_a_project_is_led_from_its_opening_to_shares_that_add_up(session: Session) -> None:
    measured = make_measured(session)
    issuer_id = measured.terms.issuer_id

    signed = service.sign_off(
        session, verifier_of(issuer_id), measured.project_id, word_for(session, measured.project_id)
    )

    found = queries.measurement(session, measured.project_id).measurement
    assert steps_of(signed) == [
        ProjectState.OPEN,
        ProjectState.FROZEN,
        ProjectState.MEASURED,
        ProjectState.SIGNED_OFF,
    ]
    assert signed.steps[-1].by == "acc_verifier"
    assert sum(one.saved_milli for one in signed.shares) == found.counted_milli
    assert sum(one.grams for one in signed.shares) == found.counted_grams > 0
    assert sorted(one.weight for one in signed.shares) == [2, 2, 3]
    assert found.counted_milli < found.saved_milli  # the uncertainty is above a fifth: half the interval is taken off
    rules.require_recomputes(found)


@pytest.mark.proves("ACT-3")
def test_awards_are_handed_each_participants_grams_with_a_fingerprint_that_stays(session: Session) -> None:
    assert queries.signed_off(session) == ()
    signed = make_signed_off(session)

    claims = queries.signed_off(session, signed.terms.issuer_id)

    share = signed.shares[0]
    assert claims[0] == Claim(
        project_id=signed.project_id,
        participant_id=share.participant_id,
        issuer_id=signed.terms.issuer_id,
        region="CN-SH",
        carrier=signed.terms.carrier,
        action="mv_whole_building_electricity",
        on=date(2026, 2, 27),
        period=Period(since=date(2025, 2, 28), until=date(2026, 2, 28)),
        saved_milli=share.saved_milli,
        unit="kWh",
        grams=share.grams,
        gas=claims[0].gas,
        tier=claims[0].tier,
        fingerprint=share.fingerprint,
        signed_off_at=now(session),
    )
    assert [one.participant_id for one in claims] == sorted(one.participant_id for one in claims)
    assert len({one.fingerprint for one in claims}) == 3
    assert queries.signed_off(session, "iss_nobody") == ()
    assert queries.signed_off(session, after=(claims[0].project_id, claims[0].participant_id)) == claims[1:]
    assert queries.signed_off(session, project_id=signed.project_id) == claims


@pytest.mark.proves("ACT-3")
@pytest.mark.parametrize("account_id", ["acc_keeper", None])
def test_whoever_opened_or_measured_it_and_whoever_has_no_account_never_signs(
    session: Session, account_id: str | None
) -> None:
    measured = make_measured(session)
    verifier = verifier_of(measured.terms.issuer_id)
    same = Actor(at=verifier.at, via=verifier.via, account_id=account_id, grants=verifier.grants)

    with pytest.raises(Refusal) as no:
        service.sign_off(session, same, measured.project_id, word_for(session, measured.project_id))

    assert (no.value.code, no.value.facts["account_id"]) == ("projects.own_project", account_id)
    assert queries.project(session, measured.project_id) == measured


def test_only_a_verifier_signs_and_only_the_issuers_people_measure(session: Session) -> None:
    frozen = make_frozen(session)
    issuer_id = frozen.terms.issuer_id

    for actor in (keeper_of(issuer_id), regulator(), operator_at_the_machine(now(session))):
        with pytest.raises(AccessDenied):
            service.refuse(session, actor, frozen.project_id, NewRefusal(reason=WHY))
    for actor in (verifier_of(issuer_id), keeper_of("iss_elsewhere")):
        with pytest.raises(AccessDenied):
            service.measure(session, actor, frozen.project_id)

    assert queries.project(session, frozen.project_id) == frozen


@pytest.mark.proves("ACT-3")
def test_a_baseline_that_does_not_fit_is_kept_with_its_tests_and_never_frozen(session: Session) -> None:
    opened = make_project(session)
    keeper = keeper_of(opened.terms.issuer_id)
    wild = daily_csv(date(2023, 2, 27), 364, heated(), noise=0.5)
    service.add_data(session, keeper, opened.project_id, Part.BASELINE, meter=wild)
    service.fit_baseline(session, keeper, opened.project_id)

    with pytest.raises(Refusal) as no:
        service.freeze_baseline(session, keeper, opened.project_id, reason=WHY)

    assert no.value.code == "projects.baseline_unfit"
    assert [one["name"] for one in no.value.facts["failed"]] == ["cvrmse_day", "cvrmse_day_ceiling"]
    assert queries.state_of(session, opened.project_id) is ProjectState.OPEN
    assert not queries.baseline(session, opened.project_id).baseline.fits


@pytest.mark.proves("ACT-3")
def test_more_used_than_before_is_kept_and_shown_and_never_signed_off(session: Session) -> None:
    lines = building_after().splitlines()
    worse = b"\n".join([lines[0], *(_times(line, 1.2) for line in lines[1:])])
    measured = make_measured(session, after=worse)
    found = queries.measurement(session, measured.project_id).measurement

    with pytest.raises(Refusal) as no:
        service.sign_off(
            session, verifier_of(measured.terms.issuer_id), measured.project_id, word_for(session, measured.project_id)
        )

    assert found.saved_milli < 0
    assert found.grams < 0
    assert (found.counted_milli, found.counted_grams) == (0, 0)
    assert no.value.code == "projects.nothing_saved"
    assert queries.project(session, measured.project_id) == measured
    shown = queries.projects(session, regulator())
    assert [(one.saved_milli, one.counted_grams) for one in shown] == [(found.saved_milli, 0)]
    assert queries.signed_off(session) == ()


def _times(line: bytes, factor: float) -> bytes:
    day, used, outside = line.decode().split(",")
    return f"{day},{float(used) * factor:.6f},{outside}".encode()


@pytest.mark.proves("ACT-3")
def test_a_saving_that_drowns_in_its_uncertainty_is_not_signed_off(session: Session) -> None:
    measured = make_measured(
        session,
        before=daily_csv(date(2023, 2, 27), 364, heated(), noise=0.15),
        after=daily_csv(date(2025, 2, 28), 364, heated(), noise=0.15, scale=0.99, seed=3),
    )

    with pytest.raises(Refusal) as no:
        service.sign_off(
            session, verifier_of(measured.terms.issuer_id), measured.project_id, word_for(session, measured.project_id)
        )

    assert no.value.code == "projects.not_eligible"
    assert [one["name"] for one in no.value.facts["failed"]] == ["fractional_uncertainty"]


@pytest.mark.proves("ACT-3")
def test_an_adjustment_counts_once_the_verifier_has_signed_it(session: Session) -> None:
    measured = make_measured(session)
    keeper, verifier = keeper_of(measured.terms.issuer_id), verifier_of(measured.terms.issuer_id)
    before = queries.measurement(session, measured.project_id).measurement
    wanted = NewAdjustment(period=INSIDE, amount_milli=-5_000_000, reason="示例：加装充电桩")
    proposed = service.propose(session, keeper, measured.project_id, wanted)
    project_id = measured.project_id

    with pytest.raises(Refusal) as waits:
        service.sign_off(session, verifier, project_id, word_for(session, project_id))
    with pytest.raises(AccessDenied):
        service.decide(session, keeper, project_id, proposed.number, SIGNED)
    decided = service.decide(session, verifier, project_id, proposed.number, SIGNED)
    with pytest.raises(Refusal) as stale:
        service.sign_off(session, verifier, project_id, word_for(session, project_id))
    with pytest.raises(Refusal) as again:
        service.decide(session, verifier, project_id, proposed.number, SIGNED)
    after = service.measure(session, keeper, project_id).measurement
    signed = service.sign_off(session, verifier, project_id, word_for(session, project_id))

    assert (waits.value.code, stale.value.code) == ("projects.adjustment_waits", "projects.adjustment_waits")
    assert again.value.code == "projects.already_decided"
    assert decided.decision is not None
    assert decided.decision.decided_by == "acc_verifier"
    assert after.saved_milli == before.saved_milli - 5_000_000
    assert after.adjustments == (decided,)
    assert signed.state is ProjectState.SIGNED_OFF


@pytest.mark.proves("ACT-3")
def test_a_day_of_a_meter_is_signed_off_once_whatever_the_project(session: Session) -> None:
    first = make_signed_off(session)
    issuer_id = first.terms.issuer_id
    half_a_year_later = building_csv(*AFTER, moved_days=574 * 7 - 182)
    installed = Period(since=date(2024, 3, 1), until=date(2024, 8, 1))
    second = make_measured(
        session,
        issuer_id=issuer_id,
        before=building_before().replace(b"\n", b"\r\n"),
        after=half_a_year_later,
        installed=installed,
    )

    with pytest.raises(Refusal) as no:
        service.sign_off(session, verifier_of(issuer_id), second.project_id, word_for(session, second.project_id))

    assert (no.value.code, no.value.facts) == (
        "projects.meter_claimed",
        {"meter": METER, "days": 183, "first": "2025-02-28"},
    )
    assert len(queries.signed_off(session)) == 3


def test_the_same_file_never_belongs_to_two_projects(session: Session) -> None:
    first = make_frozen(session)
    second = make_project(session, issuer_id=first.terms.issuer_id)

    with pytest.raises(Refusal) as no:
        service.add_data(
            session, keeper_of(first.terms.issuer_id), second.project_id, Part.BASELINE, meter=building_before()
        )

    assert no.value.code == "projects.file_used"
    assert queries.data(session, second.project_id) == ()


def test_the_same_file_again_changes_nothing_and_a_bad_one_leaves_nothing(session: Session) -> None:
    opened = make_project(session)
    keeper = keeper_of(opened.terms.issuer_id)

    one = service.add_data(session, keeper, opened.project_id, Part.BASELINE, meter=building_before(), name="表.csv")
    again = service.add_data(session, keeper, opened.project_id, Part.BASELINE, meter=building_before())
    with pytest.raises(Refusal) as no:
        service.add_data(session, keeper, opened.project_id, Part.BASELINE, meter=b"date,kwh,temp_c\n2025-03-01,-1,2\n")

    assert one == again
    assert no.value.code == "projects.meter_reversed"
    assert queries.data(session, opened.project_id) == (one,)


@pytest.mark.parametrize("part", list(Part))
def test_data_from_the_time_of_the_installation_are_refused(session: Session, part: Part) -> None:
    opened = make_project(session)
    content = building_after() if part is Part.BASELINE else building_before()

    with pytest.raises(Refusal) as no:
        service.add_data(session, keeper_of(opened.terms.issuer_id), opened.project_id, part, meter=content)

    assert no.value.code == "projects.periods_meet"
    assert queries.data(session, opened.project_id) == ()


def test_days_that_are_not_over_are_no_data(session: Session) -> None:
    opened = make_project(session)
    keeper = keeper_of(opened.terms.issuer_id)
    to_come = daily_csv(date(2025, 6, 1), 364, heated())

    with pytest.raises(Refusal) as no:
        service.add_data(session, keeper, opened.project_id, Part.REPORTING, meter=to_come)

    assert no.value.facts == {
        "found": "reporting period 2025-06-01 to 2026-05-30",
        "wanted": "days that are over: up to 2026-03-01",
    }


def test_steps_are_taken_in_order(session: Session) -> None:
    opened = make_project(session)
    keeper, verifier = keeper_of(opened.terms.issuer_id), verifier_of(opened.terms.issuer_id)
    word = NewSignOff(measurement_number=1, digest="0" * 64, statement=WHY)

    refused = []
    for step in (
        lambda: service.fit_baseline(session, keeper, opened.project_id),
        lambda: service.freeze_baseline(session, keeper, opened.project_id, reason=WHY),
        lambda: service.measure(session, keeper, opened.project_id),
        lambda: service.sign_off(session, verifier, opened.project_id, word),
        lambda: service.measure(session, keeper, "prj_nobody"),
    ):
        with pytest.raises(Refusal) as no:
            step()
        refused.append(no.value.code)

    assert refused == [
        "projects.data_missing",
        "projects.unknown_record",
        "projects.not_at_this_step",
        "projects.not_at_this_step",
        "projects.unknown_project",
    ]


def test_what_is_signed_is_what_was_seen(session: Session) -> None:
    measured = make_measured(session)
    verifier = verifier_of(measured.terms.issuer_id)
    other = NewSignOff(measurement_number=1, digest="0" * 64, statement=WHY)

    with pytest.raises(Refusal) as no:
        service.sign_off(session, verifier, measured.project_id, other)

    assert no.value.code == "projects.another_record"
    assert queries.state_of(session, measured.project_id) is ProjectState.MEASURED


def test_a_refused_project_stays_on_file_and_frees_its_files(session: Session) -> None:
    measured = make_measured(session)
    issuer_id = measured.terms.issuer_id

    refused = service.refuse(
        session, verifier_of(issuer_id), measured.project_id, NewRefusal(reason="示例：表计未检定")
    )

    assert refused.state is ProjectState.REFUSED
    assert queries.measurement(session, measured.project_id).measurement.saved_milli > 0
    assert make_frozen(session, issuer_id=issuer_id).state is ProjectState.FROZEN


def test_participants_are_known_people_each_once(session: Session) -> None:
    issuer_id = make_issuer(session, LifeState.ACTIVE).issuer_id

    with pytest.raises(UnknownConsumer):
        service.open_project(
            session, keeper_of(issuer_id), new_project(issuer_id, [Participant(holder_id="con_nobody", weight=1)])
        )
    with pytest.raises(ValueError, match="stands in the list once"):
        new_project(issuer_id, [Participant(holder_id="ent_a", weight=1)] * 2)

    assert queries.projects(session, regulator()) == []


def test_lists_hold_what_somebody_may_read(session: Session) -> None:
    opened = make_project(session)
    issuer_id = opened.terms.issuer_id

    seen = [
        [one.project_id for one in queries.projects(session, actor)]
        for actor in (keeper_of(issuer_id), verifier_of(issuer_id), regulator(), regulator("CN-BJ"), keeper_of("iss_b"))
    ]

    assert seen == [[opened.project_id]] * 3 + [[], []]


def test_the_database_itself_keeps_a_saving_from_being_shared_twice(session: Session) -> None:
    signed = make_signed_off(session)

    assert session.query(ShareRow).count() == 3
    assert session.query(DataRow).count() == 2
    assert session.scalar(text("SELECT count(*) FROM projects_claim")) == 365
    assert signed.state is ProjectState.SIGNED_OFF
