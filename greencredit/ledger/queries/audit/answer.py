"""How a check of the audit answers: how much it looked at, and the first places where something is wrong."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

Answer = tuple[int, tuple[str, ...]]
"""What was looked at, and the first few things that are wrong."""

_FIRST_FEW: Final = 10


def count(session: Session, statement: str) -> int:
    """Run a statement that gives one number."""
    return int(session.execute(text(statement)).scalar_one() or 0)


def rows(session: Session, counted: str, broken: str) -> Answer:
    """Count what was looked at and write out the first rows that should not be there."""
    found = session.execute(text(f"{broken} LIMIT {_FIRST_FEW}")).all()
    return count(session, counted), tuple(", ".join(f"{k}={v}" for k, v in row._asdict().items()) for row in found)
