"""Mail over SMTP: one message at a time, encrypted unless the settings say that the server is next door."""

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr
from typing import Final, NamedTuple

from greencredit.kernel.settings import Settings
from greencredit.notices.errors import SettingsIncomplete
from greencredit.notices.jobs.outlets import Message, Unsent

_TIMEOUT_SECONDS: Final = 20.0
_PERMANENT: Final = 500
_UNREACHABLE: Final = "unreachable"
_NO_ENCRYPTION: Final = "no_encryption"
_NO_TRUST: Final = "no_trust"
_NAME: Final = "绿色消费积分平台"
_WHY: Final = {
    "zh": "您收到这封邮件，是因为您在绿色消费积分平台留下了这个地址。这是一封事务通知，不是广告。",
    "en": "You left this address with the green credit platform. This is a notice about your credits, not advertising.",
}
_SEE: Final = {"zh": "查看", "en": "See"}
_CHANGE: Final = {"zh": "修改或关闭邮件通知", "en": "Change or switch off mail"}


class MailOutlet(NamedTuple):
    """An SMTP server and the address that speaks."""

    host: str
    port: int
    security: str
    user: str
    password: str
    sender: str

    def send(self, message: Message) -> str:
        """Hand a mail over to the server; a refused address or sender is refused for good, all else is tried again."""
        try:
            with self._connected() as client:
                client.send_message(written(message, self.sender))
        except smtplib.SMTPRecipientsRefused as refused:
            code = next((code for code, _ in refused.recipients.values()), _PERMANENT)
            raise Unsent(str(code), for_good=code >= _PERMANENT) from None
        except smtplib.SMTPResponseException as refused:
            code = refused.smtp_code
            answered = code > 0  # the library says -1 where the server hung up instead of answering
            raise Unsent(str(code) if answered else _UNREACHABLE, for_good=code >= _PERMANENT) from None
        except smtplib.SMTPNotSupportedError:
            raise Unsent(_NO_ENCRYPTION, for_good=True) from None
        except ssl.SSLError:
            raise Unsent(_NO_TRUST, for_good=True) from None
        except (OSError, smtplib.SMTPException):
            raise Unsent(_UNREACHABLE, for_good=False) from None
        return "250"

    def _connected(self) -> "_Client":
        context = ssl.create_default_context()
        if self.security == "tls":
            client: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=_TIMEOUT_SECONDS, context=context)
        else:
            client = smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT_SECONDS)
        try:
            if self.security == "starttls":
                client.starttls(context=context)
            if self.user:
                client.login(self.user, self.password)
        except BaseException:
            client.close()
            raise
        return _Client(client)


class _Client:
    """A connection that is closed whatever happens; a goodbye that fails does not undo what was taken."""

    def __init__(self, client: smtplib.SMTP) -> None:
        self._client = client

    def __enter__(self) -> smtplib.SMTP:
        return self._client

    def __exit__(self, *_: object) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self._client.quit()
        self._client.close()


def written(message: Message, sender: str) -> EmailMessage:
    """Write the mail: both languages, the reader's first, who speaks and how to switch it off."""
    mail = EmailMessage(policy=SMTP)
    first, second = ("zh", "en") if message.lang == "zh" else ("en", "zh")
    name, address = parseaddr(sender)
    mail["From"] = formataddr((name or _NAME, address))
    mail["To"] = message.to
    mail["Subject"] = message.texts.subject.in_(message.lang)
    mail["Date"] = format_datetime(message.now)
    mail["Message-ID"] = f"<{message.id}@{address.partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    feet = [
        f"{_WHY[lang]}\n{_SEE[lang]}: {message.link}\n{_CHANGE[lang]}: {message.settings_link}"
        for lang in (first, second)
    ]
    parts = [message.texts.text.in_(first), message.texts.text.in_(second), "-- ", *feet]
    mail.set_content("\n\n".join(parts), charset="utf-8", cte="base64")
    return mail


def opened(settings: Settings) -> MailOutlet | None:
    """Give the mail server of the settings; none where none is named."""
    if not settings.smtp_host:
        return None
    if "@" not in parseaddr(settings.smtp_from)[1]:
        raise SettingsIncomplete(setting="smtp_from", wanted="the address that mails come from")
    return MailOutlet(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
        sender=settings.smtp_from,
    )
