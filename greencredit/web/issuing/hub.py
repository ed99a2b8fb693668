"""Where whoever works with issuers begins: the issuers one has to do with, and registering a new one."""

from collections.abc import Iterable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from sqlalchemy.orm import Session

from greencredit.issuers import queries, service
from greencredit.kernel.access import PLATFORM, Actor, may, serving
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, requires
from greencredit.schemas.consoles import ConsoleLine, FormPage, HubPage
from greencredit.schemas.issuers import Issuer
from greencredit.schemas.values import Words
from greencredit.web import pages, register
from greencredit.web.issuing import asked, forms
from greencredit.web.issuing.forms import Posted, Told

router = Doors(prefix="/console", include_in_schema=False)

_Own = Annotated[Permit, requires("me.read")]
_Registers = Annotated[Permit, requires("issuer.register")]


@router.get("")
def hub(
    permit: _Own, request: Request, session: Reading, registered: Annotated[str | None, Query(max_length=40)] = None
) -> Response:
    """Show the issuers one has to do with (业务办理)."""
    page = HubPage(
        issuers=tuple(lines_of(permit.actor, queries.issuers_seen(session, permit.actor))),
        registered=registered,
        may_register=may(permit.actor, "issuer.register"),
        sees_desk=next(serving(permit.actor, "desk.read"), None) is not None,
        sees_agencies=next(serving(permit.actor, "issuer.read"), None) is not None,
        sees_projects=next(serving(permit.actor, "project.read"), None) is not None,
        sees_codes=may(permit.actor, "operations.read", PLATFORM),
    )
    return pages.render(request, permit.actor, "console.html", page=page)


@router.get("/register")
def registration(permit: _Own, request: Request, session: Reading) -> Response:
    """Ask who the issuer is (主体登记)."""
    return _form(request, permit.actor)(session, Told(""))


@router.post("/register")
def registered(permit: _Registers, request: Request, session: Writing, posted: Posted) -> Response:
    """Register a legal entity as a draft (主体登记)."""
    forms.on_refusal(request, posted, "registration", _form(request, permit.actor))
    wanted = asked.registration_of(posted)
    issuer = service.register(session, permit.actor, wanted, reason=forms.reason_of(posted))
    permit.concerns(issuer.issuer_id)
    return pages.see_other(f"/console?registered={issuer.issuer_id}")


def lines_of(actor: Actor, issuers: Iterable[Issuer]) -> Iterable[ConsoleLine]:
    """Give issuers as lists show them, each with what the reader is to it."""
    for one in issuers:
        places = queries.scopes_of(one)
        roles = {
            grant.role
            for grant in serving(actor, "issuer.read")
            if any(grant.scope.covers(place) for place in (PLATFORM, *places))
        }
        yield ConsoleLine(
            issuer_id=one.issuer_id,
            name=one.name,
            kind=one.kind.words,
            state=one.state,
            state_title=one.state.words,
            region=asked.region(one.region),
            roles=tuple(register.role_title(role) for role in sorted(roles)),
        )


def _review_of(told: Told) -> tuple[str, Words] | None:
    """Lead whoever holds a licence with a code that fails the check to a review of it."""
    if told.problem is None or not told.problem.code.startswith("issuers.code_"):
        return None
    said = Words(zh="代码确实是发证机关颁发的？申请人工核验", en="The code was really issued? Ask for a review")
    return f"/console/codes?{urlencode({'code': told.values.get('code', '')})}", said


def _form(request: Request, actor: Actor) -> forms.Again:
    def drawn(_session: Session, told: Told) -> Response:
        page = FormPage(
            title=Words(zh="主体登记", en="Register an issuer"),
            lead=Words(
                zh="先登记主体，再上传材料并提交。登记后由平台运营方把管理员权限授予登记人。",
                en="Register first, then hand papers in and submit. The platform's operator then makes you its "
                "administrator.",
            ),
            back="/console",
            back_title=Words(zh="业务办理", en="Console"),
            form=asked.registration_form("/console/register", told),
            onward=_review_of(told),
        )
        return pages.render(request, actor, "console_form.html", status=forms.status_of(told), page=page)

    return drawn
