"""An issuer is filed in a real browser, from registration to issuing, with one return; each side by itself."""

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import uvicorn
from fastapi import FastAPI

from greencredit.app.main import create_app
from greencredit.issuers import queries
from greencredit.issuers.catalogue.indicators import indicator_set_on
from greencredit.issuers.catalogue.papers import required_papers
from greencredit.kernel.access import Role, Scope, ScopeKind
from greencredit.kernel.clock import SystemClock, civil_date
from greencredit.kernel.database import Database, throwaway_engine
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.kernel.settings import Settings
from greencredit.migrations.upgrade import upgrade
from greencredit.schemas.issuers import IssuerKind, LifeState, Scheme
from greencredit.schemas.values import Words
from tests.factories.documents import synthetic_pdf
from tests.factories.issuers import agency_scope, make_agencies, new_scheme, synthetic_code
from tests.factories.people import PASSWORD, make_account, make_grant

CHROMIUM: Final = shutil.which("chromium")
NAME: Final = "示例森林零售有限公司"
SIDES: Final = ("admin", "certifier", "assessor", "reviewer", "regulator")
FEES: Final = {"from_issuer": "10000", "income": "1000000"}
_FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium: apt-get install --no-install-recommends chromium libatomic1"
    ),
    pytest.mark.enable_socket,
]


class Town:
    """The application behind a socket of this machine, with an account for each side and the agencies registered."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        url = f"sqlite:///{folder / 'portal.db'}"
        engine = throwaway_engine(url)
        with engine.begin() as connection:
            upgrade(connection)
        engine.dispose()
        entropy = seeded_entropy("journey")
        self.database = Database(url, clock=SystemClock(), entropy=entropy, keys=Keys(entropy(32)))
        with self.database.writing() as session:
            make_agencies(session)
            self.accounts = {login: make_account(session, login=login, password=PASSWORD).id for login in SIDES}
            make_grant(session, self.accounts["regulator"], Role.REGULATOR, Scope(ScopeKind.REGION, "CN-SH"))
        app: FastAPI = create_app(self.database, Settings(data_dir=folder))
        self._server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.05)
        self.origin = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    def granted(self, login: str, role: Role, issuer_id: str) -> None:
        """Let an account hold a role with the issuer, as the platform's operator does."""
        with self.database.writing() as session:
            make_grant(session, self.accounts[login], role, Scope(ScopeKind.ISSUER, issuer_id))

    def employed(self, login: str, role: Role, agency: int) -> None:
        """Let an account work for an agency, as the platform's operator does."""
        with self.database.writing() as session:
            make_grant(session, self.accounts[login], role, agency_scope(agency))

    def state(self, issuer_id: str) -> LifeState:
        """Give where the issuer stands."""
        with self.database.reading() as session:
            return queries.issuer(session, issuer_id).state

    def paper(self, name: str) -> str:
        """Write a paper to be chosen in a form."""
        path = self.folder / f"{name}.pdf"
        path.write_bytes(synthetic_pdf(name))
        return str(path)

    def close(self) -> None:
        """Stop serving."""
        self._server.should_exit = True
        self._thread.join()
        self.database.close()


class Side:
    """Somebody at his own browser, with JavaScript switched off: forms and links are all there is."""

    def __init__(self, browser: Any, town: Town, login: str, width: int = 1280) -> None:  # noqa: ANN401 - Playwright
        context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=False)
        self.page, self.origin = context.new_page(), town.origin
        self.page.set_default_timeout(15_000)
        self.go("/sign-in")
        self.page.fill("#login", login)
        self.page.fill("#password", PASSWORD)
        self.page.click("main button[type=submit]")

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(self.origin + path)

    def send(self, form: str, typed: dict[str, str], files: dict[str, str] | None = None, *, press: str = "") -> None:
        """Fill a form in, unfolding it where it is folded, and send it off."""
        found = self.page.locator(f"form#{form}")
        fold = self.page.locator(f"details.fold:has(form#{form}):not([open]) > summary")
        if fold.count():
            fold.click()
        for name, value in typed.items():
            place = found.locator(f'[name="{name}"]')
            if place.evaluate("one => one.tagName") == "SELECT":
                place.select_option(value)
            else:
                place.fill(value)
        for name, path in (files or {}).items():
            found.locator(f'[name="{name}"]').set_input_files(path)
        found.locator(f'button[value="{press}"]' if press else "button[type=submit]").click()

    def text(self) -> str:
        """Give what the page says."""
        said: str = self.page.inner_text("main")
        return said


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Serve an empty platform."""
    found = Town(tmp_path)
    yield found
    found.close()


@pytest.fixture
def browser() -> Iterator[Any]:
    """Open a browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        yield found
        found.close()


@pytest.mark.proves("ISS-1")
@pytest.mark.proves("ISS-4")
@pytest.mark.proves("SUP-1")
@pytest.mark.timeout(300)
def test_an_issuer_goes_from_registration_to_issuing_with_one_return(town: Town, browser: Any) -> None:  # noqa: ANN401
    admin, certifier, assessor, reviewer, regulator = (Side(browser, town, login) for login in SIDES)

    issuer_id = _register(admin, town)
    home = f"/console/issuers/{issuer_id}"
    _hand_papers_in(admin, town, home)
    for login, role in (("certifier", Role.CERTIFIER), ("assessor", Role.ASSESSOR), ("reviewer", Role.ASSESSOR)):
        town.granted(login, role, issuer_id)
        town.employed(login, role, 900 if role is Role.CERTIFIER else 901)
    _certify(certifier, town, home)
    _assess(assessor, reviewer, town, home)

    first = _file(admin, home, new_scheme())
    assert "示例森林零售有限公司" in _desk(regulator)
    _return(regulator, first)
    admin.go(first)
    assert ("已退回" in admin.text(), "请写明周末的接听时间" in admin.text()) == (True, True)
    second = _file(admin, home, new_scheme().model_copy(update={"title": Words(zh="示例方案（修改稿）", en="Amended")}))
    _accept(regulator, second)
    assert town.state(issuer_id) is LifeState.FILED
    _guarantee(admin, town, home)
    regulator.go(home)
    regulator.send("activate", {"reason": "示例：各项条件具备"})

    assert town.state(issuer_id) is LifeState.ACTIVE
    public = Side.__new__(Side)
    public.page, public.origin = browser.new_context(java_script_enabled=False).new_page(), town.origin
    public.go("/register?q=森林")
    assert (NAME in public.text(), "示例备2026-9" in public.text()) == (True, True)
    public.go(f"/register/{issuer_id}")
    assert ("编号待核实" in public.text(), "正常发行" in public.text()) == (True, True)


def _register(admin: Side, town: Town) -> str:
    admin.go("/console/register")
    told = {
        "name": NAME,
        "code": "91350100M000100Y4A",
        "kind": IssuerKind.RETAILER.value,
        "region": "CN-SH",
        "legal_representative": "示例法人",
        "address": "示例市示例路 1 号",
        "contact.name": "示例联系人",
        "contact.phone": "000-00000000",
        "reason": "示例：申请发行",
    }
    admin.send("registration", told)
    # A refusal stands beside the place it is about, and what was typed is still there.
    assert admin.page.locator("#registration-code-problem").count() == 1
    assert admin.page.input_value("#registration-name") == NAME
    admin.send("registration", {"code": synthetic_code(77)})
    issuer_id: str = admin.page.inner_text(".saved .number")
    town.granted("admin", Role.ISSUER_ADMIN, issuer_id)
    return issuer_id


def _hand_papers_in(admin: Side, town: Town, home: str) -> None:
    admin.go(home)
    admin.send("submit", {"reason": "示例：提交"})
    for required in required_papers(IssuerKind.RETAILER):
        assert f"缺少：{required.title.zh}" in admin.text()
    for required in required_papers(IssuerKind.RETAILER):
        admin.go(home)
        admin.page.set_input_files(f"#paper-{required.name}", town.paper(required.title.zh))
        admin.page.locator(f"form.upload:has(#paper-{required.name}) button").click()
    assert "必备材料齐全" in admin.text()
    admin.send("submit", {"reason": "示例：材料齐全，提交"})
    assert "已提交" in admin.text()


def _certify(certifier: Side, town: Town, home: str) -> None:
    certifier.go(home)
    told = {
        "body_code": synthetic_code(900),
        "certificate_number": "示例-XY-0001",
        "grade": "AA",
        "score": "88",
        "scope": "绿色消费积分发行",
        "last_day": "2027-06-30",
        "reason": "示例：评价完成",
        **FEES,
    }
    certifier.send("certify", told, {"file": town.paper("信用证书")})
    assert "示例-XY-0001" in certifier.text()


def _assess(assessor: Side, reviewer: Side, town: Town, home: str) -> None:
    assessor.go(f"{home}/assess")
    told = {"assessor_code": synthetic_code(901), "reason": "示例：评分完成", **FEES}
    for one in indicator_set_on(civil_date(town.database.clock.now())).indicator:
        told |= {f"score.{one.name}": "86", f"finding.{one.name}": "示例：符合要求"}
    files = {name: town.paper(name) for name in ("report", "evidence", "declaration")}
    assessor.send("assess", told, files)
    assert ("待复核" in assessor.text(), assessor.page.locator("form[id^=sign-]").count()) == (True, 0)
    reviewer.go(home)
    sign = reviewer.page.locator("form[id^=sign-]").get_attribute("id")
    reviewer.send(str(sign), {"reason": "示例：复核无误"})
    assert "86.00 / 100" in reviewer.text()


def _file(admin: Side, home: str, scheme: Scheme) -> str:
    forbidden = scheme.model_copy(update={"redemption_terms": (Words(zh="最终解释权归本公司所有", en="Final say"),)})
    admin.go(f"{home}/filings/json")
    admin.send("json", {"scheme": forbidden.model_dump_json()}, press="load")
    assert "自动检查未通过" in admin.text()
    admin.go(f"{home}/filings/json")
    admin.send("json", {"scheme": scheme.model_dump_json(indent=2), "reason": "示例：报送"}, press="draft")
    assert "自动检查通过" in admin.text()
    admin.send("cases", {})
    admin.send("submit-filing", {"reason": "示例：报送"})
    assert "已报送" in admin.text()
    return str(admin.page.url).removeprefix(admin.origin).partition("?")[0]


def _desk(regulator: Side) -> str:
    regulator.go("/console/desk")
    return regulator.text()


def _return(regulator: Side, filing: str) -> None:
    regulator.go(filing)
    regulator.send("decision", {"reason": "示例：请补充"}, press="return")
    assert "至少要在一项条款旁写明不符之处" in regulator.text()
    assert regulator.page.get_attribute(".refused-top a", "href") == "#decision"
    place = regulator.page.locator('[name="field.complaints.phone"]')
    regulator.page.locator("dd:has([name='field.complaints.phone']) summary").click()
    place.fill("请写明周末的接听时间")
    regulator.send("decision", {"reason": "示例：请补充"}, press="return")
    assert "已退回" in regulator.text()


def _accept(regulator: Side, filing: str) -> None:
    regulator.go(filing)
    regulator.send("decision", {"number": "示例备2026-9", "reason": "示例：材料齐全"}, press="accept")
    assert "已生效" in regulator.text()


def _guarantee(admin: Side, town: Town, home: str) -> None:
    admin.go(home)
    told = {
        "amount": "1000000.00",
        "bank": "示例银行",
        "account_kind": "payment_reserve",
        "account_title": "示例积分保障专户",
        "account_last4": "0000",
        "reason": "示例：存管说明",
    }
    admin.send("guarantee", told, {"file": town.paper("存管说明")})
    assert admin.page.locator("#guarantee-account_kind-problem").count() == 1
    admin.send("guarantee", {"account_kind": "custody_account"}, {"file": town.paper("存管说明")})
    assert "¥1,000,000.00" in admin.text()
