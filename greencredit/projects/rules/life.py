"""The life of a project as one table: which step leads from where to where (项目阶段)."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from greencredit.projects.errors import NotAtThisStep, PeriodsMeet
from greencredit.schemas.projects import NewProject, Part, ProjectState
from greencredit.schemas.values import Period

_S: Final = ProjectState


class Step(StrEnum):
    """What somebody does to a project."""

    ADD_BASELINE_DATA = "add_baseline_data"
    ADD_REPORTING_DATA = "add_reporting_data"
    FIT = "fit"
    FREEZE = "freeze"
    MEASURE = "measure"
    ADJUST = "adjust"
    DECIDE = "decide"
    SIGN_OFF = "sign_off"
    REFUSE = "refuse"


PATHS: Final = {
    Step.ADD_BASELINE_DATA: (frozenset({_S.OPEN}), _S.OPEN),
    Step.ADD_REPORTING_DATA: (frozenset({_S.OPEN, _S.FROZEN, _S.MEASURED}), None),
    Step.FIT: (frozenset({_S.OPEN}), _S.OPEN),
    Step.FREEZE: (frozenset({_S.OPEN}), _S.FROZEN),
    Step.MEASURE: (frozenset({_S.FROZEN, _S.MEASURED}), _S.MEASURED),
    Step.ADJUST: (frozenset({_S.FROZEN, _S.MEASURED}), None),
    Step.DECIDE: (frozenset({_S.FROZEN, _S.MEASURED}), None),
    Step.SIGN_OFF: (frozenset({_S.MEASURED}), _S.SIGNED_OFF),
    Step.REFUSE: (frozenset({_S.OPEN, _S.FROZEN, _S.MEASURED}), _S.REFUSED),
}
"""From where each step is taken, and where it leads; `None`: the project stays where it is."""


def require_step(project_id: str, step: Step, found: ProjectState) -> None:
    """Refuse a step that does not begin where the project stands."""
    wanted, _ = PATHS[step]
    if found not in wanted:
        raise NotAtThisStep(project_id, step=step.value, found=found.value, wanted=[one.value for one in wanted])


def require_beside(terms: NewProject, part: Part, period: Period, *, today: date) -> None:
    """Refuse data of days to come, and data that reach into the time in which the measures were put in."""
    found = f"{part.words.en} {period.since} to {period.last_day}"
    if period.until > today:
        raise PeriodsMeet(found=found, wanted=f"days that are over: up to {today - timedelta(days=1)}")
    if terms.installed is None:
        return
    if part is Part.BASELINE and period.until > terms.installed.since:
        raise PeriodsMeet(found=found, wanted=f"days before {terms.installed.since}, when the installation began")
    if part is Part.REPORTING and period.since < terms.installed.until:
        raise PeriodsMeet(found=found, wanted=f"days from {terms.installed.until} on, when the installation was done")
