"""The verbs of the ledger; each takes a session, writes one batch, and leaves the commit to the edge."""

from greencredit.ledger.service.earn import earn
from greencredit.ledger.service.names import caller, holders, series
from greencredit.ledger.service.reverse import reverse

__all__ = ["caller", "earn", "holders", "reverse", "series"]
