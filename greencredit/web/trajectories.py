"""Who follows credits: a holder his own award, an issuer's staff and overseers whole trajectories, anyone a serial."""

from datetime import date
from typing import Annotated, Final

from fastapi import Query, Request, Response
from sqlalchemy.orm import Session

from greencredit.awards.errors import NoSuchAward
from greencredit.awards.queries import named_for
from greencredit.awards.queries.claims import negatives_seen
from greencredit.awards.queries.explain import explained
from greencredit.awards.queries.record import award_record
from greencredit.kernel.doors import Doors
from greencredit.kernel.errors import NotFound
from greencredit.kernel.http import Permit, Reading, requires
from greencredit.ledger import queries as ledger
from greencredit.schemas.actions import ExplainedStep
from greencredit.schemas.ledger.trajectory import VerbName
from greencredit.schemas.trails import TrailsPage
from greencredit.schemas.values import Words
from greencredit.web import pages, trails

router = Doors(include_in_schema=False)

_NOT_A_NUMBER: Final = Words(
    zh="代号和批次都是数字，例如 17。", en="A holder's number and a series are numbers, such as 17."
)
_NOT_FOUND: Final = Words(zh="没有查到这个编号。", en="Nothing was found under this number.")
_NOT_A_DAY: Final = Words(zh="日期请写成 2026-03-01 的样子。", en="Please write a day like 2026-03-01.")
_LARGEST: Final = 2**31 - 1


@router.get("/awards/{award_id}")
def story(
    permit: Annotated[Permit, requires("trajectory.read", at=trails.places_of_award)],
    request: Request,
    session: Reading,
    award_id: int,
) -> Response:
    """Show what became of an award (一笔积分的去向)."""
    issuer_id, subject = ledger.places_of_award(session, award_id)
    own = subject is not None and permit.actor.subject_id == subject
    names = ledger.unnamed if own else named_for(permit.actor, session, issuer_id)
    page = trails.story_of(session, award_id, pseudonym=names, own=own)
    return pages.render(request, permit.actor, "award.html", page=page, reckoned=_reckoned(session, award_id))


@router.get("/trajectories")
def trajectories(
    permit: Annotated[Permit, requires("trajectory.read")],
    request: Request,
    session: Reading,
    kind: Annotated[str, Query(pattern=f"^({'|'.join(trails.KINDS)})$")] = "issuer",
    what: Annotated[str, Query(max_length=40)] = "",
    since: Annotated[str, Query(max_length=10)] = "",
    until: Annotated[str, Query(max_length=10)] = "",
    verb: VerbName | Annotated[str, Query(max_length=0)] = "",
    before: Annotated[int | None, Query(ge=1, lt=2**62)] = None,
) -> Response:
    """Show a trajectory to overseers and an issuer's staff (全流程轨迹)."""
    page = _page(permit, session, kind, what.strip(), since, until, verb, before)
    return pages.render(request, permit.actor, "trajectories.html", page=page)


@router.get("/negatives")
def negatives(
    permit: Annotated[Permit, requires("negative.read")],
    request: Request,
    session: Reading,
    after: Annotated[int, Query(ge=0, lt=2**63)] = 0,
) -> Response:
    """Show the actions that emitted more than their baseline to overseers and an issuer's staff (负减排)."""
    page = negatives_seen(session, permit.actor, after=after)
    return pages.render(request, permit.actor, "negatives.html", page=page)


def _reckoned(session: Session, award_id: int) -> tuple[ExplainedStep, ...]:
    """Say step by step how an award was reckoned, with factors, versions and sources; nothing, if by no rule.

    Whoever may follow an award may read it: the same people, in the same places.
    """
    try:
        return explained(award_record(session, award_id))
    except NoSuchAward:
        return ()


def _page(
    permit: Permit, session: Session, kind: str, what: str, since: str, until: str, verb: str, before: int | None
) -> TrailsPage:
    if not what:
        return trails.form(kind=kind)
    if kind != "issuer" and not (what.isascii() and what.isdigit() and 0 < int(what) <= _LARGEST):
        return trails.form(problem=_NOT_A_NUMBER, kind=kind, what=what)
    try:
        days = [date.fromisoformat(day) if day else None for day in (since, until)]
    except ValueError:
        return trails.form(problem=_NOT_A_DAY, kind=kind, what=what)
    try:
        places = trails.places_of(session, kind, what)
    except NotFound:
        return trails.form(problem=_NOT_FOUND, kind=kind, what=what)
    permit.require(*places)
    permit.concerns(f"{kind}:{what}")
    names = named_for(permit.actor, session, places[0].id if places else "")
    return trails.page_of(session, kind, what, since=days[0], until=days[1], verb=verb, before=before, pseudonym=names)


@router.get("/serials")
def serials(
    permit: Annotated[Permit, requires("public.read")],
    request: Request,
    session: Reading,
    number: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """Ask for a serial (序列号查询)."""
    if number.strip():
        return pages.see_other(f"/serials/{pages.in_path(number.strip())}")
    return pages.render(request, permit.actor, "serial.html", page=trails.serial_page(session, ""))


@router.get("/serials/{number}")
def serial(
    permit: Annotated[Permit, requires("public.read")], request: Request, session: Reading, number: str
) -> Response:
    """Show what anyone may know of one credit (序列号查询结果)."""
    page = trails.serial_page(session, number)
    status = 200 if page.serial is not None else 404
    return pages.render(request, permit.actor, "serial.html", status=status, page=page)
