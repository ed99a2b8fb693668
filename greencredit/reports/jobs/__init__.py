"""Issues reports: one on request, and batches by the million in processes of their own; sweeps their store."""

from greencredit.reports.jobs.crew import Crew
from greencredit.reports.jobs.parts import close, close_with, cut, issue_part, issue_part_with
from greencredit.reports.jobs.single import REMOVE_FILES, issue, remove_files
from greencredit.reports.jobs.sweeping import SWEEP, sweep
from greencredit.reports.queries import ISSUE
from greencredit.reports.service import CLOSE, CUT, FOLDER, PART, issue_one

__all__ = [
    "CLOSE",
    "CUT",
    "FOLDER",
    "ISSUE",
    "PART",
    "REMOVE_FILES",
    "SWEEP",
    "Crew",
    "close",
    "close_with",
    "cut",
    "issue",
    "issue_one",
    "issue_part",
    "issue_part_with",
    "remove_files",
    "sweep",
]
