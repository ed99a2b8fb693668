"""Opens the consoles (控制台) on an application: routes, and pages instead of problem details for people."""

from fastapi import FastAPI

from greencredit.web import (
    assets,
    batches,
    inbox,
    kept_back,
    operator,
    organisation,
    pages,
    portable,
    portal,
    privacy,
    public,
    shared_household,
    trajectories,
)
from greencredit.web.issuing import agencies, assess, codes, desk, drafting, filings, gifts, holds, hub, issuer
from greencredit.web.saving import doors as saving


def open_consoles(app: FastAPI) -> None:
    """Mount every page of the portal and let refusals be told to people as pages."""
    own = (portal, portable, privacy, inbox, shared_household, kept_back)
    for console in (public, *own, operator, batches, organisation, trajectories, assets):
        app.include_router(console.router)
    for side in (hub, codes, agencies, desk, drafting, filings, assess, issuer, gifts, holds, saving):
        app.include_router(side.router)
    app.state.error_page = pages.error_page
