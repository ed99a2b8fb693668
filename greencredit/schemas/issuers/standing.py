"""What others see of an issuer: whether it may issue, the public register, the dossier."""

from datetime import date
from typing import Annotated

from pydantic import Field

from greencredit.schemas.issuers.filing import Filing
from greencredit.schemas.issuers.guarantee import Coverage, CustodyStatement, FrozenSum
from greencredit.schemas.issuers.life import FilingState, LifeState, OpenReason, Step
from greencredit.schemas.issuers.papers import Assessment, Certificate, Condition, Grade
from greencredit.schemas.issuers.registration import Issuer, IssuerKind
from greencredit.schemas.issuers.scheme import ComplaintChannel, StandardRef
from greencredit.schemas.issuers.texts import Digest
from greencredit.schemas.values import Instant, Record, Words


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


class PapersInForce(Record):
    """Which papers count on a day, until when, and what stands against issuing for their sake (材料效力)."""

    issuer_id: str
    on: date
    certificate: Certificate | None
    """The one that counts on the day; none: nothing covers it."""
    certificate_last_day: date | None
    grade_floor: Grade
    assessment: Assessment | None
    """The newest, whether it carries issuing or not."""
    assessment_last_day: date | None
    overdue: tuple[Condition, ...]
    """Conditions whose day has passed and that are not met."""
    bars: tuple[Bar, ...]

    @property
    def in_force(self) -> bool:
        """Tell whether nothing stands against issuing for the papers' sake."""
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
    clawback: Words | None
    refund: Words | None
    """What becomes of credits that expired before they were refunded."""
    complaints: ComplaintChannel | None
    certificate_title: Words | None
    coverage: Coverage | None
    """The newest measurement of what stands behind the face value; none before the first statement."""
    reasons: tuple[OpenReason, ...]
    """What stands against issuing at present, each by itself."""
    standards: tuple[StandardRef, ...]


class PublicTerms(Record):
    """One version of a scheme that was accepted, in force or past (历次备案条款)."""

    version: int
    state: FilingState
    state_title: Words
    filing_number: str
    effective_on: date
    ended_on: date | None
    """The first day on which another version was in force; none: none is yet."""
    digest: Digest
    scheme_title: Words
    face_value_fen_per_100_credits: int
    validity: Words
    coverage_basis_points: int
    redemption_terms: tuple[Words, ...]
    complaints: ComplaintChannel
    standards: tuple[StandardRef, ...]


class PublicStep(Record):
    """One change in the life of an issuer as everybody may see it: in which office, never by whom (状态历程)."""

    at: Instant
    subject: Annotated[str, Field(pattern=r"^(issuer|filing)$")]
    step: str
    to_state: str
    to_title: Words
    role: str
    reason: str
    document_digest: Digest | None


class RegisterEntry(Record):
    """Everything the public register knows of one issuer (公示条目)."""

    issuer: PublicIssuer
    terms: tuple[PublicTerms, ...]
    """Newest first."""
    history: tuple[PublicStep, ...]


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
    reasons: tuple[OpenReason, ...]
    statements: tuple[CustodyStatement, ...]
    coverage: Coverage | None
    """As of the ledger's newest event."""
    coverages: tuple[Coverage, ...]
    """As it was measured, newest first."""
    frozen: FrozenSum


class RunningOut(Record):
    """A certificate or assessment that ends soon or has ended (即将到期)."""

    issuer_id: str
    name: str
    what: Annotated[str, Field(pattern=r"^(certificate|assessment)$")]
    what_id: str
    last_day: date
    days_left: int
    """Below zero when it has ended."""
