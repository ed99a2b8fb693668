"""What is refused of certificates and assessments: out of date, below the floor, not independent."""

from collections.abc import Sequence
from datetime import date

from greencredit.kernel.errors import NotFound, Refused


class UnknownCondition(NotFound):
    """无此整改条件: the newest assessment has no open condition of this number."""

    code = "issuers.unknown_condition"

    def __init__(self, issuer_id: str, *, found: int, wanted: Sequence[int]) -> None:
        super().__init__(
            f"open conditions of {issuer_id} are {list(wanted)}, found {found}",
            issuer_id=issuer_id,
            found=found,
            wanted=list(wanted),
        )


class CertificateNotInDate(Refused):
    """信用认证不在有效期: no certificate covers the day."""

    code = "issuers.certificate_not_in_date"

    def __init__(self, issuer_id: str, *, found: str, wanted: date) -> None:
        super().__init__(
            f"{issuer_id} needs a certificate that covers {wanted}, found {found}",
            issuer_id=issuer_id,
            found=found,
            wanted=wanted.isoformat(),
        )


class GradeBelowFloor(Refused):
    """信用等级低于下限: the certificate's grade does not reach the floor."""

    code = "issuers.grade_below_floor"

    def __init__(self, issuer_id: str, *, found: str, wanted: str) -> None:
        super().__init__(
            f"{issuer_id} needs grade {wanted} or better, found {found}",
            issuer_id=issuer_id,
            found=found,
            wanted=wanted,
        )


class AssessmentNotPassed(Refused):
    """第三方评估未通过或已过期: no passed assessment covers the day, or a condition is overdue."""

    code = "issuers.assessment_not_passed"

    def __init__(self, issuer_id: str, *, found: str, wanted: date) -> None:
        super().__init__(
            f"{issuer_id} needs a passed assessment that covers {wanted}, found {found}",
            issuer_id=issuer_id,
            found=found,
            wanted=wanted.isoformat(),
        )


class NotIndependent(Refused):
    """评估或认证机构不独立: whoever judges an issuer has no tie with it."""

    code = "issuers.not_independent"

    def __init__(self, *, body: str, tie: str, found: str) -> None:
        super().__init__(f"{body} is not independent of the issuer: {tie} {found}", body=body, tie=tie, found=found)


class AlreadyOver(Refused):
    """材料已过期: a paper whose last day has passed proves nothing."""

    code = "issuers.already_over"

    def __init__(self, *, found: date, wanted: date) -> None:
        super().__init__(
            f"the paper must cover {wanted} or a later day, its last day was {found}",
            found=found.isoformat(),
            wanted=wanted.isoformat(),
        )
