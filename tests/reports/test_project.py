"""The report of an energy-saving project says what was measured, whatever became of it (REP-8)."""

import re
from datetime import date

import pytest
from pydantic import ValidationError
from sqlalchemy.orm import Session

from greencredit.issuers import queries as laws
from greencredit.kernel.access import Role, ScopeKind, may
from greencredit.projects import queries, service
from greencredit.reports.catalogue import project
from greencredit.reports.queries import kind_named
from greencredit.schemas.projects import NewAdjustment
from greencredit.schemas.reports import ProjectReport
from greencredit.schemas.values import Period
from tests.factories.people import make_actor
from tests.factories.project_reports import PERIOD, project_report
from tests.factories.projects import keeper_of, make_measured, make_project, make_signed_off
from tests.reports.paper import page_of, words_of

ACTIONS = ("report.issue", "report.read")


@pytest.mark.proves("REP-8", "ACT-3")
def test_the_report_of_a_signed_off_project_agrees_with_its_measurement_and_its_shares(session: Session) -> None:
    signed = make_signed_off(session)

    report = project.gather(session, signed.project_id, PERIOD)

    found = queries.measurement(session, signed.project_id)
    saving, base = report.saving, report.baseline
    assert saving is not None
    assert base is not None
    assert (saving.saved_milli, saving.counted_grams, saving.digest) == (
        found.measurement.saved_milli,
        found.measurement.counted_grams,
        found.digest,
    )
    assert report.period == found.measurement.period
    assert report.signed_off
    assert [one.participant_id for one in report.shares] == [one.participant_id for one in signed.shares]
    assert (len(base.points), len(base.residuals), sum(base.bins)) == (365, 365, 365)
    assert sum(one.used_milli for one in saving.months) == saving.used_milli
    assert saving.fan[-1].saved_milli == saving.saved_milli
    assert saving.fan[-1].half_width_milli == saving.half_width_milli
    assert saving.fan[0].half_width_milli < saving.fan[-1].half_width_milli
    assert [one.factor for one in saving.segments] == ["elec_co2_cn_sh_2022", "elec_co2_cn_sh_2023"]
    assert len(list(kind_named("project").sheet.rows(report))) == 730


@pytest.mark.proves("REP-8")
def test_a_project_that_was_just_opened_has_a_report_without_figures(session: Session) -> None:
    opened = make_project(session)

    report = project.gather(session, opened.project_id, PERIOD)

    assert (report.baseline, report.saving, report.shares, report.factors) == (None, None, (), ())
    assert report.period == PERIOD


@pytest.mark.proves("REP-8", "SEC-1")
def test_the_issuer_s_staff_and_its_region_s_supervisor_read_it_and_no_other(session: Session) -> None:
    opened = make_project(session)
    places = tuple(kind_named("project").places_of(session, opened.project_id))
    issuer_id, region = opened.terms.issuer_id, opened.terms.region

    found = {
        (role, scope): tuple(may(make_actor(role, kind, scope), action, *places) for action in ACTIONS)
        for role, kind, scope in (
            (Role.ISSUER_ADMIN, ScopeKind.ISSUER, issuer_id),
            (Role.ISSUER_ADMIN, ScopeKind.ISSUER, "iss_other"),
            (Role.REGULATOR, ScopeKind.REGION, region),
            (Role.REGULATOR, ScopeKind.REGION, "CN-XZ"),
        )
    }

    assert found == {
        (Role.ISSUER_ADMIN, issuer_id): (True, True),
        (Role.ISSUER_ADMIN, "iss_other"): (False, False),
        (Role.REGULATOR, region): (True, True),
        (Role.REGULATOR, "CN-XZ"): (False, False),
    }


@pytest.mark.proves("REP-8")
def test_it_names_the_articles_in_force_on_its_last_day_and_prints_them(session: Session) -> None:
    opened = make_project(session)
    later = Period(since=date(2026, 9, 1), until=date(2026, 10, 1))

    before, after = (project.gather(session, opened.project_id, one) for one in (PERIOD, later))

    assert before.legal == ()
    assert after.legal == laws.legal_basis("project", date(2026, 9, 30))
    assert [one.article.zh for one in after.legal] == ["第一千零四条", "第一千零三十五条"]
    said = words_of(page_of(after, "zh"))
    assert "《生态环境法典》第一千零四条" in said
    assert "自 2026 年 8 月 15 日起施行" in said


def test_an_adjustment_that_nobody_signed_is_shown_and_not_counted(session: Session) -> None:
    measured = make_measured(session)
    wanted = NewAdjustment(
        period=Period(since=date(2025, 7, 1), until=date(2025, 8, 1)), amount_milli=-7, reason="示例：停业两周"
    )
    service.propose(session, keeper_of(measured.terms.issuer_id), measured.project_id, wanted)

    report = project.gather(session, measured.project_id, PERIOD)

    assert [(one.amount_milli, one.counted, one.decision.zh) for one in report.adjustments] == [(-7, False, "待审定")]
    assert report.saving is not None
    assert report.saving.adjustment_milli == 0


@pytest.mark.proves("REP-8")
def test_the_page_shows_data_model_residuals_saving_and_uncertainty_as_charts() -> None:
    page = page_of(project_report(adjusted=True), "zh")

    titles = re.findall(r"<svg[^>]*><title>([^<]+)</title>", page)
    assert titles == [
        "13 个月的节能量",
        "逐月校准基准用能与实际用能",
        "累计节能量及其置信带",
        "日用能与室外气温的关系，改造前后及基准模型",
        "基准期残差随时间的分布与直方图",
    ]
    assert "kWh/天 = 10,700 + 598.6·max(0, 16.75 \u2212 T) + 2,985·使用率" in words_of(page)


@pytest.mark.proves("REP-8")
def test_more_use_than_before_is_told_as_it_is_and_never_as_a_saving() -> None:
    words = words_of(page_of(project_report(worse=True, steps=3), "en"))

    assert "598,531 kWh more were used than the adjusted baseline: nothing was saved." in words
    assert "Not signed off: no credits may be issued on it." in words
    assert "of the adjusted baseline. With" not in words


def test_shares_that_do_not_add_up_make_no_report() -> None:
    report = project_report()
    facts = report.model_dump()
    facts["shares"][0]["grams"] += 1

    with pytest.raises(ValidationError, match="what counts is"):
        ProjectReport.model_validate(facts)
