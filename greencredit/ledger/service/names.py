"""Interns names: the ledger's rows hold small numbers for callers, holders and series."""

import json
from collections.abc import Collection, Iterable
from datetime import UTC
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import instant, micros
from greencredit.kernel.database import is_sqlite
from greencredit.kernel.ids import Entropy
from greencredit.ledger import rules
from greencredit.ledger.errors import TermsDiffer
from greencredit.ledger.rules.seal import SECRET_BYTES
from greencredit.ledger.service.posting import NEW_HOLDERS
from greencredit.proofs import service as proofs
from greencredit.schemas.ledger import Terms


def caller(session: Session, name: str) -> int:
    """Give the number of whoever posts, making one on first sight."""
    asked = {"name": name}
    find = text("SELECT id FROM ledger_caller WHERE name = :name")
    found: int | None = session.execute(find, asked).scalar_one_or_none()
    if found is not None:  # an insert that does nothing still uses up a number on PostgreSQL, and there are 2^15
        return found
    session.execute(text("INSERT INTO ledger_caller (name) VALUES (:name) ON CONFLICT DO NOTHING"), asked)
    made: int = session.execute(find, asked).scalar_one()
    return made


def holders(session: Session, subject_ids: Collection[str]) -> dict[str, int]:
    """Give the pseudonym of each subject, making those not seen before, each with a secret of its own.

    Persons, merchants, projects and enterprises are numbered alike; what a subject is, its id's first letters say.
    """
    known = _known_holders(session, subject_ids)
    if missing := sorted(subject for subject in set(subject_ids) if subject not in known):  # in one order everywhere
        entropy: Entropy = session.info["entropy"]
        drawn = entropy(SECRET_BYTES * len(missing))
        rows = [
            {"subject": subject, "secret": drawn[SECRET_BYTES * place : SECRET_BYTES * (place + 1)]}
            for place, subject in enumerate(missing)
        ]
        statement = text(
            "INSERT INTO ledger_holder (subject_id, secret) VALUES (:subject, :secret) ON CONFLICT DO NOTHING"
        )
        session.execute(statement, rows)
        made = _known_holders(session, subject_ids)
        session.info.setdefault(NEW_HOLDERS, set()).update(set(made.values()) - set(known.values()))
        return made
    return known


def made_here(session: Session, numbers: Iterable[int]) -> set[int]:
    """Say which of those numbers were made in this very transaction: whoever they stand for may be erased meanwhile."""
    made: set[int] = session.info.get(NEW_HOLDERS, set())
    return made.intersection(numbers)


def disown(session: Session, numbers: Collection[int]) -> None:
    """Let numbers that were made in this transaction lead to nobody: who they stood for was erased meanwhile."""
    assert made_here(session, numbers) == set(numbers), "only what is new is disowned; whoever held credits is erased"
    session.execute(
        text("UPDATE ledger_holder SET subject_id = NULL, secret = NULL WHERE id = :number"),
        [{"number": number} for number in sorted(numbers)],
    )


def _known_holders(session: Session, subject_ids: Collection[str]) -> dict[str, int]:
    wanted = "IN (SELECT value FROM json_each(:ids))" if is_sqlite(session) else "= ANY(:ids)"
    ids = json.dumps(list(subject_ids)) if is_sqlite(session) else list(subject_ids)
    statement = text(f"SELECT subject_id, id FROM ledger_holder WHERE subject_id {wanted}")  # noqa: S608
    return dict(session.execute(statement, {"ids": ids}).all())


def series(session: Session, terms: Terms) -> int:
    """Give the number of a series, making it on first sight; its terms never change afterwards.

    Raises:
        TermsDiffer: this version of the filing opened the series with another cap, clawback or grace.
    """
    row = terms.model_dump() | {
        "expires_at": rules.NEVER if terms.expires_at is None else micros(terms.expires_at),
    }
    same = (
        "issuer_id = :issuer_id AND terms_version = :terms_version AND funding = :funding "
        "AND award_month = :award_month AND expires_at = :expires_at"
    )
    find = text(f"SELECT id, cap, clawback_cap, refund_grace_days FROM ledger_series WHERE {same}")  # noqa: S608 - a constant
    found = session.execute(find, row).one_or_none()
    if found is None:
        names = ", ".join(row)
        values = f":{names.replace(', ', ', :')}"
        insert = f"INSERT INTO ledger_series ({names}) VALUES ({values}) ON CONFLICT DO NOTHING RETURNING id"  # noqa: S608 - names of fields
        opened = session.execute(text(insert), row).scalar_one_or_none()
        if opened is not None:
            proofs.note_fact(session, "series", _fact(opened, terms))
        found = session.execute(find, row).one()
    number: int = found.id
    differing = {name: getattr(found, name) for name in _FIXED if getattr(found, name) != row[name]}
    if differing:
        raise TermsDiffer(series_id=number, found={name: row[name] for name in differing}, wanted=differing)
    return number


def _fact(number: int, terms: Terms) -> dict[str, int | str]:
    """Say for the log which terms a series has; credits in decimals, so that no reader of JSON rounds them."""
    return {
        "series": number,
        "issuer": terms.issuer_id,
        "version": terms.terms_version,
        "funding": terms.funding,
        "month": terms.award_month,
        "ends": "never" if terms.expires_at is None else f"{terms.expires_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        "cap": str(terms.cap),
        "clawback_cap": str(terms.clawback_cap),
        "refund_grace_days": terms.refund_grace_days,
    }


_FIXED: Final = ("cap", "clawback_cap", "refund_grace_days")
"""What a version of a filing says once, for every series it opens."""


def revived_series(session: Session, series_id: int, expires_at: int) -> int:
    """Give the series of the same terms that ends at the graced instant (micros), making it on first sight."""
    row = session.execute(
        text(
            "SELECT issuer_id, terms_version, funding, award_month, cap, clawback_cap, refund_grace_days "
            "FROM ledger_series WHERE id = :series"
        ),
        {"series": series_id},
    ).one()
    return series(session, Terms(**row._asdict(), expires_at=instant(expires_at)))
