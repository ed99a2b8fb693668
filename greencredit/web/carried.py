"""What the verify page says of a portable proof: every step, under the platform's own keys and newest status list."""

import json
from contextlib import suppress
from typing import Final

from sqlalchemy.orm import Session

from greencredit.badges import queries
from greencredit.badges.errors import UnknownStatusList
from greencredit.badges.rules.addresses import list_number
from greencredit.kernel.clock import now
from greencredit.proofs.errors import ProofRefused
from greencredit.proofs.rules.baked import NAMESPACE, PNG_MAGIC
from greencredit.proofs.rules.steps import TITLES, failed_step
from greencredit.proofs.rules.verify_credential import Handed, keys_of, said_by, secured_of, verify_credential
from greencredit.schemas.badge_pages import CredentialPage
from greencredit.schemas.values import Words
from greencredit.schemas.web import Fact
from greencredit.web.steps import told

_HOLDS: Final = (
    Words(zh="成立", en="It holds"),
    Words(
        zh="签名与内容相符，由本平台的密钥签发，至今没有撤销。",
        en="The signature fits, a key of this platform made it, and it was not revoked to this day.",
    ),
)
_FAILS: Final = Words(zh="不成立", en="It does not hold")


def page_of_credential(session: Session, content: bytes, public_url: str) -> CredentialPage | None:
    """Check a portable proof in any of its forms; none where the file is something else."""
    if not _is_credential(content):
        return None
    handed = Handed(
        keys=keys_of(json.dumps(queries.did_document(session, public_url)).encode()),
        at=now(session),
        status=_status(session, content, public_url),
    )
    steps = verify_credential(content, handed)
    failed = failed_step(steps)
    if failed is None:
        headline, sentence = _HOLDS
    else:
        title = TITLES[failed.name]
        headline = _FAILS
        sentence = Words(zh=f"止于“{title.zh}”，请不要采信。", en=f"It fails at '{title.en}': do not rely on it.")
    said = said_by(secured_of(content).document) if failed is None else []
    return CredentialPage(
        holds=failed is None,
        headline=headline,
        sentence=sentence,
        facts=tuple(Fact(label=Words(zh=name, en=name), value=Words(zh=value, en=value)) for name, value in said),
        steps=tuple(map(told, steps)),
    )


def _is_credential(content: bytes) -> bool:
    if content.startswith((PNG_MAGIC, b"eyJ")):
        return True
    head = content.lstrip()[:1]
    return (head == b"<" and NAMESPACE.encode() in content) or (head == b"{" and b'"@context"' in content)


def _status(session: Session, content: bytes, public_url: str) -> bytes | None:
    """Give our newest version of the list that the file names; what names none of ours is told at its own step."""
    with suppress(ProofRefused, UnknownStatusList, AttributeError):
        named = secured_of(content).document.get("credentialStatus", {}).get("statusListCredential")
        number = list_number(public_url, str(named))
        return None if number is None else queries.status_document(session, number).encode()
    return None
