"""The verbs of people; each takes a session first and leaves the commit to the edge, but for `sign_in`."""

from greencredit.people.service.accounts import register_account, reinstate, set_password, suspend
from greencredit.people.service.audit import record_audit, record_deeds
from greencredit.people.service.consumers import (
    give_consent,
    link_card,
    link_cards,
    register_consumer,
    register_consumers,
    withdraw_consent,
)
from greencredit.people.service.enterprises import register_enterprise
from greencredit.people.service.erasing import erase
from greencredit.people.service.grants import grant, revoke_grant
from greencredit.people.service.keys import make_api_key, revoke_api_key
from greencredit.people.service.sessions import sign_in, sign_out

__all__ = [
    "erase",
    "give_consent",
    "grant",
    "link_card",
    "link_cards",
    "make_api_key",
    "record_audit",
    "record_deeds",
    "register_account",
    "register_consumer",
    "register_consumers",
    "register_enterprise",
    "reinstate",
    "revoke_api_key",
    "revoke_grant",
    "set_password",
    "sign_in",
    "sign_out",
    "suspend",
    "withdraw_consent",
]
