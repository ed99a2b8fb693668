"""One basket through every door: uploaded, awarded, seen on the phone, printed, checked by a stranger."""

import hashlib
import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from starlette.testclient import TestClient

from greencredit import timetable
from greencredit.app.main import create_app
from greencredit.awards import queries as awards
from greencredit.kernel.access import Role, Scope, ScopeKind
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.kernel.messages.worker import Worker
from greencredit.kernel.settings import Settings
from greencredit.ledger import queries as ledger
from greencredit.people import service as people
from greencredit.schemas.people import CardLink, NewConsumer
from tests.conftest import NOON
from tests.factories.awards import action_rule, publish_factors, purchase_rule
from tests.factories.evidence import Shop, activities_csv, bought, did, make_shop, receipt_csv
from tests.factories.people import PASSWORD, make_account, make_account_with

ORIGIN = "https://credits.example"
LOGIN = "example-household"

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Give settings that jobs and doors read alike."""
    monkeypatch.setenv("GREENCREDIT_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("GREENCREDIT_PUBLIC_URL", ORIGIN)
    return Settings()


@pytest.fixture
def town(database_url: str) -> Iterator[tuple[Database, Shop]]:
    """Give an issuer with its shop, its clerk, and one household that can sign in."""
    entropy = seeded_entropy("basket")
    database = Database(database_url, clock=StandingClock(NOON), entropy=entropy, keys=Keys(entropy(32)))
    with database.writing() as session:
        publish_factors(session)
        account = make_account(session, login=LOGIN, password=PASSWORD)
        household = people.register_consumer(
            session, NewConsumer(display_name="示例住户 𠮷 <script>", account_id=account.id)
        )
        shop = make_shop(session, purchase_rule(), action_rule())
        for owner in (shop.issuer_id, shop.merchant_id):
            people.link_cards(session, owner, [CardLink(card_ref="CARD-7777", consumer_id=household.id)])
        make_account_with(
            session, Role.ISSUER_MANAGER, Scope(ScopeKind.ISSUER, shop.issuer_id), login="clerk", password=PASSWORD
        )
    yield database, shop._replace(consumers={"CARD-7777": household.id})
    database.close()


@pytest.mark.proves("UX-2", "AWD-3", "REP-1", "REP-9", "SUP-6")
def test_a_basket_becomes_credits_a_report_and_a_check_that_anyone_can_make(
    town: tuple[Database, Shop], settings: Settings, tmp_path: Path
) -> None:
    database, shop = town
    consumer = shop.consumers["CARD-7777"]
    app = create_app(database, settings)
    receipts = receipt_csv(
        tmp_path / "receipts.csv",
        [bought(card_no="CARD-7777"), bought(card_no="CARD-7777", line_no=2, amount_yuan="-1.00")],
    )
    trips = activities_csv(tmp_path / "trips.csv", [did(card_no="CARD-7777")])

    with TestClient(app, base_url=ORIGIN) as clerk:
        signed_in(clerk, "clerk")
        for feed, file in ((shop.receipts, receipts), (shop.activities, trips)):
            upload = {"file": (file.name, file.read_bytes(), "text/csv")}
            assert clerk.post(f"/api/v1/feeds/{feed}/files", files=upload).status_code == 202
        assert work(database) == 2
        outcomes = [clerk.get(f"/api/v1/imports/{number}").json() for number in (1, 2)]
        outcome = next(one for one in outcomes if one["rejected"])
        sent_back = clerk.get(f"/api/v1/evidence/batches/{outcome['batch_id']}/rejects").json()
        assert clerk.get(f"/api/v1/consumers/{consumer}/balances").status_code == 403

    with TestClient(app, base_url=ORIGIN) as phone:
        signed_in(phone, LOGIN)
        page = phone.get("/me?year=2026").text
        balance = sum(one["available"] for one in phone.get(f"/api/v1/consumers/{consumer}/balances").json())
        phone.post("/me/reports", data={"year": "2026", "report_lang": "zh"})
        assert work(database) == 1
        number = phone.get("/me?year=2026").text.partition("/me/reports/")[2].partition('"')[0]
        paper = phone.get(f"/me/reports/{number}").content

    facts = attached(paper, "report.json")
    digest = hashlib.sha256(facts).hexdigest()
    with TestClient(app, base_url=ORIGIN) as stranger:
        genuine = stranger.get(f"/verify/{number}?digest={digest}").text
        forged = stranger.get(f"/verify/{number}?digest={'0' * 64}").text
        assert stranger.get(f"/me/reports/{number}").status_code == 401

    report = json.loads(facts)["facts"]
    assert (outcome["lines"], outcome["awarded"], outcome["rejected"], outcome["credits"]) == (2, 1, 1, 36)
    assert [(one["line"], one["code"], one["found"]) for one in sent_back] == [(3, "evidence.negative_amount", "-1.00")]
    assert (report["totals"]["credits"], report["totals"]["avoided_g_co2e"]) == (balance, 683)
    assert report["holder"]["name"] == "示例住户 𠮷 <script>"
    assert "<script>" not in page.replace("<script src", "")
    assert ("verdict-agrees" in genuine, "verdict-differs" in forged) == (True, True)
    with database.reading() as session:
        assert [one.name for one in (*ledger.audit(session), *awards.audit(session)) if not one.holds] == []


def signed_in(client: TestClient, login: str) -> None:
    """Sign in over the API and keep the cookie by hand: the tests' clock stands in the past."""
    answer = client.post("/api/v1/sessions", json={"login": login, "password": PASSWORD})
    assert answer.status_code == 201
    client.headers["Cookie"] = answer.headers["set-cookie"].partition(";")[0]


def work(database: Database) -> int:
    """Do the jobs that are due, as the worker of `serve` would."""
    return Worker(database, timetable.HANDLERS).run_due()


def attached(paper: bytes, name: str) -> bytes:
    """Take a file out of a PDF."""
    with pikepdf.open(BytesIO(paper)) as pdf:
        return pdf.attachments[name].get_file().read_bytes()


def test_a_file_refused_once_is_taken_in_when_the_reason_is_gone(
    town: tuple[Database, Shop], settings: Settings, tmp_path: Path
) -> None:
    database, shop = town
    app = create_app(database, settings)
    file = receipt_csv(tmp_path / "r.csv", [bought(card_no="CARD-7777", store_code="门店一")], encoding="gb18030")
    address = f"/api/v1/feeds/{shop.receipts}/files"

    with TestClient(app, base_url=ORIGIN) as clerk:
        signed_in(clerk, "clerk")
        upload = {"file": (file.name, file.read_bytes(), "text/csv")}
        refused = clerk.post(address, files=upload).json()["job_id"]
        work(database)
        told = clerk.get(f"{address}/{refused}").json()
        helped = clerk.post(f"{address}?encoding=gb18030", files=upload).json()["job_id"]
        again = clerk.post(address, files=upload).json()["job_id"]
        work(database)
        done = clerk.get(f"{address}/{helped}").json()
        odd = [clerk.get(f"/api/v1/imports/{number}").status_code for number in ("abc", "0", "9" * 30)]

    assert (told["state"], "evidence.wrong_encoding" in told["refusal"], told["outcome"]) == ("dead", True, None)
    assert again == refused != helped
    assert (done["state"], done["refusal"], done["outcome"]["awarded"]) == ("done", None, 1)
    assert odd == [404, 404, 404]
