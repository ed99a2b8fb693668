"""The grams of actions as they were quantified."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.awards.tables import AwardsMeasure

_AT_ONCE = 500


def grams_of(session: Session, evidence_ids: Collection[int]) -> dict[int, int]:
    """Give the grams on file of some actions, by evidence."""
    wanted, found = sorted(evidence_ids), dict[int, int]()
    for start in range(0, len(wanted), _AT_ONCE):
        rows = session.execute(
            select(AwardsMeasure.evidence_id, AwardsMeasure.grams).where(
                AwardsMeasure.evidence_id.in_(wanted[start : start + _AT_ONCE])
            )
        )
        found |= {number: grams for number, grams in rows}  # noqa: C416 - rows are no pairs to mypy
    return found
