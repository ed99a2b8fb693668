"""The verbs of reports: drawn and proven, entered in the register, superseded, revoked."""

from greencredit.reports.service.batches import (
    CLOSE,
    CUT,
    PART,
    PART_SUBJECTS,
    Place,
    add_subjects,
    close,
    close_part,
    cut_on,
    dare,
    finish_listing,
    forget_subject,
    give_up,
    order,
    put_back,
    put_off,
    settle,
)
from greencredit.reports.service.issuing import Drawing, already_issued, draw, issue, register
from greencredit.reports.service.proving import Proof, Wanted, prove, wanted_of
from greencredit.reports.service.requests import FOLDER, issue_one
from greencredit.reports.service.seal import SealSource, open_seal, rotate_seal, seal_source
from greencredit.reports.service.telling import tell_of
from greencredit.reports.service.withdrawal import revoke, status_list, supersede

__all__ = [
    "CLOSE",
    "CUT",
    "FOLDER",
    "PART",
    "PART_SUBJECTS",
    "Drawing",
    "Place",
    "Proof",
    "SealSource",
    "Wanted",
    "add_subjects",
    "already_issued",
    "close",
    "close_part",
    "cut_on",
    "dare",
    "draw",
    "finish_listing",
    "forget_subject",
    "give_up",
    "issue",
    "issue_one",
    "open_seal",
    "order",
    "prove",
    "put_back",
    "put_off",
    "register",
    "revoke",
    "rotate_seal",
    "seal_source",
    "settle",
    "status_list",
    "supersede",
    "tell_of",
    "wanted_of",
]
