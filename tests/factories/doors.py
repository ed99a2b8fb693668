"""The whole application as tests open it: made anew each time, its routes built once."""

from typing import Final

from fastapi import FastAPI
from starlette.routing import BaseRoute

from greencredit.app.main import create_app
from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings

_BUILT: Final[list[BaseRoute]] = []


def make_app(database: Database, settings: Settings) -> FastAPI:
    """Give the application without workers.

    Routes hold nothing of an application: they ask the one that the request came to. FastAPI builds what it needs to
    know of each when the first request looks for it, and that takes longer than most tests: this process does it once.
    """
    app = create_app(database, settings)
    if _BUILT:
        app.router.routes[:] = _BUILT
    else:
        _BUILT.extend(app.router.routes)
    return app
