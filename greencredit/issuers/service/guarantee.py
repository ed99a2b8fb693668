"""The guarantee (价值保障): a custodian's statement is put on file, and coverage is measured and kept."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.documents import service as documents
from greencredit.issuers import queries, rules
from greencredit.issuers.service.steps import open_turn, take, who
from greencredit.issuers.tables import CoverageRow, StatementRow
from greencredit.kernel.access import Actor
from greencredit.kernel.clock import civil_date
from greencredit.kernel.ids import new_id
from greencredit.ledger import queries as ledger
from greencredit.proofs import queries as log
from greencredit.proofs import service as proofs
from greencredit.schemas.issuers import Coverage, CustodyStatement, LifeStep, NewCustodyStatement


def state_guarantee(
    session: Session, actor: Actor, issuer_id: str, new: NewCustodyStatement, *, reason: str
) -> CustodyStatement:
    """Put a custodian's statement on file and measure coverage with it at once.

    Raises:
        PaymentReserveNamed: reserve money of payers, by kind or by name.
        StatementFromTheFuture: of a day that has not come.
    """
    turn = open_turn(session, actor, issuer_id, LifeStep.STATE_GUARANTEE, reason=reason)
    rules.require_no_reserve(new)
    rules.require_not_future(new.as_of, turn.today)
    documents.attach(session, actor, issuer_id, [new.document])
    last = session.scalar(select(func.max(StatementRow.number)).where(StatementRow.issuer_id == issuer_id))
    row = StatementRow(
        id=new_id(session, "cus", turn.at),
        issuer_id=issuer_id,
        number=(last or 0) + 1,
        amount_fen=new.amount_fen,
        as_of=new.as_of,
        bank=new.bank,
        account_kind=new.account_kind.value,
        account_title=new.account_title,
        account_last4=new.account_last4,
        document=rules.document_of(new.document.model_dump(mode="json")),
        recorded_at=turn.at,
        recorded_by=who(actor),
    )
    session.add(row)
    session.flush()
    take(session, turn, document_digest=new.document.digest, about=row.id)
    measure(session, issuer_id)
    return next(one for one in queries.statements(session, issuer_id) if one.statement_id == row.id)


def measure(session: Session, issuer_id: str, owed: Mapping[int, int] | None = None) -> Coverage | None:
    """Measure coverage as of the newest event and keep it, unless one of today says the very same."""
    issued = ledger.issued(session, issuer_id)  # before the event: what is issued meanwhile counts as issued since
    found = queries.coverage_now(session, issuer_id, owed)
    if found is None:
        return None
    newest = queries.newest_coverage(session, issuer_id)
    of_today = newest is not None and civil_date(newest.at) == civil_date(found.at)
    if newest is not None and of_today and newest.model_copy(update={"at": found.at}) == found:
        return newest
    return _keep(session, found, issued)


def _keep(session: Session, found: Coverage, issued: Mapping[int, int]) -> Coverage:
    """Keep a measurement, and beside it what tells later that it still holds; it is never changed."""
    promises = queries.promises(session, found.issuer_id)
    last = session.scalar(select(func.max(CoverageRow.number)).where(CoverageRow.issuer_id == found.issuer_id))
    session.add(
        CoverageRow(
            issuer_id=found.issuer_id,
            number=(last or 0) + 1,
            statement_id=found.statement_id,
            guarantee_fen=found.guarantee_fen,
            lines=rules.document_of([line.model_dump(mode="json") for line in found.lines]),
            outstanding=found.outstanding,
            worth_fen=found.worth_fen,
            basis_points=found.basis_points,
            filed_basis_points=found.filed_basis_points,
            kept=found.kept,
            as_of_event=found.as_of_event,
            at=found.at,
            promises=rules.document_of(
                [
                    [version, one.face_value_fen_per_100, one.basis_points, issued.get(version, 0)]
                    for version, one in sorted(promises.items())
                ]
            ),
        )
    )
    session.flush()
    return found


def attest(session: Session, found: Coverage) -> None:
    """Say in the public log what is owed and what is held, beside the log's own size and root at that moment."""
    size = log.size(session)
    fact = {
        "issuer": found.issuer_id,
        "size": size,
        "root": log.root(session, size).hex(),
        "outstanding": int(found.outstanding),
        "guarantee": int(found.guarantee_fen),
    }
    proofs.note_fact(session, "coverage", fact)
