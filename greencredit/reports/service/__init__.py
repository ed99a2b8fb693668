"""The verbs of reports: drawn and proven, entered in the register, superseded, revoked."""

from greencredit.reports.service.issuing import Drawing, already_issued, draw, issue, register

__all__ = ["Drawing", "already_issued", "draw", "issue", "register"]
