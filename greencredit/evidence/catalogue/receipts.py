"""Lines of a merchant's receipts (消费小票), as a point of sale writes them."""

from greencredit.evidence.catalogue import Column, FeedForm, Form
from greencredit.schemas.values import Words

FORM = FeedForm(
    kind="receipts",
    title=Words(zh="商户小票明细", en="Receipt lines of a merchant"),
    columns=(
        Column("receipt_no", Form.TEXT, Words(zh="小票号", en="Receipt number")),
        Column("line_no", Form.WHOLE, Words(zh="行号", en="Line of the receipt")),
        Column("card_no", Form.TEXT, Words(zh="会员号", en="Card number")),
        Column("store_code", Form.TEXT, Words(zh="门店代码", en="Store code")),
        Column("sold_at", Form.TIME, Words(zh="交易时间", en="Time of sale")),
        Column("product_code", Form.TEXT, Words(zh="商品代码", en="Product code")),
        Column("quantity", Form.WHOLE, Words(zh="数量", en="Quantity")),
        Column("amount_yuan", Form.MONEY, Words(zh="实付金额（元）", en="Paid, in yuan")),
    ),
)
