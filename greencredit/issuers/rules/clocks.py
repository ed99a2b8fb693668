"""The clocks of a filing in working days: who is to answer until when, and what silence means (备案时限)."""

from datetime import date
from typing import Final

from greencredit.issuers.errors import CalendarUnknown
from greencredit.issuers.rules.workdays import Years, after_workdays
from greencredit.schemas.issuers import Deadline, Placing
from greencredit.schemas.values import Words

NOT_BEGUN: Final = Words(zh="自受理之日起算", en="Runs from the day on which the papers are found complete")


def deadline(began: date, workdays: int, today: date, years: Years) -> Deadline:
    """Give the day on which a clock runs out, or say which year's working days are missing."""
    try:
        day = after_workdays(began, workdays, years)
    except CalendarUnknown as unknown:
        year = unknown.facts["found"]
        missing = Words(
            zh=f"{year} 年工作日历尚未录入，期限无法计算", en=f"The working days of {year} are not known yet"
        )
        return Deadline(workdays=workdays, day=None, overdue=False, unknown=missing)
    return Deadline(workdays=workdays, day=day, overdue=today > day, unknown=None)


def acceptance_deadline(
    placing: Placing, submitted_on: date, admitted_on: date | None, years: Years, on: date
) -> Deadline:
    """Give until when the authority says whether papers are complete; it was late if it said so later."""
    return deadline(submitted_on, placing.acceptance_workdays, admitted_on or on, years)


def decision_deadline(
    placing: Placing, submitted_on: date, admitted_on: date | None, years: Years, on: date
) -> Deadline:
    """Give until when the authority decides: from the day on which papers were found complete.

    Where the table says so, an authority that kept silent about papers is held to the day of submission.
    """
    if admitted_on is not None:
        return deadline(admitted_on, placing.decision_workdays, on, years)
    silent = placing.silence_completes and acceptance_deadline(placing, submitted_on, None, years, on).overdue
    if silent:
        return deadline(submitted_on, placing.decision_workdays, on, years)
    return Deadline(workdays=placing.decision_workdays, day=None, overdue=False, unknown=NOT_BEGUN)


def correction_deadline(placing: Placing, returned_on: date, years: Years, on: date) -> Deadline:
    """Give until when the issuer hands in a version that answers a return."""
    return deadline(returned_on, placing.correction_workdays, on, years)
