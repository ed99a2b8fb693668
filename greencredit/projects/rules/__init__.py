"""Pure rules of measurement and verification: intake, models, uncertainty, saving, eligibility, shares.

numpy and scipy are imported by the functions that need them, so that nobody loads them by looking at a project.
"""

from greencredit.projects.rules.eligibility import failed, tests_of_baseline, tests_of_measurement
from greencredit.projects.rules.fit import Fitted, fit, residuals
from greencredit.projects.rules.life import PATHS, Step, require_beside, require_step
from greencredit.projects.rules.parts import part_fault, part_of
from greencredit.projects.rules.saving import Setting, adjusted, measure, recompute, require_inside, require_recomputes
from greencredit.projects.rules.series import require_comparable, take_in
from greencredit.projects.rules.shares import split
from greencredit.projects.rules.uncertainty import half_width_after, t_quantile

__all__ = [
    "PATHS",
    "Fitted",
    "Setting",
    "Step",
    "adjusted",
    "failed",
    "fit",
    "half_width_after",
    "measure",
    "part_fault",
    "part_of",
    "recompute",
    "require_beside",
    "require_comparable",
    "require_inside",
    "require_recomputes",
    "require_step",
    "residuals",
    "split",
    "t_quantile",
    "take_in",
    "tests_of_baseline",
    "tests_of_measurement",
]
