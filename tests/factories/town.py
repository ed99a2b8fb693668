"""The whole application behind a socket, and people at browsers of their own: for stories told in a real browser."""

import shutil
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import uvicorn
from fastapi import FastAPI

from greencredit.app.main import create_app
from greencredit.issuers import queries
from greencredit.kernel.access import Role, Scope, ScopeKind
from greencredit.kernel.clock import SystemClock
from greencredit.kernel.database import Database, throwaway_engine
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.kernel.settings import Settings
from greencredit.migrations.upgrade import upgrade
from greencredit.schemas.issuers import LifeState
from tests.factories.documents import synthetic_pdf
from tests.factories.issuers import make_agencies
from tests.factories.people import PASSWORD, make_account, make_grant

CHROMIUM: Final = shutil.which("chromium")
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
BROWSED: Final = (
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium: apt-get install --no-install-recommends chromium libatomic1"
    ),
    pytest.mark.enable_socket,
)
"""What every test in a real browser is marked with."""


class Town:
    """The application behind a socket of this machine, with an account for each side and the agencies registered."""

    def __init__(self, folder: Path, *logins: str) -> None:
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
            self.accounts = {login: make_account(session, login=login, password=PASSWORD).id for login in logins}
        app: FastAPI = create_app(self.database, Settings(data_dir=folder))
        self._server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.05)
        self.origin = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    def granted(self, login: str, role: Role, scope: Scope) -> None:
        """Let an account hold a role at a place, as the platform's operator does."""
        with self.database.writing() as session:
            make_grant(session, self.accounts[login], role, scope)

    def serving(self, login: str, role: Role, issuer_id: str) -> None:
        """Let an account hold a role with an issuer."""
        self.granted(login, role, Scope(ScopeKind.ISSUER, issuer_id))

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

    def send(
        self, form: str, typed: Mapping[str, str], files: Mapping[str, str] | None = None, *, press: str = ""
    ) -> None:
        """Fill a form in, unfolding it where it is folded, and send it off."""
        found = self.page.locator(f"form#{form}")
        fold = self.page.locator(f"details.fold:has(form#{form}):not([open]) > summary")
        if fold.count():
            fold.click()
        for name, value in typed.items():
            self.put(form, name, value)
        for name, path in (files or {}).items():
            found.locator(f'[name="{name}"]').set_input_files(path)
        found.locator(f'button[value="{press}"]' if press else "button[type=submit]").click()

    def press(self, wish: str) -> None:
        """Press the button of a form that says what is wished, such as another entry."""
        button = f'button[name="do"][value="{wish}"]'
        self._unfold(button)
        self.page.locator(button).last.click()

    def _unfold(self, selector: str) -> None:
        for _ in range(5):  # as deep as anything is folded
            shut = self.page.locator("details:not([open])").filter(has=self.page.locator(selector)).first
            if not shut.count():
                return
            shut.locator("> summary").click()

    def put(self, form: str, name: str, value: str) -> None:
        """Fill one place in, unfolding whatever it is folded into; a tick is set by its value."""
        place = self.page.locator(f'[form="{form}"][name="{name}"], form#{form} [name="{name}"]')
        kind = place.first.get_attribute("type")
        if kind in {"radio", "checkbox"}:
            place = self.page.locator(f'form#{form} [name="{name}"][value="{value}"]')
        self._unfold(f'[name="{name}"]')
        if kind in {"radio", "checkbox"}:
            place.check()
        elif place.evaluate("one => one.tagName") == "SELECT":
            place.select_option(value)
        else:
            place.fill(value)

    def text(self) -> str:
        """Give what the page says."""
        said: str = self.page.inner_text("main")
        return said
