"""What an issuer promises, exactly as it is filed (积分方案)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from greencredit.schemas.awards import (
    BASE,
    ISSUER,
    Caps,
    EarningRule,
    Funder,
    FunderKind,
    FundingSplit,
    RuleGroup,
    Share,
    Slug,
)
from greencredit.schemas.issuers.papers import Grade
from greencredit.schemas.issuers.promises import (
    CardOffer,
    CustodyTerms,
    DataTerms,
    Draw,
    EnterpriseTerms,
    ExistingCredits,
    MarketingText,
    NoticePromise,
    Reach,
    Referral,
)
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


class ClawbackPolicy(StrEnum):
    """What happens when an award is taken back whose credits were spent already (冲正时积分已用)."""

    ONLY_WHAT_IS_LEFT = "only_what_is_left"
    SHORTAGE = "shortage"


class ClawbackTerms(Record):
    """How far an issuer takes an award back (追回办法); unless something else is filed, nobody ever owes credits."""

    policy: ClawbackPolicy = ClawbackPolicy.ONLY_WHAT_IS_LEFT
    cap_credits: PositiveCredits | None = None
    """The most credits one holder can owe the issuer (待追回上限); what lies beyond is never recovered."""

    @model_validator(mode="after")
    def _cap_belongs_to_a_shortage(self) -> Self:
        if (self.policy is ClawbackPolicy.SHORTAGE) != (self.cap_credits is not None):
            message = f"a cap belongs to the policy shortage and to no other, found {self.policy}, {self.cap_credits}"
            raise ValueError(message)
        return self

    @property
    def title(self) -> Words:
        """Give the terms in words."""
        if self.cap_credits is None:
            return Words(
                zh="只扣回尚未使用的部分；已经用掉的不追回，也不欠",
                en="Only what is still unspent is taken back; what was spent is neither recovered nor owed",
            )
        return Words(
            zh=f"先扣回尚未使用的部分；已经用掉的记为待追回，从以后获得的积分中抵回，"
            f"每位持有人最多 {self.cap_credits:,} 分，超出的不追回",
            en=f"What is still unspent is taken back; what was spent is owed and repaid from later awards, "
            f"at most {self.cap_credits:,} credits a holder; what lies beyond is not recovered",
        )


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


class Promotion(Record):
    """A filed promotion (促销活动): awards whose amounts the issuer's own systems decide, up to what is filed here.

    It is a ground of its own and never counts as green, nor as CO2e avoided.
    """

    name: Slug
    title: Words
    most_credits_each: PositiveCredits
    """The most that one award of it may give (单笔上限)."""
    since: date
    until: date | None = None
    """The first day on which it is over; none: with the filing."""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.until is not None and self.until <= self.since:
            message = f"a promotion ends after it begins, found {self.since} to {self.until}"
            raise ValueError(message)
        return self

    def holds(self, on: date) -> bool:
        """Tell whether it holds on a day."""
        return self.since <= on and (self.until is None or on < self.until)


_ISSUER: Final = Funder(
    name=ISSUER, kind=FunderKind.ISSUER, title=Words(zh="发行主体", en="The issuer"), party=None, budget_credits=None
)


class Scheme(Record):
    """Everything an issuer promises, exactly as it is filed (积分方案)."""

    title: Words
    region: RegionCode
    face_value_fen_per_100_credits: Annotated[int, Field(gt=0)]
    monthly_cap_credits: PositiveCredits
    """The most credits issued for one month of awards."""
    funding: Slug = "issuer"
    """Who pays for the credits: the name of a split; a rule may name another."""
    validity: Validity = Validity()
    upgrade_promise: Words | None = None
    """How rights grow each year (权益逐年升级)."""
    guarantee: Guarantee
    redemption_terms: Annotated[tuple[Words, ...], Field(min_length=1)]
    compensations: tuple[Compensation, ...] = ()
    clawback: ClawbackTerms = ClawbackTerms()
    refund_grace_days: Annotated[int, Field(ge=0, le=36_500)]
    """How long refunded credits can be used that expired before they were refunded (退回宽限期).

    Every filing says so itself: a number nobody filed would be a promise nobody made, or a loss nobody announced.
    """
    complaints: ComplaintChannel
    standards: Annotated[tuple[StandardRef, ...], Field(min_length=1)]
    """A filing without a declared standard is refused (标准化法 art. 27)."""
    particulars: tuple[Particular, ...] = ()
    rules: Annotated[tuple[EarningRule, ...], Field(min_length=1)]
    groups: tuple[RuleGroup, ...] = ()
    """Groups of rules beside the first one, in the order in which they add to it."""
    caps: Caps = Caps()
    """What all rules together give at most."""
    funders: tuple[Funder, ...] = ()
    """Who pays beside the issuer alone."""
    fundings: tuple[FundingSplit, ...] = ()
    """Who pays in which parts; `issuer` is understood: the issuer the whole."""
    promotions: tuple[Promotion, ...] = ()
    notices: NoticePromise = NoticePromise()
    existing_credits: ExistingCredits = ExistingCredits.KEEP_THEIR_TERMS
    referral: Referral | None = None
    marketing: tuple[MarketingText, ...] = ()
    card_offers: tuple[CardOffer, ...] = ()
    draws: tuple[Draw, ...] = ()
    custody: CustodyTerms | None = None
    data: DataTerms = DataTerms()
    reach: Reach = Reach()
    enterprise: EnterpriseTerms | None = None
    """None: nothing may be done with accounts of enterprises."""
    grade_floor: Grade | None = None
    """Below this credit grade nothing is issued under the scheme (信用等级下限); none: the platform's floor alone."""

    @model_validator(mode="after")
    def _promotions_are_told_apart(self) -> Self:
        names = [one.name for one in self.promotions]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            message = f"an award names its promotion, so each name stands once; found twice: {', '.join(twice)}"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _groups_and_funders_are_filed(self) -> Self:
        for what, names in (
            ("group", [one.name for one in self.groups]),
            ("funder", [one.name for one in self.funders]),
            ("funding", [one.name for one in self.fundings]),
        ):
            if twice := sorted({name for name in names if names.count(name) > 1}):
                message = f"each {what} stands once; found twice: {', '.join(twice)}"
                raise ValueError(message)
        wanted = {one.group for one in self.rules} - {BASE, *(one.name for one in self.groups)}
        if wanted or any(one.name == BASE for one in self.groups):
            message = f"a group is filed before a rule names it, and {BASE} never is; found {sorted(wanted) or BASE}"
            raise ValueError(message)
        known = {one.name for one in self.fundings} | {ISSUER, self.funding}
        if wanted := {one.funding for one in self.rules if one.funding is not None} - known:
            message = f"a rule names a split that is filed, found {sorted(wanted)}"
            raise ValueError(message)
        payers = {one.name for one in self.funders}
        if wanted := {share.funder for one in self.fundings for share in one.shares} - payers:
            message = f"a split names funders that are filed, found {sorted(wanted)}"
            raise ValueError(message)
        return self

    def split(self, name: str | None) -> FundingSplit:
        """Give a split by its name; none: that of the scheme. What is not filed is the issuer's alone."""
        wanted = name or self.funding
        for one in self.fundings:
            if one.name == wanted:
                return one
        return FundingSplit.model_construct(
            name=wanted, title=_ISSUER.title, shares=(Share(funder=_ISSUER.name, parts=1),)
        )

    def funder(self, name: str) -> Funder:
        """Give a funder by his name."""
        return next((one for one in self.funders if one.name == name), _ISSUER)

    def funding_of(self, rule: EarningRule) -> str:
        """Give the name of the split by which a rule's credits are paid for."""
        return rule.funding or self.funding

    @property
    def spending_order(self) -> Words:
        """Give the order in which credits are spent."""
        return SPENDING_ORDER

    @property
    def refund_title(self) -> Words:
        """Say what becomes of credits that expired before they were refunded."""
        if self.validity.months is None:
            return Words(
                zh="积分终身有效，什么时候退回都按原条款使用",
                en="Credits are valid for life: whenever they are refunded, they are usable on their original terms",
            )
        if not self.refund_grace_days:
            return Words(
                zh="退回时已到期的不能再用；退回与到期都记入明细",
                en="Those that expired before the refund can't be used again; refund and expiry are both recorded",
            )
        days = self.refund_grace_days
        return Words(
            zh=f"退回时已到期的，自退回之日起宽限 {days} 天，按原条款使用",
            en=f"Those that expired before the refund are usable for {days} day{'' if days == 1 else 's'} more "
            f"on their original terms",
        )

    def worth_fen(self, credits_held: int) -> NonNegativeFen:
        """Give the face value of so many credits, rounded down to the fen."""
        return Fen(credits_held * self.face_value_fen_per_100_credits // 100)
