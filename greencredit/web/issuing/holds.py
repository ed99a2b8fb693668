"""Credits that are kept back, at the console: an issuer's staff look, and somebody who placed none decides (复核)."""

from typing import Annotated, Final

from fastapi import Request, Response
from sqlalchemy.orm import Session

from greencredit.awards import queries, service
from greencredit.awards.routes.records import of_hold
from greencredit.issuers import queries as issuers
from greencredit.issuers.routes.places import here
from greencredit.kernel.access import Actor, may
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, requires
from greencredit.schemas.consoles import Field, Form
from greencredit.schemas.holds import AwardHold, HoldDecision, HoldOutcome
from greencredit.schemas.household_pages import HoldToDecide, IssuersHolds
from greencredit.schemas.values import Words
from greencredit.web import pages
from greencredit.web.issuing import forms
from greencredit.web.issuing.forms import Posted, Told

router = Doors(prefix="/console/issuers/{issuer_id}/holds", include_in_schema=False)

_Sees = Annotated[Permit, requires("evidence.read", at=here)]
_Decides = Annotated[Permit, requires("hold.decide", at=of_hold)]
_DECIDE: Final = Words(zh="复核", en="Decide")
_OUTCOMES: Final = (
    (HoldOutcome.RELEASED.value, Words(zh="解除冻结，退还积分", en="Set the credits free")),
    (HoldOutcome.CONFIRMED.value, Words(zh="维持，收回涉及的积分", en="Uphold it: take the awards back")),
)
_REASON: Final = Field(
    name="reason",
    label=Words(zh="结论与理由", en="What was found, and why"),
    kind="area",
    hint=Words(zh="持有人会看到这段文字。", en="The holder reads this."),
    wide=True,
)


@router.get("")
def holds(permit: _Sees, request: Request, session: Reading, issuer_id: str) -> Response:
    """Show what is kept back of an issuer's awards, what waits first (冻结与申诉)."""
    page = page_of(session, permit.actor, issuer_id, None)
    return pages.render(request, permit.actor, "console_holds.html", page=page)


@router.post("/{hold_id}")
def decide(
    permit: _Decides, request: Request, session: Writing, issuer_id: str, hold_id: str, posted: Posted
) -> Response:
    """Decide on a hold: never whoever placed it or appealed against it (复核冻结)."""
    forms.on_refusal(request, posted, _form_id(hold_id), _again(request, permit, issuer_id))
    decision = forms.read(HoldDecision, forms.nested(posted, HoldDecision.model_fields))
    service.decide_hold(session, hold_id, decision, by=str(permit.actor.account_id))
    permit.concerns(hold_id, outcome=decision.outcome.value)
    return pages.see_other(f"/console/issuers/{issuer_id}/holds#{hold_id}")


def page_of(session: Session, actor: Actor, issuer_id: str, told: Told | None) -> IssuersHolds:
    """Gather what is kept back of an issuer's awards."""
    issuer = issuers.issuer(session, issuer_id)
    decides = may(actor, "hold.decide", *issuers.scopes_of(issuer))
    found = sorted(queries.holds_at(session, issuer_id), key=lambda one: one.decision is not None)
    return IssuersHolds(
        issuer_id=issuer_id,
        issuer_name=issuer.name,
        cards=tuple(HoldToDecide(hold=one, decide=_form(issuer_id, one, told) if decides else None) for one in found),
    )


def _form(issuer_id: str, hold: AwardHold, told: Told | None) -> Form | None:
    if hold.decision is not None:
        return None
    fields = (forms.choice("outcome", Words(zh="结论", en="Outcome"), _OUTCOMES), _REASON)
    address = f"/console/issuers/{issuer_id}/holds/{hold.hold_id}"
    return forms.make(_form_id(hold.hold_id), address, _DECIDE, fields, told=told)


def _form_id(hold_id: str) -> str:
    return f"decide-{hold_id}"


def _again(request: Request, permit: Permit, issuer_id: str) -> forms.Again:
    def drawn(session: Session, told: Told) -> Response:
        page = page_of(session, permit.actor, issuer_id, told)
        return pages.render(request, permit.actor, "console_holds.html", status=forms.status_of(told), page=page)

    return drawn
