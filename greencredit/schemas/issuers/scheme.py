"""What an issuer promises, exactly as it is filed (积分方案)."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from greencredit.schemas.awards import EarningRule, Slug
from greencredit.schemas.issuers.texts import Document, Line
from greencredit.schemas.values import Fen, NonNegativeFen, PositiveCredits, Record, RegionCode, Words

SPENDING_ORDER: Final = Words(
    zh="先到期者先用；到期时间相同的，发放月份在前者先用；仍相同的，批次在前者先用。本规则全平台统一。",
    en="Soonest expiry first; then the earlier month of award; then the earlier series. One rule for the platform.",
)
"""Which credits are spent first: the same for every issuer and named in every filing."""


NUMBER_NOT_VERIFIED: Final = Words(zh="编号待核实", en="number not yet verified")


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
