"""What is taken in as evidence (凭证), line by line, and what is sent back."""

from datetime import date
from enum import StrEnum
from typing import Annotated, NamedTuple, Self

from pydantic import Field, model_validator

from greencredit.schemas.awards import Slug
from greencredit.schemas.values import Instant, Record, RegionCode, Words


class FeedKind(StrEnum):
    """What a feed's files hold."""

    RECEIPTS = "receipts"
    """Lines of a merchant's receipts (消费小票)."""
    ACTIVITIES = "activities"
    """Measured green actions: trips, weigh-ins, meter readings (绿色行为)."""


class NewFeed(Record):
    """A source of evidence as it is opened (数据来源)."""

    name: Slug
    kind: FeedKind
    issuer_id: str
    merchant_id: str | None = None
    """The merchant whose products a receipt feed names."""
    region: RegionCode
    """Where what the feed reports happened."""
    synthetic: bool = False
    """Made up for a demonstration; reports say so."""
    notice: Words | None = None
    """What every report that rests on this feed must say."""

    @model_validator(mode="after")
    def _whose_products(self) -> Self:
        if (self.kind is FeedKind.RECEIPTS) != (self.merchant_id is not None):
            message = f"a feed of receipts names its merchant, and no other feed does; found {self.merchant_id}"
            raise ValueError(message)
        return self


class Feed(NewFeed):
    """A source of evidence on file."""

    feed_id: int
    opened_at: Instant


class RejectCode(StrEnum):
    """Why a line was sent back; the codes are stable and documented."""

    WRONG_FIELD_COUNT = "evidence.wrong_field_count"
    MISSING = "evidence.missing_value"
    NOT_A_TEXT = "evidence.not_a_text"
    NOT_A_NUMBER = "evidence.not_a_number"
    NOT_A_TIME = "evidence.not_a_time"
    NEGATIVE = "evidence.negative_amount"
    NOT_POSITIVE = "evidence.quantity_not_positive"
    IN_THE_FUTURE = "evidence.in_the_future"
    TOO_EARLY = "evidence.too_early"
    UNKNOWN_PRODUCT = "evidence.unknown_product"
    UNKNOWN_TYPE = "evidence.unknown_product_type"
    UNKNOWN_CARD = "evidence.unknown_card"
    UNKNOWN_ACTION = "evidence.unknown_action"
    BAD_INPUTS = "evidence.bad_inputs"
    NOT_QUANTIFIED = "evidence.not_quantified"
    DUPLICATE = "evidence.duplicate"

    @property
    def words(self) -> Words:
        """Say in both languages what is wrong."""
        return _TITLES[self]


_TITLES = {
    RejectCode.WRONG_FIELD_COUNT: Words(zh="字段数与表头不符", en="another number of fields than the header has"),
    RejectCode.MISSING: Words(zh="缺少必填值", en="a value that is needed is missing"),
    RejectCode.NOT_A_TEXT: Words(zh="含有不能保存的字符", en="it holds a character that cannot be kept"),
    RejectCode.NOT_A_NUMBER: Words(zh="不是规定格式的数字", en="not a number of the wanted form"),
    RejectCode.NOT_A_TIME: Words(zh="不是规定格式的时间", en="not a time of the wanted form"),
    RejectCode.NEGATIVE: Words(
        zh="金额为负；退款须走退款数据", en="a negative amount; refunds come in a feed of their own"
    ),
    RejectCode.NOT_POSITIVE: Words(zh="数量须大于零", en="a quantity must be above zero"),
    RejectCode.IN_THE_FUTURE: Words(zh="发生时间晚于当前时间", en="it lies in the future"),
    RejectCode.TOO_EARLY: Words(zh="发生时间早于 2000 年", en="it lies before the year 2000"),
    RejectCode.UNKNOWN_PRODUCT: Words(
        zh="商品不在商户的商品目录中", en="the product is not in the merchant's register"
    ),
    RejectCode.UNKNOWN_TYPE: Words(
        zh="商品未登记品类，无法判断是否绿色", en="the product has no type, so nobody can say if it is green"
    ),
    RejectCode.UNKNOWN_CARD: Words(zh="会员号未关联消费者", en="the card belongs to no consumer"),
    RejectCode.UNKNOWN_ACTION: Words(zh="行动不在绿色行动目录中", en="the action is not in the catalogue"),
    RejectCode.BAD_INPUTS: Words(zh="活动数据缺失或超出范围", en="activity data is missing or out of range"),
    RejectCode.NOT_QUANTIFIED: Words(
        zh="缺少合格的排放因子，无法核算", en="no factor good enough, so nothing is computed"
    ),
    RejectCode.DUPLICATE: Words(zh="同一凭证已经提交过", en="the same evidence was handed in before"),
}


class Reject(NamedTuple):
    """A line that was sent back: where, why, what was found and what was wanted."""

    line: int
    code: str
    field: str
    found: str
    wanted: str


class Item(NamedTuple):
    """One piece of evidence that may earn; a plain tuple, because a file holds millions."""

    evidence_id: int
    holder: int
    on: date
    subject: str
    """The green kind of the product, or the action."""
    quantity: str
    unit: str
    spent_fen: int | None
    receipt: str
    """What lines of one receipt share; empty for an activity."""
    inputs: dict[str, str]
    """Further inputs of an action's method."""
    fingerprint: bytes


class Batch(Record):
    """One file of one feed: what was read so far, and whether it is done (批次)."""

    batch_id: int
    feed_id: int
    file_name: str
    file_digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    lines: int
    qualifying: int
    duplicates: int
    rejected: int
    opened_at: Instant
    closed_at: Instant | None


class Proof(Record):
    """What stands on file of one piece of evidence, without the person."""

    evidence_id: int
    feed: str
    merchant_id: str | None
    region: str
    synthetic: bool
    file_digest: str
    line: int
    subject: str
    quantity: str
    unit: str
    spent_fen: int | None
    happened_on: date


class RejectLine(Record):
    """A line that was sent back, for whoever sent it."""

    line: int
    code: str
    reason: Words
    field: str
    found: str
    wanted: str


class RejectCount(Record):
    """How many lines of an issuer's feeds were sent back for one reason."""

    code: str
    title: Words
    lines: int
