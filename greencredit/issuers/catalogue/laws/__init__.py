"""The legal basis (法律依据): one file is one instrument, with the articles that were read in it and who cites them.

Nothing is looked up elsewhere: the checks of a filing name an instrument and an article here, and so do the reports.
"""

from functools import cache

from greencredit.kernel.catalogue import data_files
from greencredit.schemas.issuers import Law


@cache
def laws() -> dict[str, Law]:
    """Give every instrument by its name."""
    return {name: Law.model_validate({"name": name, **content}) for name, content in data_files(__name__)}
