"""Webhooks as the Standard Webhooks specification has them: an id, a time, and a signature over both and the body.

Specification: Standard Webhooks, spec/standard-webhooks.md in the repository standard-webhooks/standard-webhooks.
"""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Final, NamedTuple

from greencredit.kernel.settings import Settings
from greencredit.notices.errors import SettingsIncomplete
from greencredit.notices.jobs.outlets import Message
from greencredit.notices.jobs.outlets.post import post, require_address

_PREFIX: Final = "whsec_"
_KEY_BYTES: Final = range(24, 65)


class WebhookOutlet(NamedTuple):
    """The installation's own endpoint, such as the service behind its app, and the key shared with it."""

    url: str
    key: bytes

    def send(self, message: Message) -> str:
        """Post one event; it names a person by our id alone."""
        event = {
            "type": f"notice.{message.kind}",
            "timestamp": message.written_at.isoformat(),
            "data": {
                "notice_id": message.notice_id,
                "consumer_id": message.consumer_id,
                "kind": message.kind,
                "facts": message.facts,
                "subject": message.texts.subject.model_dump(),
                "text": message.texts.text.model_dump(),
                "link": message.link,
            },
        }
        body = json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        stamp = str(int(message.now.timestamp()))
        headers = {
            "webhook-id": message.id,
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{signed(self.key, message.id, stamp, body)}",
        }
        return post(self.url, body, headers)


def signed(key: bytes, webhook_id: str, stamp: str, body: bytes) -> str:
    """Give the signature, version 1: base64 of HMAC-SHA-256 over id, time and body, with full stops between."""
    content = f"{webhook_id}.{stamp}.".encode() + body
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()


def opened(settings: Settings) -> WebhookOutlet | None:
    """Give the endpoint of the settings; none where none is named."""
    if not settings.webhook_url:
        return None
    require_address(settings.webhook_url, "webhook_url")
    secret = settings.webhook_secret.get_secret_value()
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(_PREFIX) or len(key) not in _KEY_BYTES:
        raise SettingsIncomplete(setting="webhook_secret", wanted=f"{_PREFIX} and the base64 of 24 to 64 bytes")
    return WebhookOutlet(settings.webhook_url, key)
