"""The inbox in the portal: what one was told, what became of it, and the settings of it all."""

from collections.abc import Collection, Iterable
from datetime import time
from typing import Annotated, Final

from fastapi import Form, Query, Request, Response
from sqlalchemy.orm import Session

from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Configured, Permit, Reading, Writing, requires
from greencredit.kernel.settings import Settings
from greencredit.notices import catalogue, queries, rules, service
from greencredit.notices.errors import BadAddress
from greencredit.schemas.notices import (
    ContactField,
    Delivery,
    DeliveryLine,
    InboxSettingsPage,
    KindChoice,
    Lang,
    NoticeKind,
    NoticePreferences,
    OpenedNotice,
    Outcome,
    Way,
    WayChoice,
)
from greencredit.schemas.values import Words
from greencredit.web import pages
from greencredit.web.portal import himself

router = Doors(include_in_schema=False)

_Reads = Annotated[Permit, requires("notice.read")]
_Changes = Annotated[Permit, requires("notice.change")]
_Id = Annotated[str | None, Query(max_length=100)]
_SHOWN: Final = 12
_SETTINGS: Final = "/me/inbox/settings"
_FIELDS: Final = {
    Way.MAIL: Words(zh="电子邮件地址", en="Mail address"),
    Way.SMS: Words(zh="手机号码", en="Mobile number"),
}


@router.get("/me/inbox")
def inbox(permit: _Reads, request: Request, session: Reading, before: _Id = None) -> Response:
    """Show one's notices, newest first (站内信)."""
    page = queries.inbox(session, himself(permit), before=before, limit=_SHOWN)
    return pages.render(request, permit.actor, "inbox.html", page=page, is_first_page=before is None)


@router.post("/me/inbox/read")
def read_all(permit: _Changes, session: Writing) -> Response:
    """Mark everything as read (全部标为已读)."""
    consumer_id = himself(permit)
    permit.concerns(consumer_id, marked=service.mark_all_read(session, consumer_id))
    return pages.see_other("/me/inbox")


@router.get(_SETTINGS)
def settings(
    permit: _Reads, request: Request, session: Reading, configured: Configured, *, saved: bool = False
) -> Response:
    """Show what one wants to be told and how (通知设置)."""
    page = _settings_page(session, himself(permit), configured, saved=saved)
    return pages.render(request, permit.actor, "inbox_settings.html", page=page)


@router.post(_SETTINGS)
def choose(
    permit: _Changes,
    session: Writing,
    configured: Configured,
    lang: Annotated[Lang, Form()],
    quiet_since: Annotated[time, Form()],
    quiet_until: Annotated[time, Form()],
    most_a_day: Annotated[int, Form(ge=1, le=50)],
    ways: Annotated[list[str], Form(max_length=100)] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Keep what one chose (保存通知设置)."""
    consumer_id = himself(permit)
    before = queries.preferences(session, consumer_id)
    choices = _choices(ways, before, _shown(configured))
    chosen = NoticePreferences(
        lang=lang, choices=choices, quiet_since=quiet_since, quiet_until=quiet_until, most_a_day=most_a_day
    )
    service.choose(session, consumer_id, chosen)
    permit.concerns(consumer_id)
    return pages.see_other(f"{_SETTINGS}?saved=true")


@router.post(f"{_SETTINGS}/{{way}}")
def set_contact(
    permit: _Changes,
    request: Request,
    session: Writing,
    configured: Configured,
    way: Way,
    address: Annotated[str, Form(max_length=254)] = "",
) -> Response:
    """Keep or forget where one can be reached; what is no address is said in place (联系方式)."""
    consumer_id = himself(permit)
    permit.concerns(consumer_id, way=way.value)
    try:
        _keep(session, consumer_id, way, address)
    except BadAddress:
        page = _settings_page(session, consumer_id, configured, refused=way, typed=address)
        return pages.render(request, permit.actor, "inbox_settings.html", status=422, page=page)
    return pages.see_other(f"{_SETTINGS}?saved=true")


@router.get("/me/inbox/{notice_id}")
def opened(permit: _Reads, request: Request, session: Reading, notice_id: str) -> Response:
    """Show one notice and what became of it (通知)."""
    consumer_id = himself(permit)
    page = OpenedNotice(
        notice=queries.notice(session, consumer_id, notice_id),
        deliveries=_lines(queries.deliveries(session, consumer_id, notice_id)),
    )
    return pages.render(request, permit.actor, "notice.html", page=page)


@router.post("/me/inbox/{notice_id}")
def open_(permit: _Changes, session: Writing, notice_id: str) -> Response:
    """Open a notice that was not read yet: it is read from now on (阅读)."""
    found = service.mark_read(session, himself(permit), notice_id)
    permit.concerns(found.notice_id)
    return pages.see_other(f"/me/inbox/{found.notice_id}")


def _keep(session: Session, consumer_id: str, way: Way, address: str) -> None:
    if address.strip():
        service.set_contact(session, consumer_id, way, address)
    else:
        service.remove_contact(session, consumer_id, way)


def _shown(configured: Settings) -> tuple[Way, ...]:
    """Give the ways one can choose: messages to an app only where this platform has one."""
    return tuple(way for way in Way if way is not Way.WEBHOOK or configured.webhook_url)


def _choices(ticked: Iterable[str], before: NoticePreferences, shown: Collection[Way]) -> dict[str, tuple[Way, ...]]:
    """Read the boxes that were ticked, `kind:way`; what was not on the page stays as it was before."""
    found = set(ticked)

    def wanted(kind: NoticeKind, way: Way) -> bool:
        if way not in shown:
            return way in rules.ways_of(kind, before)
        fixed = kind.legal and way is Way.INBOX  # no browser sends a box that can't be unticked
        return fixed or f"{kind.name}:{way.value}" in found

    return {name: tuple(way for way in Way if wanted(kind, way)) for name, kind in catalogue.for_holders().items()}


def _settings_page(
    session: Session,
    consumer_id: str,
    configured: Settings,
    *,
    saved: bool = False,
    refused: Way | None = None,
    typed: str = "",
) -> InboxSettingsPage:
    chosen = queries.preferences(session, consumer_id)
    kept = {one.way: one.covered for one in queries.contacts(session, consumer_id)}
    return InboxSettingsPage(
        kinds=tuple(
            KindChoice(
                name=kind.name,
                title=kind.title,
                ways=tuple(
                    WayChoice(
                        way=way,
                        title=way.words,
                        chosen=way in rules.ways_of(kind, chosen),
                        fixed=kind.legal and way is Way.INBOX,
                    )
                    for way in _shown(configured)
                ),
            )
            for kind in catalogue.for_holders().values()
        ),
        contacts=tuple(
            ContactField(
                way=way,
                title=title,
                covered=kept.get(way),
                typed=typed if way is refused else "",
                refused=way is refused,
            )
            for way, title in _FIELDS.items()
        ),
        lang=chosen.lang,
        quiet_since=f"{chosen.quiet_since:%H:%M}",
        quiet_until=f"{chosen.quiet_until:%H:%M}",
        most_a_day=chosen.most_a_day,
        saved=saved,
    )


def _lines(deliveries: Iterable[Delivery]) -> tuple[DeliveryLine, ...]:
    """Tell attempts where there were any; what was decided at the beginning tells of the other ways."""
    found = list(deliveries)
    tried = {one.way for one in found if one.attempt}
    return tuple(
        DeliveryLine(
            way_title=one.way.words, at=one.at, outcome=one.outcome, outcome_title=one.outcome.words, code=one.code
        )
        for one in found
        if one.attempt or not (one.way in tried or one.outcome is Outcome.NOT_WANTED)
    )
