"""Which certificate counts on a day, what is wrong with an assessment, and who is not independent."""

from datetime import date

from greencredit.issuers.errors import NotIndependent
from greencredit.schemas.issuers import Assessment, Certificate, Verdict


def certificate_on(certificates: list[Certificate], day: date) -> Certificate | None:
    """Give the certificate that counts on a day: the newest of those that cover it."""
    covering = [one for one in certificates if day in one.valid]
    return max(covering, key=lambda one: one.number, default=None)


def assessment_fault(assessment: Assessment | None, day: date) -> str | None:
    """Say why the newest assessment does not carry issuing on a day, or none if it does."""
    if assessment is None:
        return "none"
    if assessment.verdict is Verdict.FAIL:
        return f"verdict fail of {assessment.signed_on}"
    if day not in assessment.valid:
        return f"one valid from {assessment.valid.since} to {assessment.valid.last_day}"
    overdue = [one for one in assessment.open_conditions() if one.due_on < day]
    if overdue:
        return f"a condition due on {min(one.due_on for one in overdue)} that is not met"
    return None


def require_independent(body: str, *, codes: frozenset[str], issuer_codes: frozenset[str]) -> None:
    """Refuse a body that is the issuer, controls it, is controlled by it, or shares its controlling shareholder."""
    shared = sorted(codes & issuer_codes)
    if shared:
        raise NotIndependent(body=body, tie="same unified social credit code", found=shared[0])
