"""Lines of a merchant's receipts (消费小票), as a point of sale writes them."""

from greencredit.evidence.catalogue import CHANNEL, RECEIPT_EXAMPLE, RECEIPT_LINE, FeedForm, Ground
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
        *RECEIPT_LINE,
        CHANNEL,
    ),
    ground=Ground.PURCHASE,
    tier=QualityTier.PLATFORM_RECORD,
    example=RECEIPT_EXAMPLE | {"channel": "store"},
    names_merchant=True,
    together=("receipt_no",),
)
