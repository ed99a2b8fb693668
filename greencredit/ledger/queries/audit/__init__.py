"""The audit: every invariant answers by name, from the events alone; nothing that is kept is believed."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from sqlalchemy.orm import Session

from greencredit.ledger import rules
from greencredit.ledger.queries.audit import causes, ends, notes, people, seals, serials, sums, touches
from greencredit.ledger.queries.audit import rows as events
from greencredit.ledger.queries.audit.answer import Answer, Books, opened
from greencredit.schemas.ledger import Finding

CHECKS: Final[MappingProxyType[str, Callable[[Books], Answer]]] = MappingProxyType(
    {
        "zero_sum": sums.zero_sum,
        "balances_equal_events": sums.balances_equal_events,
        "never_overdrawn": sums.never_overdrawn,
        "every_leaf_exists": events.every_leaf_exists,
        "groups_are_whole": events.groups_are_whole,
        "ids_have_no_gap": events.ids_have_no_gap,
        "time_never_falls": events.time_never_falls,
        "serials_have_no_gap": serials.serials_have_no_gap,
        "serials_are_issued": serials.serials_are_issued,
        "serials_follow_in_blocks": serials.serials_follow_in_blocks,
        "causes_are_kept": causes.causes_are_kept,
        "holds_stand": sums.holds_stand,
        "expired_is_swept_late_only": ends.expired_is_swept_late_only,
        "nothing_ended_is_spent": ends.nothing_ended_is_spent,
        "shortages_are_settled": sums.shortages_are_settled,
        "only_enterprises_have_wallets": people.only_enterprises_have_wallets,
        "two_persons_adjusted": people.two_persons_adjusted,
        "batches_are_sealed": seals.batches_are_sealed,
        "stretches_are_whole": touches.stretches_are_whole,
        "notes_are_sealed": notes.notes_are_sealed,
        "erased_is_frozen": people.erased_is_frozen,
    }
)


def audit(session: Session) -> list[Finding]:
    """Rebuild everything from events and compare; every invariant answers by name."""
    books = opened(session)
    return [
        Finding(name=name, sentence=sentence, looked_at=answer.looked_at, broken=answer.broken, note=answer.note)
        for name, sentence in rules.INVARIANTS.items()
        for answer in [CHECKS[name](books)]
    ]
