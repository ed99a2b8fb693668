"""Hands portable proofs out: asks for one to be issued, and gives what was issued in the form that is wanted."""

from typing import Final

from sqlalchemy.orm import Session

from greencredit.awards import queries as awards
from greencredit.badges import queries
from greencredit.badges.errors import NothingToProve
from greencredit.badges.render import png, svg
from greencredit.badges.rules.drawing import badge, emblem
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.messages import queue
from greencredit.proofs.rules.baked import bake_png, bake_svg
from greencredit.schemas.badges import Form, NewPortableProof
from greencredit.schemas.reports import Lang

ISSUE: Final = "badges.issue"
"""The kind of job that issues one portable proof, and its report where there is none yet."""


def ask(session: Session, consumer_id: str, wanted: NewPortableProof) -> str:
    """Have a proof issued; asked again on the same day it is the same job.

    Raises:
        NothingToProve: no award was ever booked for that period.
    """
    if not awards.awards_of(session, consumer_id, wanted.period, limit=1):
        raise NothingToProve(wanted.period.since, wanted.period.last_day)
    since, until = wanted.period.since.isoformat(), wanted.period.until.isoformat()
    body = {"consumer_id": consumer_id, "since": since, "until": until, "lang": wanted.lang}
    today = civil_date(now(session)).isoformat()
    return queue.enqueue(session, ISSUE, f"{consumer_id}:{since}:{until}:{wanted.lang}:{today}", body)


def file_of(session: Session, consumer_id: str, number: str, form: Form) -> bytes:
    """Give one's own proof in a form; pictures carry the token."""
    row = queries.own_proof(session, consumer_id, number)
    assert row.document is not None, "what belongs to a holder was not forgotten"
    assert row.token is not None, "as above"
    if form == "json":
        return row.document.encode()
    if form == "jwt":
        return row.token.encode()
    scene = badge(queries.shape_of(row))
    return bake_png(png(scene), row.token) if form == "png" else bake_svg(svg(scene), row.token).encode()


def emblem_of(lang: Lang) -> bytes:
    """Give the picture of the achievement itself, which is nobody's."""
    return svg(emblem(lang)).encode()
