"""The verbs of issuers: each checks who asks, takes one step that the life table allows, and writes it down."""

from greencredit.issuers.queries import require_may_issue
from greencredit.issuers.service.cascade import decide_frozen, settle_frozen, tell_holders
from greencredit.issuers.service.checking import check_filing
from greencredit.issuers.service.clock import due, look, uncovered
from greencredit.issuers.service.deciding import accept_filing, earliest_effect, refuse_filing, return_filing
from greencredit.issuers.service.effect import bring_into_effect
from greencredit.issuers.service.filing import attach_report, draft_filing, file, submit_filing
from greencredit.issuers.service.guarantee import measure, state_guarantee
from greencredit.issuers.service.life import activate, close, ease, lapse, lift, refuse, restrict, suspend, withdraw
from greencredit.issuers.service.papers import assess, certify, meet_condition
from greencredit.issuers.service.registration import amend, register, return_, submit

__all__ = [
    "accept_filing",
    "activate",
    "amend",
    "assess",
    "attach_report",
    "bring_into_effect",
    "certify",
    "check_filing",
    "close",
    "decide_frozen",
    "draft_filing",
    "due",
    "earliest_effect",
    "ease",
    "file",
    "lapse",
    "lift",
    "look",
    "measure",
    "meet_condition",
    "refuse",
    "refuse_filing",
    "register",
    "require_may_issue",
    "restrict",
    "return_",
    "return_filing",
    "settle_frozen",
    "state_guarantee",
    "submit",
    "submit_filing",
    "suspend",
    "tell_holders",
    "uncovered",
    "withdraw",
]
