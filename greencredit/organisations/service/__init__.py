"""The verbs of organisations: found and close, join by consent and leave, publish figures, give from an account."""

from greencredit.organisations.service.founding import add_unit, appoint, close, close_unit, found
from greencredit.organisations.service.giving import OfEnterprise, give_each
from greencredit.organisations.service.joining import end, forget, invite, join, leave
from greencredit.organisations.service.publishing import Draft, publish, work_out

__all__ = [
    "Draft",
    "OfEnterprise",
    "add_unit",
    "appoint",
    "close",
    "close_unit",
    "end",
    "forget",
    "found",
    "give_each",
    "invite",
    "join",
    "leave",
    "publish",
    "work_out",
]
