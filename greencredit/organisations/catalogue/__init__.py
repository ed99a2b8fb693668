"""What whoever joins is told first (加入告知书): one file, whose version is named by every consent."""

from functools import cache

from greencredit.kernel.catalogue import data_files
from greencredit.schemas.organisations import JoinNotice


@cache
def notice() -> JoinNotice:
    """Give the notice in force."""
    (found,) = (content for name, content in data_files("greencredit.organisations.catalogue") if name == "notice")
    return JoinNotice.model_validate(found)
