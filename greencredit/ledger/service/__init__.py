"""The verbs of the ledger; each takes a session, writes one batch, and leaves the commit to the edge."""

from greencredit.ledger.service.adjust import decide, propose
from greencredit.ledger.service.ask import Proposal, Verdict, Wish, ask, decide_each, propose_each, restore_each
from greencredit.ledger.service.earn import earn, earn_each
from greencredit.ledger.service.erase import erase
from greencredit.ledger.service.expire import Swept, expire
from greencredit.ledger.service.facts import take_facts_in
from greencredit.ledger.service.ground import ground
from greencredit.ledger.service.names import caller, disown, holders, made_here, series
from greencredit.ledger.service.post import Outcome, post, post_one
from greencredit.ledger.service.posting import lock_head
from greencredit.ledger.service.take_back import restore, reverse
from greencredit.ledger.service.touch import add_up, touch

__all__ = [
    "Outcome",
    "Proposal",
    "Swept",
    "Verdict",
    "Wish",
    "add_up",
    "ask",
    "caller",
    "decide",
    "decide_each",
    "disown",
    "earn",
    "earn_each",
    "erase",
    "expire",
    "ground",
    "holders",
    "lock_head",
    "made_here",
    "post",
    "post_one",
    "propose",
    "propose_each",
    "restore",
    "restore_each",
    "reverse",
    "series",
    "take_facts_in",
    "touch",
]
