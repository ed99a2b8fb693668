"""The audit: every invariant answers by name, from the events alone; nothing that is kept is believed."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from sqlalchemy.orm import Session

from greencredit.ledger import rules
from greencredit.ledger.queries.audit import sums
from greencredit.ledger.queries.audit.answer import Answer
from greencredit.schemas.ledger import Finding

CHECKS: Final[MappingProxyType[str, Callable[[Session], Answer]]] = MappingProxyType(
    {
        "zero_sum": sums.zero_sum,
        "balances_equal_events": sums.balances_equal_events,
        "never_overdrawn": sums.never_overdrawn,
    }
)


def audit(session: Session) -> list[Finding]:
    """Rebuild everything from events and compare; every invariant answers by name."""
    return [
        Finding(name=name, sentence=rules.INVARIANTS[name], looked_at=looked_at, broken=broken)
        for name, check in CHECKS.items()
        for looked_at, broken in [check(session)]
    ]
