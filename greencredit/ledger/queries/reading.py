"""Ways of reading that the ledger's queries share: many numbers at a time, and the time of an event."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

_AT_ONCE: Final = 500

BATCH_OF_EVENT: Final = "(SELECT MAX(first) FROM ledger_batch WHERE first <= e.id)"
"""The batch of event `e`: a look into the index of first events."""


def in_parts(session: Session, statement: str, numbers: Iterable[int]) -> list[tuple[Any, ...]]:
    """Run `… WHERE column` for whole numbers, so many at a time; `{ids}` marks their place, else it is the end."""
    wanted = sorted(set(numbers))
    rows: list[tuple[Any, ...]] = []
    for start in range(0, len(wanted), _AT_ONCE):
        chosen = f"IN ({', '.join(map(str, wanted[start : start + _AT_ONCE]))})"
        sql = statement.replace("{ids}", chosen) if "{ids}" in statement else f"{statement} {chosen}"
        rows += [tuple(row) for row in session.execute(text(sql))]
    return rows
