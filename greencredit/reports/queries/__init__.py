"""Reads of reports: the kinds there are, the register of what was issued, and batches."""

from greencredit.reports.queries.register import (
    PDF,
    by_number,
    files_of,
    kind_named,
    kinds,
    reports_of,
)

__all__ = ["PDF", "by_number", "files_of", "kind_named", "kinds", "reports_of"]
