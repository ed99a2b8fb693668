"""The verbs of projects: open, add data, fit, freeze, measure, adjust, decide, sign off, refuse."""

from greencredit.projects.service.measuring import add_data, fit_baseline, freeze_baseline, measure
from greencredit.projects.service.opening import open_project
from greencredit.projects.service.verifying import decide, propose, refuse, sign_off

__all__ = [
    "add_data",
    "decide",
    "fit_baseline",
    "freeze_baseline",
    "measure",
    "open_project",
    "propose",
    "refuse",
    "sign_off",
]
