"""Who an issuer is (主体登记)."""

from enum import StrEnum
from typing import Final

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
