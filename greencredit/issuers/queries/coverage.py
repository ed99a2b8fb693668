"""What stands behind an issuer's credits: statements on file, coverage as it was measured, and as it is now."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.issuers import rules
from greencredit.issuers.errors import UnknownVersion
from greencredit.issuers.queries.filed import filings
from greencredit.issuers.rules.coverage import change_of
from greencredit.issuers.tables import CoverageRow, IssuerRow, StatementRow
from greencredit.kernel.clock import civil_date, now
from greencredit.ledger import queries as ledger
from greencredit.schemas.issuers import Coverage, CustodyStatement, Filing


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
    mine = select(func.max(CoverageRow.number)).where(CoverageRow.issuer_id == IssuerRow.id)
    newest = mine.correlate(IssuerRow).scalar_subquery()
    rows = session.scalars(
        select(CoverageRow)
        .join(IssuerRow, IssuerRow.id == CoverageRow.issuer_id)
        .where(IssuerRow.id.in_(issuer_ids), CoverageRow.number == newest)
    )
    return {row.issuer_id: _coverage(row) for row in rows}


def newest_coverages(session: Session) -> dict[str, Coverage]:
    """Give the newest measurement of every issuer that has one."""
    last = (
        select(CoverageRow.issuer_id, func.max(CoverageRow.number).label("number"))
        .group_by(CoverageRow.issuer_id)
        .subquery()
    )
    rows = session.scalars(
        select(CoverageRow).join(
            last, (CoverageRow.issuer_id == last.c.issuer_id) & (CoverageRow.number == last.c.number)
        )
    )
    return {row.issuer_id: _coverage(row) for row in rows}


def coverage_now(session: Session, issuer_id: str, owed: Mapping[int, int] | None = None) -> Coverage | None:
    """Measure coverage as of the newest event; none where nothing was ever filed.

    What is owed under each version is read off the balances, unless the caller has added it up already.
    """
    filed = _filed(session, issuer_id)
    if filed is None:
        return None
    if owed is None:
        owed = {one.terms_version: one.credits for one in ledger.outstanding(session) if one.issuer_id == issuer_id}
    terms, faces = filed
    for version in owed:
        if version not in faces:
            raise UnknownVersion(issuer_id, found=version, wanted=sorted(faces))
    return rules.coverage_of(
        issuer_id,
        newest_statement(session, issuer_id),
        owed,
        faces,
        filed_basis_points=terms.scheme.guarantee.coverage_basis_points,
        as_of_event=ledger.last_event(session),
        at=now(session),
    )


def owed_since(session: Session, measured: Collection[Coverage], until: int) -> dict[str, dict[int, int]]:
    """Give what issuers owe by version at an event, from their last measurement and the events after it.

    Only the events since are looked at, so that this may be asked every minute of a large ledger.
    """
    groups: defaultdict[int, list[Coverage]] = defaultdict(list)
    for one in measured:
        groups[one.as_of_event].append(one)
    owed = {one.issuer_id: {line.terms_version: int(line.outstanding) for line in one.lines} for one in measured}
    for after, group in groups.items():
        if after >= until:
            continue
        mine = {one.issuer_id for one in group}
        for flow in ledger.flows(session, after=after, until=until):
            if flow.issuer_id in mine:
                found = owed[flow.issuer_id]
                change = change_of(flow.verb, flow.credits)
                found[flow.terms_version] = found.get(flow.terms_version, 0) + change
    return owed


def _filed(session: Session, issuer_id: str) -> tuple[Filing, dict[int, int]] | None:
    """Give the version whose promises hold, and the face value of every version that ever held."""
    accepted = [one for one in filings(session, issuer_id) if one.state in rules.ACCEPTED_EVER]
    if not accepted:
        return None
    today = civil_date(now(session))
    begun = [one for one in accepted if one.effective_on is not None and one.effective_on <= today]
    terms = max(begun, key=lambda one: (one.effective_on, one.version), default=accepted[-1])
    return terms, {one.version: one.scheme.face_value_fen_per_100_credits for one in accepted}


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
