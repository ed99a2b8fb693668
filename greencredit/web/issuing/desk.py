"""The regulator's desk: what waits, how long it has waited, and the decision (备案受理)."""

from typing import Annotated, Any, Final

from fastapi import Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from greencredit.issuers import queries, rules, service
from greencredit.issuers.routes.places import here_by_filing
from greencredit.kernel.clock import now
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, requires
from greencredit.schemas.consoles import DeskPage
from greencredit.schemas.issuers import Decision, LifeState, RefuseOrder, ReturnOrder, Ruling
from greencredit.web import pages
from greencredit.web.issuing import forms, hub, version
from greencredit.web.issuing.forms import FormIncomplete, Posted

router = Doors(prefix="/console", include_in_schema=False)

_ReadsDesk = Annotated[Permit, requires("desk.read")]
_Decides = Annotated[Permit, requires("issuer.decide", at=here_by_filing)]
_TO_LOOK_AT: Final = frozenset({LifeState.SUBMITTED, LifeState.CERTIFIED, LifeState.ASSESSED, LifeState.FILED})


@router.get("/desk")
def desk(permit: _ReadsDesk, request: Request, session: Reading) -> Response:
    """Show what waits for the decision of one's authority, the oldest first (备案受理)."""
    seen = [one for one in queries.issuers_seen(session, permit.actor) if one.state in _TO_LOOK_AT]
    page = DeskPage(
        waiting=tuple(queries.desk(session, permit.actor)),
        applications=tuple(hub.lines_of(permit.actor, seen)),
        as_of=now(session),
    )
    return pages.render(request, permit.actor, "console_desk.html", page=page)


@router.post("/filings/{filing_id}/decision")
def decide(permit: _Decides, request: Request, session: Writing, filing_id: str, posted: Posted) -> Response:
    """Accept under a number, give back field by field, or refuse (备案决定)."""
    forms.on_refusal(request, posted, "decision", version.again(request, permit, filing_id))
    ruling = forms.chosen(Ruling, posted, "do")
    _decide(session, permit, filing_id, ruling, posted)
    permit.concerns(filing_id, ruling=ruling.value)
    return pages.see_other(f"/console/filings/{filing_id}?done=true")


@router.post("/filings/{filing_id}/admit")
def admit(permit: _Decides, request: Request, session: Writing, filing_id: str, posted: Posted) -> Response:
    """Find the papers of a version complete (受理)."""
    forms.on_refusal(request, posted, "admit", version.again(request, permit, filing_id))
    digest = forms.text(posted, "digest") or None
    service.admit_filing(session, permit.actor, filing_id, digest=digest, reason=forms.reason_of(posted))
    return pages.see_other(f"/console/filings/{filing_id}?done=true")


def _decide(session: Session, permit: Permit, filing_id: str, ruling: Ruling, posted: FormData) -> None:
    said: dict[str, Any] = {"reason": forms.reason_of(posted), "digest": forms.text(posted, "digest") or None}
    match ruling:
        case Ruling.ACCEPT:
            given = forms.nested(posted, ("number", "effective_on"))
            order = forms.read(Decision, {"digest": "", **said, **given})
            service.accept_filing(session, permit.actor, filing_id, **dict(order))
        case Ruling.RETURN:
            objections = _objections(session, filing_id, posted)
            if not objections:
                wanted = "至少写明一项不符之处 · at least one term that is wrong"
                raise FormIncomplete([{"at": "fields", "kind": "fields", "wanted": wanted}])
            returned = forms.read(ReturnOrder, {**said, "fields": objections})
            service.return_filing(session, permit.actor, filing_id, **dict(returned))
        case Ruling.REFUSE:
            refused = forms.read(RefuseOrder, {**said, "fields": _objections(session, filing_id, posted)})
            service.refuse_filing(session, permit.actor, filing_id, **dict(refused))


def _objections(session: Session, filing_id: str, posted: FormData) -> list[dict[str, str]]:
    """Read what was written beside the terms."""
    known = rules.paths_of(queries.filing(session, filing_id).scheme)
    found = [(name.removeprefix("field."), forms.text(posted, name)) for name in posted if name.startswith("field.")]
    return [{"path": path, "reason": reason} for path, reason in found if reason and path in known]
