"""The verbs of the log; each takes a session and leaves the commit to the edge."""

from greencredit.proofs.service.append import append

__all__ = ["append"]
