"""What readers are told of credits that were kept back: overseers all, holders the ground and by whom, issuers by whom.

What is written about somebody when fraud is suspected or a court asks is for those who decide on it.
"""

from enum import Enum
from typing import Final, NamedTuple

from greencredit.schemas.ledger import FreezeGround, Verb
from greencredit.schemas.ledger.trajectory import GROUND_WORDS

_KEEPING_BACK: Final = frozenset({Verb.FREEZE.value, Verb.UNFREEZE.value})

NOTED: Final = "n.actor_id, n.reason, n.document, n.ground, n.office, f.kind AS noted"
"""A note `n` and the kind of the event `f` it belongs to, the first of its group: what `told` asks for."""


class Reader(Enum):
    """Who reads."""

    OVERSEER = "overseer"
    HOLDER = "holder"
    ISSUER = "issuer"


class Said(NamedTuple):
    """Who did it, why, on what document, as far as a reader is told."""

    actor: str | None
    reason: str | None
    document: str | None


def told(
    reader: Reader,
    actor: str | None,
    reason: str | None,
    document: str | None,
    ground: str | None,
    office: str | None,
    kind: int | None,
) -> Said:
    """Give what a reader is told of a note."""
    if reader is Reader.OVERSEER or kind not in _KEEPING_BACK:
        return Said(actor, reason, document)
    return Said(office, _in_words(ground) if reader is Reader.HOLDER else None, None)


def _in_words(ground: str | None) -> str | None:
    if ground is None:
        return None
    words = GROUND_WORDS[FreezeGround(ground)]
    return f"{words.zh} · {words.en}"
