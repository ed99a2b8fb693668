"""Names the consoles (控制台): every page of the portal, in the order in which they are looked at."""

from collections.abc import Iterator

from greencredit.kernel.doors import Door
from greencredit.web import (
    assets,
    batches,
    inbox,
    kept_back,
    operator,
    organisation,
    portable,
    portal,
    privacy,
    public,
    shared_household,
    trajectories,
)
from greencredit.web.issuing import agencies, assess, codes, desk, drafting, filings, gifts, holds, hub, issuer
from greencredit.web.saving import doors as saving


def doors() -> Iterator[Door]:
    """Give the door of every page of the portal."""
    own = (portal, portable, privacy, inbox, shared_household, kept_back)
    for console in (public, *own, operator, batches, organisation, trajectories, assets):
        yield from console.router.doors
    for side in (hub, codes, agencies, desk, drafting, filings, assess, issuer, gifts, holds, saving):
        yield from side.router.doors
