"""Credits that are kept back, in the portal: why, what one has to say against it, and what was decided."""

from typing import Annotated, Final

from fastapi import Request, Response
from sqlalchemy.orm import Session

from greencredit.awards import queries, service
from greencredit.awards.routes.records import of_hold
from greencredit.issuers import queries as issuers
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, requires
from greencredit.ledger import queries as ledger
from greencredit.schemas.consoles import Field, Form
from greencredit.schemas.holds import AwardHold, NewAppeal
from greencredit.schemas.household_pages import HoldCard, KeptBack
from greencredit.schemas.values import Credits, Words
from greencredit.web import pages
from greencredit.web.issuing import forms
from greencredit.web.issuing.forms import Posted, Told
from greencredit.web.portal import himself

router = Doors(include_in_schema=False)

_Reads = Annotated[Permit, requires("consumer.read")]
_Appeals = Annotated[Permit, requires("hold.appeal", at=of_hold)]
_APPEAL: Final = Words(zh="提出申诉", en="Appeal")
_WORDS: Final = Field(
    name="words",
    label=Words(zh="您的说明", en="What you have to say"),
    kind="area",
    hint=Words(
        zh="只能申诉一次，由另一位工作人员复核。注销时这段文字一并删除。",
        en="One appeals once; another person decides. These words go when you are erased.",
    ),
    wide=True,
)


@router.get("/me/holds")
def holds(permit: _Reads, request: Request, session: Reading) -> Response:
    """Show what is kept back of one's credits, and why (冻结与申诉)."""
    page = page_of(session, himself(permit), None)
    return pages.render(request, permit.actor, "kept_back.html", page=page)


@router.post("/me/holds/{hold_id}/appeal")
def appeal(permit: _Appeals, request: Request, session: Writing, hold_id: str, posted: Posted) -> Response:
    """Lodge one's appeal (申诉)."""
    forms.on_refusal(request, posted, _form_id(hold_id), _again(request, permit, himself(permit)))
    said = forms.read(NewAppeal, forms.nested(posted, NewAppeal.model_fields))
    service.lodge_appeal(session, hold_id, said.words, by=str(permit.actor.account_id))
    permit.concerns(hold_id)
    return pages.see_other(f"/me/holds#{_form_id(hold_id)}")


def page_of(session: Session, consumer_id: str, told: Told | None) -> KeptBack:
    """Gather all that is or was kept back of somebody's credits."""
    names: dict[str, str] = {}
    for one in (found := queries.holds_of(session, consumer_id)):
        names.setdefault(one.issuer_id, issuers.issuer(session, one.issuer_id).name)
    return KeptBack(
        frozen=Credits(sum(one.frozen for one in ledger.balances_of(session, consumer_id))),
        cards=tuple(HoldCard(hold=one, issuer_name=names[one.issuer_id], appeal=_form(one, told)) for one in found),
    )


def _form(hold: AwardHold, told: Told | None) -> Form | None:
    """Give the form of an appeal where one can still be lodged."""
    if hold.appeal is not None or hold.decision is not None:
        return None
    return forms.make(_form_id(hold.hold_id), f"/me/holds/{hold.hold_id}/appeal", _APPEAL, (_WORDS,), told=told)


def _form_id(hold_id: str) -> str:
    return f"appeal-{hold_id}"


def _again(request: Request, permit: Permit, consumer_id: str) -> forms.Again:
    def drawn(session: Session, told: Told) -> Response:
        page = page_of(session, consumer_id, told)
        return pages.render(request, permit.actor, "kept_back.html", status=forms.status_of(told), page=page)

    return drawn
