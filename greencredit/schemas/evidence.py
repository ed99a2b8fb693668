"""What is taken in as evidence (凭证), line by line, and what is sent back."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final, NamedTuple

from pydantic import Field

from greencredit.schemas.attributes import UNKNOWN, Attributes
from greencredit.schemas.awards import Slug
from greencredit.schemas.values import Instant, Record, RegionCode, Words


class FeedKind:
    """Two kinds of feed that are named in code; every kind there is has a file in the catalogue of evidence."""

    RECEIPTS: Final = "receipts"
    """Lines of a merchant's receipts (消费小票)."""
    ACTIVITIES: Final = "activities"
    """Measured green actions, whatever was measured (绿色行为)."""


class QualityTier(StrEnum):
    """How well the data of a piece of evidence is known (数据质量等级)."""

    MEASURED = "measured"
    """Read off an instrument (仪表计量)."""
    PLATFORM_RECORD = "platform_record"
    """Written by the system in which it happened (平台记录)."""
    SELF_REPORT = "self_report"
    """Stated by those who did it, and confirmed by somebody (自行申报)."""

    @property
    def words(self) -> Words:
        """Say it in both languages."""
        return _TIERS[self]


class NewFeed(Record):
    """A source of evidence as it is opened (数据来源)."""

    name: Slug
    kind: Slug
    """The name of a file in the catalogue of evidence."""
    issuer_id: str
    merchant_id: str | None = None
    """The merchant whose products, and whose cards, a feed of purchases names."""
    region: RegionCode
    """Where what the feed reports happened."""
    synthetic: bool = False
    """Made up for a demonstration; reports say so."""
    notice: Words | None = None
    """What every report that rests on this feed must say."""


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
    CLAIMED_ELSEWHERE = "evidence.claimed_elsewhere"
    NOT_LISTED = "evidence.not_listed"
    LOCATION_TRACK = "evidence.location_track"
    FULL_CARD_NUMBER = "evidence.full_card_number"
    NOT_SETTLED = "evidence.not_settled"
    SIGN_UP_BONUS = "evidence.sign_up_bonus"
    NOT_SPENDING = "evidence.not_spending"
    UNKNOWN_MERCHANT = "evidence.unknown_merchant"
    UNKNOWN_TRANSACTION = "evidence.unknown_transaction"
    REFUND_EXCEEDS = "evidence.refund_exceeds"
    RUNS_BACKWARDS = "evidence.meter_runs_backwards"
    NO_SAVING = "evidence.no_saving"
    UNKNOWN_CERTIFICATE = "evidence.unknown_certificate"
    CERTIFICATE_NOT_YET_VALID = "evidence.certificate_not_yet_valid"
    CERTIFICATE_EXPIRED = "evidence.certificate_expired"
    CERTIFICATE_WITHDRAWN = "evidence.certificate_withdrawn"
    OTHER_MODEL = "evidence.certificate_of_other_model"
    STALE_LIST = "evidence.stale_certificate_list"
    GRADE_DIFFERS = "evidence.energy_grade_differs"
    CERTIFICATE_USED = "evidence.certificate_used"
    SAME_PURCHASE = "evidence.same_purchase"

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
    RejectCode.CLAIMED_ELSEWHERE: Words(
        zh="同一凭证已在别处受理，本条搁置", en="the same evidence counts elsewhere already; this claim is put aside"
    ),
    RejectCode.NOT_LISTED: Words(zh="不在可选值之中", en="not one of the values that are listed"),
    RejectCode.LOCATION_TRACK: Words(
        zh="含有位置或轨迹；只收里程和方式", en="it holds places or a track; only distance and mode are taken in"
    ),
    RejectCode.FULL_CARD_NUMBER: Words(
        zh="含有完整银行卡号；只收令牌和末四位",
        en="it holds a full card number; only a token and the last four digits are taken in",
    ),
    RejectCode.NOT_SETTLED: Words(zh="交易尚未清算", en="the transaction is not settled"),
    RejectCode.SIGN_UP_BONUS: Words(
        zh="开卡奖励不得发放积分；积分须基于真实消费",
        en="a bonus for signing up earns nothing: only real spending does",
    ),
    RejectCode.NOT_SPENDING: Words(zh="不是消费交易", en="the transaction is no spending"),
    RejectCode.UNKNOWN_MERCHANT: Words(zh="商户未入驻", en="the merchant is not on the platform"),
    RejectCode.UNKNOWN_TRANSACTION: Words(zh="找不到原交易", en="the original transaction was never handed in"),
    RejectCode.REFUND_EXCEEDS: Words(
        zh="退款累计超过原交易金额", en="the refunds come to more than the original transaction"
    ),
    RejectCode.RUNS_BACKWARDS: Words(zh="止码小于起码", en="the meter runs backwards"),
    RejectCode.NO_SAVING: Words(zh="本期用量不低于基准用量，没有节约", en="no less was used than before: no saving"),
    RejectCode.UNKNOWN_CERTIFICATE: Words(zh="名录中没有该证书", en="the certificate is on no imported list"),
    RejectCode.CERTIFICATE_NOT_YET_VALID: Words(
        zh="购买时证书尚未生效", en="the certificate was not yet valid at the time of purchase"
    ),
    RejectCode.CERTIFICATE_EXPIRED: Words(
        zh="购买时证书已过期", en="the certificate had expired at the time of purchase"
    ),
    RejectCode.CERTIFICATE_WITHDRAWN: Words(
        zh="购买时证书已被撤销", en="the certificate had been withdrawn at the time of purchase"
    ),
    RejectCode.OTHER_MODEL: Words(zh="证书不包括该型号", en="the certificate does not cover this model"),
    RejectCode.STALE_LIST: Words(
        zh="证书名录过旧，须先更新", en="the list of certificates is too old; import a new one"
    ),
    RejectCode.GRADE_DIFFERS: Words(zh="能效等级与名录不符", en="the energy grade is not the one on the list"),
    RejectCode.CERTIFICATE_USED: Words(zh="证书编号已经使用过", en="the certificate's serial was used before"),
    RejectCode.SAME_PURCHASE: Words(
        zh="同一笔消费已凭小票或刷卡计入一次", en="the same purchase counts already, by its receipt or its card payment"
    ),
}

_TIERS = {
    QualityTier.MEASURED: Words(zh="仪表计量", en="measured"),
    QualityTier.PLATFORM_RECORD: Words(zh="平台记录", en="recorded by a platform"),
    QualityTier.SELF_REPORT: Words(zh="自行申报并经确认", en="stated and confirmed"),
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
    hour: int = -1
    """Hour of the day in China, 0 to 23; -1: not known."""
    attributes: Attributes = UNKNOWN
    """What earning rules look at beside the figures above; kept with the evidence, so that an award can be replayed."""


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
    tier: QualityTier
    """How well it is known (数据质量等级)."""
    attributes: Annotated[dict[str, object], Field(default_factory=dict)]
    """Goods and place, as earning rules see them."""


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
