"""Organisations over HTTP: their units and figures, one's own memberships, accounts of enterprises."""

from greencredit.kernel.doors import Doors
from greencredit.organisations.routes import belonging, keeping, wallet

router = Doors()
for part in (keeping, belonging, wallet):
    router.take(part.router)
