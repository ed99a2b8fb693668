"""The timer of notices: what waits in the outbox leaves by its way, and holders are reminded of what ends soon."""

from greencredit.notices.jobs.delivery import deliver
from greencredit.notices.jobs.reminding import REMIND, remind_of_expiry

__all__ = ["REMIND", "deliver", "remind_of_expiry"]
