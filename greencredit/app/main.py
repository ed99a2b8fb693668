"""Builds the web application of one process; a new room is one line in `_mount`."""

from fastapi import FastAPI

from greencredit.kernel.database import Database
from greencredit.kernel.installation import open_database
from greencredit.kernel.settings import Settings


def create_app(database: Database, settings: Settings, *, workers: bool = False) -> FastAPI:
    """Give the application that answers for one database, with job workers inside it if asked for."""
    del workers
    app = FastAPI(title="greencredit 绿色消费积分", openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None)
    app.state.database = database
    app.state.settings = settings
    _mount(app)
    return app


def _mount(app: FastAPI) -> None:
    """Mount every room's routes under the API's prefix: `app.include_router(<room>.router, prefix=API)`."""
    del app


def served() -> FastAPI:
    """Give the application of this installation, read from the environment; for `uvicorn --factory`."""
    settings = Settings()
    return create_app(open_database(settings), settings, workers=True)
