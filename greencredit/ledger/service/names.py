"""Interns names: the ledger's rows hold small numbers for callers, holders, series and leaves."""

import json
from collections.abc import Collection, Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import micros
from greencredit.kernel.database import is_sqlite
from greencredit.ledger import rules
from greencredit.schemas.ledger import LeafKind, Terms


def caller(session: Session, name: str) -> int:
    """Give the number of whoever posts, making one on first sight."""
    asked = {"name": name}
    session.execute(text("INSERT INTO ledger_caller (name) VALUES (:name) ON CONFLICT DO NOTHING"), asked)
    number: int = session.execute(text("SELECT id FROM ledger_caller WHERE name = :name"), asked).scalar_one()
    return number


def holders(session: Session, subject_ids: Collection[str]) -> dict[str, int]:
    """Give the pseudonym of each subject, making those not seen before."""
    known = _known_holders(session, subject_ids)
    if missing := [{"subject": subject} for subject in dict.fromkeys(subject_ids) if subject not in known]:
        statement = text("INSERT INTO ledger_holder (subject_id) VALUES (:subject) ON CONFLICT DO NOTHING")
        session.execute(statement, missing)
        known = _known_holders(session, subject_ids)
    return known


def _known_holders(session: Session, subject_ids: Collection[str]) -> dict[str, int]:
    wanted = "IN (SELECT value FROM json_each(:ids))" if is_sqlite(session) else "= ANY(:ids)"
    ids = json.dumps(list(subject_ids)) if is_sqlite(session) else list(subject_ids)
    statement = text(f"SELECT subject_id, id FROM ledger_holder WHERE subject_id {wanted}")  # noqa: S608
    return dict(session.execute(statement, {"ids": ids}).all())


def series(session: Session, terms: Terms) -> int:
    """Give the number of a series, making it on first sight; its terms never change afterwards."""
    row = terms.model_dump() | {
        "expires_at": rules.NEVER if terms.expires_at is None else micros(terms.expires_at),
    }
    same = (
        "issuer_id = :issuer_id AND terms_version = :terms_version AND funding = :funding "
        "AND award_month = :award_month AND expires_at = :expires_at"
    )
    find = text(f"SELECT id FROM ledger_series WHERE {same}")  # noqa: S608 - a constant
    found: int | None = session.execute(find, row).scalar_one_or_none()
    if found is not None:
        return found
    session.execute(
        text(
            "INSERT INTO ledger_series (issuer_id, terms_version, funding, award_month, expires_at, cap) "
            "VALUES (:issuer_id, :terms_version, :funding, :award_month, :expires_at, :cap) ON CONFLICT DO NOTHING"
        ),
        row,
    )
    made: int = session.execute(find, row).scalar_one()
    return made


def leaves(session: Session, series_id: int, kind: LeafKind, holder_ids: Iterable[int]) -> dict[int, int]:
    """Give the leaf of each holder in a series, opening those not there yet with a balance of zero."""
    wanted = list(dict.fromkeys(holder_ids))
    known = _known_leaves(session, series_id, kind, wanted)
    if missing := [holder for holder in wanted if holder not in known]:
        _open_leaves(session, series_id, kind, missing)
        opened = _known_leaves(session, series_id, kind, missing)
        _open_balances(session, kind, [opened[holder] for holder in missing])
        known |= opened
    return known


def _open_leaves(session: Session, series_id: int, kind: LeafKind, holder_ids: list[int]) -> None:
    statement = "INSERT INTO ledger_leaf (series_id, kind, holder_id)"
    connection = session.connection()
    if is_sqlite(session):
        rows = [(series_id, kind.value, holder) for holder in holder_ids]
        connection.exec_driver_sql(f"{statement} VALUES (?, ?, ?)", rows)
        return
    statement += " SELECT :series, :kind, unnest(CAST(:holders AS bigint[]))"
    connection.execute(text(statement), {"series": series_id, "kind": kind.value, "holders": holder_ids})


def _open_balances(session: Session, kind: LeafKind, leaf_ids: list[int]) -> None:
    statement = "INSERT INTO ledger_balance (leaf_id, sign, posted, held)"
    connection = session.connection()
    if is_sqlite(session):
        rows = [(leaf, rules.SIGNS[kind]) for leaf in leaf_ids]
        connection.exec_driver_sql(f"{statement} VALUES (?, ?, 0, 0)", rows)
        return
    statement += " SELECT unnest(CAST(:leaves AS bigint[])), :sign, 0, 0"
    connection.execute(text(statement), {"leaves": leaf_ids, "sign": rules.SIGNS[kind]})


def _known_leaves(session: Session, series_id: int, kind: LeafKind, holder_ids: list[int]) -> dict[int, int]:
    wanted = "IN (SELECT value FROM json_each(:ids))" if is_sqlite(session) else "= ANY(:ids)"
    ids = json.dumps(holder_ids) if is_sqlite(session) else holder_ids
    statement = text(
        "SELECT holder_id, id FROM ledger_leaf "  # noqa: S608 - constants
        f"WHERE series_id = :series AND kind = :kind AND holder_id {wanted}"
    )
    rows = session.execute(statement, {"series": series_id, "kind": kind.value, "ids": ids})
    return dict(rows.all())
