"""When a reminder is due, by which ways a notice goes, when it must wait, and how its facts are put into words."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from string import Formatter
from typing import Any, Final, NamedTuple

from greencredit.kernel.clock import SHANGHAI, civil_date, start_of
from greencredit.notices.errors import BadAddress, InboxStays, KindFileRefused, NoAddressBy, WrongFacts
from greencredit.schemas.notices import Form, NoticeKind, NoticePreferences, Outcome, Sender, Texts, Way
from greencredit.schemas.values import Words

# ---- Reminders -----------------------------------------------------------------------------------------------------

STAGES: Final = (7, 30, 60)
"""So many days before the end somebody is reminded, the most urgent first."""

HORIZON: Final = timedelta(days=STAGES[-1] + 1)
"""How far ahead a day's reminders look: to the end of the last day that is close enough."""

_MOMENT: Final = timedelta(microseconds=1)


def last_day(ends: datetime) -> date:
    """Give the last civil date on which credits that end at an instant can still be used."""
    return civil_date(ends - _MOMENT)


def days_left(ends: datetime, today: date) -> int:
    """Count the days from today to the last day."""
    return (last_day(ends) - today).days


def stage_of(days: int) -> int | None:
    """Give the most urgent stage that so many days are inside of; a day that was missed is caught up by the next."""
    return next((stage for stage in STAGES if 0 <= days <= stage), None)


# ---- Ways ----------------------------------------------------------------------------------------------------------

ADDRESSED: Final = frozenset({Way.MAIL, Way.SMS})
"""Ways that go to an address of the person's own."""

HUSHED: Final = frozenset({Way.MAIL, Way.SMS})
"""Ways that disturb: they keep the quiet hours and the most that may come in a day."""


class Plan(NamedTuple):
    """What is decided for a notice when it is written."""

    in_inbox: bool
    sending: tuple[Way, ...]
    """These go to the outbox."""
    decided: dict[str, str]
    """Way → outcome, for the delivery log."""


def ways_of(kind: NoticeKind, chosen: NoticePreferences) -> tuple[Way, ...]:
    """Give the ways by which a person wants a kind; a fixed one leaves no choice."""
    return kind.ways if kind.fixed else chosen.choices.get(kind.name, kind.ways)


def plan_of(kind: NoticeKind, chosen: NoticePreferences, reachable: frozenset[Way]) -> Plan:
    """Decide by which ways a notice goes to somebody who left these contacts."""
    wanted = ways_of(kind, chosen)
    decided: dict[str, str] = {}
    for way in Way:
        if way not in wanted:
            decided[way.value] = Outcome.NOT_WANTED.value
        elif way in ADDRESSED and way not in reachable:
            decided[way.value] = Outcome.NO_CONTACT.value
        else:
            decided[way.value] = (Outcome.KEPT if way is Way.INBOX else Outcome.SENDING).value
    sending = tuple(way for way in Way if decided[way.value] == Outcome.SENDING)
    return Plan(decided[Way.INBOX.value] == Outcome.KEPT, sending, decided)


def require_choosable(kinds: Mapping[str, NoticeKind], choices: Mapping[str, Iterable[Way]]) -> None:
    """Refuse to switch the inbox off for a kind that tells what happened to somebody's credits."""
    for name, ways in choices.items():
        if kinds[name].legal and Way.INBOX not in ways:
            raise InboxStays(name)


def quiet_end(at: datetime, since: time, until: time) -> datetime | None:
    """Give when the quiet hours end that an instant lies in, by the clock in China; none outside of them."""
    here = at.astimezone(SHANGHAI)
    clock = here.time()
    over_midnight = since > until
    inside = (clock >= since or clock < until) if over_midnight else since <= clock < until
    if not inside:
        return None
    day = here.date() + timedelta(days=1) if over_midnight and clock >= since else here.date()
    return datetime.combine(day, until, tzinfo=SHANGHAI).astimezone(at.tzinfo)


def may_go_at(at: datetime, way: Way, chosen: NoticePreferences, sent_today: int) -> datetime:
    """Give the first instant from now on at which a notice may go this way."""
    if way not in HUSHED:
        return at
    if sent_today >= chosen.most_a_day:
        at = start_of(civil_date(at) + timedelta(days=1))
    return quiet_end(at, chosen.quiet_since, chosen.quiet_until) or at


# ---- Addresses -----------------------------------------------------------------------------------------------------

_MAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}",
    re.ASCII,
)
_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
_INTERNATIONAL: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_LONGEST_MAIL: Final = 254


def address_by(way: Way, typed: str) -> str:
    """Give the one form of a mail address or mobile number, or refuse it."""
    if way not in ADDRESSED:
        raise NoAddressBy(way)
    if way is Way.MAIL:
        found = typed.strip()
        if len(found) > _LONGEST_MAIL or not _MAIL.fullmatch(found) or ".." in found:
            raise BadAddress(way)
        return found
    number = re.sub(r"[ ()-]", "", typed.strip())
    if _MOBILE.fullmatch(number):
        return f"+86{number}"
    if not _INTERNATIONAL.fullmatch(number):
        raise BadAddress(way)
    return number


def covered(way: Way, address: str) -> str:
    """Show enough of an address for its owner to know it, and not enough for anybody to use it."""
    if way is Way.MAIL:
        name, _, domain = address.partition("@")
        return f"{name[0]}***@{domain}"
    national = address.removeprefix("+86")
    return f"{national[:3]}****{national[-4:]}" if len(national) > 8 else f"****{national[-3:]}"  # noqa: PLR2004 - digits


# ---- Words ---------------------------------------------------------------------------------------------------------

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WHOLE: Final = frozenset({Form.CREDITS, Form.DAYS})
_LONGEST_TEXT: Final = 400


def require_facts(kind: NoticeKind, facts: Mapping[str, Any]) -> None:
    """Refuse facts that are not exactly those that the kind names, each in its form."""
    for name in [*kind.facts, *facts]:
        form = kind.facts.get(name)
        if form is None:
            raise WrongFacts(kind.name, fact=name, wanted="nothing")
        if not _fits(form, facts.get(name)):
            raise WrongFacts(kind.name, fact=name, wanted=form)


def _fits(form: Form, value: Any) -> bool:  # noqa: ANN401 - facts come from JSON
    if form in _WHOLE:
        return type(value) is int and value >= 0
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TEXT:
        return False
    if form is not Form.ENDS:
        return True
    try:
        return datetime.fromisoformat(value).utcoffset() is not None
    except ValueError:
        return False


def require_sayable(kind: NoticeKind) -> None:
    """Refuse a kind whose texts ask for facts that it does not name."""
    said = (kind.subject, kind.text, kind.sms, *(Words(zh=one.zh, en=one.en) for one in kind.further))
    asked = {field for words in said for text in (words.zh, words.en) for field in _fields(text)}
    asked |= {*_fields(kind.leads_to), *(one.when for one in kind.further)}
    if unknown := sorted(asked - set(kind.facts)):
        raise KindFileRefused(kind.name, found=", ".join(unknown), wanted="texts that ask for facts of the kind")
    if kind.legal and Way.INBOX not in kind.ways:
        raise KindFileRefused(kind.name, found="no inbox", wanted="the inbox for what happened to credits")


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def worded(kind: NoticeKind, facts: Mapping[str, Any], senders: Mapping[str, Sender]) -> Texts:
    """Put a notice into words, in both languages."""
    said = {name: _said(form, facts[name], senders) for name, form in kind.facts.items()}
    text = _filled(kind.text, said)
    for one in kind.further:
        if facts[one.when] > 0:
            more = _filled(Words(zh=one.zh, en=one.en), said)
            text = Words(zh=text.zh + more.zh, en=f"{text.en} {more.en}")
    return Texts(subject=_filled(kind.subject, said), text=text, sms=_filled(kind.sms, said))


def address_of(kind: NoticeKind, facts: Mapping[str, Any]) -> str:
    """Give the page where the reader can look into it."""
    return kind.leads_to.format_map(facts)


def _filled(words: Words, said: Mapping[str, Words]) -> Words:
    return Words(
        zh=words.zh.format_map({name: one.zh for name, one in said.items()}),
        en=words.en.format_map({name: one.en for name, one in said.items()}),
    )


def _said(form: Form, value: Any, senders: Mapping[str, Sender]) -> Words:  # noqa: ANN401 - facts come from JSON
    if form is Form.CREDITS:
        return Words(zh=f"{value:,}", en=f"{value:,} credit{'' if value == 1 else 's'}")
    if form is Form.DAYS:
        return _in_days(value)
    if form is Form.ENDS:
        return _end(datetime.fromisoformat(value))
    if form is Form.ISSUER and value in senders:
        return senders[value].words
    return Words(zh=value, en=value)


def _in_days(days: int) -> Words:
    if days == 0:
        return Words(zh="今天到期", en="today")
    return Words(zh=f"还有 {days} 天", en=f"in {days} day{'' if days == 1 else 's'}")


def _end(ends: datetime) -> Words:
    """Write an end as people say it: the first instant of a day is 24:00 of the day before."""
    day = last_day(ends)
    clock = ends.astimezone(SHANGHAI)
    hour = "24:00" if clock.time() == time.min else f"{clock:%H:%M}"
    return Words(
        zh=f"{day.year} 年 {day.month} 月 {day.day} 日 {hour}",
        en=f"{hour} on {day.day} {_MONTHS[day.month - 1]} {day.year}",
    )
