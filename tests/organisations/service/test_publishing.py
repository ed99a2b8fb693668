"""Figures of a period: they add up what members did while they belonged, and tell of nobody by himself."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from greencredit.awards import queries as awards
from greencredit.awards import service as awarding
from greencredit.kernel.clock import StandingClock, now
from greencredit.kernel.database import Database
from greencredit.organisations import jobs, queries, service
from greencredit.organisations.errors import NotPublished, NotWholeMonths, PeriodNotOver
from greencredit.schemas.actions import ClaimScheme, NewClaim
from greencredit.schemas.organisations import OTHER_FAMILIES, Figures, UnitFigures
from greencredit.schemas.values import Period
from tests.factories.messages import a_job
from tests.factories.organisations import FEBRUARY, JANUARY, TWO_MONTHS, School, make_school

CLASSES = {"一年级": {"1A": 12, "1B": 11}, "二年级": {"2A": 12}}


@pytest.fixture
def school(database: Database, clock: StandingClock, tmp_path: Path) -> School:
    """Give a school of three classes."""
    return make_school(database, clock, tmp_path, CLASSES)


def publish(school: School, period: Period = JANUARY) -> Figures:
    """Publish the figures of a period."""
    with school.database.writing() as session:
        return service.publish(session, school.organisation_id, period)


def by_name(figures: Figures) -> dict[str, UnitFigures]:
    """Give the figures of the units that are shown, by name."""
    return {one.name: one for one in figures.units}


@pytest.mark.proves("ORG-3", "REP-2")
def test_figures_are_what_the_awards_of_the_members_come_to_to_the_unit(school: School) -> None:
    for name, count in (("1A", 12), ("1B", 11), ("2A", 12)):
        school.ride(name, range(count))
    school.shop_for("1A", range(12))

    shown = by_name(publish(school))

    with school.database.reading() as session:
        totals = {
            name: [awards.totals_of(session, pupil, JANUARY) for pupil in pupils]
            for name, pupils in school.pupils.items()
        }
    for name, of in totals.items():
        assert (shown[name].actions, shown[name].credits, shown[name].grams) == (
            sum(one.count for one in of),
            sum(one.credits for one in of),
            sum(one.grams for one in of),
        )
    assert {name: (one.members, one.participants, one.actions) for name, one in shown.items()} == {
        "示例小学": (35, 35, 47),
        "一年级": (23, 23, 35),
        "二年级": (12, 12, 12),
        "1A": (12, 12, 24),
        "1B": (11, 11, 11),
        "2A": (12, 12, 12),
    }
    families = {name: [family.family for family in one.families] for name, one in shown.items()}
    assert families["示例小学"] == ["travel", "shopping"]
    assert sum(family.credits for family in shown["示例小学"].families) == shown["示例小学"].credits
    assert [family.grams for family in shown["示例小学"].families] == [shown["示例小学"].grams, None]


@pytest.mark.proves("ORG-3", "ORG-4", "REP-2")
def test_a_class_of_too_few_is_withheld_with_a_neighbour_that_would_tell(school: School) -> None:
    for name, count in (("1A", 12), ("1B", 9), ("2A", 12)):
        school.ride(name, range(count))

    figures = publish(school)

    assert sorted(by_name(figures)) == sorted(["示例小学", "一年级", "二年级", "2A"])
    assert sorted(one.name for one in figures.withheld) == ["1A", "1B"]
    assert by_name(figures)["一年级"].participants == 21


@pytest.mark.proves("ORG-3")
def test_members_are_not_counted_where_those_who_did_nothing_are_few(school: School) -> None:
    school.ride("1A", range(11))
    school.ride("2A", range(12))

    shown = by_name(publish(school))

    assert {name: (one.members, one.participants) for name, one in shown.items()} == {
        "示例小学": (35, 23),
        "一年级": (23, 11),
        "二年级": (12, 12),
        "1A": (None, 11),
        "1B": (None, 0),
        "2A": (12, 12),
    }


@pytest.mark.proves("ORG-3")
def test_grams_are_withheld_where_only_a_few_did_something_that_is_quantified(school: School) -> None:
    school.shop_for("2A", range(12))
    school.ride("2A", [3])

    two = by_name(publish(school))["2A"]

    assert (two.participants, two.actions, two.grams, two.families) == (12, 13, None, ())


@pytest.mark.proves("ORG-3")
def test_families_that_few_took_part_in_stand_together(school: School) -> None:
    school.ride("2A", range(12))
    school.ride("2A", range(6), action="recycle_pet")
    school.ride("2A", range(6, 12), action="reusable_cup")

    two = by_name(publish(school))["2A"]

    assert [(one.family, one.actions) for one in two.families] == [("travel", 12), (OTHER_FAMILIES, 12)]
    assert (sum(one.credits for one in two.families), two.actions) == (two.credits, 24)


@pytest.mark.proves("ORG-3", "ACT-5")
def test_what_another_scheme_counts_is_in_no_gram_and_its_credits_stay(school: School) -> None:
    school.ride("2A", range(12))
    with school.database.writing() as session:
        line = awards.awards_of(session, school.pupils["2A"][0])[0]
        mark = NewClaim(scheme=ClaimScheme.NATIONAL_ETS, reference="示例 1 号")
        awarding.mark_claimed(session, line.evidence_id, mark, by="acc_example")
        totals = [awards.totals_of(session, pupil, JANUARY) for pupil in school.pupils["2A"]]

    two = by_name(publish(school))["2A"]

    assert (two.credits, two.grams) == (sum(one.credits for one in totals), sum(one.grams for one in totals))
    assert line.grams is not None
    assert two.grams is not None
    assert two.grams + line.grams == sum(_grams(school))


def _grams(school: School) -> list[int]:
    with school.database.reading() as session:
        return [awards.awards_of(session, pupil)[0].grams or 0 for pupil in school.pupils["2A"]]


@pytest.mark.proves("ORG-3")
def test_a_month_that_would_leave_one_person_s_of_two_months_is_withheld(school: School) -> None:
    school.ride("2A", range(12))
    school.ride("2A", [3], on="2026-02-10")

    both, january, february = publish(school, TWO_MONTHS), publish(school, JANUARY), publish(school, FEBRUARY)

    assert by_name(both)["2A"].participants == 12
    assert "2A" not in by_name(january)
    assert "2A" not in by_name(february)
    assert "示例小学" not in by_name(january)


@pytest.mark.proves("ORG-1", "ORG-3")
def test_only_what_somebody_did_while_he_belonged_to_it_counts(school: School, clock: StandingClock) -> None:
    school.ride("2A", range(12))
    school.ride("2A", range(12), on="2026-03-01")
    with school.database.writing() as session:
        gone = queries.memberships_of(session, school.pupils["2A"][0])[0]
        service.leave(session, school.pupils["2A"][0], gone.membership_id)
    school.ride("2A", range(12), on="2026-03-02")
    clock.move(timedelta(days=40))

    march = by_name(publish(school, Period(since=date(2026, 3, 1), until=date(2026, 4, 1))))["2A"]

    assert (march.participants, march.actions) == (12, 23)


@pytest.mark.proves("ORG-3", "LED-1")
def test_what_was_taken_back_whole_counts_for_nothing(school: School) -> None:
    school.ride("2A", range(12))
    with school.database.writing() as session:
        line = awards.awards_of(session, school.pupils["2A"][0])[0]
        awarding.take_back(session, line.award_id, credits_=line.credits, actor_id="acc_example", reason="示例：误发")

    two = by_name(publish(school))["2A"]

    assert (two.participants, two.actions) == (11, 11)


@pytest.mark.proves("ORG-3")
def test_figures_stay_as_they_were_published_whatever_comes_later(school: School) -> None:
    school.ride("1A", range(12))
    first = publish(school)
    school.ride("1A", range(12), on="2026-01-20")

    again = publish(school)

    assert (again, by_name(first)["1A"].actions) == (first, 12)


@pytest.mark.proves("ORG-3")
def test_a_running_period_and_a_period_of_days_are_refused(school: School) -> None:
    march = Period(since=date(2026, 3, 1), until=date(2026, 4, 1))
    days = Period(since=date(2026, 1, 1), until=date(2026, 1, 31))

    with pytest.raises(PeriodNotOver) as running:
        publish(school, march)
    with pytest.raises(NotWholeMonths):
        publish(school, days)

    assert running.value.facts == {"until": "2026-04-01", "today": "2026-03-02"}
    with school.database.reading() as session:
        assert queries.publications(session, school.organisation_id) == []


@pytest.mark.proves("REP-2", "REP-3")
def test_facts_of_a_unit_hold_those_in_it_the_period_before_and_the_course(school: School) -> None:
    for month in ("01", "02"):
        for name, count in (("1A", 12), ("1B", 11), ("2A", 12)):
            school.ride(name, range(count), on=f"2026-{month}-10")
    shown = {period: by_name(publish(school, period)) for period in (JANUARY, FEBRUARY, TWO_MONTHS)}

    with school.database.reading() as session:
        facts = queries.unit_facts(session, school.units["一年级"], FEBRUARY)
        year = queries.unit_facts(session, school.units["一年级"], TWO_MONTHS)
        with pytest.raises(NotPublished):
            queries.unit_facts(session, school.units["1A"], Period(since=date(2025, 1, 1), until=date(2026, 1, 1)))

    assert [one.name for one in facts.path] == ["示例小学", "一年级"]
    assert (facts.own, facts.before) == (shown[FEBRUARY]["一年级"], shown[JANUARY]["一年级"])
    assert sorted(one.name for one in facts.below) == ["1A", "1B"]
    assert [(one.period, one.own) for one in year.trend] == [
        (JANUARY, shown[JANUARY]["一年级"]),
        (FEBRUARY, shown[FEBRUARY]["一年级"]),
    ]


@pytest.mark.proves("ORG-4", "REP-2")
def test_no_merchant_and_no_child_is_named_in_what_a_school_shows(school: School) -> None:
    for name, count in (("1A", 12), ("1B", 11), ("2A", 12)):
        school.ride(name, range(count))
        school.shop_for(name, range(count))
    publish(school)

    with school.database.reading() as session:
        told = queries.unit_facts(session, school.units["school"], JANUARY).model_dump_json()
        names = set(session.scalars(text("SELECT name FROM merchants_merchant")))
        names |= set(session.scalars(text("SELECT display_name FROM people_consumer")))
        names |= set(session.scalars(text("SELECT id FROM people_consumer")))
        names |= {school.shop.merchant_id, school.shop.issuer_id}

    assert [name for name in names if name in told] == []


@pytest.mark.proves("SEC-1", "ORG-1")
def test_whoever_is_erased_belongs_to_nothing_and_published_figures_stay(school: School) -> None:
    school.ride("2A", range(12))
    first = publish(school)
    gone = school.pupils["2A"][0]

    with school.database.writing() as session:
        count = service.forget(session, gone)
        left = queries.memberships_of(session, gone)
        roster = queries.roster(session, school.units["2A"])

    assert (count, left, len(roster)) == (1, [], 11)
    assert publish(school) == first
    with school.database.reading() as session:
        assert now(session).year == 2026
        tables = ("organisations_membership", "organisations_publication", "organisations_unit")
        rows = [str(tuple(row)) for table in tables for row in session.execute(text(f"SELECT * FROM {table}"))]
    assert [row for row in rows if gone in row] == []


@pytest.mark.proves("ORG-3", "REP-2")
def test_a_record_that_comes_when_its_month_is_published_is_in_no_longer_period_either(school: School) -> None:
    school.ride("1A", range(12))
    school.ride("1A", range(12), on="2026-02-10")
    january = publish(school)
    school.ride("1A", [3], on="2026-01-20")

    february, both = publish(school, FEBRUARY), publish(school, TWO_MONTHS)

    parts = [by_name(one)["1A"] for one in (january, february)]
    assert by_name(both)["1A"].actions == sum(one.actions for one in parts) == 24
    assert by_name(both)["1A"].credits == sum(one.credits for one in parts)


@pytest.mark.proves("ORG-3", "SEC-1")
def test_a_longer_period_less_its_months_is_nobody_s_who_was_erased_meanwhile(school: School) -> None:
    school.ride("1A", range(12))
    school.ride("1A", range(12), on="2026-02-10")
    months = [publish(school), publish(school, FEBRUARY)]
    with school.database.writing() as session:
        service.forget(session, school.pupils["1A"][0])

    both = by_name(publish(school, TWO_MONTHS))["1A"]

    assert (both.actions, both.credits) == (24, sum(by_name(one)["1A"].credits for one in months))
    assert both.participants == 11


@pytest.mark.proves("ORG-3", "SEC-1")
def test_what_one_person_did_stays_withheld_when_he_was_erased(school: School) -> None:
    school.ride("1A", [3])
    school.ride("1A", range(12), on="2026-02-10")
    january = publish(school)
    with school.database.writing() as session:
        service.forget(session, school.pupils["1A"][3])

    february, both = publish(school, FEBRUARY), publish(school, TWO_MONTHS)

    assert ["1A" in by_name(one) for one in (january, february, both)] == [False, True, False]


@pytest.mark.proves("ORG-3")
def test_a_draft_that_another_publication_overtook_is_worked_out_again(school: School) -> None:
    school.ride("2A", range(12))
    school.ride("2A", [3], on="2026-02-10")
    with school.database.reading() as session:
        both = service.work_out(session, school.organisation_id, TWO_MONTHS)
        january = service.work_out(session, school.organisation_id, JANUARY)

    with school.database.writing() as session:
        first = service.publish(session, school.organisation_id, TWO_MONTHS, both)
        second = service.publish(session, school.organisation_id, JANUARY, january)

    assert [one.name for one in january.figures.units if one.name == "2A"] == ["2A"]
    assert ["2A" in by_name(one) for one in (first, second)] == [True, False]


@pytest.mark.proves("ORG-3", "REP-2")
def test_methods_are_named_that_ten_people_used_with_their_factors_and_without_a_number(school: School) -> None:
    school.ride("2A", range(12))
    school.ride("1A", range(9), action="recycle_pet")

    methods = publish(school).methods

    assert [(one.action, one.family, [result.tier for result in one.results]) for one in methods] == [
        ("metro_trip_km", "travel", [methods[0].results[0].tier])
    ]
    assert len(methods[0].results[0].factors) >= 1


@pytest.mark.proves("ORG-3")
def test_the_month_that_is_over_is_published_once_its_late_records_had_time_to_come_in(
    school: School, clock: StandingClock
) -> None:
    school.ride("2A", range(12), on="2026-02-10")
    job = a_job(school.database, jobs.PUBLISH_MONTH)

    told = []
    for _day in ("2026-03-02", "2026-03-04", "2026-03-06", "2026-03-08"):
        jobs.publish_month(school.database, job)
        with school.database.reading() as session:
            told.append(queries.publications(session, school.organisation_id))
        clock.move(timedelta(days=2))

    assert told == [[JANUARY], [JANUARY], [JANUARY, FEBRUARY], [JANUARY, FEBRUARY]]
