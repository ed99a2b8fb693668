"""Reports of schools, communities and enterprises: what was published of groups, to the unit, and of nobody alone."""

import csv
import io
import json
import random
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.awards import queries as awards
from greencredit.awards import service as awarding
from greencredit.kernel.access import Role, ScopeKind, may
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.ledger import queries as ledger
from greencredit.organisations import queries as organisations
from greencredit.organisations import service
from greencredit.organisations.errors import NotPublished
from greencredit.reports import rules
from greencredit.reports.catalogue import enterprise, school
from greencredit.reports.errors import WrongOrganisation
from greencredit.reports.queries import kind_named, places_of
from greencredit.reports.render.press import sheet_of
from greencredit.schemas.awards import AllotmentOrder, FundingOrder, PassingOrder
from greencredit.schemas.ledger import Reason
from greencredit.schemas.organisations import OrganisationKind
from greencredit.schemas.reports import GroupLine, GroupReport, MonthState, RecognitionKind, SchoolReport
from greencredit.schemas.values import Credits, Grams, Period
from tests.factories import group_reports
from tests.factories.direct import make_funder
from tests.factories.issuers import synthetic_code
from tests.factories.organisations import FEBRUARY, JANUARY, TWO_MONTHS, School, enrol, make_organisation, make_school
from tests.factories.people import make_actor, make_consumer
from tests.reports.paper import page_of, words_of

CLASSES = {"一年级": {"1A": 14, "1B": 13}, "二年级": {"2A": 12}}
_ACTIONS = ("metro_trip_km", "recycle_pet", "reusable_cup")


@pytest.fixture
def pupils(database: Database, clock: StandingClock, tmp_path: Path) -> School:
    """Give a school of three classes."""
    return make_school(database, clock, tmp_path, CLASSES)


def published(found: School, *periods: Period) -> None:
    """Publish periods in this order."""
    for period in periods:
        with found.database.writing() as session:
            service.publish(session, found.organisation_id, period)


def report_of(found: School, period: Period, unit: str | None = None) -> SchoolReport:
    """Gather the report of the school, or of one of its units."""
    with found.database.reading() as session:
        return school.gather(session, found.organisation_id if unit is None else found.units[unit], period)


def earned(found: School) -> tuple[int, int, int]:
    """Add up what the ledger and the awards have of all pupils: actions, credits, grams."""
    with found.database.reading() as session:
        everybody = [one for of in found.pupils.values() for one in of]
        totals = [awards.totals_of(session, one, TWO_MONTHS) for one in everybody]
        credits_ = sum(part.balance for one in everybody for part in ledger.totals_of(session, one))
    return sum(one.count for one in totals), credits_, sum(one.grams for one in totals)


# ---- Totals --------------------------------------------------------------------------------------------------------


@pytest.mark.proves("REP-2", "ORG-3")
@pytest.mark.parametrize("seed", range(3))
def test_whatever_happened_report_ledger_json_and_csv_agree_to_the_unit(pupils: School, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a history for a test
    for month in ("01", "02"):
        for name, count in (("1A", 14), ("1B", 13), ("2A", 12)):
            for action in chance.sample(_ACTIONS, chance.randint(1, 3)):
                taking_part = chance.sample(range(count), chance.randint(0, count))
                pupils.ride(name, taking_part, on=f"2026-{month}-{chance.randint(10, 27)}", action=action)
    pupils.ride("1A", range(14), on="2026-01-09")
    pupils.ride("2A", range(12), on="2026-02-09")
    with pupils.database.writing() as session:
        lines = awards.awards_of(session, pupils.pupils["1A"][0])
        awarding.take_back(
            session, lines[0].award_id, credits_=lines[0].credits, actor_id="acc_example", reason="示例：误发"
        )
    published(pupils, *chance.sample([JANUARY, FEBRUARY, TWO_MONTHS], 3))

    report = report_of(pupils, TWO_MONTHS)

    assert report.own is not None
    whole = (report.own.actions, report.own.credits, report.own.avoided_g_co2e)
    assert whole == earned(pupils)
    facts = json.loads(rules.facts_json("school", report))["facts"]["own"]
    assert (facts["actions"], facts["credits"], facts["avoided_g_co2e"]) == whole
    rows = list(csv.DictReader(io.StringIO(sheet_of(kind_named("school"), report).decode("utf-8-sig"))))
    (own,) = (row for row in rows if row["part"] == "group")
    assert (int(own["actions"]), int(own["credits"]), int(own["avoided_g_co2e"])) == whole
    assert {row["name"]: row["credits"] for row in rows if row["part"] == "unit"} == {
        one.name: "" if one.line is None else str(one.line.credits) for one in report.units
    }


@pytest.mark.proves("REP-2")
def test_a_school_s_report_has_its_grades_and_classes_the_course_and_the_period_before(pupils: School) -> None:
    for month in ("01", "02"):
        for name, count in (("1A", 14), ("1B", 13), ("2A", 12)):
            pupils.ride(name, range(count if month == "02" else count - 1), on=f"2026-{month}-10")
    published(pupils, JANUARY, FEBRUARY, TWO_MONTHS)

    february, both = report_of(pupils, FEBRUARY), report_of(pupils, TWO_MONTHS)

    assert [(one.name, one.depth) for one in both.units] == [
        ("一年级", 0),
        ("1A", 1),
        ("1B", 1),
        ("二年级", 0),
        ("2A", 1),
    ]
    assert february.before is not None
    assert (february.before.participants, february.own and february.own.participants) == (36, 39)
    assert [(one.month, one.state) for one in both.months] == [
        (date(2026, 1, 1), MonthState.SHOWN),
        (date(2026, 2, 1), MonthState.SHOWN),
    ]
    assert {one.kind for one in february.recognitions} >= {RecognitionKind.MORE, RecognitionKind.EVERY_UNIT}
    assert ([one.method_id for one in both.methods], both.families[0].methods) == (
        ["metro_trip_km"],
        ("metro_trip_km",),
    )
    assert {one.factor_id for one in both.factors} == set(both.methods[0].factor_ids)


@pytest.mark.proves("REP-2")
def test_a_class_has_a_report_of_its_own_and_what_was_not_published_has_none(pupils: School) -> None:
    pupils.ride("1A", range(14))
    published(pupils, JANUARY)

    one = report_of(pupils, JANUARY, "1A")

    assert (one.subject_id, one.group.path, one.units) == (pupils.units["1A"], ("示例小学", "一年级"), ())
    assert one.own is not None
    assert one.own.participants == 14
    with pytest.raises(NotPublished):
        report_of(pupils, FEBRUARY)


# ---- Nobody is told of -----------------------------------------------------------------------------------------------


@pytest.mark.proves("ORG-4", "REP-2", "SEC-1")
def test_neither_page_nor_files_of_a_school_name_a_child_or_a_merchant(pupils: School) -> None:
    for name, count in (("1A", 14), ("1B", 13), ("2A", 12)):
        pupils.ride(name, range(count))
        pupils.shop_for(name, range(count))
    published(pupils, JANUARY)

    report = report_of(pupils, JANUARY)

    with pupils.database.reading() as session:
        names = set(session.scalars(text("SELECT name FROM merchants_merchant")))
        names |= set(session.scalars(text("SELECT display_name FROM people_consumer")))
        names |= set(session.scalars(text("SELECT id FROM people_consumer")))
        names |= {pupils.shop.merchant_id, pupils.shop.issuer_id}
    files = rules.facts_json("school", report).decode() + sheet_of(kind_named("school"), report).decode("utf-8-sig")
    told = page_of(report, "zh") + page_of(report, "en") + files
    assert (len(names) > 39, [name for name in names if name in told]) == (True, [])


@pytest.mark.proves("ORG-3", "ORG-4", "REP-2")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_where_too_few_took_part_the_page_has_no_number_of_theirs(lang: Any) -> None:  # noqa: ANN401 - a language
    report = group_reports.school_report({"一年级": {"一（1）班": 9}}, part=100)

    words = words_of(page_of(report, lang))

    assert report.own is None
    assert [one.state for one in report.months] == [MonthState.WITHHELD] * 12
    assert [row[5:] for row in rules.group_rows(report)] == [(None,) * 5] * 16
    wanted = {"zh": "参与人数不足 10 人", "en": "fewer than 10 members of"}[lang]
    assert (wanted in words, re.findall(r"<svg[^>]*><title>([^<]+)", page_of(report, lang))[1:]) == (True, [])


@pytest.mark.proves("REP-2", "REP-3")
def test_recognition_is_of_the_group_s_own_figures_and_ranks_nobody() -> None:
    words = words_of(page_of(group_reports.school_report(), "zh"))

    assert [word for word in ("第一名", "排行榜", "优秀个人") if word in words] == []
    assert [one.name for one in group_reports.school_report().units][:3] == ["一年级", "一（1）班", "一（2）班"]


def test_numbers_that_do_not_add_up_make_no_report() -> None:
    facts = group_reports.school_report().model_dump()
    facts["months"][3]["line"]["credits"] += 1

    with pytest.raises(ValidationError, match="the months come to"):
        SchoolReport.model_validate(facts)


def test_a_share_is_of_the_members_and_is_not_told_where_they_are_not_counted() -> None:
    def line(members: int | None) -> GroupLine:
        return GroupLine(members=members, participants=20, actions=30, credits=Credits(30), avoided_g_co2e=Grams(5))

    assert [line(one).rate_bp for one in (30, 20, 19, 0, None)] == [6666, 10000, None, None, None]


@pytest.mark.proves("REP-2", "REP-3")
def test_the_law_is_printed_from_data_and_only_where_it_is_in_force() -> None:
    old = Period(since=date(2024, 9, 1), until=date(2025, 9, 1))

    new, before = group_reports.school_report(), group_reports.school_report(period=old)

    assert [one.in_force_since.isoformat() for one in new.legal] == ["2026-08-15", "2021-11-01", "2015-09-01"]
    assert "生态环境法典" not in words_of(page_of(before, "zh"))


@pytest.mark.proves("REP-2", "REP-3")
def test_what_a_group_avoided_is_pictured_as_an_illustration_with_its_factor_and_nothing_where_it_is_withheld() -> None:
    school, hidden = group_reports.school_report(), group_reports.school_report({"一年级": {"一（1）班": 1}}, part=300)

    assert school.own is not None
    grams = school.own.avoided_g_co2e or 0
    assert [(one.name, one.amount) for one in school.equivalents] == [
        (one.name, int(Decimal(grams) / 1000 / one.factor.value)) for one in school.equivalents
    ]
    assert [one.name for one in school.equivalents] == ["car_km", "electricity_kwh"]
    said = words_of(page_of(school, "zh"))
    assert ("仅作示意" in said, said.count("示意只帮助想象数量的大小")) == (True, 1)
    assert (hidden.own, hidden.equivalents, "仅作示意" in words_of(page_of(hidden, "zh"))) == (None, (), False)


# ---- Communities and enterprises -------------------------------------------------------------------------------------


@pytest.mark.proves("REP-3")
def test_a_report_is_refused_for_an_organisation_of_another_kind(pupils: School) -> None:
    published(pupils, JANUARY)

    with pupils.database.reading() as session, pytest.raises(WrongOrganisation) as no:
        kind_named("community").gather(session, pupils.organisation_id, JANUARY)

    assert no.value.facts == {"report": "community", "found": "school", "wanted": ["community", "district"]}


@pytest.mark.proves("REP-3")
def test_a_community_s_report_lists_its_buildings_and_hides_small_ones_with_a_neighbour() -> None:
    report = group_reports.community_report()

    hidden = {one.name for one in report.units if one.line is None}
    shown = [one for one in report.units if one.depth == 1 and one.line is not None]

    assert isinstance(report, GroupReport)
    assert (len(hidden) >= 2, len(shown) > 10) == (True, True)
    assert "1 号楼" in words_of(page_of(report, "en"))


@pytest.fixture
def trade(session: Session, clock: StandingClock) -> tuple[Session, str, str]:
    """Give an enterprise whose account was funded, gave to staff and to a partner, and was published for a month."""
    issuer = make_funder(session)
    mill, shop = (
        make_organisation(session, OrganisationKind.ENTERPRISE, name=name, code=synthetic_code(number))
        for name, number in (("示例纺织厂", 81), ("示例商店", 82))
    )
    assert mill.enterprise_id is not None
    assert shop.enterprise_id is not None
    staff = make_consumer(session).id
    enrol(session, mill.units[0].unit_id, staff)
    orders: list[Any] = [
        FundingOrder(enterprise=mill.enterprise_id, credits=501, reason="示例：年度合作"),
        AllotmentOrder(enterprise=mill.enterprise_id, consumer=staff, credits=70, reason="示例：骑行"),
        PassingOrder(giver=mill.enterprise_id, receiver=shop.enterprise_id, credits=40, reason="示例：共享班车"),
    ]
    reason = Reason("acc_example", "示例", None)
    awarding.carry_out_each(
        session, [awarding.OfIssuer(issuer, order, reason, f"k{place}") for place, order in enumerate(orders)]
    )
    clock.move(timedelta(days=40))
    return session, mill.organisation_id, shop.organisation_id


MARCH = Period(since=date(2026, 3, 1), until=date(2026, 4, 1))


@pytest.mark.proves("AWD-5", "AWD-6", "REP-3")
def test_an_enterprise_s_account_is_the_ledger_s_to_the_unit(trade: tuple[Session, str, str]) -> None:
    session, mill, shop = trade
    for one in (mill, shop):
        service.publish(session, one, MARCH)

    report, other = (enterprise.gather(session, one, MARCH) for one in (mill, shop))

    assert report.account is not None
    assert other.account is not None
    (flow,) = report.account.flows
    whole = (flow.opening, flow.funded, flow.received, flow.allotted, flow.passed, flow.taken_back, flow.closing)
    assert whole == (0, 501, 0, 70, 40, 0, 391)
    assert [(one.credits, one.parts, one.of) for one in report.account.shares] == [(501, 1, 1)]
    assert [(one.name, one.received, one.given) for one in report.account.partners] == [("示例商店", 0, 40)]
    assert [(one.name, one.received, one.given) for one in other.account.partners] == [("示例纺织厂", 40, 0)]
    assert (report.account.allotments, report.account.staff) == (1, None)
    enterprise_id = str(organisations.organisation(session, mill).enterprise_id)
    assert sum(part.credits for part in ledger.wallet_balances(session, enterprise_id)) == flow.closing
    assert "1 次；获得的员工少于 10 人" in words_of(page_of(report, "zh"))


@pytest.mark.proves("SEC-1", "REP-3")
def test_the_administrator_reads_the_reports_of_his_organisation_and_of_its_units_and_no_other(
    pupils: School,
) -> None:
    with pupils.database.reading() as session:
        whole, unit, unknown = (
            list(places_of(session, "school", one))
            for one in (pupils.organisation_id, pupils.units["1A"], "org_nobody")
        )
    head = make_actor(Role.ORGANISATION_ADMIN, ScopeKind.ORGANISATION, pupils.organisation_id)
    other = make_actor(Role.ORGANISATION_ADMIN, ScopeKind.ORGANISATION, "org_other")

    assert [may(head, "report.read", *one) for one in (whole, unit, unknown)] == [True, True, False]
    assert [may(other, "report.read", *one) for one in (whole, unit)] == [False, False]


@pytest.mark.proves("REP-3")
def test_an_enterprise_where_nobody_took_part_and_nothing_moved_says_so() -> None:
    words = words_of(page_of(group_reports.enterprise_report(idle=True), "zh"))

    assert ("没有记下示例制造有限公司的绿色行动" in words, "本期账户没有余额，也没有变动" in words) == (True, True)
