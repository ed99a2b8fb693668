"""Issuers as they are registered, certified, assessed and filed (发行主体, 信用认证, 第三方评估, 备案)."""

import hashlib
from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from greencredit.schemas.awards import EarningRule, Slug
from greencredit.schemas.values import (
    Fen,
    Instant,
    NonNegativeFen,
    Period,
    PositiveCredits,
    Record,
    RegionCode,
    Words,
)

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 digest in lower-case hexadecimal."""

Line = Annotated[str, Field(min_length=1, max_length=400, pattern=r"\S")]
"""One line of text that says something."""

Percent = Annotated[int, Field(ge=0, le=100)]

SPENDING_ORDER: Final = Words(
    zh="先到期者先用；到期时间相同的，发放月份在前者先用；仍相同的，批次在前者先用。本规则全平台统一。",
    en="Soonest expiry first; then the earlier month of award; then the earlier series. One rule for the platform.",
)
"""Which credits are spent first: the same for every issuer and named in every filing."""

NUMBER_NOT_VERIFIED: Final = Words(zh="编号待核实", en="number not yet verified")


class IssuerKind(StrEnum):
    """What kind of legal entity issues credits."""

    RETAILER = "retailer"
    BANK = "bank"
    PAYMENT_INSTITUTION = "payment_institution"
    HOTEL = "hotel"
    AIRLINE = "airline"
    SCENIC_AREA = "scenic_area"
    PLATFORM = "platform"
    ENTERPRISE = "enterprise"
    PUBLIC_BODY = "public_body"

    @property
    def words(self) -> Words:
        """Give the kind in words."""
        return _KINDS[self]


_KINDS: Final = {
    IssuerKind.RETAILER: Words(zh="零售企业", en="Retailer"),
    IssuerKind.BANK: Words(zh="银行", en="Bank"),
    IssuerKind.PAYMENT_INSTITUTION: Words(zh="支付机构", en="Payment institution"),
    IssuerKind.HOTEL: Words(zh="酒店", en="Hotel"),
    IssuerKind.AIRLINE: Words(zh="航空公司", en="Airline"),
    IssuerKind.SCENIC_AREA: Words(zh="景区", en="Scenic area"),
    IssuerKind.PLATFORM: Words(zh="平台企业", en="Platform"),
    IssuerKind.ENTERPRISE: Words(zh="其他企业", en="Enterprise"),
    IssuerKind.PUBLIC_BODY: Words(zh="公共机构", en="Public body"),
}


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
    LifeState.CERTIFIED: Words(zh="已通过信用认证", en="Credit-certified"),
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


class Document(Record):
    """A paper somebody holds, known here by its digest only (材料)."""

    name: Line
    media_type: Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]+$")]
    digest: Digest

    @classmethod
    def of(cls, name: str, content: bytes, media_type: str = "application/pdf") -> Self:
        """Describe a paper by its content."""
        return cls(name=name, media_type=media_type, digest=hashlib.sha256(content).hexdigest())


class Contact(Record):
    """Whom to ask at the issuer."""

    name: Line
    phone: Line
    email: Line | None = None


class CodeOverride(Record):
    """Why a code that was really issued is taken although a check character fails (人工核验)."""

    reason: Line
    document: Document
    """The licence as the reviewer saw it."""


class CodeReview(Record):
    """Who took a failing code, why, and which check failed."""

    reviewer_id: str
    reason: str
    document: Document
    fault: str
    """The refusal that was overridden, such as `issuers.code_wrong_check`."""
    found: str
    wanted: str


class NewIssuer(Record):
    """What a legal entity says of itself when it registers (主体登记)."""

    name: Line
    english_name: Line | None = None
    code: str
    """Unified social credit code (统一社会信用代码); width, case and spaces don't matter."""
    kind: IssuerKind
    region: RegionCode
    legal_representative: Line
    address: Line
    contact: Contact
    controlling_code: str | None = None
    """The code of the controlling shareholder, where there is one: independence is checked against it."""
    documents: tuple[Document, ...] = ()
    code_override: CodeOverride | None = None


class Issuer(Record):
    """A registered issuer (发行主体)."""

    issuer_id: str
    name: str
    english_name: str | None
    code: str
    kind: IssuerKind
    region: str
    legal_representative: str
    address: str
    contact: Contact
    controlling_code: str | None
    documents: tuple[Document, ...]
    code_review: CodeReview | None
    state: LifeState
    registered_at: Instant


class Grade(StrEnum):
    """Credit grades, best first."""

    AAA = "AAA"
    AA = "AA"
    A = "A"
    BBB = "BBB"
    BB = "BB"
    B = "B"
    CCC = "CCC"
    CC = "CC"
    C = "C"
    D = "D"

    def reaches(self, floor: "Grade") -> bool:
        """Tell whether this grade is the floor or better."""
        order = list(Grade)
        return order.index(self) <= order.index(floor)


class NewCertificate(Record):
    """Evidence of credit standing, as the operator takes it in (信用认证 / 信用评价)."""

    body_name: Line
    body_code: str | None = None
    """The body's own unified social credit code."""
    approval_number: Line | None = None
    """Approval of the certification body; without it the word 认证 may not be used."""
    certificate_number: Line
    grade: Grade
    score: Percent | None = None
    scope: Line
    valid: Period
    document: Document

    @property
    def title(self) -> Words:
        """Give 认证 where the body is approved, else 评价: certification is a licensed activity."""
        if self.approval_number is None:
            return Words(zh="信用评价", en="Credit evaluation")
        return Words(zh="信用认证", en="Credit certification")


class Certificate(NewCertificate):
    """A certificate on file."""

    certificate_id: str
    issuer_id: str
    number: int
    """Counted from 1 for each issuer: the order of recording, also within one instant."""
    recorded_at: Instant


class Verdict(StrEnum):
    """How a third-party assessment ended."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    CONDITIONAL = "conditional"
    FAIL = "fail"

    @property
    def words(self) -> Words:
        """Give the verdict in words."""
        return _VERDICTS[self]


_VERDICTS: Final = {
    Verdict.PASS: Words(zh="通过", en="Pass"),
    Verdict.CONDITIONAL: Words(zh="附条件通过", en="Conditional pass"),
    Verdict.FAIL: Words(zh="不通过", en="Fail"),
}


class Indicator(Record):
    """One published indicator with its weight and score out of 100 (评估指标)."""

    title: Words
    weight_percent: Percent
    score: Percent
    finding: str | None = None


class Condition(Record):
    """What the assessor still wants, and until when (整改条件)."""

    text: Line
    due_on: date
    """The last day on which it may be done."""


class NewAssessment(Record):
    """An assessment of the scheme by somebody independent of the issuer (第三方评估)."""

    assessor_name: Line
    assessor_code: str
    assessor_controlling_code: str | None = None
    criteria_version: Line
    indicators: Annotated[tuple[Indicator, ...], Field(min_length=1)]
    verdict: Verdict
    conditions: tuple[Condition, ...] = ()
    signed_on: date
    valid: Period
    declaration: Document
    """The assessor's declaration that nothing ties it to the issuer (利益冲突声明)."""
    document: Document

    @model_validator(mode="after")
    def _whole(self) -> Self:
        weights = sum(indicator.weight_percent for indicator in self.indicators)
        if weights != 100:  # noqa: PLR2004 - the whole
            message = f"weights of indicators come to 100 percent, found {weights}"
            raise ValueError(message)
        if (self.verdict is Verdict.CONDITIONAL) != bool(self.conditions):
            message = f"conditions belong to the verdict conditional and to no other, found {self.verdict}"
            raise ValueError(message)
        return self

    @property
    def score_hundredths(self) -> int:
        """Give the weighted score out of 100, in hundredths of a point: exact, because weights are percents."""
        return sum(indicator.weight_percent * indicator.score for indicator in self.indicators)


class Assessment(NewAssessment):
    """An assessment on file; `met` are the conditions met so far, by their place in the list, counted from 1."""

    assessment_id: str
    issuer_id: str
    number: int
    """Counted from 1 for each issuer: the order of recording, also within one instant."""
    assessor_id: str
    """The account that signed it in."""
    recorded_at: Instant
    met: tuple["MetCondition", ...] = ()

    def open_conditions(self) -> tuple[Condition, ...]:
        """List the conditions that are not met."""
        met = {one.number for one in self.met}
        return tuple(one for number, one in enumerate(self.conditions, start=1) if number not in met)


class MetCondition(Record):
    """A condition that was met: which, when, by whose word."""

    number: int
    at: Instant
    actor_id: str
    reason: str
    document_digest: Digest | None


class Validity(Record):
    """How long a credit lives: for life unless months are named (有效期)."""

    months: Annotated[int, Field(gt=0)] | None = None

    @property
    def title(self) -> Words:
        """Give the promise in words."""
        if self.months is None:
            return Words(zh="终身有效", en="Valid for life")
        return Words(zh=f"自发放起 {self.months} 个月有效", en=f"Valid for {self.months} months from award")


class CustodyKind(StrEnum):
    """Where the guarantee stands; a payment-reserve account (备付金) is none of these, on purpose."""

    CUSTODY_ACCOUNT = "custody_account"
    BANK_GUARANTEE = "bank_guarantee"
    SURETY_INSURANCE = "surety_insurance"

    @property
    def words(self) -> Words:
        """Give the kind in words."""
        return _CUSTODY_KINDS[self]


_CUSTODY_KINDS: Final = {
    CustodyKind.CUSTODY_ACCOUNT: Words(zh="专用存管账户", en="Dedicated custody account"),
    CustodyKind.BANK_GUARANTEE: Words(zh="银行保函", en="Bank guarantee"),
    CustodyKind.SURETY_INSURANCE: Words(zh="履约保证保险", en="Surety insurance"),
}


class Guarantee(Record):
    """What stands behind the face value (价值保障)."""

    amount_fen: Annotated[Fen, Field(gt=0)]
    bank: Line
    custody_kind: CustodyKind
    coverage_basis_points: Annotated[int, Field(gt=0)] = 10_000
    """Guarantee ÷ (outstanding credits × face value) that the issuer promises to keep; 10,000 is the whole."""
    document: Document | None = None


class Compensation(Record):
    """What a holder gets when the issuer or a merchant fails (赔付比例)."""

    occasion: Words
    percent: Annotated[int, Field(ge=0, le=1000)]
    """Of the face value of the credits concerned."""


class ComplaintChannel(Record):
    """Where holders complain, and how soon they are answered (投诉渠道)."""

    phone: Line
    address: Line | None = None
    answer_days: Annotated[int, Field(gt=0)]


class StandardRef(Record):
    """A standard the issuer declares to follow of its own will (执行标准自我声明)."""

    title: Line
    publisher: Line
    number: Line | None = None
    verified: bool = False
    """Whether somebody has seen the number in the published text."""
    evidence_url: Line | None = None

    @property
    def number_title(self) -> Words:
        """Give the number where it is known and verified, else 编号待核实; a number is never made up."""
        if self.number is None or not self.verified:
            return NUMBER_NOT_VERIFIED
        return Words(zh=self.number, en=self.number)


class Particular(Record):
    """What this kind of issuer must state beyond the rest, such as an airline's accrual ratio (特别事项)."""

    name: Slug
    text: Words


class Scheme(Record):
    """Everything an issuer promises, exactly as it is filed (积分方案)."""

    title: Words
    region: RegionCode
    face_value_fen_per_100_credits: Annotated[int, Field(gt=0)]
    monthly_cap_credits: PositiveCredits
    """The most credits issued for one month of awards."""
    funding: Slug = "issuer"
    """Who pays for the credits."""
    validity: Validity = Validity()
    upgrade_promise: Words | None = None
    """How rights grow each year (权益逐年升级)."""
    guarantee: Guarantee
    redemption_terms: Annotated[tuple[Words, ...], Field(min_length=1)]
    compensations: tuple[Compensation, ...] = ()
    complaints: ComplaintChannel
    standards: Annotated[tuple[StandardRef, ...], Field(min_length=1)]
    """A filing without a declared standard is refused (标准化法 art. 27)."""
    particulars: tuple[Particular, ...] = ()
    rules: Annotated[tuple[EarningRule, ...], Field(min_length=1)]

    @property
    def spending_order(self) -> Words:
        """Give the order in which credits are spent."""
        return SPENDING_ORDER

    def worth_fen(self, credits_held: int) -> NonNegativeFen:
        """Give the face value of so many credits, rounded down to the fen."""
        return Fen(credits_held * self.face_value_fen_per_100_credits // 100)


class SectionName(StrEnum):
    """The parts of a filing; each is a document of its own with a digest, owned by the room that can check it."""

    VALUE = "value"
    VALIDITY = "validity"
    GUARANTEE = "guarantee"
    RULES = "rules"
    REDEMPTION = "redemption"
    COMPLAINTS = "complaints"
    STANDARDS = "standards"
    PARTICULARS = "particulars"


class SectionReport(Record):
    """What the owner of a section found when it checked the section (规则检查报告)."""

    passed: bool
    report_digest: Digest
    actor_id: str
    at: Instant
    summary: str


class Section(Record):
    """One part of a filing as a canonical JSON document; it is never changed."""

    name: SectionName
    digest: Digest
    document: str
    report: SectionReport | None
    """The newest report; none: not yet checked by its owner."""


class Filing(Record):
    """One version of an issuer's scheme before the regulator (备案)."""

    filing_id: str
    issuer_id: str
    version: int
    state: FilingState
    scheme: Scheme
    sections: tuple[Section, ...]
    digest: Digest
    """Digest of the names and digests of all sections."""
    number: str | None
    """Given by the regulator with acceptance (备案号)."""
    drafted_at: Instant
    submitted_at: Instant | None
    decided_at: Instant | None
    effective_on: date | None


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


class Bar(Record):
    """One reason why an issuer may not issue."""

    code: str
    found: str
    wanted: str
    title: Words


class MayIssue(Record):
    """Whether an issuer may issue at one instant, and what stands against it."""

    issuer_id: str
    at: Instant
    bars: tuple[Bar, ...]

    @property
    def allowed(self) -> bool:
        """Tell whether nothing stands against it."""
        return not self.bars


class PublicIssuer(Record):
    """What everybody may see of an issuer (公示信息)."""

    issuer_id: str
    name: str
    english_name: str | None
    code: str
    kind: IssuerKind
    kind_title: Words
    region: str
    state: LifeState
    state_title: Words
    since: Instant
    """When the issuer came into this state."""
    may_issue: bool
    bars: tuple[Bar, ...]
    filing_number: str | None
    filing_version: int | None
    effective_on: date | None
    scheme_title: Words | None
    face_value_fen_per_100_credits: int | None
    validity: Words | None
    spending_order: Words
    redemption_terms: tuple[Words, ...]
    complaints: ComplaintChannel | None
    certificate_title: Words | None
    standards: tuple[StandardRef, ...]


class Dossier(Record):
    """Everything the filing dossier of an issuer prints (备案材料)."""

    issuer: Issuer
    as_of: Instant
    certificate: Certificate | None
    """The newest one."""
    certificates: tuple[Certificate, ...]
    assessment: Assessment | None
    """The newest one."""
    assessments: tuple[Assessment, ...]
    filing: Filing | None
    """The one in force, else the newest."""
    filings: tuple[Filing, ...]
    history: tuple[Step, ...]
    may_issue: MayIssue


class RunningOut(Record):
    """A certificate or assessment that ends soon or has ended (即将到期)."""

    issuer_id: str
    name: str
    what: Annotated[str, Field(pattern=r"^(certificate|assessment)$")]
    what_id: str
    last_day: date
    days_left: int
    """Below zero when it has ended."""


class StepOrder(Record):
    """What is sent to take a step that needs nothing but a reason and, where there is one, a document."""

    reason: Line
    document_digest: Digest | None = None


class RegisterOrder(Record):
    """What is sent to register or amend a registration."""

    issuer: NewIssuer
    reason: Line


class CertifyOrder(Record):
    """What is sent to take in a certificate."""

    certificate: NewCertificate
    reason: Line


class AssessOrder(Record):
    """What is sent to take in an assessment."""

    assessment: NewAssessment
    reason: Line


class ConditionOrder(Record):
    """What is sent to record that a condition was met, with the proof."""

    reason: Line
    document_digest: Digest


class FileOrder(Record):
    """What is sent to draft a version of a filing."""

    scheme: Scheme
    reason: Line


class ReportOrder(Record):
    """What the owner of a section sends when it has checked the section."""

    passed: bool
    report_digest: Digest
    summary: Line


class Decision(StepOrder):
    """What the regulator sends with acceptance: the filing number and, for a later day, when it takes effect."""

    number: Line
    effective_on: date | None = None
