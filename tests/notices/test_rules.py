"""When a reminder is due, when a notice must wait, what an address is, and how facts are put into words."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greencredit.kernel.clock import SHANGHAI
from greencredit.kernel.errors import Refused
from greencredit.notices import rules
from greencredit.notices.catalogue import kind_named
from greencredit.notices.errors import BadAddress, InboxStays, NoAddressBy, WrongFacts
from greencredit.schemas.notices import NoticePreferences, Outcome, Sender, Way
from tests.factories.notices import ENDS, ISSUER, expiring_facts

_KIND = kind_named("credits_expiring")
_SENDERS = {ISSUER: Sender(issuer_id=ISSUER, name="示例商超", english_name="Example Store")}


def _shanghai(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.proves("UX-4")
@pytest.mark.parametrize(
    ("days", "stage"),
    [(-1, None), (0, 7), (6, 7), (7, 7), (8, 30), (30, 30), (31, 60), (60, 60), (61, None), (1000, None)],
)
def test_the_most_urgent_stage_is_the_one_that_is_due(days: int, stage: int | None) -> None:
    assert rules.stage_of(days) == stage


@pytest.mark.parametrize(
    ("ends", "last_day", "days"),
    [
        (datetime(2026, 4, 30, 16, 0, tzinfo=UTC), date(2026, 4, 30), 59),
        (datetime(2026, 4, 30, 15, 59, 59, tzinfo=UTC), date(2026, 4, 30), 59),
        (datetime(2026, 4, 30, 16, 0, 1, tzinfo=UTC), date(2026, 5, 1), 60),
        (datetime(2026, 3, 2, 16, 0, tzinfo=UTC), date(2026, 3, 2), 0),
    ],
)
def test_the_last_day_is_the_civil_date_in_china_before_the_end(ends: datetime, last_day: date, days: int) -> None:
    assert (rules.last_day(ends), rules.days_left(ends, date(2026, 3, 2))) == (last_day, days)


@pytest.mark.proves("UX-4", "CMP-4")
@pytest.mark.parametrize(
    ("at", "end"),
    [
        (_shanghai(2, 21, 59), None),
        (_shanghai(2, 22, 0), _shanghai(3, 8)),
        (_shanghai(2, 23, 59), _shanghai(3, 8)),
        (_shanghai(3, 0, 0), _shanghai(3, 8)),
        (_shanghai(3, 7, 59), _shanghai(3, 8)),
        (_shanghai(3, 8, 0), None),
    ],
)
def test_quiet_hours_go_over_midnight_by_the_clock_in_china(at: datetime, end: datetime | None) -> None:
    assert rules.quiet_end(at, time(22), time(8)) == end


@pytest.mark.parametrize(
    ("at", "end"),
    [(_shanghai(2, 12, 59), None), (_shanghai(2, 13), _shanghai(2, 14, 30)), (_shanghai(2, 14, 30), None)],
)
def test_quiet_hours_may_lie_inside_a_day(at: datetime, end: datetime | None) -> None:
    assert rules.quiet_end(at, time(13), time(14, 30)) == end


@pytest.mark.proves("UX-4", "CMP-4")
@given(
    at=st.timedeltas(timedelta(0), timedelta(days=366)).map(lambda since: datetime(2026, 1, 1, tzinfo=UTC) + since),
    since=st.times(),
    until=st.times(),
)
def test_after_the_wait_it_is_never_quiet_and_no_wait_is_longer_than_a_day(
    at: datetime, since: time, until: time
) -> None:
    end = rules.quiet_end(at, since, until) or at

    assert rules.quiet_end(end, since, until) is None
    assert timedelta(0) <= end - at <= timedelta(days=1)


@pytest.mark.proves("UX-4", "CMP-4")
def test_whoever_got_his_share_of_a_day_hears_again_after_the_next_quiet_hours() -> None:
    chosen = NoticePreferences(most_a_day=2)
    noon = _shanghai(2, 12)

    assert [rules.may_go_at(noon, way, chosen, sent) for way, sent in ((Way.MAIL, 1), (Way.MAIL, 2), (Way.SMS, 9))] == [
        noon,
        _shanghai(3, 8),
        _shanghai(3, 8),
    ]
    assert rules.may_go_at(_shanghai(2, 23), Way.WEBHOOK, chosen, 99) == _shanghai(2, 23)


@pytest.mark.proves("UX-4")
def test_a_plan_says_for_every_way_what_becomes_of_the_notice() -> None:
    nothing_chosen = rules.plan_of(_KIND, NoticePreferences(), frozenset({Way.MAIL, Way.SMS}))
    every_way = NoticePreferences(choices={_KIND.name: tuple(Way)})
    without_contacts = rules.plan_of(_KIND, every_way, frozenset())

    assert nothing_chosen == (
        True,
        (Way.MAIL,),
        {"inbox": "kept", "mail": "sending", "sms": "not_wanted", "webhook": "not_wanted"},
    )
    assert without_contacts == (
        True,
        (Way.WEBHOOK,),
        {"inbox": "kept", "mail": "no_contact", "sms": "no_contact", "webhook": "sending"},
    )


@pytest.mark.proves("UX-4")
def test_the_inbox_can_be_switched_off_only_for_what_is_not_about_credits() -> None:
    casual = _KIND.model_copy(update={"name": "casual", "legal": False})

    with pytest.raises(InboxStays) as no:
        rules.require_choosable({_KIND.name: _KIND}, {_KIND.name: (Way.MAIL,)})
    rules.require_choosable({"casual": casual}, {"casual": ()})

    assert (no.value.code, no.value.facts) == ("notices.inbox_stays", {"kind": "credits_expiring"})
    plan = rules.plan_of(casual, NoticePreferences(choices={"casual": ()}), frozenset())
    assert plan == (False, (), dict.fromkeys(("inbox", "mail", "sms", "webhook"), Outcome.NOT_WANTED.value))


@pytest.mark.parametrize(
    ("way", "typed", "kept", "covered"),
    [
        (Way.MAIL, " household@example.com ", "household@example.com", "h***@example.com"),
        (Way.SMS, "138 0000 0000", "+8613800000000", "138****0000"),
        (Way.SMS, "+86-138-0000-0000", "+8613800000000", "138****0000"),
        (Way.SMS, "+852 9000 0000", "+85290000000", "+85****0000"),
        (Way.SMS, "+1234567", "+1234567", "****567"),
    ],
)
def test_an_address_is_kept_in_one_form_and_shown_with_its_middle_covered(
    way: Way, typed: str, kept: str, covered: str
) -> None:
    assert (rules.address_by(way, typed), rules.covered(way, kept)) == (kept, covered)


@pytest.mark.parametrize(
    ("way", "typed"),
    [
        (Way.MAIL, ""),
        (Way.MAIL, "household"),
        (Way.MAIL, "household@example"),
        (Way.MAIL, "a@example.com\r\nBcc: b@example.com"),
        (Way.MAIL, "a@example.com,b@example.com"),
        (Way.MAIL, "a..b@example.com"),
        (Way.MAIL, "示例@example.com"),
        (Way.MAIL, f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.com"),
        (Way.SMS, "12800000000"),
        (Way.SMS, "1380000000"),
        (Way.SMS, "１３８００００００００"),  # noqa: RUF001 - wide digits are the point
        (Way.SMS, "+8613800000000000"),
        (Way.SMS, "household@example.com"),
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(way: Way, typed: str) -> None:
    with pytest.raises(BadAddress) as no:
        rules.address_by(way, typed)

    assert (no.value.code, no.value.facts) == ("notices.bad_address", {"way": way})
    assert no.value.message == f"what was given is no address for {way}"


@pytest.mark.parametrize("way", [Way.INBOX, Way.WEBHOOK])
def test_only_mail_and_text_messages_have_an_address(way: Way) -> None:
    with pytest.raises(NoAddressBy) as no:
        rules.address_by(way, "household@example.com")

    assert no.value.facts == {"way": way}


@pytest.mark.parametrize(
    ("changes", "fact", "wanted"),
    [
        ({"credits": -1}, "credits", "credits"),
        ({"credits": 1.5}, "credits", "credits"),
        ({"credits": True}, "credits", "credits"),
        ({"credits": "1"}, "credits", "credits"),
        ({"days": None}, "days", "days"),
        ({"ends": "2026-04-30"}, "ends", "ends"),
        ({"ends": "soon"}, "ends", "ends"),
        ({"issuer": ""}, "issuer", "issuer"),
        ({"issuer": "x" * 401}, "issuer", "issuer"),
        ({"mail": "x"}, "mail", "nothing"),
    ],
)
def test_facts_that_are_not_those_of_the_kind_are_refused(changes: dict[str, Any], fact: str, wanted: str) -> None:
    with pytest.raises(WrongFacts) as no:
        rules.require_facts(_KIND, expiring_facts(**changes))

    assert no.value.facts == {"kind": "credits_expiring", "fact": fact, "wanted": wanted}


@pytest.mark.proves("UX-4")
def test_a_reminder_says_how_much_of_whom_ends_on_which_day() -> None:
    texts = rules.worded(_KIND, expiring_facts(), _SENDERS)

    assert texts.subject.zh == "1,200 分积分将于 2026 年 4 月 30 日 24:00 到期"
    assert texts.subject.en == "1,200 credits expire at 24:00 on 30 Apr 2026"
    assert texts.text.zh == (
        "您在“示例商超”获得的积分中，有 1,200 分的有效期到北京时间 2026 年 4 月 30 日 24:00 为止（还有 59 天）。"
        "在此之前可以按备案条款在入驻商家使用；到期未使用的部分将失效。已冻结的积分没有计算在内。"
    )
    assert texts.sms.zh == "您在“示例商超”的 1,200 分积分将于 2026 年 4 月 30 日 24:00 到期。"
    assert rules.address_of(_KIND, expiring_facts()) == f"/register/{ISSUER}"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"credits": 1, "days": 1}, "1 credit from iss_example expire"),
        ({"days": 0}, "1,200 credits from iss_example expire"),
    ],
)
def test_an_issuer_that_was_not_introduced_is_named_by_its_number(facts: dict[str, Any], said: str) -> None:
    texts = rules.worded(_KIND, expiring_facts(**facts), {})

    assert texts.sms.en.startswith(said)


def test_an_end_inside_a_day_is_told_to_the_minute() -> None:
    ends = (ENDS + timedelta(hours=10, minutes=30)).isoformat()

    assert rules.worded(_KIND, expiring_facts(ends=ends), {}).subject.zh == (
        "1,200 分积分将于 2026 年 5 月 1 日 10:30 到期"
    )


@pytest.mark.parametrize(("shortage", "further"), [(0, False), (40, True)])
def test_what_is_still_owed_after_a_reversal_is_told_only_where_something_is_owed(shortage: int, further: bool) -> None:
    kind = kind_named("award_reversed")
    facts = {"issuer": ISSUER, "credits": 60, "shortage": shortage, "reason": "示例退货"}

    text = rules.worded(kind, facts, _SENDERS).text

    assert ("待追回" in text.zh, "40 credits had been used" in text.en) == (further, further)
    assert text.zh.startswith("“示例商超”此前发放的一笔积分已冲正，从您的余额扣回 60 分。原因：示例退货。")


@given(st.text(min_size=1, max_size=200))
def test_a_reason_is_said_as_it_was_written_whatever_braces_it_holds(reason: str) -> None:
    facts = {"issuer": ISSUER, "credits": 1, "reason": reason}

    assert reason in rules.worded(kind_named("freeze"), facts, {}).text.zh


def test_every_refusal_here_is_a_rule_and_not_a_fault() -> None:
    assert all(issubclass(kind, Refused) for kind in (BadAddress, InboxStays, NoAddressBy, WrongFacts))
