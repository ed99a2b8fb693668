"""Text messages through an HTTP gateway of the installation's choice: a signed JSON document for each.

The document is ours, not a carrier's: a gateway in front of the carrier translates it. No carrier's own API was tried.
"""

import hashlib
import hmac
import json
from typing import NamedTuple

from greencredit.kernel.settings import Settings
from greencredit.notices.errors import SettingsIncomplete
from greencredit.notices.jobs.outlets import Message
from greencredit.notices.jobs.outlets.post import post, require_address


class SmsOutlet(NamedTuple):
    """A gateway, the secret shared with it, and the registered signature in front of each text."""

    url: str
    secret: bytes
    signature: str

    def send(self, message: Message) -> str:
        """Hand one text message over to the gateway."""
        text = message.texts.sms.in_(message.lang)
        facts = {
            "id": message.id,
            "to": message.to,
            "signature": self.signature,
            "template": message.kind,
            "lang": message.lang,
            "text": f"【{self.signature}】{text}",
        }
        body = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        stamp = str(int(message.now.timestamp()))
        return post(self.url, body, {"X-Timestamp": stamp, "X-Signature": signed(self.secret, stamp, body)})


def signed(secret: bytes, stamp: str, body: bytes) -> str:
    """Give the signature by which the gateway knows us: HMAC-SHA-256 over the time, a full stop and the body."""
    return hmac.new(secret, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def opened(settings: Settings) -> SmsOutlet | None:
    """Give the gateway of the settings; none where none is named."""
    if not settings.sms_url:
        return None
    require_address(settings.sms_url, "sms_url")
    secret = settings.sms_secret.get_secret_value()
    if not secret:
        raise SettingsIncomplete(setting="sms_secret", wanted="the secret shared with the gateway")
    if not settings.sms_signature:
        raise SettingsIncomplete(setting="sms_signature", wanted="the registered signature of text messages (短信签名)")
    return SmsOutlet(settings.sms_url, secret.encode(), settings.sms_signature)
