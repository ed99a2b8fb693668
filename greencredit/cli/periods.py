"""How a command reads the days and the language of a report."""

from datetime import date
from typing import TYPE_CHECKING, cast

import typer

if TYPE_CHECKING:
    from greencredit.schemas.reports import Lang
    from greencredit.schemas.values import Period


def period_of(since: str | None, until: str | None) -> "Period":
    """Read the days a report is about; the last full year if none are given."""
    from greencredit.kernel.clock import SystemClock, civil_date
    from greencredit.schemas.values import Period

    if (since is None) is not (until is None):
        wanted = "两个日期须同时给出 · give both days or neither"
        raise typer.BadParameter(wanted, param_hint="--since --until")
    today = civil_date(SystemClock().now())
    first, end = since or f"{today.year - 1}-01-01", until or f"{today.year}-01-01"
    try:
        period = Period(since=date.fromisoformat(first), until=date.fromisoformat(end))
    except ValueError as fault:
        wanted = f"两个先后有序的日期，如 2025-01-01 · two days in order, such as 2025-01-01; found {first}, {end}"
        raise typer.BadParameter(wanted, param_hint="--since --until") from fault
    if period.last_day > today:
        wanted = f"报告期不得晚于今天 {today} · a report does not reach beyond today; found {period.last_day}"
        raise typer.BadParameter(wanted, param_hint="--until")
    return period


def lang_of(given: str) -> "Lang":
    """Read a language."""
    if given not in {"zh", "en"}:
        wanted = "zh 或 or en"
        raise typer.BadParameter(wanted, param_hint="--lang")
    return cast("Lang", given)
