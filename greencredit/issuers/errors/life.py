"""What is refused of a life: steps out of turn, issuing while not active, leaving while credits are owed."""

from collections.abc import Iterable
from datetime import date

from greencredit.kernel.errors import Refused


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


class NotActive(Refused):
    """非正常发行状态: only an active issuer issues."""

    code = "issuers.not_active"

    def __init__(self, issuer_id: str, *, found: str) -> None:
        super().__init__(
            f"{issuer_id} is {found}, wanted active before it issues", issuer_id=issuer_id, found=found, wanted="active"
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
