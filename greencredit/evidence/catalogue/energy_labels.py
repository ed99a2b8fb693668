"""Purchases of appliances with an energy label (能效标识): the grade is the filed one, by an imported signed list."""

from greencredit.evidence import rules
from greencredit.evidence.catalogue import Around, Column, Draft, Fault, FeedForm, Form, Ground, Record, Refund
from greencredit.schemas.attributes import Attributes
from greencredit.schemas.certificates import ListKind
from greencredit.schemas.evidence import QualityTier, RejectCode
from greencredit.schemas.values import Words


def read(record: Record, around: Around) -> Draft | Refund | Fault:
    """Hold filing, model and grade against the list; the line is the very line that the receipt may tell of, too."""
    texts, numbers = record.texts, record.numbers
    merchant = around.feed.merchant_id
    assert merchant is not None, "a feed of purchases names its merchant"
    if numbers["quantity"] <= 0:
        return Fault("quantity", RejectCode.NOT_POSITIVE, "a whole number above zero")
    if (stale := around.certificates.fault(ListKind.ENERGY_LABEL)) is not None:
        return Fault("label_no", RejectCode.STALE_LIST, stale[1], stale[0])
    grade = numbers["energy_grade"]
    found = around.certificates.find(ListKind.ENERGY_LABEL, texts["label_no"], None)
    look = rules.Look(texts["label_no"], texts["model"], rules.day_of(record.day), grade=grade)
    if (fault := rules.judged(look, found)) is not None:
        code, shown, wanted = fault
        fields = {RejectCode.OTHER_MODEL: "model", RejectCode.GRADE_DIFFERS: "energy_grade"}
        return Fault(fields.get(code, "label_no"), code, wanted, shown)
    product = around.products[texts["product_code"]]
    return Draft(
        scope=merchant,
        same=(texts["store_code"], texts["receipt_no"], numbers["line_no"]),
        subject=product.green_kind or "",
        quantity=str(numbers["quantity"]),
        spent_fen=numbers["amount_yuan"],
        receipt=f"{texts['store_code']}/{texts['receipt_no']}",
        attributes=Attributes(
            merchant=merchant,
            store=texts["store_code"],
            channel=texts.get("channel", ""),
            product=product.code,
            brand=product.brand or "",
            certificates=("energy_label",),
            energy_grade=grade,
            more=(("label_no", texts["label_no"]), ("model", texts["model"])),
        ),
    )


FORM = FeedForm(
    kind="energy_labels",
    title=Words(zh="能效标识产品购买明细", en="Purchases of appliances with an energy label"),
    explains=Words(
        zh="小票行另附能效标识备案号、型号和等级；按已导入的签名名录核对",
        en="Receipt lines with number, model and grade of the energy label, held against the imported signed list",
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
        Column("label_no", Form.TEXT, Words(zh="能效标识备案号", en="Number of the energy label")),
        Column("model", Form.TEXT, Words(zh="型号", en="Model")),
        Column("energy_grade", Form.WHOLE, Words(zh="能效等级", en="Energy grade")),
        Column("channel", Form.TEXT, Words(zh="渠道", en="Channel"), required=False),
    ),
    ground=Ground.PURCHASE,
    tier=QualityTier.PLATFORM_RECORD,
    example={
        "receipt_no": "R8",
        "line_no": "1",
        "card_no": "CARD-0001",
        "store_code": "406",
        "sold_at": "2026-01-05T10:00:00",
        "product_code": "carrots",
        "quantity": "1",
        "amount_yuan": "3650.00",
        "label_no": "CEL-示例-0001",
        "model": "示例型号 K1",
        "energy_grade": "1",
    },
    read=read,
    names_merchant=True,
    together=("receipt_no",),
)
