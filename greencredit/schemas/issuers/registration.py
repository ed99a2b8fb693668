"""Who an issuer is (主体登记)."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from greencredit.schemas.awards import Slug
from greencredit.schemas.issuers.life import LifeState
from greencredit.schemas.issuers.texts import Document, Line
from greencredit.schemas.values import Instant, Record, RegionCode, Words


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


class Contact(Record):
    """Whom to ask at the issuer."""

    name: Line
    phone: Line
    email: Line | None = None


class Paper(Document):
    """A paper of a registration, which says what it is (登记材料)."""

    paper: Slug = "other"
    """The name of the required paper that it is, such as `business_licence`."""


class RequiredPaper(Record):
    """A paper that issuers of some kinds register with (必备材料)."""

    name: Slug
    title: Words
    kinds: Annotated[tuple[IssuerKind, ...], Field(min_length=1)]
    basis: Words
    """The law that asks for it, or plainly that the platform does."""
    source: str | None = None


class Completeness(Record):
    """Which papers are there and which are missing (材料完整性)."""

    kind: IssuerKind
    required: tuple[RequiredPaper, ...]
    missing: tuple[RequiredPaper, ...]

    @property
    def complete(self) -> bool:
        """Tell whether nothing is missing."""
        return not self.missing


class NewCodeReview(Record):
    """A code that was really issued although a check character fails, for the operator to look at (申请人工核验)."""

    code: str
    reason: Line
    document: Document
    """The licence that carries the code."""


class CodeReviewState(StrEnum):
    """What became of the request."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class CodeReviewRequest(Record):
    """A code that somebody asked to be looked at, and what became of it (人工核验)."""

    review_id: str
    code: str
    reason: str
    document: Document
    fault: str
    """The refusal that is to be overridden, such as `issuers.code_wrong_check`."""
    found: str
    wanted: str
    asked_by: str
    asked_at: Instant
    state: CodeReviewState
    reviewer_id: str | None = None
    review_reason: str | None = None
    reviewed_at: Instant | None = None


class CodeReview(Record):
    """Who took a failing code, why, and which check failed."""

    reviewer_id: str
    reason: str
    document: Document
    fault: str
    """The refusal that was overridden, such as `issuers.code_wrong_check`."""
    found: str
    wanted: str
    asked_by: str | None = None


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
    documents: tuple[Paper, ...] = ()


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
    documents: tuple[Paper, ...]
    code_review: CodeReview | None
    state: LifeState
    registered_at: Instant
