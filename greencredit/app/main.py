"""Builds the web application of one process; a new room is one word in `doors`."""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache, partial
from typing import Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.types import ASGIApp

from greencredit import timetable
from greencredit.actions import routes as actions
from greencredit.app import description, operations, problems, reference
from greencredit.app.envelope import Envelope
from greencredit.app.measures import Measures
from greencredit.app.shortcut import Shortcut
from greencredit.awards import routes as awards
from greencredit.badges import routes as badges
from greencredit.documents import routes as documents
from greencredit.evidence import routes as evidence
from greencredit.issuers import routes as issuers
from greencredit.kernel import logs
from greencredit.kernel.bare import BareRoute
from greencredit.kernel.database import Database
from greencredit.kernel.doors import Directory
from greencredit.kernel.identities import CARRIED, Identities
from greencredit.kernel.installation import open_database, version
from greencredit.kernel.messages.scheduler import Scheduler
from greencredit.kernel.messages.tables import OUTBOX
from greencredit.kernel.messages.worker import Worker
from greencredit.kernel.settings import Settings
from greencredit.kernel.writer import Writer, open_writer
from greencredit.ledger import routes as ledger
from greencredit.merchants import routes as merchants
from greencredit.notices import routes as notices
from greencredit.organisations import routes as organisations
from greencredit.people import queries as people_queries
from greencredit.people import routes as people
from greencredit.people import service as people_service
from greencredit.privacy import routes as privacy
from greencredit.projects import routes as projects
from greencredit.proofs import routes as proofs
from greencredit.reports import routes as reports
from greencredit.reports.jobs import Crew
from greencredit.web import consoles, pages

# What is loaded stays for good and is not gone through again. Requests make few circles: searches are rare, not gone.
gc.freeze()
gc.set_threshold(20_000, 20, 20)

API: Final = "/api/v1"
"""Where the rooms' routes live."""


def create_app(database: Database, settings: Settings, *, workers: bool = False) -> FastAPI:
    """Give the application that answers for one database; with `workers` it also does the jobs while it runs."""
    app = _Application(
        title="greencredit 绿色消费积分",
        summary="绿色消费积分平台开放接口 · the API of the green consumption credit platform",
        version=version(),
        openapi_url=f"{API}/openapi.json",
        docs_url=None,  # the stock pages load their scripts from a foreign host
        redoc_url=None,
        # We measure and log ourselves; the framework's own repeats what exceptions say, and asks for it each time.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        exception_handlers=problems.HANDLERS,
        lifespan=_with_workers if workers else _with_writer,
    )
    app.state.database = database
    app.state.settings = settings
    database.carried.setdefault(CARRIED, Identities())
    app.state.writer = open_writer(database)
    app.state.measures = Measures(database, app.state.writer)
    app.state.error_page = pages.error_page
    app.state.status_of = problems.status_of
    app.state.identify = people_queries.identify
    app.state.record_audit = people_service.record_audit
    app.state.record_deeds = people_service.record_deeds
    app.around = partial(_around, app)
    app.router.routes.append(doors())
    description.describe(app, doors().doors)
    return app


_SOON_SECONDS: Final = 0.2
"""How soon somebody notices that a report was asked for."""


class _Application(FastAPI):
    """FastAPI inside our own layers; the framework's outermost one, for what nobody foresaw, gives way to ours."""

    around: Callable[[ASGIApp], ASGIApp]

    def build_middleware_stack(self) -> ASGIApp:
        outermost = super().build_middleware_stack()
        assert isinstance(outermost, ServerErrorMiddleware), "what answers faults is the framework's outermost layer"
        return self.around(outermost.app)


def _around(app: FastAPI, framework: ASGIApp) -> ASGIApp:
    """Put the shortcut before the framework, and the envelope around both."""
    settings: Settings = app.state.settings
    routes = [door for door in doors().doors if isinstance(door, BareRoute)]
    return Envelope(
        Shortcut(framework, routes=routes, handlers=problems.HANDLERS),
        measures=app.state.measures,
        entropy=app.state.database.entropy,
        https=settings.public_url.startswith("https://"),
    )


@cache
def doors() -> Directory:
    """Give every room's doors and the portal's pages; they ask the application that a request came to for its database.

    They hold nothing of an application, so that a process with several works each of them out once.
    """
    found = Directory()
    found.keep(awards.hot.doors, API)
    found.keep(operations.health.doors)
    found.keep(operations.router.doors, API)
    rooms = (people, ledger, documents, notices, privacy, issuers, merchants, actions, evidence, projects, awards)
    for room in (*rooms, badges, organisations, reports):
        found.keep(room.router.doors, API)
    found.keep(reference.router.doors, API)
    found.keep(badges.public.doors)
    found.keep(reports.public.doors)
    found.keep(proofs.router.doors)  # the log's own address, laid down by its formats
    found.keep(consoles.doors())
    return found


@asynccontextmanager
async def _with_writer(app: FastAPI) -> AsyncIterator[None]:
    """Take commands while the application runs; at its end, what waits is still written and answered."""
    writer: Writer = app.state.writer
    writer.open()
    try:
        yield
    finally:
        await run_in_threadpool(writer.stop)  # the callers of this event loop are told meanwhile


@asynccontextmanager
async def _with_workers(app: FastAPI) -> AsyncIterator[None]:
    """Do jobs, deliver messages and keep the timetable while the application runs."""
    database: Database = app.state.database
    scheduler = Scheduler(database, timetable.ENTRIES)
    workers = [Worker(database, timetable.HANDLERS), Worker(database, timetable.DELIVERIES, queue=OUTBOX)]
    # Whoever asks for one report waits for it: it waits for no other work.
    workers.append(Worker(database, timetable.ON_REQUEST, poll_seconds=_SOON_SECONDS))
    crew = Crew(database, app.state.settings, app.state.settings.report_processes)
    threads: list[Worker | Scheduler | Crew] = [*workers, scheduler, crew]
    for thread in threads:
        thread.start()
    try:
        async with _with_writer(app):
            yield
    finally:
        for thread in threads:
            thread.ask_to_stop()
        for thread in threads:
            thread.stop()


def served() -> FastAPI:
    """Give the application of this installation, read from the environment; for `uvicorn --factory`."""
    settings = Settings()
    logs.set_up_logs(settings.log_format)
    app = create_app(open_database(settings), settings, workers=True)
    gc.freeze()  # what the start made stays for good: no collection needs to look at it
    gc.enable()
    return app
