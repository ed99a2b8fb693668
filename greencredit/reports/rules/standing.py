"""What stands behind an issuer's credits, and the versions of its filing, as a dossier tells them."""

from greencredit.kernel.clock import civil_date
from greencredit.schemas.issuers import Coverage, CustodyStatement, Filing
from greencredit.schemas.reports import CoverageMonth, CoverageNote, StatementNote, VersionNote
from greencredit.schemas.values import Period


def coverage_note(found: Coverage) -> CoverageNote:
    """Say how far what is held covers what is owed."""
    return CoverageNote(
        guarantee_fen=found.guarantee_fen,
        outstanding_value_fen=found.worth_fen,
        coverage_basis_points=found.basis_points,
        filed_basis_points=found.filed_basis_points,
        stated=found.statement_id is not None,
    )


def statement_note(found: CustodyStatement) -> StatementNote:
    """Say what a custodian stated."""
    return StatementNote(
        as_of=found.as_of,
        amount_fen=found.amount_fen,
        custodian=found.bank,
        kind=found.account_kind.words,
        account_last4=found.account_last4,
        document_sha256=found.document.digest,
    )


def coverage_months(measured: tuple[Coverage, ...], period: Period) -> tuple[CoverageMonth, ...]:
    """Give the last measurement of each month of the period."""
    last: dict[tuple[int, int], Coverage] = {}
    for one in reversed(measured):
        on = civil_date(one.at)
        if on in period:
            last[on.year, on.month] = one
    return tuple(
        CoverageMonth(
            on=civil_date(one.at),
            guarantee_fen=one.guarantee_fen,
            outstanding_value_fen=one.worth_fen,
            coverage_basis_points=one.basis_points,
            is_kept=one.kept,
        )
        for _, one in sorted(last.items())
    )


def version_note(found: Filing) -> VersionNote:
    """Say what became of one version of a filing."""
    return VersionNote(
        version=found.version,
        state=found.state.words,
        filing_number=found.number,
        submitted_on=civil_date(found.submitted_at) if found.submitted_at else None,
        decided_on=civil_date(found.decided_at) if found.decided_at else None,
        effective_from=found.effective_on,
        digest=found.digest,
    )
