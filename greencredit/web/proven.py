"""What the verify page says of a receipt or a statement: every step in words, and the one that failed."""

import json
from typing import Any, Final

from sqlalchemy.orm import Session

from greencredit.ledger.rules import EFFECTS
from greencredit.proofs import queries as proofs
from greencredit.proofs.rules.base64_text import decoded
from greencredit.proofs.rules.policy import Policy, policy_text
from greencredit.proofs.rules.receipt import LOG_PROOF_HEADER
from greencredit.proofs.rules.steps import TITLES, failed_step
from greencredit.proofs.rules.verify import verify_receipt, verify_statement
from greencredit.schemas.ledger import Verb
from greencredit.schemas.ledger.trajectory import VERB_WORDS
from greencredit.schemas.proofs import RECEIPT_FORMAT, STATEMENT_FORMAT, EventRow
from greencredit.schemas.values import Words
from greencredit.schemas.web import Fact, ProofPage
from greencredit.web import wording
from greencredit.web.steps import told

_RECEIPT: Final = Words(zh="流水回执", en="Receipt of a movement")
_STATEMENT: Final = Words(zh="对账证明", en="Statement")
_ENTRY: Final = Words(zh="日志条目证明", en="Proof of a log entry")
_HOLDS: Final = (
    Words(zh="成立", en="It holds"),
    Words(
        zh="每一步都核对过：这一笔在签名的日志里，之后没有被改动。",
        en="Every step was checked: it is in the signed log and was not changed since.",
    ),
)
_FAILS: Final = Words(zh="不成立", en="It does not hold")


def page_of_proof(session: Session, content: bytes, own_name: str) -> ProofPage | None:
    """Check a receipt, a statement or the proof of a log entry; none where the file is something else."""
    kind = _kind(content)
    if kind is None:
        return None
    # Who demands witnesses checks at home, under a policy of his own; here they are told, whoever signed.
    policy = Policy.parse(policy_text(proofs.log_keys(session, own_name), asks_witnesses=False).encode())
    steps = verify_statement(content, policy, EFFECTS) if kind is _STATEMENT else verify_receipt(content, policy)
    failed = failed_step(steps)
    if failed is None:
        headline, sentence = _HOLDS
    else:
        title = TITLES[failed.name]
        headline = _FAILS
        sentence = Words(zh=f"止于“{title.zh}”，请不要采信。", en=f"It fails at '{title.en}': do not rely on it.")
    return ProofPage(
        holds=failed is None,
        headline=headline,
        sentence=sentence,
        kind=kind,
        is_statement=kind is _STATEMENT,
        facts=_facts(kind, content) if failed is None else (),
        steps=tuple(map(told, steps)),
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
