"""What a scheme promises beyond value and rules: notices, referrals, advertising, draws, custody, data (其他承诺)."""

from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from greencredit.schemas.awards import Slug
from greencredit.schemas.issuers.texts import Document, Line
from greencredit.schemas.values import Fen, NonNegativeFen, PositiveCredits, Record, RegionCode, Words


class NoticePromise(Record):
    """How long before it counts everybody is told of a change and of an end (变更与退出告知)."""

    change_days: Annotated[int, Field(ge=0, le=3_650)] = 7
    closing_days: Annotated[int, Field(ge=0, le=3_650)] = 30
    channels: tuple[Line, ...] = ()
    """Where it is told, beside the public register."""


class ExistingCredits(StrEnum):
    """What a change of terms does to credits earned before (已发放积分适用的条款)."""

    KEEP_THEIR_TERMS = "keep_their_terms"
    BETTER_OF_BOTH = "better_of_both"
    TAKE_NEW_TERMS = "take_new_terms"

    @property
    def words(self) -> Words:
        """Give the choice in words."""
        return _EXISTING[self]


_EXISTING: Final = {
    ExistingCredits.KEEP_THEIR_TERMS: Words(zh="沿用发放时的条款", en="They keep the terms they were issued under"),
    ExistingCredits.BETTER_OF_BOTH: Words(zh="取两版中较优者", en="They take the better of both versions"),
    ExistingCredits.TAKE_NEW_TERMS: Words(zh="改用新条款", en="They take the new terms"),
}


class Referral(Record):
    """What somebody gets for bringing others (推荐奖励); levels beyond the first are pyramid selling."""

    title: Words
    levels: Annotated[int, Field(ge=1, le=100)] = 1
    """How many steps away from the referrer a newcomer still pays; 1: only whom he brought himself."""
    credits_each: PositiveCredits
    most_credits: PositiveCredits | None = None
    """The most that one referrer gets in all."""
    tied_to_spending: bool = False
    """Whether the reward follows what the newcomer spends."""
    in_money: bool = False
    entry_fee_fen: NonNegativeFen = Fen(0)


class CardOccasion(StrEnum):
    """What a card holder does to get credits (发卡机构积分场景)."""

    SETTLED_SPENDING = "settled_spending"
    ACCOUNT_OPENING = "account_opening"
    CARD_OPENING = "card_opening"
    CARD_ACTIVATION = "card_activation"
    FIRST_USE = "first_use"
    CREDIT_GRANTED = "credit_granted"

    @property
    def words(self) -> Words:
        """Give the occasion in words."""
        return _OCCASIONS[self]


_OCCASIONS: Final = {
    CardOccasion.SETTLED_SPENDING: Words(zh="已清算的刷卡消费", en="Settled card spending"),
    CardOccasion.ACCOUNT_OPENING: Words(zh="开立账户", en="Opening an account"),
    CardOccasion.CARD_OPENING: Words(zh="开卡", en="Opening a card"),
    CardOccasion.CARD_ACTIVATION: Words(zh="激活卡片", en="Activating a card"),
    CardOccasion.FIRST_USE: Words(zh="首次刷卡", en="Using a card for the first time"),
    CardOccasion.CREDIT_GRANTED: Words(zh="获得授信或贷款", en="Being granted credit or a loan"),
}


class CardOffer(Record):
    """Credits that a card issuer offers its card holders (银行卡积分)."""

    title: Words
    occasion: CardOccasion
    credits_each: PositiveCredits


class Draw(Record):
    """A draw or game that the scheme provides for (抽奖)."""

    name: Slug
    title: Words
    stake_credits: Annotated[int, Field(ge=0)] = 0
    """What one chance costs in credits."""
    stake_fen: NonNegativeFen = Fen(0)
    top_prize_fen: NonNegativeFen
    """The dearest prize that one purchase can lead to, all its chances together, at market price."""
    prizes_are_credits: bool = False


class MarketingText(Record):
    """A text with which the scheme is advertised (宣传文案); what it promises must be granted."""

    place: Line
    text: Words


class CustodyTerms(Record):
    """How the guarantee is kept apart and when it may be drawn on (保障资金存管)."""

    account_name: Line
    agreement: Document | None = None
    release_terms: tuple[Words, ...] = ()


class DataTerms(Record):
    """What the scheme collects of its members and with whom it shares that (个人信息)."""

    collected: tuple[Line, ...] = ()
    shared_with: tuple[Line, ...] = ()
    sharing_is_voluntary: bool = True
    """Whether somebody who shares nothing beyond what is necessary still earns and redeems like everybody."""


class Reach(Record):
    """How far the scheme is meant to reach (规模); the place of its filing follows from it."""

    holders: Annotated[int, Field(ge=0)] = 0
    outstanding_credits: Annotated[int, Field(ge=0)] = 0
    provinces: tuple[RegionCode, ...] = ()
    """Where it is offered, beside the region in which it is filed."""


class EnterpriseTerms(Record):
    """What may be done with credits on accounts of enterprises (企业积分账户); what is not filed may not be done."""

    may_be_funded: bool
    most_funded_a_month: PositiveCredits | None = None
    """The most that one enterprise is funded with for one month (企业月度上限); what was taken back counts no more."""
    may_pass_on: bool = False
    """Whether an enterprise may give another one credits; a person never may."""
    most_allotted_each: PositiveCredits
    """The most that one person is given at once (单次上限)."""

    @model_validator(mode="after")
    def _funding_has_its_most(self) -> Self:
        if self.may_be_funded is (self.most_funded_a_month is None):
            found = f"found {self.may_be_funded}, {self.most_funded_a_month}"
            message = f"a most for a month belongs to accounts that may be funded and to no others, {found}"
            raise ValueError(message)
        return self

    @property
    def title(self) -> Words:
        """Give the terms in words."""
        month, each = self.most_funded_a_month, self.most_allotted_each
        funded = Words(zh="不注入", en="Enterprises are not funded")
        if month is not None:
            funded = Words(
                zh=f"每家企业每月最多注入 {month:,} 分",
                en=f"An enterprise is funded with at most {month:,} credits a month",
            )
        passed = Words(zh="不可划拨给其他企业", en="none pass on to another enterprise")
        if self.may_pass_on:
            passed = Words(zh="可划拨给其他企业", en="they may pass on to another enterprise")
        return Words(
            zh=f"{funded.zh}；{passed.zh}；向个人每次最多发放 {each:,} 分",
            en=f"{funded.en}; {passed.en}; a person is given at most {each:,} at once",
        )
