"""What stands behind an issuer's credits: statements on file, coverage as it was measured, and as it is now."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from greencredit.issuers import rules
from greencredit.issuers.errors import UnknownVersion
from greencredit.issuers.queries.filed import filings
from greencredit.issuers.rules.coverage import change_of
from greencredit.issuers.tables import CoverageRow, StatementRow
from greencredit.kernel.clock import civil_date, instant, now
from greencredit.kernel.driver import driver
from greencredit.ledger import queries as ledger
from greencredit.schemas.issuers import Coverage, CustodyStatement, Filing, LifeState


def statements(session: Session, issuer_id: str) -> list[CustodyStatement]:
    """List the custody statements of an issuer in the order in which they were put on file."""
    rows = session.scalars(
        select(StatementRow).where(StatementRow.issuer_id == issuer_id).order_by(StatementRow.number)
    )
    return [_statement(row) for row in rows]


def newest_statement(session: Session, issuer_id: str) -> CustodyStatement | None:
    """Give the statement that counts: that of the latest day."""
    row = session.scalars(
        select(StatementRow)
        .where(StatementRow.issuer_id == issuer_id)
        .order_by(StatementRow.as_of.desc(), StatementRow.number.desc())
        .limit(1)
    ).first()
    return None if row is None else _statement(row)


def newest_statements_of(session: Session, issuer_ids: Collection[str]) -> dict[str, CustodyStatement]:
    """Give the statement that counts of each of these issuers that has one."""
    rows = session.scalars(
        select(StatementRow)
        .where(StatementRow.issuer_id.in_(issuer_ids))
        .order_by(StatementRow.as_of, StatementRow.number)
    )
    newest = {row.issuer_id: row for row in rows}
    return {issuer_id: _statement(row) for issuer_id, row in newest.items()}


def coverages(session: Session, issuer_id: str, *, limit: int = 400) -> list[Coverage]:
    """List coverage as it was measured, newest first."""
    rows = session.scalars(
        select(CoverageRow).where(CoverageRow.issuer_id == issuer_id).order_by(CoverageRow.number.desc()).limit(limit)
    )
    return [_coverage(row) for row in rows]


def newest_coverage(session: Session, issuer_id: str) -> Coverage | None:
    """Give the newest measurement, or none."""
    found = coverages(session, issuer_id, limit=1)
    return found[0] if found else None


def newest_coverages_of(session: Session, issuer_ids: Collection[str]) -> dict[str, Coverage]:
    """Give the newest measurement of each of these issuers that has one."""
    return {row.issuer_id: _coverage(row) for row in _newest_of(session, "id", issuer_ids)}


def _newest_of(session: Session, column: str, values: Collection[str]) -> list[CoverageRow]:
    """Give the newest row of each issuer that has one of these values: one look for each, whatever else is on file."""
    if not values:
        return []
    wanted = text(
        "SELECT c.* FROM issuers_issuer i CROSS JOIN issuers_coverage c "  # noqa: S608 - our own name
        f"WHERE i.{column} IN :values AND c.issuer_id = i.id "
        "AND c.number = (SELECT MAX(n.number) FROM issuers_coverage n WHERE n.issuer_id = i.id) ORDER BY i.id"
    ).bindparams(bindparam("values", expanding=True))
    typed = wanted.columns(*CoverageRow.__table__.columns)
    return list(session.scalars(select(CoverageRow).from_statement(typed), {"values": list(values)}))


def coverage_now(session: Session, issuer_id: str, owed: Mapping[int, int] | None = None) -> Coverage | None:
    """Measure coverage as of the newest event; none where nothing was ever filed.

    What is owed under each version follows from the newest measurement and the events since, unless the caller has
    added it up already.
    """
    filed = _filed(session, issuer_id)
    if filed is None:
        return None
    head = ledger.last_event(session)
    if owed is None:
        owed = owed_at(session, issuer_id, head)
    terms, promises = filed
    for version in owed:
        if version not in promises:
            raise UnknownVersion(issuer_id, found=version, wanted=sorted(promises))
    return rules.coverage_of(
        issuer_id,
        newest_statement(session, issuer_id),
        owed,
        promises,
        filed_basis_points=terms.scheme.guarantee.coverage_basis_points,
        as_of_event=head,
        at=now(session),
    )


def owed_at(session: Session, issuer_id: str, until: int) -> dict[int, int]:
    """Give what an issuer owes by version at an event, from its newest measurement and the events after it.

    Whole stretches of events are read as sums, so that this may be asked at any time of a large ledger.
    """
    measured = newest_coverage(session, issuer_id)
    after = min(measured.as_of_event, until) if measured else 0
    owed = {line.terms_version: int(line.outstanding) for line in measured.lines} if measured else {}
    for flow in ledger.flows(session, [issuer_id], after=after, until=until):
        owed[flow.terms_version] = owed.get(flow.terms_version, 0) + change_of(flow.verb, flow.credits)
    return owed


def short_now(session: Session, issuer_id: str) -> Coverage | None:
    """Give coverage at this moment where it falls short of what was filed; none: it is kept.

    Most issuers hold more than they could owe: what was owed when it was measured, all that was issued since and all
    that came back with refunds since. That takes a few looks; only nearer the line is every movement counted.
    """
    row = _measured(session, issuer_id)
    today = civil_date(now(session))
    if row is not None and civil_date(row.at) == today and surely_kept(session, row):
        return None
    found = coverage_now(session, issuer_id)
    return None if found is None or found.kept else found


def surely_kept(session: Session, row: "CoverageRow | _Measured") -> bool:
    """Tell whether a measurement leaves so much room that nothing since can have used it up."""
    if not row.kept or row.promises is None:
        return False
    promises: dict[int, rules.Promise] = {}
    most_owed: defaultdict[int, int] = defaultdict(int)
    for version, face, basis_points, issued in json.loads(row.promises):
        promises[version] = rules.Promise(face, basis_points)
        most_owed[version] -= issued
    for line in json.loads(row.lines):
        most_owed[line["terms_version"]] += line["outstanding"]
    for gained in (
        ledger.issued(session, row.issuer_id),
        ledger.restored(session, row.issuer_id, after=row.as_of_event),
    ):
        for version, credits_ in gained.items():
            most_owed[version] += credits_
    sure: bool = rules.surely_kept(row.guarantee_fen, most_owed, promises)
    return sure


def unsure(session: Session, states: Collection[LifeState], head: int) -> list[tuple[str, bool]]:
    """List the issuers in these states whose coverage may have turned since it was measured, and whether it was kept.

    Who holds more than it could owe is told apart by a few looks; no event is read for it.
    """
    rows = _newest_of(session, "state", [one.value for one in states])
    return [(row.issuer_id, row.kept) for row in rows if row.as_of_event < head and not surely_kept(session, row)]


def promises(session: Session, issuer_id: str) -> dict[int, rules.Promise]:
    """Give what is promised for the credits of each version that was ever accepted."""
    filed = _filed(session, issuer_id)
    return {} if filed is None else filed[1]


class _Measured(NamedTuple):
    """What a measurement says that is asked before every batch of awards."""

    issuer_id: str
    guarantee_fen: int
    lines: str
    kept: bool
    as_of_event: int
    at: datetime
    promises: str | None


def _measured(session: Session, issuer_id: str) -> _Measured | None:
    """Give the newest measurement; by the driver, because every batch of awards asks for it."""
    session.flush()
    rows = driver(session).rows(
        "SELECT issuer_id, guarantee_fen, lines, kept, as_of_event, at, promises FROM issuers_coverage "
        "WHERE issuer_id = ? ORDER BY number DESC LIMIT 1",
        (issuer_id,),
    )
    for found, guarantee_fen, lines, kept, as_of_event, at, promised in rows:
        return _Measured(found, guarantee_fen, lines, bool(kept), as_of_event, instant(at), promised)
    return None


def _filed(session: Session, issuer_id: str) -> tuple[Filing, dict[int, rules.Promise]] | None:
    """Give the version whose promises hold, and what is promised for the credits of every version that ever held."""
    accepted = [one for one in filings(session, issuer_id) if one.state in rules.ACCEPTED_EVER]
    if not accepted:
        return None
    today = civil_date(now(session))
    begun = [one for one in accepted if one.effective_on is not None and one.effective_on <= today]
    terms = max(begun, key=lambda one: (one.effective_on, one.version), default=accepted[-1])
    said = [
        rules.Promised(
            one.version,
            rules.Promise(one.scheme.face_value_fen_per_100_credits, one.scheme.guarantee.coverage_basis_points),
            one in begun,
        )
        for one in accepted
    ]
    return terms, rules.promises_of(said)


def _statement(row: StatementRow) -> CustodyStatement:
    return CustodyStatement.model_validate(
        {
            "statement_id": row.id,
            "issuer_id": row.issuer_id,
            "number": row.number,
            "amount_fen": row.amount_fen,
            "as_of": row.as_of,
            "bank": row.bank,
            "account_kind": row.account_kind,
            "account_title": row.account_title,
            "account_last4": row.account_last4,
            "document": json.loads(row.document),
            "recorded_at": row.recorded_at,
            "recorded_by": row.recorded_by,
        }
    )


def _coverage(row: CoverageRow) -> Coverage:
    return Coverage.model_validate(
        {
            "issuer_id": row.issuer_id,
            "statement_id": row.statement_id,
            "guarantee_fen": row.guarantee_fen,
            "lines": tuple(json.loads(row.lines)),
            "outstanding": row.outstanding,
            "worth_fen": row.worth_fen,
            "basis_points": row.basis_points,
            "filed_basis_points": row.filed_basis_points,
            "kept": row.kept,
            "as_of_event": row.as_of_event,
            "at": row.at,
        }
    )
