"""Carbon-reduction products (碳减排产品) with a serial of their own: retired credits, products with a footprint."""

from typing import Final

from greencredit.actions import queries as actions
from greencredit.evidence.catalogue import Around, Column, Draft, Fault, FeedForm, Form, Ground, Record, Refund
from greencredit.schemas.attributes import Attributes
from greencredit.schemas.evidence import QualityTier, RejectCode
from greencredit.schemas.values import Words

_PRODUCTS: Final = ("retired_credit", "verified_footprint")
"""Kinds of the list that are bought; a certificate that is quantified has a source of its own."""


def read(record: Record, around: Around) -> Draft | Refund | Fault:
    """Take the product's serial; it is a purchase, so it earns by what is filed and adds no CO2e."""
    texts = record.texts
    product = actions.reduction_product(texts["product"])
    if texts["registry"] not in product.registries:
        return Fault("registry", RejectCode.NOT_LISTED, ", ".join(product.registries))
    if texts["green_kind"] not in around.green_kinds:
        return Fault("green_kind", RejectCode.NOT_LISTED, "a green kind on file")
    known = (
        ("certificate_product", product.name),
        ("certificate_registry", texts["registry"]),
        ("certificate_serial", texts["serial_no"]),
    )
    return Draft(
        scope=f"certificate:{texts['registry']}",
        same=(texts["serial_no"],),
        subject=texts["green_kind"],
        spent_fen=record.numbers["amount_yuan"],
        attributes=Attributes(certificates=(product.name,), more=known),
        dated=False,
    )


FORM = FeedForm(
    kind="reduction_products",
    title=Words(zh="碳减排产品购买记录", en="Purchases of carbon-reduction products"),
    explains=Words(
        zh="已注销的减排量、碳足迹经核查的单件产品；编号在所有发行主体之间只能使用一次，只留加密摘要；可以得分，不增加减排量",
        en="Retired credits and single items with a verified footprint; a serial is used once across issuers, and only "
        "its keyed digest is kept; they may earn, and add no CO2e",
    ),
    columns=(
        Column("product", Form.TEXT, Words(zh="碳减排产品", en="Kind of product"), one_of=_PRODUCTS),
        Column("registry", Form.TEXT, Words(zh="登记系统或机构", en="Register or body")),
        Column("serial_no", Form.TEXT, Words(zh="编号", en="Serial")),
        Column("card_no", Form.CARD, Words(zh="会员号", en="Card number")),
        Column("bought_at", Form.TIME, Words(zh="购买或注销时间", en="Time of purchase or retirement")),
        Column("amount_yuan", Form.MONEY, Words(zh="实付金额（元）", en="Paid, in yuan")),
        Column("green_kind", Form.TEXT, Words(zh="绿色品类", en="Green kind")),
    ),
    ground=Ground.PURCHASE,
    tier=QualityTier.PLATFORM_RECORD,
    example={
        "product": "retired_credit",
        "registry": "ccer",
        "serial_no": "CCER-示例-0001",
        "card_no": "CARD-0001",
        "bought_at": "2026-01-05T10:00:00",
        "amount_yuan": "80.00",
        "green_kind": "organic_produce",
    },
    read=read,
)
