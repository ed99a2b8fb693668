"""The verbs of notices; each takes a session first and leaves the commit to the edge."""

from greencredit.notices.service.following import Followed, follow
from greencredit.notices.service.people import choose, forget, introduce, remove_contact, set_contact
from greencredit.notices.service.reading import mark_all_read, mark_read
from greencredit.notices.service.reminding import Reminded, remind
from greencredit.notices.service.telling import TOPIC, record_attempt, tell, tell_many

__all__ = [
    "TOPIC",
    "Followed",
    "Reminded",
    "choose",
    "follow",
    "forget",
    "introduce",
    "mark_all_read",
    "mark_read",
    "record_attempt",
    "remind",
    "remove_contact",
    "set_contact",
    "tell",
    "tell_many",
]
