"""Pages and doors of trajectories: who may follow what, what is shown, and that looking is written down."""

import csv
import io
import json
from html import unescape
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from pyarrow import parquet
from sqlalchemy import text
from starlette.testclient import TestClient

from greencredit.awards import queries as awards
from greencredit.awards.queries.check import check_record
from greencredit.awards.queries.explain import explained
from greencredit.awards.queries.record import award_record
from greencredit.kernel.access import Role, Scope, ScopeKind
from greencredit.kernel.database import Database
from greencredit.ledger import queries as ledger
from greencredit.ledger.queries import export
from tests.factories.ledger import redeem, restore
from tests.factories.people import PASSWORD, make_account_with
from tests.factories.web import make_filed_issuer, make_household
from tests.web.conftest import SignIn

_API: Final = "/api/v1"


class Town(NamedTuple):
    """Somebody who earned and spent, his neighbour, and everyone who might look."""

    issuer: str
    household: str
    neighbour: str
    rides: int
    """The award of three hundred credits."""


@pytest.fixture
def town(shared: Database, tmp_path: Path) -> Town:
    """Let a household earn 416 credits, spend 150 and get 40 back."""
    issuer = make_filed_issuer(shared)
    household = make_household(shared, tmp_path, issuer)
    neighbour = make_household(shared, tmp_path, login="neighbour")
    with shared.writing() as session:
        spent = redeem(session, 150, holder=household)
        restore(session, spent.event_id, 40)
        here = Scope(ScopeKind.ISSUER, issuer.issuer_id)
        make_account_with(session, Role.ISSUER_VIEWER, here, login="staff", password=PASSWORD)
        elsewhere = Scope(ScopeKind.ISSUER, "iss_elsewhere")
        make_account_with(session, Role.ISSUER_ADMIN, elsewhere, login="rival", password=PASSWORD)
        make_account_with(session, Role.REGULATOR, login="regulator", password=PASSWORD)
        make_account_with(session, Role.AUDITOR, login="auditor", password=PASSWORD)
        make_account_with(session, Role.OPERATOR, login="operator", password=PASSWORD)
        rides = awards.awards_of(session, household, limit=1)[0].award_id
    return Town(issuer.issuer_id, household, neighbour, rides)


def _addresses(town: Town) -> dict[str, str]:
    return {
        "his own": f"{_API}/consumers/{town.household}/trajectory",
        "his export": f"{_API}/consumers/{town.household}/trajectory/export",
        "the story": f"{_API}/awards/{town.rides}/story",
        "the issuer": f"{_API}/issuers/{town.issuer}/trajectory",
        "its export": f"{_API}/issuers/{town.issuer}/trajectory/export",
        "a rule": f"{_API}/issuers/{town.issuer}/rules/green_travel/trajectory",
        "its rule's export": f"{_API}/issuers/{town.issuer}/rules/green_travel/trajectory/export",
        "a holder": f"{_API}/holders/1/trajectory",
        "his page": f"/awards/{town.rides}",
        "the console": f"/trajectories?kind=issuer&what={town.issuer}",
        "a holder on the console": "/trajectories?kind=holder&what=1",
    }


_OWN: Final = {"his own", "his export", "the story", "his page"}
_OF_ISSUER: Final = {"the story", "the issuer", "its export", "a rule", "its rule's export", "his page", "the console"}
_ALL: Final = _OWN | _OF_ISSUER | {"a holder", "a holder on the console"}


@pytest.mark.proves("LED-4", "SUP-4", "SEC-1")
@pytest.mark.parametrize(
    ("login", "open_to"),
    [
        ("household", _OWN),
        ("neighbour", set()),
        ("staff", _OF_ISSUER),
        ("rival", set()),
        ("regulator", _ALL),
        ("auditor", _ALL),
        ("operator", set()),
    ],
)
def test_everybody_follows_what_is_his_and_nothing_else(
    sign_in: SignIn, town: Town, login: str, open_to: set[str]
) -> None:
    client = sign_in(login)

    found = {name: client.get(address).status_code for name, address in _addresses(town).items()}

    assert found == {name: 200 if name in open_to else 403 for name in _ALL}


@pytest.mark.proves("SUP-4")
def test_whoever_looks_at_others_is_written_down_and_a_holder_at_himself_is_not(
    sign_in: SignIn, town: Town, shared: Database
) -> None:
    own = sign_in("household")
    own.get(f"/awards/{town.rides}")
    own.get(f"{_API}/consumers/{town.household}/trajectory/export")
    client = sign_in("auditor")
    client.get(f"{_API}/issuers/{town.issuer}/trajectory/export?form=parquet")
    client.get(f"/trajectories?kind=issuer&what={town.issuer}")

    statement = text("SELECT object_id, facts FROM people_audit WHERE action = 'trajectory.read' ORDER BY id")
    with shared.reading() as session:
        noted = [(row[0], json.loads(row[1])) for row in session.execute(statement)]

    assert noted == [(town.issuer, {"form": "parquet", "as_of": 7}), (f"issuer:{town.issuer}", {})]


@pytest.mark.proves("LED-4")
def test_an_issuer_sees_names_of_its_own_and_an_overseer_numbers_and_nobody_a_person(
    sign_in: SignIn, town: Town
) -> None:
    staff = sign_in("staff").get(f"{_API}/issuers/{town.issuer}/trajectory")
    overseer = sign_in("regulator").get(f"{_API}/issuers/{town.issuer}/trajectory")

    assert {line["holder"][:2] for line in staff.json()["lines"]} == {"p_"}
    assert all(line["holder"].isdigit() for line in overseer.json()["lines"])
    assert [town.household in answer.text for answer in (staff, overseer)] == [False, False]


@pytest.mark.proves("LED-4", "UX-2")
def test_pages_over_http_go_on_where_the_one_before_ended(sign_in: SignIn, town: Town) -> None:
    client = sign_in("household")
    address = f"{_API}/consumers/{town.household}/trajectory"
    seen = []
    cursor: int | None = 0
    while cursor is not None:
        page = client.get(address, params={"after": cursor, "limit": 3}).json()
        seen += [line["event_id"] for line in page["lines"]]
        cursor = page["next"]

    assert seen == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    "asked", [{"after": 1, "before": 9}, {"verbs": "sell"}, {"limit": 501}, {"since": "2026-03-01"}, {"beyond": 1}]
)
def test_what_cannot_be_asked_for_is_refused(sign_in: SignIn, town: Town, asked: dict[str, str | int]) -> None:
    answer = sign_in("household").get(f"{_API}/consumers/{town.household}/trajectory", params=asked)

    assert answer.status_code == 422


@pytest.mark.proves("LED-4", "UX-2")
def test_an_export_streams_and_names_what_it_is_of(
    sign_in: SignIn, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "WINDOW_LINES", 2)
    client = sign_in("regulator")

    answer = client.get(f"{_API}/issuers/{town.issuer}/trajectory/export", params={"plain": "true", "verbs": "earn"})
    whole = client.get(f"{_API}/issuers/{town.issuer}/trajectory/export", params={"form": "parquet"})

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    facts = json.loads(answer.headers["export-facts"])
    assert [(row["event_id"], row["verb"], row["verb_zh"]) for row in rows] == [
        (str(number), "earn", "发放") for number in range(1, 5)
    ]
    assert (facts["following"], facts["verbs"], facts["as_of"]) == (f"issuer:{town.issuer}", ["earn"], 7)
    assert answer.headers["content-disposition"].endswith('-asof-7.csv"')
    table = parquet.read_table(io.BytesIO(whole.content))
    inside = json.loads(table.schema.metadata[b"greencredit"])
    assert table.column("event_id").to_pylist() == list(range(1, 8))
    assert inside["log_size"] == facts["log_size"]
    assert parquet.ParquetFile(io.BytesIO(whole.content)).num_row_groups == 4


@pytest.mark.proves("LED-4")
def test_the_trajectory_of_a_rule_tells_each_award_with_all_that_became_of_it(sign_in: SignIn, town: Town) -> None:
    client = sign_in("regulator")
    address = f"{_API}/issuers/{town.issuer}/rules/green_travel/trajectory"

    first = client.get(address, params={"limit": 1}).json()
    second = client.get(address, params={"limit": 1, "before": first["next"]}).json()

    told = [(line["award"], line["verb"], line["award_credits"]) for line in first["lines"]]
    assert told == [(4, "earn", 300), (4, "redeem", 34), (4, "restore", 34)]
    assert [(line["award"], line["verb"], line["award_credits"]) for line in second["lines"]] == [
        (3, "earn", 68),
        (3, "redeem", 68),
        (3, "restore", 6),
    ]
    assert second["next"] is None
    rows = list(csv.DictReader(io.StringIO(client.get(f"{address}/export", params={"plain": "true"}).text)))
    assert [(row["award"], row["verb"]) for row in rows] == [
        (award, verb) for award in ("3", "4") for verb in ("earn", "redeem", "restore")
    ]
    assert client.get(address.replace("green_travel", "unheard_of")).json()["code"] == "awards.no_such_rule"


@pytest.mark.proves("LED-4", "UX-1")
def test_a_holder_reads_what_became_of_his_award(sign_in: SignIn, town: Town) -> None:
    client = sign_in("household")

    page = client.get(f"/awards/{town.rides}").text
    english = client.get(f"/awards/{town.rides}?lang=en").text
    me = client.get("/me?lang=zh").text

    assert all(said in page for said in ("现在在哪里", "可用", "发放", "核销", "退还", "GCS-"))
    assert all(said in english for said in ("Where they are now", "available", "given back"))
    assert f'href="/awards/{town.rides}"' in me


@pytest.mark.proves("AWD-2", "ACT-2", "UX-1")
def test_a_holder_reads_every_step_of_his_award_with_factors_versions_and_sources_and_takes_the_record_along(
    shared: Database, sign_in: SignIn, town: Town
) -> None:
    client = sign_in("household")
    with shared.reading() as session:
        kept = awards.quantification(session, awards.award(session, town.rides).evidence_id)
        steps = explained(award_record(session, town.rides))

    page, english = (unescape(client.get(f"/awards/{town.rides}?lang={lang}").text) for lang in ("zh", "en"))
    record = client.get(f"/api/v1/awards/{town.rides}/record").content
    purchase = client.get("/awards/1?lang=zh").text

    assert kept is not None
    for step in steps:
        for sentence in step.sentences:
            assert (sentence.zh in page, sentence.en in english) == (True, True)
    assert [use.id in page for use in kept.factors] == [True] * len(kept.factors)
    assert [step.stage for step in steps][-2:] == ["sources", "credits"]
    assert f'href="/api/v1/awards/{town.rides}/record"' in page
    assert check_record(record).holds
    assert "未量化：没有适用的方法，不是零。" in purchase


@pytest.mark.proves("LED-4")
def test_anyone_looks_a_serial_up_and_learns_nothing_of_the_holder(browser: TestClient, town: Town) -> None:
    with_serial = _first_serial(browser, town)

    page = browser.get(f"/serials/{with_serial}")
    typed = browser.get("/serials", params={"number": f" {with_serial.lower()} "})
    api = browser.get(f"{_API}/serials/{with_serial}")
    wrong = browser.get(f"/serials/{with_serial[:-1]}{(int(with_serial[-1]) + 1) % 10}")

    assert (page.status_code, "已核销" in page.text, town.household in page.text) == (200, True, False)
    assert (typed.status_code, typed.headers["location"]) == (303, f"/serials/{with_serial.lower()}")
    assert (api.json()["state"], api.json()["issuer_id"], "holder" in api.text) == ("redeemed", town.issuer, False)
    assert (wrong.status_code, "序列号有误" in wrong.text) == (404, True)


def _first_serial(browser: TestClient, town: Town) -> str:
    database: Database = browser.app.state.database  # type: ignore[attr-defined] # Starlette's client knows its app
    with database.reading() as session:
        serial = ledger.award_story(session, 1).award.serial_first
    assert (serial is not None, town.rides) == (True, 4)
    return str(serial)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("kind=holder&what=abc", "代号和批次都是数字"),
        ("kind=series&what=999", "没有查到这个编号"),
        ("kind=issuer&what=iss_nobody", "没有查到这个编号"),
        ("kind=holder&what=1&since=yesterday"[:34], "日期请写成"),
        ("kind=holder&what=1&verb=expire", "没有任何积分变动"),
        ("", "全流程轨迹"),
    ],
)
def test_the_console_says_in_place_what_it_cannot_find(sign_in: SignIn, town: Town, asked: str, said: str) -> None:
    answer = sign_in("regulator").get(f"/trajectories?{asked}")

    assert (answer.status_code, said in answer.text, town.issuer != "") == (200, True, True)


@pytest.mark.proves("LED-4")
def test_the_console_pages_backwards_and_offers_exports(
    sign_in: SignIn, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    from greencredit.web import trails

    monkeypatch.setattr(trails, "PAGE_LINES", 5)
    client = sign_in("regulator")

    first = client.get(f"/trajectories?kind=issuer&what={town.issuer}").text
    older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = client.get(older).text

    assert ("before=3" in older, "事件 7" in first, "事件 3" in first, "事件 2" in second) == (True, True, True, True)
    assert f"/api/v1/issuers/{town.issuer}/trajectory/export?form=csv&amp;bom=true" in first
