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
    NOTE_AGENCY = "note_agency"
    """The register changed about an agency whose papers the issuer holds; nobody takes this step for an issuer."""
    ACCEPT_FILING = "accept_filing"
    ACTIVATE = "activate"
    STATE_GUARANTEE = "state_guarantee"
    RESTRICT = "restrict"
    """One reason more why it may not issue; history names the reason."""
    RELIEVE = "relieve"
    """One reason less, while others are left."""
    SUSPEND = "suspend"
    EASE = "ease"
    """A suspension ends while something else still stands against issuing."""
    LIFT = "lift"
    """The last reason is gone."""
    WITHDRAW = "withdraw"
    CLOSE = "close"
    LAPSE = "lapse"


class Reason(StrEnum):
    """Why an issuer may not issue for now (限制发行事由); each is set and lifted by itself."""

    CERTIFICATE = "certificate"
    GRADE = "grade"
    ASSESSMENT = "assessment"
    FILING = "filing"
    COVERAGE = "coverage"
    SUPERVISION = "supervision"
    """A decision of the regulator; only a regulator lifts it, and the clockwork none of his."""

    @property
    def words(self) -> Words:
        """Give the reason in words."""
        return _REASONS[self]


_REASONS: Final = {
    Reason.CERTIFICATE: Words(zh="信用认证或评价不在有效期", en="Certification or evaluation not in date"),
    Reason.GRADE: Words(zh="信用等级低于下限", en="Credit grade below the floor"),
    Reason.ASSESSMENT: Words(zh="第三方评估未通过或已过期", en="No passed assessment in date"),
    Reason.FILING: Words(zh="无生效备案", en="No filing in force"),
    Reason.COVERAGE: Words(zh="价值保障不足或存管说明已过期", en="Guarantee short, or its statement out of date"),
    Reason.SUPERVISION: Words(zh="监管决定", en="Decision of the regulator"),
}


class OpenReason(Record):
    """One reason that stands against issuing at present, since when and by whom."""

    reason: Reason
    title: Words
    since: Instant
    by: str
    """The account that set it; `system` where the clockwork did."""
    role: str
    because: str


class FilingState(StrEnum):
    """Where one version of a filing stands (备案状态)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ADMITTED = "admitted"
    """The authority found the papers complete; its working days for a decision run (受理)."""
    ACCEPTED = "accepted"
    RETURNED = "returned"
    LAPSED = "lapsed"
    """It was given back and not corrected in time."""
    RECALLED = "recalled"
    """The issuer took it back before it was decided on."""
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
    FilingState.ADMITTED: Words(zh="已受理，审查中", en="Admitted, under review"),
    FilingState.ACCEPTED: Words(zh="已准予备案", en="Accepted"),
    FilingState.RETURNED: Words(zh="已退回", en="Returned"),
    FilingState.LAPSED: Words(zh="逾期未补正，已失效", en="Lapsed: not corrected in time"),
    FilingState.RECALLED: Words(zh="已撤回", en="Recalled"),
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
    ADMIT = "admit"
    """The papers are complete; the clock of the decision begins (材料齐全，受理)."""
    RECALL = "recall"
    OPINE = "opine"
    ACCEPT = "accept"
    RETURN = "return"
    LAPSE = "lapse"
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
