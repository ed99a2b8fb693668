"""One's portable proofs in the portal: which there are, asking for one, taking it along."""

from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import Form, Path, Query, Request, Response
from sqlalchemy.orm import Session

from greencredit.badges import queries, service
from greencredit.badges.routes import handed_out
from greencredit.badges.rules.drawing import avoided_words
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, requires
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.tables import State
from greencredit.schemas import badges as shapes
from greencredit.schemas.badge_pages import ProofCard, ProofsPage
from greencredit.schemas.badges import WHY_REVOKED, NewPortableProof, PortableProof
from greencredit.schemas.reports import Lang
from greencredit.schemas.values import Period
from greencredit.web import pages
from greencredit.web.portal import himself

router = Doors(include_in_schema=False)

_LOOKED_AT: Final = 200
_YEARS: Final = 3
_Number = Annotated[str, Path(max_length=40)]


@router.get("/me/proofs")
def proofs(permit: Annotated[Permit, requires("badge.read")], request: Request, session: Reading) -> Response:
    """Show one's portable proofs (我的证明)."""
    return pages.render(request, permit.actor, "proofs.html", page=page_of(session, himself(permit)))


@router.post("/me/proofs")
def ask(
    permit: Annotated[Permit, requires("badge.issue")],
    session: Writing,
    year: Annotated[int, Form(ge=2000, le=2199)],
    proof_lang: Annotated[Lang, Form()],
) -> Response:
    """Have the proof of a year issued; asking twice a day makes it once (申请便携证明)."""
    wanted = NewPortableProof(period=_so_far(session, year), lang=proof_lang)
    permit.concerns(service.ask(session, himself(permit), wanted), year=year, lang=proof_lang)
    return pages.see_other("/me/proofs")


@router.get("/me/proofs/{number}/{form}")
def file(
    permit: Annotated[Permit, requires("badge.read")],
    session: Reading,
    number: _Number,
    form: shapes.Form,
    look: Annotated[bool, Query()] = False,  # noqa: FBT002 - a flag of the address
) -> Response:
    """Give one's own proof in a form, to keep or to look at (下载便携证明)."""
    return handed_out(service.file_of(session, himself(permit), number, form), number, form, inline=look)


def page_of(session: Session, consumer_id: str) -> ProofsPage:
    """Gather the page of one's portable proofs."""
    this_year = civil_date(now(session)).year
    return ProofsPage(
        cards=tuple(_card(one) for one in queries.proofs_of(session, consumer_id)),
        waiting=_asked_for(session, consumer_id, State.WAITING, State.RUNNING),
        failed=_asked_for(session, consumer_id, State.DEAD),
        years=tuple(range(this_year, this_year - _YEARS, -1)),
        consumer_id=consumer_id,
    )


def _card(one: PortableProof) -> ProofCard:
    return ProofCard(
        proof=one,
        avoided=avoided_words(one),
        why_revoked=None if one.why_revoked is None else WHY_REVOKED[one.why_revoked],
    )


def _asked_for(session: Session, consumer_id: str, *states: State) -> tuple[Lang, ...]:
    jobs = [job for state in states for job in queue.listed(session, state=state, kind=service.ISSUE, limit=_LOOKED_AT)]
    return tuple(sorted({job.body["lang"] for job in jobs if job.body["consumer_id"] == consumer_id}))


def _so_far(session: Session, year: int) -> Period:
    """Give a year, or what there is of the running one: nobody proves days to come."""
    tomorrow = civil_date(now(session)) + timedelta(days=1)
    return Period(since=date(year, 1, 1), until=max(min(date(year + 1, 1, 1), tomorrow), date(year, 1, 2)))
