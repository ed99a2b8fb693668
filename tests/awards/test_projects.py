"""What a verifier signed off becomes awards by the filed rule: once, to the gram, killed or asked twice."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from greencredit.awards import jobs, queries, service
from greencredit.awards.queries.check import check_record
from greencredit.awards.queries.explain import explained
from greencredit.awards.queries.record import award_record
from greencredit.awards.service import projects as taking
from greencredit.awards.service.replay import explain_evidence
from greencredit.awards.tables import AwardsProject
from greencredit.evidence.catalogue import form_of
from greencredit.evidence.errors import PlatformsOwn
from greencredit.evidence.service import require_door
from greencredit.issuers import service as issuers
from greencredit.kernel.database import Database
from greencredit.kernel.errors import Refused
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.queue import Job
from greencredit.projects import queries as projects
from greencredit.schemas.awards import EarningRule, PerKilogram
from greencredit.schemas.ledger import TrajectoryQuery
from greencredit.schemas.projects import Participant, Project
from greencredit.schemas.values import Credits, Words
from tests.factories.awards import action_rule, credits_of, publish_factors, require_sound, state
from tests.factories.evidence import make_shop
from tests.factories.issuers import WHY, regulator
from tests.factories.people import make_consumer
from tests.factories.projects import make_signed_off

ACTION = "mv_whole_building_electricity"


class Killed(Exception):  # noqa: N818 - what happens to the process
    """The process ends here."""


def saving_rule(**changes: Any) -> EarningRule:  # noqa: ANN401 - any field of a rule
    """Describe one credit for every kilogram that a retrofit avoids."""
    facts: dict[str, Any] = {
        "name": "retrofit",
        "title": Words(zh="节能改造", en="Retrofit"),
        "actions": (ACTION,),
        "rate": PerKilogram(credits=Credits(1)),
    }
    return action_rule(**(facts | changes))


def signed_off(database: Database, *, weights: tuple[int, ...] = (3, 2, 2), **changes: Any) -> Project:  # noqa: ANN401 - any of a project
    """Give a project of an issuer with a filed rule for it."""
    with database.writing() as session:
        publish_factors(session)
        issuer_id = make_shop(session, saving_rule()).issuer_id
        return make_signed_off(session, issuer_id=issuer_id, weights=weights, **changes)


def job(database: Database) -> Job:
    """Give the job as the timetable makes it."""
    with database.writing() as session:
        number = queue.enqueue(session, jobs.TAKE_PROJECTS, "now", {})
        return queue.job(session, number)


def run(database: Database) -> None:
    """Do the work of the timetable once."""
    jobs.take_projects(database, job(database))


@pytest.mark.proves("ACT-3", "AWD-1")
def test_every_participant_has_an_award_on_his_part_to_the_gram(database: Database) -> None:
    project = signed_off(database)

    run(database)

    require_sound(database)
    with database.reading() as session:
        shares = projects.shares(session, project.project_id)
        lines = [queries.awards_of(session, one.participant_id) for one in shares]
        proofs = [explain_evidence(session, of[0].evidence_id) for of in lines]
    assert [len(of) for of in lines] == [1, 1, 1]
    assert [of[0].grams for of in lines] == [one.grams for one in shares]
    assert [of[0].credits for of in lines] == [one.grams // 1000 for one in shares]
    assert {of[0].subject for of in lines} == {ACTION}
    assert {of[0].tier for of in lines} == {"B"}
    assert [one.verdict for one in proofs] == ["awarded"] * 3


@pytest.mark.proves("ACT-3", "ACT-5")
def test_a_part_stands_in_the_rules_trajectory(database: Database) -> None:
    project = signed_off(database, weights=(1, 1))

    run(database)

    with database.reading() as session:
        page = queries.rule_trajectory(session, project.terms.issuer_id, "retrofit", TrajectoryQuery())
        shares = projects.shares(session, project.project_id)
    assert sorted(one.credits for one in page.lines) == sorted(one.grams // 1000 for one in shares)


@pytest.mark.proves("ACT-2", "ACT-3")
def test_the_record_of_a_part_is_computed_again_from_the_projects_own_meter_lines(database: Database) -> None:
    project = signed_off(database)
    run(database)
    with database.reading() as session:
        holder = projects.shares(session, project.project_id)[1].participant_id
        (line,) = queries.awards_of(session, holder)
        record = award_record(session, line.award_id)
    text = record.model_dump_json()

    check = check_record(text)

    assert (check.holds, check.failed) == (True, None)
    assert [one.name for one in check.steps] == [
        *("form", "rule", "method", "factors", "project", "grams", "quality"),
        *("rate", "limits", "credits", "claim", "seal"),
    ]
    assert holder not in text


@pytest.mark.parametrize(
    ("alter", "failed"),
    [
        (lambda told: told["project"].update(weights=[3, 3, 1]), "project"),
        (lambda told: told["project"].update(document=told["project"]["document"].replace("0", "1", 1)), "project"),
        (lambda told: told["quantification"]["share"].update(whole_grams=1), "project"),
        (lambda told: told["award"].update(grams=1), "grams"),
        (lambda told: told.pop("project"), "project"),
    ],
)
@pytest.mark.proves("ACT-2")
def test_whatever_is_altered_in_the_record_of_a_part_is_named(
    database: Database, alter: Callable[[dict[str, Any]], None], failed: str
) -> None:
    project = signed_off(database)
    run(database)
    with database.reading() as session:
        holder = projects.shares(session, project.project_id)[0].participant_id
        (line,) = queries.awards_of(session, holder)
        told = award_record(session, line.award_id).model_dump(mode="json")

    alter(told)

    assert check_record(json.dumps(told)).failed == failed


@pytest.mark.proves("ACT-2", "AWD-2")
def test_the_explanation_says_the_part_in_both_languages(database: Database) -> None:
    project = signed_off(database)
    run(database)
    with database.reading() as session:
        share = projects.shares(session, project.project_id)[0]
        (line,) = queries.awards_of(session, share.participant_id)
        steps = {one.stage: one for one in explained(award_record(session, line.award_id))}
    said = [one for one in steps["reduction"].sentences if project.project_id in one.zh]

    (whole,) = said
    assert project.project_id in whole.en
    (part,) = [one for one in steps["reduction"].sentences if one.zh.startswith("本人份额")]
    assert part.zh.startswith(f"本人份额 {share.weight} ÷ 7，按最大余额法")
    assert part.en.startswith(f"This participant's part is {share.weight} ÷ 7, by largest remainder")


@pytest.mark.proves("ACT-3")
def test_asked_again_nothing_changes(database: Database) -> None:
    signed_off(database)
    run(database)
    before = state(database)

    run(database)

    assert state(database) == before


@pytest.mark.slow
@pytest.mark.proves("ACT-3", "AWD-1")
@pytest.mark.parametrize(("at_once", "kills"), [(1, [1, 2]), (2, [1]), (1, [3, 0]), (3, [1])])
def test_killed_anywhere_and_run_again_gives_what_one_run_gives(
    twins: tuple[Database, Database], at_once: int, kills: list[int]
) -> None:
    whole, broken = twins
    for database in (whole, broken):
        signed_off(database, weights=(5, 1, 1, 1))
    run(whole)

    for chunks in kills:
        with broken.writing() as session:
            service.note_sign_offs(session)
        with broken.reading() as session:
            found = service.waiting(session)
        for project_id in found:
            with pytest.raises(Killed):
                _killed_after(broken, project_id, chunks, at_once)
    run(broken)

    assert state(broken) == state(whole)
    require_sound(broken)


def _killed_after(database: Database, project_id: str, chunks: int, at_once: int) -> None:
    """Do so many chunks, and end in the middle of the next one, with everything of it written and nothing committed."""
    for _ in range(chunks):
        with database.writing() as session:
            taking.take_over_parts(session, project_id, at_once=at_once)
    with database.writing() as session:
        taking.take_over_parts(session, project_id, at_once=at_once)
        raise Killed


@pytest.mark.proves("ACT-3")
def test_a_project_whose_issuer_may_not_issue_waits_and_says_why(database: Database) -> None:
    project = signed_off(database)
    with database.writing() as session:
        issuers.suspend(session, regulator(), project.terms.issuer_id, reason=WHY)

    run(database)

    with database.reading() as session:
        row = session.get_one(AwardsProject, project.project_id)
        assert (row.parts, row.done_at, row.waits_for) == (0, None, "issuers.not_active")
        assert service.waiting(session) == [project.project_id]


@pytest.mark.proves("ACT-3")
def test_a_participant_who_is_no_consumer_is_sent_back_with_the_reason(database: Database) -> None:
    with database.writing() as session:
        consumer = make_consumer(session).id
    parts = (Participant(holder_id="ent_example_owner", weight=1), Participant(holder_id=consumer, weight=1))
    project = signed_off(database, participants=parts)

    run(database)

    with database.reading() as session:
        shares = {one.participant_id: one.grams for one in projects.shares(session, project.project_id)}
        batch_id = session.get_one(AwardsProject, project.project_id).batch_id
        assert batch_id is not None
        outcome = queries.import_outcome(session, batch_id)
    assert (outcome.lines, outcome.awarded, outcome.rejected) == (2, 1, 1)
    assert credits_of(database, consumer) == shares[consumer] // 1000
    require_sound(database)


@pytest.mark.proves("ACT-5")
def test_no_door_takes_anything_in_for_the_platforms_own_source() -> None:
    with pytest.raises(PlatformsOwn) as no:
        require_door(form_of("project_shares"))

    assert (no.value.code, no.value.facts) == ("evidence.platforms_own", {"kind": "project_shares"})
    assert issubclass(PlatformsOwn, Refused)
