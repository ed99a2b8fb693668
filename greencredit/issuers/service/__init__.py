"""The verbs of issuers: each checks who asks, takes one step that the life table allows, and writes it down."""

from greencredit.issuers.queries import require_may_issue
from greencredit.issuers.service.agencies import list_agency, relist_agency, withdraw_agency
from greencredit.issuers.service.assessment import (
    meet_condition,
    return_assessment,
    score_assessment,
    sign_assessment,
)
from greencredit.issuers.service.cascade import decide_frozen, settle_frozen, tell_holders
from greencredit.issuers.service.checking import check_filing
from greencredit.issuers.service.clock import due, look, uncovered
from greencredit.issuers.service.deciding import accept_filing, earliest_effect, refuse_filing, return_filing
from greencredit.issuers.service.effect import bring_into_effect
from greencredit.issuers.service.filing import draft_filing, submit_filing
from greencredit.issuers.service.guarantee import measure, state_guarantee
from greencredit.issuers.service.life import activate, close, ease, lapse, lift, refuse, restrict, suspend, withdraw
from greencredit.issuers.service.papers import certify
from greencredit.issuers.service.registration import (
    amend,
    ask_code_review,
    confirm_code,
    refuse_code,
    register,
    return_,
    submit,
)
from greencredit.issuers.service.sections import attach_findings, attach_report
from greencredit.issuers.service.waiting import admit_filing, lapse_uncorrected, recall_filing

__all__ = [
    "accept_filing",
    "activate",
    "admit_filing",
    "amend",
    "ask_code_review",
    "attach_findings",
    "attach_report",
    "bring_into_effect",
    "certify",
    "check_filing",
    "close",
    "confirm_code",
    "decide_frozen",
    "draft_filing",
    "due",
    "earliest_effect",
    "ease",
    "lapse",
    "lapse_uncorrected",
    "lift",
    "list_agency",
    "look",
    "measure",
    "meet_condition",
    "recall_filing",
    "refuse",
    "refuse_code",
    "refuse_filing",
    "register",
    "relist_agency",
    "require_may_issue",
    "restrict",
    "return_",
    "return_assessment",
    "return_filing",
    "score_assessment",
    "settle_frozen",
    "sign_assessment",
    "state_guarantee",
    "submit",
    "submit_filing",
    "suspend",
    "tell_holders",
    "uncovered",
    "withdraw",
    "withdraw_agency",
]
