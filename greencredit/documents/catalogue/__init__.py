"""How much may be handed in, as data."""

from functools import cache

from greencredit.kernel.catalogue import data_files
from greencredit.schemas.documents import UploadLimits


@cache
def upload_limits() -> UploadLimits:
    """Give the limits of uploads."""
    ((_, content),) = [one for one in data_files(__name__) if one[0] == "upload"]
    return UploadLimits.model_validate(content)
