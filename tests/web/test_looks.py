"""The pages in a real browser: no width overflows, nothing breaks WCAG 2.2 AA, every target can be hit with a thumb."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import uvicorn
from fastapi import FastAPI

from greencredit.app.main import create_app
from greencredit.issuers import queries
from greencredit.kernel.access import Role, Scope, ScopeKind
from greencredit.kernel.clock import StandingClock, SystemClock
from greencredit.kernel.database import Database, throwaway_engine
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.kernel.messages import queue
from greencredit.kernel.settings import Settings
from greencredit.migrations.upgrade import upgrade
from greencredit.organisations import service as figures
from greencredit.schemas.issuers import LifeState
from greencredit.schemas.organisations import OrganisationKind
from tests.awards.service.test_members import founded
from tests.conftest import NOON
from tests.factories.badges import make_portable_proof
from tests.factories.code_reviews import make_code_review
from tests.factories.issuers import make_filing, make_issuer, new_scheme, synthetic_code
from tests.factories.notices import make_inbox
from tests.factories.organisations import FEBRUARY, JANUARY, add, make_organisation
from tests.factories.people import PASSWORD, make_account, make_account_with, make_grant
from tests.factories.web import make_filed_issuer, make_household, make_report

CHROMIUM: Final = shutil.which("chromium")
AXE: Final = Path(__file__).parent / "vendored" / "axe.min.js"
WIDTHS: Final = (320, 360, 390, 414, 768, 1280)
SMALLEST_TARGET: Final = 44
PAGES: Final = (
    ("", "/"),
    ("", "/sign-in"),
    ("", "/register"),
    ("", "/register/{issuer}"),
    ("", "/verify"),
    ("", "/verify/{number}"),
    ("", "/serials"),
    ("", "/serials/GCS-0001-202601-000000001-85"),
    ("household", "/awards/4"),
    ("regulator", "/trajectories"),
    ("regulator", "/trajectories?kind=issuer&what={issuer}"),
    ("regulator", "/console"),
    ("regulator", "/console/desk"),
    ("regulator", "/console/issuers/{issuer}"),
    ("issuer", "/console/issuers/{issuer}"),
    ("issuer", "/console/issuers/{issuer}/filings"),
    ("issuer", "/console/issuers/{issuer}/filings?checked=true"),
    ("issuer", "/console/issuers/{newcomer}/filings?checked=true"),
    ("issuer", "/console/issuers/{issuer}/filings/json"),
    ("issuer", "/console/codes"),
    ("regulator", "/console/issuers/{issuer}/assess"),
    ("regulator", "/console/filings/{filing}"),
    ("regulator", "/console/register"),
    ("regulator", "/console/agencies"),
    ("operator", "/console/agencies"),
    ("operator", "/console/agencies/{agency}"),
    ("operator", "/console/codes"),
    ("", "/methods"),
    ("", "/methods/walk_trip"),
    ("regulator", "/negatives"),
    ("", "/errors"),
    ("", "/nowhere"),
    ("household", "/me"),
    ("empty", "/me"),
    ("household", "/me/privacy"),
    ("household", "/me/proofs"),
    ("empty", "/me/proofs"),
    ("household", "/me/privacy/erase"),
    ("household", "/me/inbox"),
    ("household", "/me/inbox/{notice}"),
    ("household", "/me/inbox/settings"),
    ("empty", "/me/inbox"),
    ("household", "/me/household"),
    ("empty", "/me/household"),
    ("household", "/me/holds"),
    ("issuer", "/console/issuers/{issuer}/holds"),
    ("operator", "/operator/jobs"),
    ("head", "/organisations"),
    ("head", "/organisations/{school}"),
    ("head", "/organisations/{mill}"),
    ("head", "/organisations/{mill}/account"),
)
_FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Targets inside a sentence are exempt (WCAG 2.5.8); so is the link that only a keyboard reveals.
_SMALL_TARGETS: Final = """(smallest) => [...document.querySelectorAll("a, button, input:not([type=hidden]), summary")]
  .filter((one) => !one.closest("p:not(.actions):not(.pager), dd, dt, td, th, .skip") && one.checkVisibility())
  .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
  .filter(([, box]) => box.height < smallest || box.width < smallest)
  .map(([html, box]) => `${html} ${box.width.toFixed(1)}x${box.height.toFixed(1)}`)"""
_SETTLED: Final = """async () => {
  await document.fonts.ready;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))));
}"""
_OVERFLOW: Final = "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
_RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium: apt-get install --no-install-recommends chromium libatomic1"
    ),
    pytest.mark.enable_socket,
]

Visit = Callable[[str, str, int], Any]
"""Opens a page as somebody at a width."""


class _Served:
    """The application behind a socket of this machine, with what there is to see."""

    def __init__(self, folder: Path) -> None:
        url = f"sqlite:///{folder / 'portal.db'}"
        engine = throwaway_engine(url)
        with engine.begin() as connection:
            upgrade(connection)
        engine.dispose()
        entropy = seeded_entropy("looks")
        self.clock = StandingClock(NOON)
        self.database = Database(url, clock=self.clock, entropy=entropy, keys=Keys(entropy(32)))
        self.facts = self._live(folder)
        self.faults: list[str] = []
        # A browser believes its own clock: a cookie of the tests' past would be stale when it arrives.
        self.database.clock = SystemClock()
        app: FastAPI = create_app(self.database, Settings(data_dir=folder))
        self._server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.05)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.origin = f"http://127.0.0.1:{port}"

    def _live(self, folder: Path) -> dict[str, str]:
        issuer = make_filed_issuer(self.database, name="示例绿色零售连锁（名称很长很长的一家公司）有限责任公司")
        household = make_household(self.database, folder, issuer, name="𠮷䶮<script>")
        make_household(self.database, folder, login="empty")
        founded(self.database, household)
        notice = make_inbox(self.database, self.clock, household, issuer.issuer_id)
        with self.database.writing() as session:
            make_account_with(session, Role.OPERATOR, login="operator", password=PASSWORD)
            make_account_with(session, Role.REGULATOR, login="regulator", password=PASSWORD)
            newcomer = make_issuer(session, LifeState.DRAFT, number=2).issuer_id
            staff = make_account(session, login="issuer", password=PASSWORD)
            for one in (issuer.issuer_id, newcomer):
                make_grant(session, staff.id, Role.ISSUER_ADMIN, Scope(ScopeKind.ISSUER, one))
            make_code_review(session)
            queue.enqueue(session, "kernel.clear_queues", "a" * 60, {})
            report = make_report(session, folder, household)
            make_portable_proof(session, household)
            agency = queries.agencies(session)[0].agency_id
            filing = make_filing(session, issuer.issuer_id, new_scheme(fen_per_100=50)).filing_id
            school = make_organisation(session, name="示例市（名称很长很长的）实验小学")
            add(session, school.organisation_id, school.units[0].unit_id, "一年级")
            mill = make_organisation(session, OrganisationKind.ENTERPRISE, name="示例<纺织>厂", code=synthetic_code(81))
            head = make_account(session, login="head", password=PASSWORD)
            for one in (school.organisation_id, mill.organisation_id):
                make_grant(session, head.id, Role.ORGANISATION_ADMIN, Scope(ScopeKind.ORGANISATION, one))
        self.clock.move(timedelta(seconds=1))
        with self.database.writing() as session:
            for month in (JANUARY, FEBRUARY):
                figures.publish(session, school.organisation_id, month)
        return {
            "issuer": issuer.issuer_id,
            "filing": filing,
            "newcomer": newcomer,
            "agency": agency,
            "number": report.number,
            "digest": report.facts_sha256,
            "school": school.organisation_id,
            "mill": mill.organisation_id,
            "notice": notice,
        }

    def close(self) -> None:
        """Stop serving."""
        self._server.should_exit = True
        self._thread.join()
        self.database.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Served]:
    """Serve the portal for this file's tests."""
    found = _Served(tmp_path_factory.mktemp("looks"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def visit(served: _Served) -> Iterator[Visit]:
    """Give a way to look at a page; everybody signs in once."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browsers: list[Any] = []
        states: dict[str, Any] = {"": None}

        def browser() -> Any:  # noqa: ANN401 - Playwright's browser
            # One that went away (the machine was short of something) is replaced: a page is judged, not its reader.
            if not browsers or not browsers[-1].is_connected():
                browsers.append(playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS)))
            return browsers[-1]

        def signed_in(who: str) -> Any:  # noqa: ANN401 - Playwright's storage state
            if who not in states:
                context = browser().new_context()
                page = context.new_page()
                page.goto(f"{served.origin}/sign-in")
                page.fill("#login", who)
                page.fill("#password", PASSWORD)
                page.click("main button[type=submit]")
                states[who] = context.storage_state()
                context.close()
            return states[who]

        def visited(who: str, path: str, width: int) -> Any:  # noqa: ANN401 - a page of Playwright
            context = browser().new_context(viewport={"width": width, "height": 844}, storage_state=signed_in(who))
            page = context.new_page()
            page.on("pageerror", lambda error: served.faults.append(str(error)))
            page.on("console", lambda said: served.faults.append(said.text) if said.type == "error" else None)
            page.goto(served.origin + path.format(**served.facts))
            return page

        yield visited
        for one in browsers:
            one.close()


@pytest.mark.proves("UX-1")
@pytest.mark.parametrize(("who", "path"), PAGES)
def test_no_width_overflows_and_every_target_can_be_hit(visit: Visit, who: str, path: str) -> None:
    page = visit(who, path, WIDTHS[0])

    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        page.evaluate(_SETTLED)
        found[width] = (page.evaluate(_OVERFLOW), page.evaluate(_SMALL_TARGETS, SMALLEST_TARGET))
    page.context.close()

    assert found == dict.fromkeys(WIDTHS, (0, []))


@pytest.mark.proves("UX-1")
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("who", "path"), PAGES)
def test_axe_finds_nothing_against_wcag_2_2_aa(served: _Served, visit: Visit, who: str, path: str, lang: str) -> None:
    page = visit(who, f"{path}{'&' if '?' in path else '?'}lang={lang}", 390)
    page.evaluate("() => { for (const one of document.querySelectorAll('details')) one.open = true; }")
    page.evaluate(AXE.read_text(encoding="utf-8"))

    answer = page.evaluate("(tags) => axe.run({runOnly: tags})", _RULES)

    broken = [(one["id"], one["help"], [node["html"][:120] for node in one["nodes"]]) for one in answer["violations"]]
    assert broken == []
    page.context.close()
    # A page that says "not found" is itself one that was not found; anything else in the console is a fault of ours.
    assert [fault for fault in served.faults if "404" not in fault] == []


@pytest.mark.parametrize(
    ("fragment", "shown", "hidden"),
    [("{digest}", "属于这份报告", "可能被改动过"), ("0" * 64, "可能被改动过", "属于这份报告")],
)
def test_the_digest_in_the_qr_code_is_compared_in_the_browser(
    visit: Visit, fragment: str, shown: str, hidden: str
) -> None:
    page = visit("", f"/verify/{{number}}#{fragment}", 390)

    said = page.inner_text("#fragment-check")

    assert (shown in said, hidden in said) == (True, False)
    page.context.close()


def test_a_keyboard_reaches_the_content_first_and_sees_where_it_is(visit: Visit) -> None:
    page = visit("", "/", 1280)

    page.keyboard.press("Tab")
    skip = page.evaluate("() => [document.activeElement.getAttribute('href'), document.activeElement.offsetTop >= 0]")
    page.keyboard.press("Tab")
    outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")

    assert (skip, outline) == (["#main", True], "solid")
    page.context.close()


def test_a_bare_machine_without_chinese_fonts_draws_every_character(visit: Visit) -> None:
    page = visit("household", "/me", 390)
    page.wait_for_load_state("networkidle")

    loaded = page.evaluate("() => [...document.fonts].filter((one) => one.status === 'error').map((one) => one.family)")

    assert loaded == []
    page.context.close()
