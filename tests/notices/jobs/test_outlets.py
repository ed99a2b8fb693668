"""The ways out, each against a real server of this machine that checks what it gets."""

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any, Final

import pytest
from pydantic import SecretStr

from greencredit.kernel.settings import Settings
from greencredit.notices import rules
from greencredit.notices.catalogue import kind_named
from greencredit.notices.errors import SettingsIncomplete
from greencredit.notices.jobs.outlets import Message, Unsent, outlet_of
from greencredit.notices.jobs.outlets.webhook import signed
from greencredit.schemas.notices import Way
from tests.conftest import NOON
from tests.factories.notices import (
    MAIL,
    MOBILE,
    SMS_SECRET,
    WEBHOOK_KEY,
    WEBHOOK_SECRET,
    MailServer,
    Posted,
    WebServer,
    expiring_facts,
)

_KIND: Final = kind_named("credits_expiring")


def _message(way: Way, **changes: Any) -> Message:  # noqa: ANN401 - any field
    facts = expiring_facts()
    fields: dict[str, Any] = {
        "id": f"ntc_1.{way}",
        "notice_id": "ntc_1",
        "consumer_id": "con_1",
        "kind": _KIND.name,
        "to": {Way.MAIL: MAIL, Way.SMS: MOBILE}.get(way, ""),
        "lang": "zh",
        "texts": rules.worded(_KIND, facts, {}),
        "facts": facts,
        "written_at": NOON - timedelta(hours=1),
        "now": NOON,
        "link": "https://credits.example/me/inbox/ntc_1",
        "settings_link": "https://credits.example/me/inbox/settings",
    }
    return Message(**{**fields, **changes})


def _send(way: Way, settings: dict[str, Any], **changes: Any) -> str:  # noqa: ANN401 - any field
    outlet = outlet_of(way, Settings(**settings))
    assert outlet is not None, "the way is set up"
    return outlet.send(_message(way, **changes))


def _refused(way: Way, settings: dict[str, Any]) -> tuple[str, bool]:
    with pytest.raises(Unsent) as no:
        _send(way, settings)
    return no.value.code, no.value.for_good


# ---- Mail ----------------------------------------------------------------------------------------------------------


@pytest.mark.proves("UX-4")
def test_a_mail_says_who_speaks_what_about_and_how_to_switch_it_off(mailbox: MailServer) -> None:
    answer = _send(Way.MAIL, mailbox.settings())

    (mail,) = mailbox.taken
    assert answer == "250"
    assert (mail["To"], mail["From"]) == (MAIL, "示例平台 <notices@platform.example>")
    assert mail["Subject"] == "1,200 分积分将于 2026 年 4 月 30 日 24:00 到期"
    assert (mail["Date"].datetime, mail["Auto-Submitted"]) == (NOON, "auto-generated")
    assert mail["Message-ID"] == "<ntc_1.mail@platform.example>"
    text = mail.get_content()
    assert text.index("您在“iss_example”获得的积分中") < text.index("Of your credits from iss_example")
    assert "https://credits.example/me/inbox/ntc_1" in text
    assert "https://credits.example/me/inbox/settings" in text
    envelope = [line.partition(" size=")[0] for line in mailbox.commands if line[:4] in {"mail", "rcpt"}]
    assert envelope == ["mail FROM:<notices@platform.example>", f"rcpt TO:<{MAIL}>"]


def test_a_reader_of_english_gets_english_first(mailbox: MailServer) -> None:
    _send(Way.MAIL, mailbox.settings(smtp_from="notices@platform.example"), lang="en")

    (mail,) = mailbox.taken
    text = mail.get_content()
    assert mail["Subject"] == "1,200 credits expire at 24:00 on 30 Apr 2026"
    assert mail["From"] == "绿色消费积分平台 <notices@platform.example>"
    assert text.index("Of your credits from iss_example") < text.index("您在“iss_example”获得的积分中")


@pytest.mark.proves("UX-4")
@pytest.mark.parametrize(
    ("command", "answer", "code", "for_good"),
    [
        ("RCPT", "550 no such mailbox", "550", True),
        ("RCPT", "450 busy", "450", False),
        ("MAIL", "553 you may not speak for this address", "553", True),
        ("MAIL", "421 closing", "421", False),
        ("DATA", "451 not now", "451", False),
        ("END", "554 not wanted", "554", True),
        ("END", "hang up", "unreachable", False),
        ("EHLO", "hang up", "unreachable", False),
    ],
)
def test_what_a_mail_server_refuses_for_good_and_for_now_is_told_apart(
    mailbox: MailServer, command: str, answer: str, code: str, for_good: bool
) -> None:
    mailbox.answers[command] = [answer, answer]

    assert _refused(Way.MAIL, mailbox.settings()) == (code, for_good)
    assert mailbox.taken == []


def test_a_mail_that_was_taken_stays_taken_if_the_goodbye_fails(mailbox: MailServer) -> None:
    mailbox.answers["QUIT"] = ["hang up"]

    assert (_send(Way.MAIL, mailbox.settings()), len(mailbox.taken)) == ("250", 1)


@pytest.mark.proves("SEC-1")
def test_a_server_that_offers_no_encryption_gets_no_password_and_no_mail(mailbox: MailServer) -> None:
    settings = mailbox.settings(smtp_security="starttls", smtp_user="platform", smtp_password=SecretStr("示例口令"))

    assert _refused(Way.MAIL, settings) == ("no_encryption", True)
    assert {line[:4].upper() for line in mailbox.commands} <= {"EHLO", "HELO", "QUIT"}


def test_a_server_where_nobody_listens_is_tried_again(socket_enabled: None) -> None:
    del socket_enabled
    settings = {"smtp_host": "127.0.0.1", "smtp_port": 1, "smtp_security": "none", "smtp_from": "n@platform.example"}

    assert _refused(Way.MAIL, settings) == ("unreachable", False)


# ---- Text messages -------------------------------------------------------------------------------------------------


@pytest.mark.proves("UX-4")
def test_a_gateway_gets_one_signed_document_for_each_text_message(far_side: WebServer) -> None:
    answer = _send(Way.SMS, far_side.as_gateway())

    (got,) = far_side.got
    assert (answer, got.path) == ("200", "/hooks/notices?from=example")
    assert got.json == {
        "id": "ntc_1.sms",
        "to": MOBILE,
        "signature": "绿色积分",
        "template": "credits_expiring",
        "lang": "zh",
        "text": "【绿色积分】您在“iss_example”的 1,200 分积分将于 2026 年 4 月 30 日 24:00 到期。",
    }
    expected = hmac.new(SMS_SECRET.encode(), got.headers["x-timestamp"].encode() + b"." + got.body, hashlib.sha256)
    assert hmac.compare_digest(got.headers["x-signature"], expected.hexdigest())
    assert got.headers["x-timestamp"] == str(int(NOON.timestamp()))


@pytest.mark.proves("UX-4")
@pytest.mark.parametrize(
    ("status", "for_good"),
    [
        *((status, True) for status in (301, 400, 403, 404, 410)),
        *((status, False) for status in (408, 425, 429, 500, 503)),
    ],
)
@pytest.mark.parametrize("way", [Way.SMS, Way.WEBHOOK])
def test_what_a_web_server_refuses_for_good_and_for_now_is_told_apart(
    far_side: WebServer, way: Way, status: int, for_good: bool
) -> None:
    far_side.statuses = [status]
    settings = far_side.as_gateway() | far_side.as_webhook()

    assert _refused(way, settings) == (str(status), for_good)
    assert len(far_side.got) == 1, "a redirect is not followed"


# ---- Webhooks ------------------------------------------------------------------------------------------------------


def _verified(got: Posted, key: bytes, *, at: int, tolerance_seconds: int = 300) -> bool:
    """Check a webhook as its receiver does, by the specification and with nothing of ours."""
    stamp = got.headers["webhook-timestamp"]
    if abs(at - int(stamp)) > tolerance_seconds:
        return False
    content = f"{got.headers['webhook-id']}.{stamp}.".encode() + got.body
    expected = base64.b64encode(hmac.new(key, content, "sha256").digest()).decode()
    versions = [one.split(",", 1) for one in got.headers["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(found, expected) for version, found in versions)


@pytest.mark.proves("UX-4", "UX-2")
def test_a_webhook_is_signed_so_that_its_receiver_can_tell(far_side: WebServer) -> None:
    _send(Way.WEBHOOK, far_side.as_webhook())

    (got,) = far_side.got
    at = int(NOON.timestamp())
    changed = Posted(got.path, got.headers, got.body.replace(b"1200", b"9200"))
    assert [
        _verified(got, WEBHOOK_KEY, at=at),
        _verified(changed, WEBHOOK_KEY, at=at),
        _verified(got, WEBHOOK_KEY[::-1], at=at),
        _verified(got, WEBHOOK_KEY, at=at + 301),
    ] == [True, False, False, False]
    assert got.headers["webhook-id"] == "ntc_1.webhook"
    told = got.json
    assert (told["type"], told["timestamp"]) == ("notice.credits_expiring", "2026-03-02T03:00:00+00:00")
    assert told["data"]["facts"] == expiring_facts()
    assert (told["data"]["consumer_id"], told["data"]["notice_id"]) == ("con_1", "ntc_1")


@pytest.mark.proves("UX-4", "UX-2")
def test_a_webhook_that_is_tried_again_keeps_its_id(far_side: WebServer) -> None:
    far_side.statuses = [500]

    with pytest.raises(Unsent):
        _send(Way.WEBHOOK, far_side.as_webhook())
    _send(Way.WEBHOOK, far_side.as_webhook(), now=NOON + timedelta(minutes=1))

    assert [one.headers["webhook-id"] for one in far_side.got] == ["ntc_1.webhook"] * 2
    assert far_side.got[0].body == far_side.got[1].body
    assert far_side.got[0].headers["webhook-signature"] != far_side.got[1].headers["webhook-signature"]


# ---- Settings ------------------------------------------------------------------------------------------------------


@pytest.mark.proves("UX-4")
def test_without_settings_every_way_is_off() -> None:
    assert [outlet_of(way, Settings()) for way in Way] == [None] * 4


@pytest.mark.parametrize(
    ("way", "settings", "missing"),
    [
        (Way.MAIL, {"smtp_host": "mail.example"}, "smtp_from"),
        (Way.MAIL, {"smtp_host": "mail.example", "smtp_from": "平台"}, "smtp_from"),
        (Way.SMS, {"sms_url": "http://gateway.example/"}, "sms_url"),
        (Way.SMS, {"sms_url": "gateway"}, "sms_url"),
        (Way.SMS, {"sms_url": "https://gateway.example/"}, "sms_secret"),
        (Way.SMS, {"sms_url": "https://gateway.example/", "sms_secret": SecretStr("x")}, "sms_signature"),
        (Way.WEBHOOK, {"webhook_url": "http://app.example/", "webhook_secret": WEBHOOK_SECRET}, "webhook_url"),
        (Way.WEBHOOK, {"webhook_url": "https://app.example/"}, "webhook_secret"),
        (Way.WEBHOOK, {"webhook_url": "https://app.example/", "webhook_secret": "whsec_c2hvcnQ="}, "webhook_secret"),
        (Way.WEBHOOK, {"webhook_url": "https://app.example/", "webhook_secret": "whsec_???"}, "webhook_secret"),
        (Way.WEBHOOK, {"webhook_url": "https://app.example/", "webhook_secret": WEBHOOK_SECRET[6:]}, "webhook_secret"),
    ],
)
def test_a_way_that_is_set_up_in_part_or_not_safely_is_refused_with_the_setting_named(
    way: Way, settings: dict[str, Any], missing: str
) -> None:
    with pytest.raises(SettingsIncomplete) as no:
        outlet_of(way, Settings(**settings))

    assert (no.value.code, no.value.facts["setting"]) == ("notices.settings_incomplete", missing)
    assert no.value.message.startswith(f"GREENCREDIT_{missing.upper()}: ")


def test_secrets_never_show_in_settings_and_addresses_never_in_messages() -> None:
    settings = Settings(smtp_password=SecretStr("示例口令"), sms_secret=SecretStr(SMS_SECRET))

    assert ("示例口令" in repr(settings), SMS_SECRET in repr(settings)) == (False, False)
    assert MAIL not in repr(_message(Way.MAIL))


def test_the_signature_is_that_of_the_specification_over_id_time_and_body() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

    found = signed(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')

    assert found == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
