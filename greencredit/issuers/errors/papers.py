"""What is refused of certificates and assessments: out of date, below the floor, not independent."""

from collections.abc import Sequence
from datetime import date

from greencredit.kernel.errors import Conflict, NotFound, Refused


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
    """第三方评估未通过或已过期: no passed assessment covers the day."""

    code = "issuers.assessment_not_passed"

    def __init__(self, issuer_id: str, *, found: str, wanted: date) -> None:
        super().__init__(
            f"{issuer_id} needs a passed assessment that covers {wanted}, found {found}",
            issuer_id=issuer_id,
            found=found,
            wanted=wanted.isoformat(),
        )


class CertificateLapsed(Refused):
    """认证或评价机构已除名: the certificate in date is one of an agency that was withdrawn from the register."""

    code = "issuers.certificate_lapsed"

    def __init__(self, issuer_id: str, *, found: str, wanted: date) -> None:
        super().__init__(
            f"{issuer_id} needs a certificate of a listed agency that covers {wanted}, found {found}",
            issuer_id=issuer_id,
            found=found,
            wanted=wanted.isoformat(),
        )


class AssessmentLapsed(Refused):
    """评估机构已除名: the assessment in date is one of an assessor that was withdrawn from the register."""

    code = "issuers.assessment_lapsed"

    def __init__(self, issuer_id: str, *, found: str, wanted: date) -> None:
        super().__init__(
            f"{issuer_id} needs an assessment by a listed assessor that covers {wanted}, found {found}",
            issuer_id=issuer_id,
            found=found,
            wanted=wanted.isoformat(),
        )


class ConditionOverdue(Refused):
    """整改逾期: a condition of the assessment was not met in time, which takes the pass away."""

    code = "issuers.condition_overdue"

    def __init__(self, issuer_id: str, *, found: str, wanted: date) -> None:
        super().__init__(
            f"{issuer_id} must have met what was due before {wanted}, found {found}",
            issuer_id=issuer_id,
            found=found,
            wanted=wanted.isoformat(),
        )


class NotIndependent(Refused):
    """评估或认证机构不独立: whoever judges an issuer has no tie with it."""

    code = "issuers.not_independent"

    def __init__(self, *, body: str, found: str, wanted: str) -> None:
        super().__init__(
            f"{body} is not independent of the issuer: found {found}, wanted {wanted}",
            body=body,
            found=found,
            wanted=wanted,
        )


class SameCode(NotIndependent):
    """机构即发行主体本身: nobody judges himself."""

    code = "issuers.tie_same_code"


class SameLegalRepresentative(NotIndependent):
    """机构与发行主体法定代表人相同: one person would stand on both sides."""

    code = "issuers.tie_legal_representative"


class SameGroup(NotIndependent):
    """机构与发行主体同属一个控股方: one controls the other, or both have the same controlling shareholder."""

    code = "issuers.tie_controlling_shareholder"


class FeesTooHigh(NotIndependent):
    """来自发行主体的收费占比过高: an agency that lives on one client does not judge it freely."""

    code = "issuers.tie_fee_share"


class AgencyUnknown(Refused):
    """机构不在名录: papers are taken from agencies of the register only."""

    code = "issuers.agency_unknown"

    def __init__(self, *, found: str, wanted: str) -> None:
        super().__init__(
            f"an agency for {wanted} in the register was wanted, found {found}", found=found, wanted=wanted
        )


class AgencyWithdrawn(Refused):
    """机构已除名: no new paper is taken from an agency that was withdrawn, or not yet listed."""

    code = "issuers.agency_withdrawn"

    def __init__(self, *, agency: str, found: str, wanted: date) -> None:
        super().__init__(
            f"{agency} must be listed on {wanted}, found {found}", agency=agency, found=found, wanted=wanted.isoformat()
        )


class AgencyAlreadyListed(Conflict):
    """机构已在名录: an agency is entered once for each kind of work."""

    code = "issuers.agency_already_listed"

    def __init__(self, code: str, *, found: str) -> None:
        super().__init__(f"{code} is in the register as {found}", uscc=code, found=found)


class UnknownAgency(NotFound):
    """无此机构: no agency of the register has this id."""

    code = "issuers.unknown_agency"

    def __init__(self, agency_id: str) -> None:
        super().__init__(f"no agency {agency_id}", agency_id=agency_id)


class WrongIndicators(Refused):
    """评估指标与现行指标体系不符: scores are those of the set in force, each of them and no other."""

    code = "issuers.wrong_indicators"

    def __init__(self, *, what: str, found: Sequence[str], wanted: Sequence[str]) -> None:
        super().__init__(
            f"{what} must be {', '.join(wanted)}, found {', '.join(found) or 'none'}",
            what=what,
            found=list(found),
            wanted=list(wanted),
        )


class VerdictNotBorneOut(Refused):
    """评估结论与得分不符: a verdict is no better than the scores allow."""

    code = "issuers.verdict_not_borne_out"

    def __init__(self, *, verdict: str, found: int, wanted: int) -> None:
        super().__init__(
            f"the verdict {verdict} takes {wanted / 100:.2f} points or more, found {found / 100:.2f}",
            verdict=verdict,
            found=found,
            wanted=wanted,
        )


class ValidTooLong(Refused):
    """有效期过长: a paper is renewed after so many days at the latest."""

    code = "issuers.valid_too_long"

    def __init__(self, *, found: int, wanted: int) -> None:
        super().__init__(f"an assessment is valid for at most {wanted} days, found {found}", found=found, wanted=wanted)


class SignedInTheFuture(Refused):
    """签署日期晚于今天: nobody has signed tomorrow."""

    code = "issuers.signed_in_the_future"

    def __init__(self, *, found: date, wanted: date) -> None:
        super().__init__(
            f"signed on {wanted} at the latest, found {found}", found=found.isoformat(), wanted=wanted.isoformat()
        )


class AssessmentWaiting(Conflict):
    """已有待复核的评估: one assessment of an issuer is reviewed before the next is scored."""

    code = "issuers.assessment_waiting"

    def __init__(self, issuer_id: str, *, found: str) -> None:
        super().__init__(f"{found} of {issuer_id} waits for its review", issuer_id=issuer_id, found=found)


class UnknownScored(NotFound):
    """无此待复核评估: the issuer has no scored assessment of this id."""

    code = "issuers.unknown_scored"

    def __init__(self, issuer_id: str, scored_id: str) -> None:
        super().__init__(f"no scored assessment {scored_id} of {issuer_id}", issuer_id=issuer_id, scored_id=scored_id)


class AlreadyReviewed(Conflict):
    """评估已复核: a scored assessment is reviewed once."""

    code = "issuers.already_reviewed"

    def __init__(self, scored_id: str, *, found: str) -> None:
        super().__init__(f"{scored_id} was reviewed before: {found}", scored_id=scored_id, found=found)


class AlreadyOver(Refused):
    """材料已过期: a paper whose last day has passed proves nothing."""

    code = "issuers.already_over"

    def __init__(self, *, found: date, wanted: date) -> None:
        super().__init__(
            f"the paper must cover {wanted} or a later day, its last day was {found}",
            found=found.isoformat(),
            wanted=wanted.isoformat(),
        )
