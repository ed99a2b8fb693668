"""The statutory working days: one file is one year, written when the State Council has published it."""

from functools import cache

from greencredit.kernel.catalogue import data_files
from greencredit.schemas.issuers import WorkYear


@cache
def work_years() -> dict[int, WorkYear]:
    """Give every year whose working days are known."""
    years = [WorkYear.model_validate(content) for _, content in data_files(__name__)]
    return {one.year: one for one in years}
