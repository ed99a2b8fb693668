"""Who stands behind the ledger's numbers."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from greencredit.kernel.driver import driver
from greencredit.ledger.errors import NoSuchHolder, NoSuchSeries
from greencredit.ledger.queries.reading import in_parts

_AT_ONCE: Final = 10_000


def erasures(session: Session) -> int:
    """Count the erasures so far: what a process remembers of holders is good while it stays the same."""
    with driver(session) as hot:
        ((count,),) = hot.rows("SELECT erasures FROM ledger_head WHERE id = 1")
    return int(count)


def holder_number(session: Session, subject_id: str) -> int:
    """Give a subject's pseudonym, or refuse if it never held anything."""
    found: int | None = session.execute(
        text("SELECT id FROM ledger_holder WHERE subject_id = :subject"), {"subject": subject_id}
    ).scalar_one_or_none()
    if found is None:
        raise NoSuchHolder(subject_id)
    return found


def holder_numbers(session: Session, subject_ids: Iterable[str]) -> dict[str, int]:
    """Give the pseudonyms of many subjects at once; who never held anything is left out."""
    wanted = sorted(set(subject_ids))
    statement = text("SELECT subject_id, id FROM ledger_holder WHERE subject_id IN :subjects").bindparams(
        bindparam("subjects", expanding=True)
    )
    found: dict[str, int] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        rows = session.execute(statement, {"subjects": wanted[start : start + _AT_ONCE]})
        found |= {row.subject_id: row.id for row in rows}
    return found


def subjects_of(session: Session, holder_ids: Iterable[int]) -> dict[int, str | None]:
    """Give the subject behind each pseudonym; none where the person was erased."""
    return dict(in_parts(session, "SELECT id, subject_id FROM ledger_holder WHERE id", holder_ids))


def issuer_of_series(session: Session, series_id: int) -> str:
    """Give the issuer of a series.

    Raises:
        NoSuchSeries: there is none.
    """
    found: str | None = session.execute(
        text("SELECT issuer_id FROM ledger_series WHERE id = :series"), {"series": series_id}
    ).scalar_one_or_none()
    if found is None:
        raise NoSuchSeries(series_id)
    return found
