"""Gifts at the console: one by a form, many by a file; what was given is listed without names (奖励积分)."""

import csv
import io
from typing import Annotated, Final

from fastapi import Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from greencredit.awards import service
from greencredit.awards.queries.gifts import gifts_of
from greencredit.issuers import queries as issuers
from greencredit.issuers.routes.places import here
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, requires
from greencredit.schemas.awards import GIFTS, GiftsGiven, Ground, NewGift
from greencredit.schemas.consoles import Field, Form
from greencredit.schemas.gift_pages import GiftsPage
from greencredit.schemas.values import Words
from greencredit.web import pages
from greencredit.web.issuing import forms
from greencredit.web.issuing.asked import day_field, text_field
from greencredit.web.issuing.forms import FormIncomplete, Posted, Told

router = Doors(prefix="/console/issuers/{issuer_id}/gifts", include_in_schema=False)

_Sees = Annotated[Permit, requires("gift.read", at=here)]
_Gives = Annotated[Permit, requires("award.give", at=here)]
_NAMES: Final = ("ground", "consumer", "happened_on", "reference", "newcomer")
_MOST: Final = 1_000
_GIVE: Final = Words(zh="发放奖励", en="Give it")
_MANY: Final = Words(zh="成批发放", en="Give many")


@router.get("")
def gifts(permit: _Sees, request: Request, session: Reading, issuer_id: str) -> Response:
    """Show what was given, and the forms (奖励积分)."""
    return pages.render(request, permit.actor, "console_gifts.html", page=_page(session, issuer_id, None))


@router.post("")
def give(permit: _Gives, request: Request, session: Writing, issuer_id: str, posted: Posted) -> Response:
    """Give one gift (发放奖励)."""
    forms.on_refusal(request, posted, "gift", _again(request, permit, issuer_id))
    wanted = forms.read(NewGift, forms.nested(posted, _NAMES))
    told = service.give_each(session, issuer_id, [wanted])
    permit.concerns(issuer_id, gifts=1, refused=told.refused)
    return _told(request, permit, session, issuer_id, told)


@router.post("/file")
def give_many(permit: _Gives, request: Request, session: Writing, issuer_id: str, posted: Posted) -> Response:
    """Give many gifts by a file, each for itself (成批发放)."""
    forms.on_refusal(request, posted, "many", _again(request, permit, issuer_id))
    told = service.give_each(session, issuer_id, _gifts_in(posted))
    permit.concerns(issuer_id, gifts=told.gifts, refused=told.refused)
    return _told(request, permit, session, issuer_id, told)


def _gifts_in(posted: FormData) -> list[NewGift]:
    file = forms.upload_of(posted, "file")
    if file is None:
        raise FormIncomplete([{"at": "file", "kind": "web.file", "wanted": "a file"}])
    try:
        rows = list(csv.DictReader(io.StringIO(file.file.read().decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise FormIncomplete([{"at": "file", "kind": "csv", "wanted": f"CSV in UTF-8: {error}"[:200]}]) from error
    if not 0 < len(rows) <= _MOST:
        raise FormIncomplete([{"at": "file", "kind": "rows", "wanted": f"1 to {_MOST} rows, found {len(rows)}"}])
    return [forms.read(NewGift, {name: row[name] for name in _NAMES if row.get(name)}) for row in rows]


def _told(request: Request, permit: Permit, session: Session, issuer_id: str, told: GiftsGiven) -> Response:
    page = _page(session, issuer_id, None, told)
    return pages.render(request, permit.actor, "console_gifts.html", page=page)


def _again(request: Request, permit: Permit, issuer_id: str) -> forms.Again:
    def drawn(session: Session, told: Told) -> Response:
        page = _page(session, issuer_id, told)
        return pages.render(request, permit.actor, "console_gifts.html", status=forms.status_of(told), page=page)

    return drawn


def _page(session: Session, issuer_id: str, told: Told | None, given: GiftsGiven | None = None) -> GiftsPage:
    return GiftsPage(
        issuer_id=issuer_id,
        issuer_name=issuers.issuer(session, issuer_id).name,
        lines=gifts_of(session, issuer_id),
        given=given,
        one=_one(issuer_id, told),
        many=_many(issuer_id, told),
    )


def _one(issuer_id: str, told: Told | None) -> Form:
    grounds = [(one.value, one.words) for one in Ground if one in GIFTS]
    newcomer = Words(zh="只在推荐新成员时填写。", en="For referrals alone.")
    occasion = Words(zh="评价、分享或订单的编号；每个只计一次。", en="Of the review, post or order; each counts once.")
    fields = (
        forms.choice("ground", Words(zh="事由", en="For what"), grounds),
        text_field("consumer", "持有人编号", "Member's id"),
        day_field("happened_on", "发生日期", "Day", None),
        text_field("reference", "事由编号", "Reference", hint=occasion),
        text_field("newcomer", "新成员编号", "Newcomer's id", required=False, hint=newcomer),
    )
    return forms.make("gift", f"/console/issuers/{issuer_id}/gifts", _GIVE, fields, told=told)


def _many(issuer_id: str, told: Told | None) -> Form:
    hint = Words(
        zh=f"CSV（UTF-8），列：{'、'.join(_NAMES)}；至多 {_MOST} 行，逐行办理。",
        en=f"CSV in UTF-8 with the columns {', '.join(_NAMES)}; up to {_MOST} rows, each for itself.",
    )
    field = Field(name="file", label=Words(zh="文件", en="File"), kind="file", hint=hint)
    return forms.make("many", f"/console/issuers/{issuer_id}/gifts/file", _MANY, (field,), told=told)
