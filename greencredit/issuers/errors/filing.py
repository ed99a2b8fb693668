"""What is refused of a filing: steps out of turn, numbers used twice, sections that failed."""

from collections.abc import Iterable, Sequence
from datetime import date

from greencredit.kernel.errors import Conflict, NotFound, Refused


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

    def __init__(self, filing_id: str, *, found: Sequence[str], said: Sequence[str] = ()) -> None:
        told = f" ({'; '.join(said)})" if said else ""
        super().__init__(
            f"sections of {filing_id} that failed their check: {', '.join(found)}{told}",
            filing_id=filing_id,
            found=list(found),
            said=list(said),
        )


class SectionReportMissing(Refused):
    """缺少章节检查报告: submission asks for a fresh report of this section's owner that passed."""

    code = "issuers.section_report_missing"

    def __init__(self, filing_id: str, *, section: str, found: str, wanted: str) -> None:
        super().__init__(
            f"the section {section} of {filing_id} needs {wanted}, found {found}",
            filing_id=filing_id,
            section=section,
            found=found,
            wanted=wanted,
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


class FilingChanged(Conflict):
    """备案内容已变更: a decision names the version it was taken on, and another one lies there."""

    code = "issuers.filing_changed"

    def __init__(self, filing_id: str, *, found: str, wanted: str) -> None:
        super().__init__(
            f"{filing_id} has the digest {found}, the decision was taken on {wanted}",
            filing_id=filing_id,
            found=found,
            wanted=wanted,
        )


class FilingWaiting(Conflict):
    """已有备案待决定: an issuer has one version before the authority at a time."""

    code = "issuers.filing_waiting"

    def __init__(self, filing_id: str, *, found: str) -> None:
        super().__init__(
            f"{filing_id} can't be submitted while {found} waits for a decision", filing_id=filing_id, found=found
        )


class ChecksNotPassed(Refused):
    """自动检查未通过: a version that fails a check that must be passed is not submitted."""

    code = "issuers.checks_not_passed"

    def __init__(self, filing_id: str, *, found: Sequence[str], report_digest: str) -> None:
        super().__init__(
            f"{filing_id} fails {', '.join(found)}",
            filing_id=filing_id,
            found=list(found),
            report_digest=report_digest,
        )


class FieldUnknown(Refused):
    """无此字段: a reason is given for a field that the scheme has."""

    code = "issuers.field_unknown"

    def __init__(self, filing_id: str, *, found: str) -> None:
        super().__init__(f"{filing_id} has no field {found!r}", filing_id=filing_id, found=found)


class NoFieldNamed(Refused):
    """退回须逐项说明: whoever gives a version back names at least one field and says what is wrong with it."""

    code = "issuers.no_field_named"

    def __init__(self, filing_id: str) -> None:
        super().__init__(
            f"{filing_id} is given back without a single field, at least one is wanted",
            filing_id=filing_id,
            found=0,
            wanted=1,
        )


class CalendarUnknown(Refused):
    """该年度工作日历尚未公布或未录入: working days are never guessed."""

    code = "issuers.calendar_unknown"

    def __init__(self, *, found: int, wanted: Sequence[int]) -> None:
        super().__init__(
            f"the working days of {found} are not known, only those of {', '.join(str(year) for year in wanted)}",
            found=found,
            wanted=list(wanted),
        )


class TierUnknown(Refused):
    """备案层级表缺失: no tier of the table holds on the day."""

    code = "issuers.tier_unknown"

    def __init__(self, *, wanted: date) -> None:
        super().__init__(f"no tier of filing holds on {wanted}", wanted=wanted.isoformat())
