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
from greencredit.proofs.rules.verify_credential import Handed, keys_of, said_by, secured_of, verify_credential
from greencredit.schemas.values import Words
from greencredit.schemas.web import AtHome, Fact, ProofPage
from greencredit.web.steps import told, verdict

_KIND: Final = Words(zh="便携证明", en="Portable proof")
_ABOUT: Final = Words(zh="它写明的是", en="What it says")
_HOLDS: Final = Words(
    zh="签名与内容相符，由本平台的密钥签发，至今没有撤销。",
    en="The signature fits, a key of this platform made it, and it was not revoked to this day.",
)
_AT_HOME: Final = AtHome(
    sentence=Words(
        zh="这个页面用的是平台自己列出的密钥和状态列表。要不靠平台，请在自己的电脑上断网运行下面的命令。",
        en="This page uses the keys and the list that the platform itself gives. To depend on nobody, run this on your "
        "own machine, off line.",
    ),
    command="greencredit verify credential FILE --keys did.json --status status.json --identity ID",
    address="/.well-known/did.json",
    title=Words(zh="签发方公钥", en="Issuer's keys"),
)


def page_of_credential(session: Session, content: bytes, public_url: str) -> ProofPage | None:
    """Check a portable proof in any of its forms; none where the file is something else."""
    if not _is_credential(content):
        return None
    handed = Handed(
        keys=keys_of(json.dumps(queries.did_document(session, public_url)).encode()),
        at=now(session),
        status=_status(session, content, public_url),
    )
    steps = verify_credential(content, handed)
    holds, headline, sentence = verdict(steps, where_it_holds=_HOLDS)
    said = said_by(secured_of(content).document) if holds else []
    return ProofPage(
        holds=holds,
        headline=headline,
        sentence=sentence,
        kind=_KIND,
        about=_ABOUT,
        facts=tuple(Fact(label=Words(zh=name, en=name), value=Words(zh=value, en=value)) for name, value in said),
        steps=tuple(map(told, steps)),
        at_home=_AT_HOME,
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
