"""What the verify page says of a receipt or a statement: every step in words, and the one that failed."""

import json
from typing import Any, Final

from sqlalchemy.orm import Session

from greencredit.ledger.rules import EFFECTS
from greencredit.proofs import queries as proofs
from greencredit.proofs.rules.base64_text import decoded
from greencredit.proofs.rules.policy import Policy, policy_text
from greencredit.proofs.rules.receipt import LOG_PROOF_HEADER
from greencredit.proofs.rules.verify import verify_receipt, verify_statement
from greencredit.schemas.ledger import Verb
from greencredit.schemas.ledger.trajectory import VERB_WORDS
from greencredit.schemas.proofs import RECEIPT_FORMAT, STATEMENT_FORMAT, EventRow
from greencredit.schemas.values import Words
from greencredit.schemas.web import AtHome, Fact, ProofPage
from greencredit.web import wording
from greencredit.web.steps import told, verdict

_RECEIPT: Final = Words(zh="流水回执", en="Receipt of a movement")
_STATEMENT: Final = Words(zh="对账证明", en="Statement")
_ENTRY: Final = Words(zh="日志条目证明", en="Proof of a log entry")
_ABOUT: Final = Words(zh="它证明的是", en="What it proves")
_HOLDS: Final = Words(
    zh="每一步都核对过：这一笔在签名的日志里，之后没有被改动。",
    en="Every step was checked: it is in the signed log and was not changed since.",
)
_AT_HOME: Final = Words(
    zh="这个页面用的是平台自己列出的密钥。要不靠平台，请在自己的电脑上断网运行下面的命令；策略文件写明您信任谁，密钥请另经可靠途径核对。",
    en="This page uses the keys that the platform itself lists. To depend on nobody, run this on your own machine, off "
    "line; the policy file says whom you trust, and its keys should be compared by another way, too.",
)


def page_of_proof(session: Session, content: bytes, own_name: str) -> ProofPage | None:
    """Check a receipt, a statement or the proof of a log entry; none where the file is something else."""
    kind = _kind(content)
    if kind is None:
        return None
    # Who demands witnesses checks at home, under a policy of his own; here they are told, whoever signed.
    policy = Policy.parse(policy_text(proofs.log_keys(session, own_name), asks_witnesses=False).encode())
    steps = verify_statement(content, policy, EFFECTS) if kind is _STATEMENT else verify_receipt(content, policy)
    holds, headline, sentence = verdict(steps, where_it_holds=_HOLDS)
    what = "statement" if kind is _STATEMENT else "receipt"
    return ProofPage(
        holds=holds,
        headline=headline,
        sentence=sentence,
        kind=kind,
        about=_ABOUT,
        facts=_facts(kind, content) if holds else (),
        steps=tuple(map(told, steps)),
        at_home=AtHome(
            sentence=_AT_HOME,
            command=f"greencredit verify {what} FILE --policy greencredit.policy",
            address="/log/policy",
            title=Words(zh="下载策略文件", en="Get the policy file"),
        ),
    )


def _kind(content: bytes) -> Words | None:
    if content.startswith(LOG_PROOF_HEADER.encode()):
        return _ENTRY
    named = _read(content).get("format")
    return {RECEIPT_FORMAT: _RECEIPT, STATEMENT_FORMAT: _STATEMENT}.get(named) if isinstance(named, str) else None


def _read(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _facts(kind: Words, content: bytes) -> tuple[Fact, ...]:
    """Say what a proof that holds is about: numbers only, nobody's name."""
    read = _read(content)
    if kind is _RECEIPT:
        row = EventRow.unpack(decoded(read["row"]))
        number, holder, credits_ = (wording.number(one) for one in (row.id, row.holder, row.amount))
        return (
            Fact(label=Words(zh="账本事件", en="Ledger event"), value=Words(zh=number, en=number)),
            Fact(label=Words(zh="发生了什么", en="What happened"), value=VERB_WORDS[Verb(row.kind)]),
            Fact(label=Words(zh="积分", en="Credits"), value=Words(zh=credits_, en=credits_)),
            Fact(label=Words(zh="持有人代号", en="Holder's number"), value=Words(zh=holder, en=holder)),
        )
    if kind is _STATEMENT:
        events, had, has = (
            wording.number(one)
            for one in (len(read["events"]), sum(read["opening"].values()), sum(read["closing"].values()))
        )
        return (
            Fact(label=Words(zh="流水笔数", en="Movements"), value=Words(zh=events, en=events)),
            Fact(label=Words(zh="期初积分", en="Credits before"), value=Words(zh=had, en=had)),
            Fact(label=Words(zh="期末积分", en="Credits after"), value=Words(zh=has, en=has)),
        )
    return ()
