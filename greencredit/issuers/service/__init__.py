"""The verbs of issuers: each checks who asks, takes one step that the life table allows, and writes it down."""

from greencredit.issuers.queries import require_may_issue
from greencredit.issuers.service.filing import (
    accept_filing,
    attach_report,
    bring_into_effect,
    draft_filing,
    file,
    refuse_filing,
    return_filing,
    submit_filing,
)
from greencredit.issuers.service.life import activate, close, lapse, lift, refuse, restrict, suspend, withdraw
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
    "close",
    "draft_filing",
    "file",
    "lapse",
    "lift",
    "meet_condition",
    "refuse",
    "refuse_filing",
    "register",
    "require_may_issue",
    "restrict",
    "return_",
    "return_filing",
    "submit",
    "submit_filing",
    "suspend",
    "withdraw",
]
