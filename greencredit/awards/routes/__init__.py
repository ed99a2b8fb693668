"""Awards over HTTP: giving and explaining them, their records and marks, enterprises, shortages given up."""

from greencredit.awards.routes import awards, enterprise, gifts, members, records, standing, why
from greencredit.kernel.doors import Doors

router = Doors()
for _group in (awards, enterprise, gifts, members, standing, records, why):
    router.take(_group.router)
hot = awards.hot
"""The doors of issuers' machines; they are looked at before all others."""
