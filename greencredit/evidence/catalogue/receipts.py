"""Lines of a merchant's receipts (消费小票), as a point of sale writes them."""

from greencredit.evidence.catalogue import Column, FeedForm, Form, Ground
from greencredit.schemas.evidence import QualityTier
from greencredit.schemas.values import Words

FORM = FeedForm(
    kind="receipts",
    title=Words(zh="商户小票明细", en="Receipt lines of a merchant"),
    explains=Words(
        zh="收银系统导出的小票行；商品须在商户的商品目录中，绿色与否由目录决定",
        en="Lines as a point of sale writes them; products are on the merchant's register, which says what is green",
    ),
    columns=(
        Column("receipt_no", Form.TEXT, Words(zh="小票号", en="Receipt number")),
        Column("line_no", Form.WHOLE, Words(zh="行号", en="Line of the receipt")),
        Column("card_no", Form.CARD, Words(zh="会员号", en="Card number")),
        Column("store_code", Form.TEXT, Words(zh="门店代码", en="Store code")),
        Column("sold_at", Form.TIME, Words(zh="交易时间", en="Time of sale")),
        Column("product_code", Form.PRODUCT, Words(zh="商品代码", en="Product code")),
        Column("quantity", Form.WHOLE, Words(zh="数量", en="Quantity")),
        Column("amount_yuan", Form.MONEY, Words(zh="实付金额（元）", en="Paid, in yuan")),
        Column("channel", Form.TEXT, Words(zh="渠道", en="Channel"), required=False),
    ),
    ground=Ground.PURCHASE,
    tier=QualityTier.PLATFORM_RECORD,
    example={
        "receipt_no": "R1",
        "line_no": "1",
        "card_no": "CARD-0001",
        "store_code": "406",
        "sold_at": "2026-01-05T10:00:00",
        "product_code": "carrots",
        "quantity": "1",
        "amount_yuan": "36.50",
        "channel": "store",
    },
    names_merchant=True,
    together=("receipt_no",),
)
