"""Opens the consoles (控制台) on an application: routes, and pages instead of problem details for people."""

from fastapi import FastAPI

from greencredit.web import (
    assets,
    batches,
    inbox,
    operator,
    organisation,
    pages,
    portable,
    portal,
    privacy,
    public,
    trajectories,
)
from greencredit.web.issuing import agencies, assess, codes, desk, drafting, filings, gifts, hub, issuer
from greencredit.web.saving import doors as saving


def open_consoles(app: FastAPI) -> None:
    """Mount every page of the portal and let refusals be told to people as pages."""
    for console in (public, portal, portable, privacy, inbox, operator, batches, organisation, trajectories, assets):
        app.include_router(console.router)
    for side in (hub, codes, agencies, desk, drafting, filings, assess, issuer, gifts, saving):
        app.include_router(side.router)
    app.state.error_page = pages.error_page
