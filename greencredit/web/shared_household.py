"""One's household in the portal: who is there, what its caps did, and founding, inviting, joining, leaving."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Final

from fastapi import Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from greencredit.awards import queries, service
from greencredit.awards.queries.explained import unearned
from greencredit.awards.service.replay import explain_evidence
from greencredit.issuers import queries as issuers
from greencredit.kernel.access import Actor, Role, Scope, ScopeKind, serving
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, requires
from greencredit.people import queries as people
from greencredit.schemas.awards import Household, HouseholdCap, HouseholdCode, HouseholdJoining, NewHousehold
from greencredit.schemas.awards.explained import UnearnedLine
from greencredit.schemas.consoles import Button, Field, Form
from greencredit.schemas.household_pages import CapLine, SharedHousehold
from greencredit.schemas.values import Period, Words
from greencredit.web import pages
from greencredit.web.issuing import forms
from greencredit.web.issuing.forms import Posted, Told
from greencredit.web.portal import himself

router = Doors(include_in_schema=False)

HERE: Final = "/me/household"
_Reads = Annotated[Permit, requires("membership.read")]
_Chooses = Annotated[Permit, requires("membership.choose")]
_LINES: Final = 8
_LOOKED_AT: Final = timedelta(days=365)
_WHOLE_PERMILLE: Final = 1000
_SELF: Final = "self"
_FOUND: Final = Words(zh="建立家庭", en="Found a household")
_INVITE: Final = Words(zh="邀请家人", en="Invite somebody")
_JOIN: Final = Words(zh="凭邀请码加入", en="Join with a code")
_LEAVE: Final = Words(zh="退出家庭", en="Leave")
_CODE: Final = Field(
    name="code",
    label=Words(zh="邀请码", en="Invitation code"),
    hint=Words(zh="由户主给您，七天内有效，只用一次。", en="From the head of the household; used once, within a week."),
)
_SHARED: Final = Words(
    zh="家庭成员共用备案规则中的每户封顶。成员能看到封顶一共用掉多少，看不到彼此的姓名、消费和积分。",
    en="Members fill the caps per household together. They see how much of a cap is used in all, and neither names "
    "nor what anybody bought or earned.",
)
_LEAVING: Final = Words(
    zh="退出不需要理由。为防止反复进出绕过封顶，今年内仍与本家庭合并计算，明年 1 月 1 日起才可加入别的家庭。"
    "最后一位成年人退出时，家庭解散。",
    en="No reason is needed. So that no cap is had twice by moving, you count with this household to the end of the "
    "year and can join another one then. With the last adult the household ends.",
)


@router.get(HERE)
def mine(permit: _Reads, request: Request, session: Reading) -> Response:
    """Show one's household (我的家庭)."""
    consumer_id = himself(permit)
    permit.concerns(consumer_id)
    page = page_of(session, permit.actor, consumer_id)
    return pages.render(request, permit.actor, "shared_household.html", page=page)


@router.post(HERE)
def found(permit: _Chooses, request: Request, session: Writing, posted: Posted) -> Response:
    """Found a household; whoever does says that he is of age (建立家庭)."""
    consumer_id = himself(permit)
    forms.on_refusal(request, posted, "found", _again(request, permit))
    made = service.found_household(session, permit.actor, consumer_id, NewHousehold(is_adult=True))
    permit.concerns(consumer_id, household=made.household_id)
    return pages.see_other(HERE)


@router.post(f"{HERE}/invitations")
def invite(permit: _Chooses, request: Request, session: Writing, posted: Posted) -> Response:
    """Give the head a code, shown this one time (邀请家人)."""
    consumer_id = himself(permit)
    forms.on_refusal(request, posted, "invite", _again(request, permit))
    code = service.invite(session, consumer_id)
    permit.concerns(consumer_id)
    page = page_of(session, permit.actor, consumer_id, code=code)
    return pages.render(request, permit.actor, "shared_household.html", page=page)


@router.post(f"{HERE}/joining")
def join(permit: _Chooses, request: Request, session: Writing, posted: Posted) -> Response:
    """Join by one's own word, or let one's child join (加入家庭)."""
    consumer_id, is_self = _who(permit, posted)
    forms.on_refusal(request, posted, "join", _again(request, permit))
    code = forms.text(posted, _CODE.name)
    joining = forms.read(HouseholdJoining, {"code": code, "is_adult": is_self})
    joined = service.join_household(session, permit.actor, consumer_id, joining)
    permit.concerns(consumer_id, household=joined.household_id)
    return pages.see_other(HERE)


@router.post(f"{HERE}/leaving")
def leave(permit: _Chooses, request: Request, session: Writing, posted: Posted) -> Response:
    """Leave, or let one's child leave (退出家庭)."""
    consumer_id, _ = _who(permit, posted)
    forms.on_refusal(request, posted, "leave", _again(request, permit))
    service.leave_household(session, consumer_id)
    permit.concerns(consumer_id)
    return pages.see_other(HERE)


def _who(permit: Permit, posted: FormData) -> tuple[str, bool]:
    """Give for whom a form speaks: oneself, or a child whose guardian one is."""
    own, chosen = himself(permit), forms.text(posted, "do") or _SELF
    if chosen in {_SELF, own}:
        return own, True
    permit.require(Scope(ScopeKind.CONSUMER, chosen))
    return chosen, False


# ---- The page --------------------------------------------------------------------------------------------------------


def page_of(
    session: Session, actor: Actor, consumer_id: str, *, code: HouseholdCode | None = None, told: Told | None = None
) -> SharedHousehold:
    """Gather what somebody sees of his household."""
    household = queries.household_of(session, consumer_id)
    return SharedHousehold(
        household=household,
        members=queries.household_members(session, consumer_id),
        counts_until=queries.counts_with_former_until(session, consumer_id),
        caps=tuple(_cap(session, one) for one in queries.household_caps(session, consumer_id)),
        cuts=queries.cut_by_household(session, consumer_id, limit=_LINES),
        spent=_spent(session, consumer_id),
        code=code,
        forms=tuple(_forms(session, _children(session, actor), household, told)),
    )


def _cap(session: Session, cap: HouseholdCap) -> CapLine:
    name = issuers.issuer(session, cap.issuer_id).name
    used_permille = min(cap.used * _WHOLE_PERMILLE // cap.most, _WHOLE_PERMILLE)
    return CapLine(issuer_name=name, cap=cap, used_permille=used_permille)


def _spent(session: Session, consumer_id: str) -> tuple[UnearnedLine, ...]:
    """List one's own evidence of the last year that a used-up cap of the household left without credits."""
    today = civil_date(now(session))
    period = Period(since=today - _LOOKED_AT, until=today + timedelta(days=1))
    latest = unearned(session, consumer_id, period, limit=_LINES)
    return tuple(one for one in latest if _left_nothing(session, one))


def _left_nothing(session: Session, line: UnearnedLine) -> bool:
    told = explain_evidence(session, line.evidence_id)
    return any(step.step in queries.HOUSEHOLD_STEPS and not step.credits for one in told.rules for step in one.steps)


def _children(session: Session, actor: Actor) -> Mapping[str, str]:
    """Give the children for whom somebody speaks, by id, with what they are called."""
    ids = {grant.scope.id for grant in serving(actor, "membership.choose") if grant.role is Role.GUARDIAN}
    return {one.id: one.display_name for one in people.consumers(session, sorted(ids)).values()}


def _forms(session: Session, children: Mapping[str, str], household: Household | None, told: Told | None) -> list[Form]:
    there = {child for child in children if queries.household_of(session, child) is not None}
    made: list[Form] = []
    if household is None:
        adult = Button(title=Words(zh="我已年满 18 周岁，建立家庭", en="I am 18 or older: found it"))
        made.append(forms.make("found", HERE, _FOUND, (), adult, told=told, note=_SHARED))
    elif household.is_head:
        made.append(forms.make("invite", f"{HERE}/invitations", _INVITE, (), told=told))
    joining = [_join_child(child, name) for child, name in children.items() if child not in there]
    if household is None:
        himself_ = Words(zh="我已年满 18 周岁，自愿加入", en="I am 18 or older, and join of my own will")
        joining.insert(0, Button(title=himself_, value=_SELF))
    if joining:
        made.append(forms.make("join", f"{HERE}/joining", _JOIN, (_CODE,), *joining, told=told, note=_SHARED))
    leaving = [_let_leave(child, name) for child, name in children.items() if child in there]
    if household is not None:
        leaving.insert(0, Button(title=Words(zh="我要退出", en="I leave"), value=_SELF, quiet=True))
    if leaving:
        made.append(forms.make("leave", f"{HERE}/leaving", _LEAVE, (), *leaving, told=told, note=_LEAVING))
    return made


def _join_child(child: str, name: str) -> Button:
    title = Words(zh=f"我是监护人，让 {name} 加入", en=f"As guardian: let {name} join")
    return Button(title=title, value=child, quiet=True)


def _let_leave(child: str, name: str) -> Button:
    title = Words(zh=f"我是监护人，让 {name} 退出", en=f"As guardian: let {name} leave")
    return Button(title=title, value=child, quiet=True)


def _again(request: Request, permit: Permit) -> forms.Again:
    def drawn(session: Session, told: Told) -> Response:
        page = page_of(session, permit.actor, himself(permit), told=told)
        return pages.render(request, permit.actor, "shared_household.html", status=forms.status_of(told), page=page)

    return drawn
