"""The verbs of portable proofs; each takes a session and leaves the commit to the edge."""

from greencredit.badges.service.forgetting import forget
from greencredit.badges.service.handing import ISSUE, ask, emblem_of, file_of
from greencredit.badges.service.issuing import issue
from greencredit.badges.service.keys import rotate_key
from greencredit.badges.service.revoking import compare, follow
from greencredit.badges.service.status import renew_lists

__all__ = [
    "ISSUE",
    "ask",
    "compare",
    "emblem_of",
    "file_of",
    "follow",
    "forget",
    "issue",
    "renew_lists",
    "rotate_key",
]
