"""What the issuers' room refuses: codes that fail, steps out of turn, papers that ran out."""

from collections.abc import Iterable, Sequence
from datetime import date

from greencredit.kernel.errors import Conflict, NotFound, Refused


class CodeWrongLength(Refused):
    """统一社会信用代码长度有误: a code has 18 characters."""

    code = "issuers.code_wrong_length"

    def __init__(self, text: str, *, found: int, wanted: int) -> None:
        super().__init__(f"a code has {wanted} characters, found {found} in {text!r}", found=found, wanted=wanted)


class CodeWrongCharacter(Refused):
    """统一社会信用代码含非法字符: a character that may not stand in its place."""

    code = "issuers.code_wrong_character"

    def __init__(self, text: str, *, position: int, found: str, wanted: str) -> None:
        super().__init__(
            f"position {position} of {text} is one of {wanted}, found {found!r}",
            position=position,
            found=found,
            wanted=wanted,
        )


class CodeWrongCheck(Refused):
    """统一社会信用代码校验码不符: the last character does not follow from the seventeen before it."""

    code = "issuers.code_wrong_check"

    def __init__(self, text: str, *, position: int, found: str, wanted: str) -> None:
        super().__init__(
            f"the check character of {text} is {wanted}, found {found} at position {position}",
            position=position,
            found=found,
            wanted=wanted,
        )


class CodeWrongOrganisationCheck(Refused):
    """组织机构代码校验码不符: the inner organisation code (positions 9 to 17) fails its own check."""

    code = "issuers.code_wrong_organisation_check"

    def __init__(self, text: str, *, position: int, found: str, wanted: str) -> None:
        super().__init__(
            f"the check character of the organisation code inside {text} is {wanted}, "
            f"found {found} at position {position}",
            position=position,
            found=found,
            wanted=wanted,
        )


CheckFailed = CodeWrongCheck | CodeWrongOrganisationCheck


class UnknownIssuer(NotFound):
    """无此发行主体: nobody is registered under this id."""

    code = "issuers.unknown_issuer"

    def __init__(self, issuer_id: str) -> None:
        super().__init__(f"no issuer {issuer_id}", issuer_id=issuer_id)


class UnknownFiling(NotFound):
    """无此备案版本: no filing has this id."""

    code = "issuers.unknown_filing"

    def __init__(self, filing_id: str) -> None:
        super().__init__(f"no filing {filing_id}", filing_id=filing_id)


class UnknownVersion(NotFound):
    """无此生效版本: no version of this number was ever accepted from the issuer."""

    code = "issuers.unknown_version"

    def __init__(self, issuer_id: str, *, found: int, wanted: Sequence[int]) -> None:
        super().__init__(
            f"versions accepted from {issuer_id} are {list(wanted)}, found {found}",
            issuer_id=issuer_id,
            found=found,
            wanted=list(wanted),
        )


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


class AlreadyRegistered(Conflict):
    """主体已登记: another living registration has this code."""

    code = "issuers.already_registered"

    def __init__(self, code: str, *, found: str) -> None:
        super().__init__(f"{code} is registered as {found}", uscc=code, found=found)


class StepNotAllowed(Refused):
    """该状态下不得办理: the life of an issuer has no such step from this state for this role."""

    code = "issuers.step_not_allowed"

    def __init__(self, *, state: str, step: str, role: str, wanted: Iterable[str]) -> None:
        allowed = sorted(wanted)
        super().__init__(
            f"{role} can't {step} an issuer that is {state}; {role} may then {', '.join(allowed) or 'do nothing'}",
            state=state,
            step=step,
            role=role,
            wanted=allowed,
        )


class FilingStepNotAllowed(Refused):
    """该备案版本不得办理: a version of a filing has no such step from this state for this role."""

    code = "issuers.filing_step_not_allowed"

    def __init__(self, *, state: str, step: str, role: str, wanted: Iterable[str]) -> None:
        allowed = sorted(wanted)
        super().__init__(
            f"{role} can't {step} a filing that is {state}; {role} may then {', '.join(allowed) or 'do nothing'}",
            state=state,
            step=step,
            role=role,
            wanted=allowed,
        )


class NotActive(Refused):
    """非正常发行状态: only an active issuer issues."""

    code = "issuers.not_active"

    def __init__(self, issuer_id: str, *, found: str) -> None:
        super().__init__(
            f"{issuer_id} is {found}, wanted active before it issues", issuer_id=issuer_id, found=found, wanted="active"
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


class NoFilingInForce(Refused):
    """无生效备案: no accepted filing is in force on the day."""

    code = "issuers.no_filing_in_force"

    def __init__(self, issuer_id: str, *, found: str, wanted: date) -> None:
        super().__init__(
            f"{issuer_id} needs a filing in force on {wanted}, found {found}",
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


class NoticeNotOver(Refused):
    """退出公示未满: an issuer closes only after its public notice."""

    code = "issuers.notice_not_over"

    def __init__(self, issuer_id: str, *, found: date, wanted: date) -> None:
        super().__init__(
            f"the notice of {issuer_id} runs until {wanted}, found {found}",
            issuer_id=issuer_id,
            found=found.isoformat(),
            wanted=wanted.isoformat(),
        )


class CreditsOutstanding(Refused):
    """积分尚未兑付完毕: an issuer closes only when nothing is owed to anybody."""

    code = "issuers.credits_outstanding"

    def __init__(self, issuer_id: str, *, found: int) -> None:
        super().__init__(
            f"{issuer_id} still owes {found} credits, wanted 0", issuer_id=issuer_id, found=found, wanted=0
        )


class FilingNumberTaken(Conflict):
    """备案号已被使用: a filing number names one filing."""

    code = "issuers.filing_number_taken"

    def __init__(self, number: str, *, found: str) -> None:
        super().__init__(f"{number} is the number of filing {found}", number=number, found=found)


class EffectiveTooSoon(Refused):
    """生效日过早: a change of terms is public for some days first, and versions follow each other."""

    code = "issuers.effective_too_soon"

    def __init__(self, *, found: date, wanted: date) -> None:
        super().__init__(
            f"this version takes effect on {wanted} at the earliest, found {found}",
            found=found.isoformat(),
            wanted=wanted.isoformat(),
        )


class SectionFailed(Refused):
    """备案章节检查未通过: a section that failed its owner's check is not submitted."""

    code = "issuers.section_failed"

    def __init__(self, filing_id: str, *, found: Sequence[str]) -> None:
        super().__init__(
            f"sections of {filing_id} that failed their check: {', '.join(found)}",
            filing_id=filing_id,
            found=list(found),
        )


class ParticularMissing(Refused):
    """特别事项缺失: this kind of issuer must state more than others."""

    code = "issuers.particular_missing"

    def __init__(self, *, kind: str, found: Sequence[str], wanted: Sequence[str]) -> None:
        super().__init__(
            f"a filing of the kind {kind} states {', '.join(wanted)}, found {', '.join(found) or 'none'}",
            kind=kind,
            found=list(found),
            wanted=list(wanted),
        )


class PromotionNotAllowed(Refused):
    """金融机构不得以促销发放: credits of a bank or payment institution follow from settled spending alone."""

    code = "issuers.promotion_not_allowed"

    def __init__(self, *, kind: str, found: Sequence[str]) -> None:
        super().__init__(
            f"an issuer of the kind {kind} awards settled spending alone, found promotions {', '.join(found)}",
            kind=kind,
            found=list(found),
            wanted=[],
        )


class FilingOvertaken(Conflict):
    """备案版本已被超越: a later version was submitted already."""

    code = "issuers.filing_overtaken"

    def __init__(self, filing_id: str, *, found: int, wanted: int) -> None:
        super().__init__(
            f"{filing_id} is version {found}, version {wanted} was already submitted",
            filing_id=filing_id,
            found=found,
            wanted=wanted,
        )


class LimitUnknown(Refused):
    """平台规则缺失: no limit of this name holds on the day."""

    code = "issuers.limit_unknown"

    def __init__(self, name: str, *, wanted: date) -> None:
        super().__init__(f"no limit {name} holds on {wanted}", name=name, wanted=wanted.isoformat())


class ReasonMissing(Refused):
    """理由缺失: every change says why."""

    code = "issuers.reason_missing"

    def __init__(self, step: str) -> None:
        super().__init__(f"{step} needs a reason, found none", step=step)
