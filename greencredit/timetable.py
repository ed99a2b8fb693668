"""Which work there is and when it is due; both doors read it. A new job is one line here."""

from datetime import time
from typing import Final

from greencredit.awards import jobs as awards
from greencredit.awards.service import TAKE_IN
from greencredit.badges import jobs as badges
from greencredit.badges.service import ISSUE as ISSUE_PROOF
from greencredit.documents import jobs as documents
from greencredit.issuers import jobs as issuers
from greencredit.kernel.messages import jobs as queues
from greencredit.kernel.messages.scheduler import Daily, Entry, Every
from greencredit.kernel.messages.worker import Handler
from greencredit.ledger import jobs as ledger
from greencredit.notices import jobs as notices
from greencredit.notices.service import TOPIC
from greencredit.organisations import jobs as organisations
from greencredit.proofs import jobs as proofs
from greencredit.proofs.rules.note import SIGNED_EVERY_SECONDS
from greencredit.reports import jobs as reports

HANDLERS: Final[dict[str, Handler]] = {
    "kernel.clear_queues": queues.clear_queues,
    TAKE_IN: awards.take_in,
    awards.AUDIT: awards.audit,
    awards.TAKE_PROJECTS: awards.take_projects,
    reports.ISSUE: reports.issue,
    reports.REMOVE_FILES: reports.remove_files,
    reports.CUT: reports.cut,
    reports.CLOSE: reports.close,
    reports.SWEEP: reports.sweep,
    ISSUE_PROOF: badges.issue,
    badges.FOLLOW: badges.follow_the_ledger,
    badges.COMPARE: badges.compare,
    badges.RENEW: badges.renew_lists,
    "issuers.bring_filings_into_effect": issuers.bring_filings_into_effect,
    documents.AUDIT: documents.audit,
    issuers.KEEP_WATCH: issuers.keep_watch,
    issuers.LAPSE_UNCORRECTED: issuers.lapse_uncorrected,
    issuers.TELL_HOLDERS: issuers.tell_holders,
    issuers.SETTLE_FROZEN: issuers.settle_frozen,
    ledger.AUDIT: ledger.audit,
    notices.FOLLOW: notices.follow_the_ledger,
    ledger.EXPIRE: ledger.expire,
    "ledger.note_stretches": ledger.note_stretches,
    "ledger.take_facts_in": ledger.take_facts_in,
    notices.REMIND: notices.remind_of_expiry,
    organisations.PUBLISH_MONTH: organisations.publish_month,
    "proofs.publish": proofs.publish,
}
"""Kind of job → the function of a room's `jobs.py` that does it."""

ON_REQUEST: Final[dict[str, Handler]] = {reports.ISSUE: reports.issue}
"""What somebody waits for; it has a worker of its own."""

DELIVERIES: Final[dict[str, Handler]] = {TOPIC: notices.deliver}
"""Topic of the outbox → the function that tells the outside; a topic without one waits."""

ENTRIES: Final[tuple[Entry, ...]] = (
    Daily("clear queues", "kernel.clear_queues", at=time(3, 30)),
    Daily("filings take effect", "issuers.bring_filings_into_effect", at=time(0, 5)),
    Daily("filings that were not corrected lapse", issuers.LAPSE_UNCORRECTED, at=time(0, 10)),
    Daily("expire credits", ledger.EXPIRE, at=time(0, 15)),
    Daily("audit documents", documents.AUDIT, at=time(4, 15)),
    Daily("audit the ledger", ledger.AUDIT, at=time(2, 30)),
    Daily("audit the awards", awards.AUDIT, at=time(3, 0)),
    Daily("publish figures of organisations", organisations.PUBLISH_MONTH, at=time(4, 45)),
    Daily("compare portable proofs", badges.COMPARE, at=time(4, 45)),
    Daily("sweep the store of reports", reports.SWEEP, at=time(5, 15)),
    Daily("remind of expiry", notices.REMIND, at=time(9, 30)),
    Every("keep watch over issuers", issuers.KEEP_WATCH, seconds=60),
    Every("award signed-off projects", awards.TAKE_PROJECTS, seconds=60),
    Every("follow the ledger", notices.FOLLOW, seconds=60),
    Every("take portable proofs back", badges.FOLLOW, seconds=60),
    Every("renew status lists", badges.RENEW, seconds=3600),
    Every("take facts into the log", "ledger.take_facts_in", seconds=60),
    Every("note stretches", "ledger.note_stretches", seconds=60),
    Every("publish the log", "proofs.publish", seconds=SIGNED_EVERY_SECONDS),
)
"""Periodic work; civil times are China's."""
