"""Makes the pictures of the README from the demonstration's own report and page; needs poppler-utils and Chromium."""

import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import Final

from greencredit.kernel.installation import open_database
from greencredit.kernel.settings import Settings

_INTO: Final = Path("docs/images")
_PORT: Final = 8765
_WIDTH: Final = 620


def main() -> int:
    """Make both pictures."""
    settings = Settings()
    _INTO.mkdir(parents=True, exist_ok=True)
    _report(settings)
    _phone(settings)
    return 0


def _report(settings: Settings) -> None:
    """Set the cover and the second page of the first household's report side by side."""
    from PIL import Image

    from demo import facts
    from greencredit.people import queries as people
    from greencredit.reports import jobs, queries

    database = open_database(settings)
    with database.reading() as session:
        account = people.account_by_login(session, next(iter(facts.PORTAL_HOUSEHOLDS.values())))
        assert account is not None, "the demonstration has been told"
        subject = people.actor_of(session, account.id).subject_id
        assert subject is not None, "the account is a household's"
        newest = next(one for one in queries.reports_of(session, subject) if one.lang == "zh")
    database.close()
    paper = settings.data_dir / jobs.FOLDER / newest.path
    with tempfile.TemporaryDirectory() as folder:
        pdftoppm = shutil.which("pdftoppm")
        assert pdftoppm is not None, "poppler-utils is installed"
        command = [
            pdftoppm,
            "-scale-to-x",
            str(_WIDTH),
            "-scale-to-y",
            "-1",
            "-l",
            "2",
            "-png",
            str(paper),
            f"{folder}/p",
        ]
        subprocess.run(command, check=True)  # noqa: S603 - our own command on our own file
        pages = [Image.open(path).convert("RGB") for path in sorted(Path(folder).glob("*.png"))]
        both = Image.new("RGB", (2 * pages[0].width + 16, pages[0].height), "#d9dedb")
        both.paste(pages[0], (0, 0))
        both.paste(pages[1], (pages[0].width + 16, 0))
        both.quantize(128).save(_INTO / "report.png", optimize=True)


def _phone(settings: Settings) -> None:
    """Photograph the first household's page as a phone shows it."""
    import uvicorn
    from playwright.sync_api import sync_playwright

    from greencredit.app.main import served

    server = uvicorn.Server(uvicorn.Config(served(), port=_PORT, log_level="critical", log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{_PORT}"
    while not server.started:
        time.sleep(0.05)
    urllib.request.urlopen(f"{address}/health/live", timeout=10).close()  # noqa: S310 - our own address
    accounts = (settings.data_dir / "demo" / "accounts.txt").read_text(encoding="utf-8").splitlines()
    login, password = next(line.split("\t") for line in accounts if line.startswith("household-1527"))
    with sync_playwright() as browsers:
        chromium = shutil.which("chromium")
        browser = browsers.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(viewport={"width": 390, "height": 1100}, device_scale_factor=1.5).new_page()
        page.goto(f"{address}/sign-in")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", password)
        page.click("main button[type=submit]")
        page.wait_for_load_state("networkidle")
        page.goto(f"{address}/me")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=str(_INTO / "phone.png"))
        browser.close()
    server.should_exit = True
    thread.join()


if __name__ == "__main__":
    sys.exit(main())
