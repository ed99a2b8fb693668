"""Withdrawing reports: superseded by a newer one, or revoked; told to the log, listed in a signed file."""

from sqlalchemy.orm import Session

from greencredit.kernel.clock import now
from greencredit.proofs.service import note_fact
from greencredit.reports import queries
from greencredit.reports.errors import AlreadyWithdrawn, NotItsSuccessor
from greencredit.reports.rules.status import status_file
from greencredit.reports.service.seal import SealSource, status_signer
from greencredit.reports.tables import WithdrawalRow
from greencredit.schemas.reports.proven import ReportStanding, ReportStatus, WithdrawalReason


def revoke(session: Session, number: str, reason: WithdrawalReason, actor_id: str) -> ReportStanding:
    """Declare that a report no longer stands (撤销); its number and digest stay on file, so that copies are known."""
    found = queries.by_number(session, number).number
    standing = queries.standing_of(session, found)
    if standing.status is ReportStatus.REVOKED:
        raise AlreadyWithdrawn(found, status=standing.status)
    return _withdraw(session, found, ReportStatus.REVOKED, reason, None, actor_id)


def supersede(session: Session, number: str, successor: str, actor_id: str) -> ReportStanding:
    """Declare that a newer report takes the place of an older one (取代): same subject, kind and language."""
    old, new = queries.by_number(session, number), queries.by_number(session, successor)
    standing = queries.standing_of(session, old.number)
    if standing.status is not ReportStatus.VALID:
        raise AlreadyWithdrawn(old.number, status=standing.status)
    alike = (old.subject_id, old.kind, old.lang) == (new.subject_id, new.kind, new.lang)
    stands = queries.standing_of(session, new.number).status is ReportStatus.VALID
    if old.number == new.number or not alike or not stands:
        raise NotItsSuccessor(old.number, new.number)
    return _withdraw(session, old.number, ReportStatus.SUPERSEDED, WithdrawalReason.SUPERSEDED, new.number, actor_id)


def status_list(session: Session, source: SealSource) -> str:
    """Give the list of all reports that no longer stand, signed now; a copy of it is enough to check off line."""
    return status_file(queries.withdrawn(session), status_signer(session, source), at=now(session))


def _withdraw(
    session: Session,
    number: str,
    status: ReportStatus,
    reason: WithdrawalReason,
    successor: str | None,
    actor_id: str,
) -> ReportStanding:
    at = now(session)
    session.add(
        WithdrawalRow(
            number=number,
            status=status.value,
            reason=reason.value,
            successor=successor,
            withdrawn_by=actor_id,
            withdrawn_at=at,
        )
    )
    session.flush()
    told = {"number": number, "status": status.value, "reason": reason.value}
    note_fact(session, "report_status", told if successor is None else {**told, "successor": successor})
    return ReportStanding(number=number, status=status, since=at, reason=reason, successor=successor)
