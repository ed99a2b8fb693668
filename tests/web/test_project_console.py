"""An energy-saving project from its opening to the word of a verifier and the report, in a real browser."""

from collections.abc import Callable

import pytest

from greencredit.awards import jobs
from greencredit.awards import queries as awards
from greencredit.kernel.access import Role
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.tables import State
from greencredit.projects import queries
from greencredit.reports.jobs import ISSUE
from greencredit.schemas.awards import PerKilogram
from greencredit.schemas.projects import ProjectState
from greencredit.schemas.values import Credits, Words
from tests.factories.awards import action_rule, publish_factors
from tests.factories.evidence import make_shop
from tests.factories.people import PASSWORD, make_account, make_consumer
from tests.factories.projects import building_after, building_before
from tests.factories.town import BROWSED, Side, Town

pytestmark = [*BROWSED, pytest.mark.timeout(300)]

People = Callable[..., Side]


def prepared(town: Town) -> tuple[str, str]:
    """Give an issuer with a filed rule for retrofits, its keeper and a verifier; and a household."""
    rule = action_rule(
        name="retrofit",
        title=Words(zh="节能改造", en="Retrofit"),
        actions=("mv_whole_building_electricity",),
        rate=PerKilogram(credits=Credits(1)),
    )
    with town.database.writing() as session:
        publish_factors(session)
        issuer_id = make_shop(session, rule).issuer_id
        town.accounts |= {
            login: make_account(session, login=login, password=PASSWORD).id for login in ("keeper", "verifier")
        }
        consumer_id = make_consumer(session).id
    town.serving("keeper", Role.ISSUER_MANAGER, issuer_id)
    town.serving("verifier", Role.VERIFIER, issuer_id)
    return issuer_id, consumer_id


@pytest.mark.proves("ACT-3", "REP-8")
def test_a_project_goes_from_its_opening_to_the_verifiers_word_its_report_and_awards(
    town: Town, people: People
) -> None:
    issuer_id, consumer_id = prepared(town)
    keeper, verifier = people("keeper"), people("verifier")
    files = {}
    for name, content in (("baseline", building_before()), ("reporting", building_after())):
        path = town.folder / f"{name}.csv"
        path.write_bytes(content)
        files[name] = str(path)

    keeper.go("/console/projects")
    about = {
        "issuer_id": issuer_id,
        "title.zh": "示例办公楼改造",
        "title.en": "Example office",
        "measures.zh": "示例措施",
        "measures.en": "Plant",
        "region": "CN-SH",
        "carrier": "electricity",
        "meter": "DEMO-METER-0009",
        "participants": f"{consumer_id} 1",
    }
    keeper.send("open", about)
    project_id = keeper.page.url.rpartition("/")[2].partition("?")[0]
    keeper.send("data", {"part": "baseline"}, {"meter": files["baseline"]})
    keeper.send("baseline", {})
    charts_before = keeper.page.locator("#model svg").count()
    keeper.send("freeze", {"reason": "示例：检验通过"})
    keeper.send("data", {"part": "reporting"}, {"meter": files["reporting"]})
    keeper.send("measure", {})

    assert charts_before == 2
    assert keeper.page.locator("#saving svg").count() == 2
    assert (keeper.page.locator("form#sign-off").count(), "通过" in keeper.text()) == (0, True)

    verifier.go(f"/console/projects/{project_id}")
    assert verifier.page.locator("form#data").count() == 0
    verifier.send("sign-off", {"statement": "示例：经核对，计量可信。"})
    keeper.go(f"/console/projects/{project_id}")
    keeper.send("issue", {}, press="zh")

    with town.database.writing() as session:
        assert queries.state_of(session, project_id) is ProjectState.SIGNED_OFF
        (asked,) = queue.listed(session, state=State.WAITING, kind=ISSUE)
        job = queue.job(session, queue.enqueue(session, jobs.TAKE_PROJECTS, "now", {}))
    assert (asked.body["kind"], asked.body["subject_id"]) == ("project", project_id)
    jobs.take_projects(town.database, job)
    with town.database.reading() as session:
        (share,) = queries.shares(session, project_id)
        (line,) = awards.awards_of(session, consumer_id)
    assert (line.grams, line.credits) == (share.grams, share.grams // 1000)


@pytest.mark.proves("ACT-3")
def test_a_meter_that_does_not_fit_is_told_at_the_form_and_nothing_is_kept(town: Town, people: People) -> None:
    issuer_id, consumer_id = prepared(town)
    keeper = people("keeper")
    bad = town.folder / "bad.csv"
    bad.write_text("date,kwh,temp_c\n2025-01-01,12,3\n2025-01-01,13,3\n")
    keeper.go("/console/projects")
    about = {
        "issuer_id": issuer_id,
        "title.zh": "示例项目",
        "title.en": "Example",
        "measures.zh": "示例措施",
        "measures.en": "Plant",
        "region": "CN-SH",
        "carrier": "electricity",
        "meter": "DEMO-METER-0010",
        "participants": f"{consumer_id} 1",
    }
    keeper.send("open", about)
    project_id = keeper.page.url.rpartition("/")[2].partition("?")[0]

    keeper.send("data", {"part": "baseline"}, {"meter": str(bad)})

    assert "projects." in keeper.page.locator("form#data .alert").inner_text()
    with town.database.reading() as session:
        assert queries.data(session, project_id) == ()
