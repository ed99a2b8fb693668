"""The life of an issuer and of a filing: states, steps, and lines of history."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from greencredit.schemas.issuers.texts import Digest
from greencredit.schemas.values import Instant, Record, Words


class LifeState(StrEnum):
    """Where an issuer stands on its way from registration to closure (主体状态)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    CERTIFIED = "certified"
    ASSESSED = "assessed"
    FILED = "filed"
    ACTIVE = "active"
    RESTRICTED = "restricted"
    SUSPENDED = "suspended"
    WITHDRAWING = "withdrawing"
    CLOSED = "closed"
    REFUSED = "refused"
    LAPSED = "lapsed"

    @property
    def words(self) -> Words:
        """Give the state in words."""
        return _STATES[self]


_STATES: Final = {
    LifeState.DRAFT: Words(zh="登记中", en="Draft"),
    LifeState.SUBMITTED: Words(zh="已提交", en="Submitted"),
    LifeState.RETURNED: Words(zh="已退回补正", en="Returned"),
    LifeState.CERTIFIED: Words(zh="信用认证或评价已通过", en="Credit certified or evaluated"),
    LifeState.ASSESSED: Words(zh="已通过第三方评估", en="Assessed"),
    LifeState.FILED: Words(zh="已备案", en="Filed"),
    LifeState.ACTIVE: Words(zh="正常发行", en="Active"),
    LifeState.RESTRICTED: Words(zh="限制发行（可正常使用积分）", en="Restricted (credits stay usable)"),
    LifeState.SUSPENDED: Words(zh="暂停发行（可正常使用积分）", en="Suspended (credits stay usable)"),
    LifeState.WITHDRAWING: Words(zh="退出公示中", en="Withdrawing"),
    LifeState.CLOSED: Words(zh="已退出", en="Closed"),
    LifeState.REFUSED: Words(zh="未予通过", en="Refused"),
    LifeState.LAPSED: Words(zh="申请已失效", en="Lapsed"),
}


class LifeStep(StrEnum):
    """What moves an issuer from one state to another, or is recorded while it stays."""

    REGISTER = "register"
    AMEND = "amend"
    SUBMIT = "submit"
    RETURN = "return"
    REFUSE = "refuse"
    CERTIFY = "certify"
    ASSESS = "assess"
    FAIL_ASSESSMENT = "fail_assessment"
    MEET_CONDITION = "meet_condition"
    ACCEPT_FILING = "accept_filing"
    ACTIVATE = "activate"
    RESTRICT = "restrict"
    SUSPEND = "suspend"
    LIFT = "lift"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    LAPSE = "lapse"


class FilingState(StrEnum):
    """Where one version of a filing stands (备案状态)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    REFUSED = "refused"
    EFFECTIVE = "effective"
    SUPERSEDED = "superseded"

    @property
    def words(self) -> Words:
        """Give the state in words."""
        return _FILING_STATES[self]


_FILING_STATES: Final = {
    FilingState.DRAFT: Words(zh="草稿", en="Draft"),
    FilingState.SUBMITTED: Words(zh="已报送", en="Submitted"),
    FilingState.ACCEPTED: Words(zh="已准予备案", en="Accepted"),
    FilingState.RETURNED: Words(zh="已退回", en="Returned"),
    FilingState.REFUSED: Words(zh="不予备案", en="Refused"),
    FilingState.EFFECTIVE: Words(zh="已生效", en="In effect"),
    FilingState.SUPERSEDED: Words(zh="已被新版本替代", en="Superseded"),
}


class FilingStep(StrEnum):
    """What moves a version of a filing, or is recorded while it stays."""

    DRAFT = "draft"
    PASS_SECTION = "pass_section"  # noqa: S105 - a step, no password
    FAIL_SECTION = "fail_section"
    SUBMIT = "submit"
    ACCEPT = "accept"
    RETURN = "return"
    REFUSE = "refuse"
    TAKE_EFFECT = "take_effect"
    SUPERSEDE = "supersede"


class Step(Record):
    """One line of an issuer's history: who did what, when, why, on what document. Written once, never changed."""

    issuer_id: str
    number: int
    """Counted from 1 for each issuer."""
    subject: Annotated[str, Field(pattern=r"^(issuer|filing)$")]
    step: str
    from_state: str | None
    to_state: str
    about: str | None
    """The filing, certificate, assessment or condition it is about."""
    actor_id: str
    role: str
    at: Instant
    reason: str
    document_digest: Digest | None
