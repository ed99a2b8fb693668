"""The ways out, behind one interface: one file is one way; a way that is not set up has no outlet."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from greencredit.kernel.settings import Settings
from greencredit.schemas.notices import Lang, Texts, Way


@dataclass(frozen=True, slots=True)
class Message:
    """One notice on its way out; who gets it, and what it says, never shows in a log."""

    id: str
    """The same at every attempt, so that the far side can tell a repetition."""
    notice_id: str
    consumer_id: str
    kind: str
    to: str = field(repr=False)
    """The reader's address; empty where the way has none of his own."""
    lang: Lang
    texts: Texts = field(repr=False)
    facts: dict[str, Any] = field(repr=False)
    written_at: datetime
    now: datetime
    link: str
    settings_link: str


class Unsent(Exception):  # noqa: N818 - an answer of the far side
    """The far side did not take it; `code` is its answer, without any address."""

    def __init__(self, code: str, *, for_good: bool) -> None:
        super().__init__(code)
        self.code, self.for_good = code, for_good


class Outlet(Protocol):
    """One way out."""

    def send(self, message: Message) -> str:
        """Hand a message over and give the far side's answer, such as `250`; raises `Unsent`."""
        ...


def outlet_of(way: Way, settings: Settings) -> Outlet | None:
    """Give the outlet of a way as this installation is set up; none where the way is off, refused where half set up."""
    from greencredit.notices.jobs.outlets import mail, sms, webhook

    open_ = {Way.MAIL: mail.opened, Way.SMS: sms.opened, Way.WEBHOOK: webhook.opened}
    return open_[way](settings) if way in open_ else None
