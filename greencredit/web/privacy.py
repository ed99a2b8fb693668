"""One's own data in the portal: what is kept, a copy of it, proofs to keep, and being forgotten, which asks twice."""

from datetime import date
from typing import Annotated, Final

from fastapi import Form, Path, Query, Request, Response

from greencredit.kernel.access import anonymous
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Configured, Permit, Reading, Writing, requires, take_cookie
from greencredit.ledger import queries as ledger
from greencredit.privacy import queries, service
from greencredit.schemas.privacy import Erasure
from greencredit.schemas.values import Period, Words
from greencredit.schemas.web import Problem
from greencredit.web import pages
from greencredit.web.portal import himself

router = Doors(include_in_schema=False)

_WORDS: Final = frozenset({"注销", "erase"})
"""What is typed to say it a second time."""

_NOT_TYPED: Final = Problem(
    title=Words(zh="没有注销", en="Nothing was erased"),
    sentence=Words(zh="请在框里写“注销”两个字再提交。", en="Please type the word 'erase' and send it again."),
)
_Copies = Annotated[Permit, requires("personal.copy")]


@router.get("/me/movements/{event_id}/receipt")
def receipt(
    permit: Annotated[Permit, requires("consumer.read")],
    session: Reading,
    event_id: Annotated[int, Path(ge=1, lt=2**63)],
) -> Response:
    """Give the receipt of one's own movement (下载回执)."""
    return _file(ledger.receipt(session, event_id, of=himself(permit)), f"greencredit-{event_id}.receipt")


@router.get("/me/statement")
def statement(
    permit: Annotated[Permit, requires("consumer.read")],
    session: Reading,
    year: Annotated[int, Query(ge=2000, le=2199)],
) -> Response:
    """Give the statement of a year (下载对账证明)."""
    period = Period(since=date(year, 1, 1), until=date(year + 1, 1, 1))
    return _file(ledger.statement(session, himself(permit), period), f"greencredit-{year}.statement")


@router.get("/me/privacy")
def privacy(permit: _Copies, request: Request, session: Reading) -> Response:
    """Show what is kept about oneself, and what one can do (个人信息)."""
    found = queries.before_erasure(session, himself(permit))
    year = civil_date(now(session)).year
    return pages.render(request, permit.actor, "privacy.html", page=found, year=year)


@router.get("/me/privacy/copy")
def copy(permit: _Copies, session: Reading) -> Response:
    """Give the copy of one's own data (个人信息副本)."""
    told = queries.copy_of(session, himself(permit)).model_dump_json(indent=1)
    return _file(told, "greencredit-personal-data.json")


@router.get("/me/privacy/erase")
def before_erasure(permit: _Copies, request: Request, session: Reading) -> Response:
    """Say what is given up, and ask a second time (注销确认)."""
    found = queries.before_erasure(session, himself(permit))
    return pages.render(request, permit.actor, "erase.html", page=found, problem=None)


@router.post("/me/privacy/erase")
def erase(
    permit: Annotated[Permit, requires("personal.erase")],
    request: Request,
    session: Writing,
    settings: Configured,
    credits_: Annotated[int, Form(alias="credits", ge=0, lt=2**53)],
    word: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Forget whoever asks; his sign-in ends with it (注销)."""
    consumer_id = himself(permit)
    permit.concerns(consumer_id, credits=credits_)
    if word.strip().lower() not in _WORDS:
        found = queries.before_erasure(session, consumer_id)
        return pages.render(request, permit.actor, "erase.html", status=422, page=found, problem=_NOT_TYPED)
    erased = service.erase(session, consumer_id, Erasure(credits=credits_))
    response = pages.render(request, anonymous(permit.actor.at), "erased.html", page=erased)
    take_cookie(response, settings)
    return response


def _file(told: str, name: str) -> Response:
    return Response(
        told,
        media_type="application/json",
        headers={**pages.PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'},
    )
