"""What people are told, by which way, what became of it, and what they want to be told."""

from datetime import time
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import Field, SecretStr

from greencredit.schemas.values import Instant, Record, Words

Lang = Literal["zh", "en"]


class Way(StrEnum):
    """How a notice reaches its reader (通知方式)."""

    INBOX = "inbox"
    MAIL = "mail"
    SMS = "sms"
    WEBHOOK = "webhook"

    @property
    def words(self) -> Words:
        """Give the way's name."""
        return _WAYS[self]


_WAYS: Final = {
    Way.INBOX: Words(zh="站内信", en="Inbox"),
    Way.MAIL: Words(zh="电子邮件", en="Mail"),
    Way.SMS: Words(zh="短信", en="Text message"),
    Way.WEBHOOK: Words(zh="应用消息", en="App message"),
}


class Form(StrEnum):
    """How a fact of a notice is written for people."""

    CREDITS = "credits"
    """A whole number of credits."""
    DAYS = "days"
    """A number of days from now on; 0 is today."""
    ISSUER = "issuer"
    """An issuer's id, written as its name."""
    ENDS = "ends"
    """An instant at which something ends, by the clock in China; midnight is the end of the day before."""
    TEXT = "text"
    """Words that somebody wrote for the reader, such as a reason."""


class Further(Record):
    """A sentence that is added where a number of the facts is above zero."""

    when: str
    zh: str
    en: str


class NoticeKind(Record):
    """One kind of notice, as its file in the catalogue says."""

    name: str
    title: Words
    place: int
    """Where it stands among the others on the settings page."""
    legal: bool
    """What happened to somebody's credits or was issued about him: the inbox can't be switched off for it."""
    reader: Literal["holder", "staff"] = "holder"
    """Who is told: holders of credits choose on their settings page, whoever holds an office is told in any case."""
    ways: tuple[Way, ...]
    """By which ways it goes to whoever chose nothing."""
    fixed: bool = False
    """It goes by these ways alone, whatever the reader chose: what a child is told does not leave the platform."""
    subject: Words
    text: Words
    sms: Words
    facts: dict[str, Form]
    further: tuple[Further, ...] = ()
    leads_to: str
    """The page where the reader can look into it, such as `/register/{issuer}`."""
    leads_to_title: Words


class Telling(NamedTuple):
    """One thing to be told to one person; a plain tuple, because a job tells thousands at once."""

    consumer_id: str
    kind: str
    subject_key: str
    """What it is about: the same person is told of the same thing once."""
    facts: dict[str, Any]


class Sender(Record):
    """In whose name credits are spoken of: an issuer as it is registered (发行主体)."""

    issuer_id: str
    name: str
    english_name: str | None

    @property
    def words(self) -> Words:
        """Give its name in both languages."""
        return Words(zh=self.name, en=self.english_name or self.name)


class Texts(Record):
    """A notice in words."""

    subject: Words
    text: Words
    sms: Words


class Notice(Record):
    """One notice in somebody's inbox (通知)."""

    notice_id: str
    kind: str
    title: Words
    subject: Words
    text: Words
    facts: dict[str, Any]
    leads_to: str
    leads_to_title: Words
    at: Instant
    read_at: Instant | None


class NoticePage(Record):
    """Notices, newest first; `next_before` asks for those before."""

    notices: tuple[Notice, ...]
    unread: int
    next_before: str | None


class Outcome(StrEnum):
    """What became of a notice by one way (送达结果)."""

    KEPT = "kept"
    SENDING = "sending"
    SENT = "sent"
    LATER = "later"
    REFUSED = "refused"
    GIVEN_UP = "given_up"
    OFF = "off"
    NO_CONTACT = "no_contact"
    NOT_WANTED = "not_wanted"

    @property
    def words(self) -> Words:
        """Say it in a few words."""
        return _OUTCOMES[self]


_OUTCOMES: Final = {
    Outcome.KEPT: Words(zh="已放入站内信", en="kept in the inbox"),
    Outcome.SENDING: Words(zh="等待发送", en="waiting to be sent"),
    Outcome.SENT: Words(zh="已交给对方服务器", en="handed over"),
    Outcome.LATER: Words(zh="暂未成功，将重试", en="not yet, will be tried again"),
    Outcome.REFUSED: Words(zh="被拒收，不再重试", en="refused, not tried again"),
    Outcome.GIVEN_UP: Words(zh="多次未成功，已停止", en="given up after many attempts"),
    Outcome.OFF: Words(zh="平台未开通这种方式", en="the platform has not set up this way"),
    Outcome.NO_CONTACT: Words(zh="没有留下联系方式", en="no address was given"),
    Outcome.NOT_WANTED: Words(zh="按您的设置不发送", en="not sent, as you chose"),
}


class Delivery(Record):
    """One line of the delivery log (送达记录): when, by which way, with what result; never an address."""

    notice_id: str
    way: Way
    attempt: int
    """0 where nothing was tried."""
    at: Instant
    outcome: Outcome
    code: str
    """What the other side answered, such as `250`; empty where nobody was asked."""


class DeliveryCount(Record):
    """How often one way ended in one result."""

    way: Way
    outcome: Outcome
    count: int


class NoticePreferences(Record):
    """What one person wants to be told, how, and when not (通知设置)."""

    lang: Lang = "zh"
    choices: dict[str, tuple[Way, ...]] = Field(default_factory=dict, max_length=100)
    """Kind of notice → ways; a kind that is left out keeps what it has by itself."""
    quiet_since: time = time(22, 0)
    """From here on no mail and no text message is sent, by the clock in China; equal to `quiet_until`: never quiet."""
    quiet_until: time = time(8, 0)
    most_a_day: Annotated[int, Field(ge=1, le=50)] = 5
    """At most so many mails, and so many text messages, a day; the others wait for the next."""


class ContactChange(Record):
    """A mail address or mobile number on its way in; it is kept encrypted and never shown again in full."""

    address: Annotated[SecretStr, Field(max_length=254)]


class Contact(Record):
    """Where somebody can be reached, with the middle covered."""

    way: Way
    covered: str
    set_at: Instant


class Reminding(Record):
    """How far one day's reminders are (到期提醒)."""

    told: int
    done: bool


class ToldAll(Record):
    """What a person has here, for the copy of his own data: notices, settings, and contacts in full."""

    notices: tuple[Notice, ...]
    deliveries: tuple[Delivery, ...]
    preferences: NoticePreferences
    contacts: dict[Way, str]


# ---- What the pages are handed -------------------------------------------------------------------------------------


class WayChoice(Record):
    """One box of the settings page."""

    way: Way
    title: Words
    chosen: bool
    fixed: bool
    """It can't be switched off."""


class KindChoice(Record):
    """One kind of notice on the settings page."""

    name: str
    title: Words
    ways: tuple[WayChoice, ...]


class ContactField(Record):
    """One field of the settings page: what is kept, what was typed and why it was not taken."""

    way: Way
    title: Words
    covered: str | None
    typed: str
    refused: bool


class InboxSettingsPage(Record):
    """Everything on the settings page."""

    kinds: tuple[KindChoice, ...]
    contacts: tuple[ContactField, ...]
    lang: Lang
    quiet_since: str
    quiet_until: str
    most_a_day: int
    saved: bool


class DeliveryLine(Record):
    """What became of a notice by one way, in words."""

    way_title: Words
    at: Instant
    outcome: Outcome
    outcome_title: Words
    code: str


class OpenedNotice(Record):
    """One notice on a page of its own, with what became of it."""

    notice: Notice
    deliveries: tuple[DeliveryLine, ...]
