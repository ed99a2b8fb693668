"""The verbs of awards: bring filed rules in, award what is in order, take back what should not have been."""

from greencredit.awards.service.award import award
from greencredit.awards.service.bulk import COLUMNS, MOST_ITEMS, Bulk, answer_of, bulk_of
from greencredit.awards.service.claim import mark_claimed, withdraw_mark
from greencredit.awards.service.direct import Basis, DirectAward, award_directly
from greencredit.awards.service.enterprise import OfIssuer, carry_out_each
from greencredit.awards.service.file import award_file
from greencredit.awards.service.filed import bring_in_rules
from greencredit.awards.service.forget import forget
from greencredit.awards.service.gift import give, give_each
from greencredit.awards.service.hold import decide_hold, lodge_appeal, place_holds
from greencredit.awards.service.households import (
    forget_household,
    found_household,
    invite,
    join_household,
    leave_household,
)
from greencredit.awards.service.levels import set_levels
from greencredit.awards.service.measure import Measured, measure
from greencredit.awards.service.projects import let_wait, note_sign_offs, take_over_parts, waiting
from greencredit.awards.service.reverse import TakeBack, take_back, take_back_each
from greencredit.awards.service.stream import RecordAsked, records_taken, take_records
from greencredit.awards.service.taking import Took, advance, open_import, take_chunk
from greencredit.awards.service.upload import TAKE_IN, accept_upload, upload_of

__all__ = [
    "COLUMNS",
    "MOST_ITEMS",
    "TAKE_IN",
    "Basis",
    "Bulk",
    "DirectAward",
    "Measured",
    "OfIssuer",
    "RecordAsked",
    "TakeBack",
    "Took",
    "accept_upload",
    "advance",
    "answer_of",
    "award",
    "award_directly",
    "award_file",
    "bring_in_rules",
    "bulk_of",
    "carry_out_each",
    "decide_hold",
    "forget",
    "forget_household",
    "found_household",
    "give",
    "give_each",
    "invite",
    "join_household",
    "leave_household",
    "let_wait",
    "lodge_appeal",
    "mark_claimed",
    "measure",
    "note_sign_offs",
    "open_import",
    "place_holds",
    "records_taken",
    "set_levels",
    "take_back",
    "take_back_each",
    "take_chunk",
    "take_over_parts",
    "take_records",
    "upload_of",
    "waiting",
    "withdraw_mark",
]
