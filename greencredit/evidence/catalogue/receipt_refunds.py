"""Refunds of receipt lines (小票退款): what an award rested on comes back, and the award with it, in proportion."""

from greencredit.evidence import rules
from greencredit.evidence.catalogue import Around, Column, Draft, Fault, FeedForm, Form, Ground, Record, Refund
from greencredit.schemas.evidence import QualityTier
from greencredit.schemas.values import Words


def read(record: Record, around: Around) -> Draft | Refund | Fault:
    """Name the line that was refunded as the receipt named it: store, receipt, line and day."""
    assert around.feed.merchant_id is not None, "a feed of refunds names its merchant"
    texts, numbers = record.texts, record.numbers
    return Refund(
        scope=f"{around.feed.merchant_id}:refunds",
        same=(texts["refund_no"],),
        original_scope=around.feed.merchant_id,
        original=(texts["store_code"], texts["receipt_no"], numbers["line_no"]),
        original_day=rules.china_days([numbers["sold_at"]])[0],
        kind="refund",
        amount_fen=numbers["amount_yuan"],
    )


FORM = FeedForm(
    kind="receipt_refunds",
    title=Words(zh="商户退款明细", en="Refunds of a merchant's receipts"),
    explains=Words(
        zh="按小票行退款；原来发放的积分按退款比例收回，全额退款全部收回",
        en="Refunds by line; what was awarded goes back in proportion, and whole with the last fen",
    ),
    columns=(
        Column("refund_no", Form.TEXT, Words(zh="退款号", en="Refund number")),
        Column("store_code", Form.TEXT, Words(zh="门店代码", en="Store code")),
        Column("receipt_no", Form.TEXT, Words(zh="原小票号", en="Receipt number of the sale")),
        Column("line_no", Form.WHOLE, Words(zh="原行号", en="Line of that receipt")),
        Column("refunded_at", Form.TIME, Words(zh="退款时间", en="Time of the refund")),
        Column("sold_at", Form.TIME, Words(zh="原交易时间", en="Time of the sale")),
        Column("amount_yuan", Form.MONEY, Words(zh="退款金额（元）", en="Refunded, in yuan")),
    ),
    ground=Ground.REFUND,
    tier=QualityTier.PLATFORM_RECORD,
    example={
        "refund_no": "F1",
        "store_code": "406",
        "receipt_no": "R1",
        "line_no": "1",
        "refunded_at": "2026-01-09T10:00:00",
        "sold_at": "2026-01-05T10:00:00",
        "amount_yuan": "36.50",
    },
    read=read,
    names_merchant=True,
)
