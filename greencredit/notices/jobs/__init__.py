"""The timer of notices: what waits in the outbox leaves, what the ledger did is told, what ends soon is reminded of."""

from greencredit.notices.jobs.delivery import deliver
from greencredit.notices.jobs.following import FOLLOW, follow_the_ledger
from greencredit.notices.jobs.reminding import REMIND, remind_of_expiry

__all__ = ["FOLLOW", "REMIND", "deliver", "follow_the_ledger", "remind_of_expiry"]
