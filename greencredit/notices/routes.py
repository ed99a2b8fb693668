"""Notices over HTTP: one's inbox, what became of a notice, choices, contacts; the operator's view of deliveries."""

from typing import Annotated, Final

from fastapi import Path, Query, status

from greencredit.kernel.access import ScopeKind
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, of, requires
from greencredit.notices import catalogue, queries, service
from greencredit.schemas.notices import (
    Contact,
    ContactChange,
    Delivery,
    DeliveryCount,
    Notice,
    NoticeKind,
    NoticePage,
    NoticePreferences,
    Way,
)

router = Doors(tags=["notices 通知"])

_NAME: Final = r"^[A-Za-z0-9_.:/-]{1,100}$"
_OWN: Final = of(ScopeKind.CONSUMER, "consumer_id")
_Reads = Annotated[Permit, requires("notice.read", at=_OWN)]
_Changes = Annotated[Permit, requires("notice.change", at=_OWN)]
_Named = Annotated[str, Path(pattern=_NAME)]


@router.get("/notice-kinds")
def kinds(_permit: Annotated[Permit, requires("public.read")]) -> list[NoticeKind]:
    """通知种类: what people are told, in which words, by which ways unless they choose otherwise."""
    return list(catalogue.for_holders().values())


@router.get("/consumers/{consumer_id}/notices")
def inbox(
    _permit: _Reads,
    session: Reading,
    consumer_id: str,
    before: Annotated[str | None, Query(pattern=_NAME)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
    unread: bool = False,  # noqa: FBT001, FBT002 - a flag of the address
) -> NoticePage:
    """站内信: one's notices, newest first; `before` is `next_before` of the page before."""
    return queries.inbox(session, consumer_id, before=before, limit=limit, unread_only=unread)


@router.post("/consumers/{consumer_id}/notices/{notice_id}/read")
def mark_read(permit: _Changes, session: Writing, consumer_id: str, notice_id: _Named) -> Notice:
    """标为已读: mark one notice as read; marking it again keeps the first time."""
    permit.concerns(notice_id)
    return service.mark_read(session, consumer_id, notice_id)


@router.post("/consumers/{consumer_id}/notices/read", status_code=status.HTTP_204_NO_CONTENT)
def mark_all_read(permit: _Changes, session: Writing, consumer_id: str) -> None:
    """全部标为已读: mark everything in the inbox as read."""
    permit.concerns(consumer_id, marked=service.mark_all_read(session, consumer_id))


@router.get("/consumers/{consumer_id}/notices/{notice_id}/deliveries")
def deliveries(_permit: _Reads, session: Reading, consumer_id: str, notice_id: _Named) -> list[Delivery]:
    """送达记录: what became of a notice by each way, attempt by attempt; no address is in it."""
    return queries.deliveries(session, consumer_id, notice_id)


@router.get("/consumers/{consumer_id}/notice-preferences")
def preferences(_permit: _Reads, session: Reading, consumer_id: str) -> NoticePreferences:
    """通知设置: what one chose; kinds that are left out have the ways that the catalogue names."""
    return queries.preferences(session, consumer_id)


@router.put("/consumers/{consumer_id}/notice-preferences")
def choose(permit: _Changes, session: Writing, consumer_id: str, wanted: NoticePreferences) -> NoticePreferences:
    """修改通知设置: choose ways, quiet hours and the most a day; the inbox stays for what happened to credits."""
    permit.concerns(consumer_id, kinds=sorted(wanted.choices))
    return service.choose(session, consumer_id, wanted)


@router.get("/consumers/{consumer_id}/contacts")
def contacts(_permit: _Reads, session: Reading, consumer_id: str) -> list[Contact]:
    """联系方式: where one can be reached, with the middle covered."""
    return queries.contacts(session, consumer_id)


@router.put("/consumers/{consumer_id}/contacts/{way}")
def set_contact(permit: _Changes, session: Writing, consumer_id: str, way: Way, wanted: ContactChange) -> Contact:
    """留下联系方式: keep a mail address or mobile number, encrypted; it is never shown in full again."""
    permit.concerns(consumer_id, way=way)
    return service.set_contact(session, consumer_id, way, wanted.address.get_secret_value())


@router.delete("/consumers/{consumer_id}/contacts/{way}", status_code=status.HTTP_204_NO_CONTENT)
def remove_contact(permit: _Changes, session: Writing, consumer_id: str, way: Way) -> None:
    """删除联系方式: forget an address; what waits to be sent there is not sent."""
    permit.concerns(consumer_id, way=way)
    service.remove_contact(session, consumer_id, way)


@router.get("/notice-deliveries")
def delivery_counts(_permit: Annotated[Permit, requires("operations.read")], session: Reading) -> list[DeliveryCount]:
    """送达统计: how often each way ended in each result."""
    return queries.delivery_counts(session)
