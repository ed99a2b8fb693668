"""The verbs of awards: bring filed rules in, award what is in order, take back what should not have been."""

from greencredit.awards.service.award import award
from greencredit.awards.service.filed import bring_in_rules
from greencredit.awards.service.measure import Measured, measure
from greencredit.awards.service.reverse import take_back
from greencredit.awards.service.upload import TAKE_IN, accept_upload, upload_of

__all__ = ["TAKE_IN", "Measured", "accept_upload", "award", "bring_in_rules", "measure", "take_back", "upload_of"]
