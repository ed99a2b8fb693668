"""Purchases of certified green products (绿色产品认证): valid at the time of purchase, by an imported signed list."""

from greencredit.evidence import rules
from greencredit.evidence.catalogue import (
    CHANNEL,
    RECEIPT_EXAMPLE,
    RECEIPT_LINE,
    Around,
    Column,
    Draft,
    Fault,
    FeedForm,
    Form,
    Ground,
    Record,
    Refund,
    receipt_line,
)
from greencredit.schemas.certificates import ListKind
from greencredit.schemas.evidence import QualityTier, RejectCode
from greencredit.schemas.values import Words


def read(record: Record, around: Around) -> Draft | Refund | Fault:
    """Hold the certificate against the list; the line is the very line that the receipt may tell of, too."""
    texts, numbers = record.texts, record.numbers
    if numbers["quantity"] <= 0:
        return Fault("quantity", RejectCode.NOT_POSITIVE, "a whole number above zero")
    if (stale := around.certificates.fault(ListKind.GREEN_PRODUCT)) is not None:
        return Fault("certificate_no", RejectCode.STALE_LIST, stale[1], stale[0])
    route = numbers["certificate_route"]
    found = around.certificates.find(ListKind.GREEN_PRODUCT, texts["certificate_no"], route)
    look = rules.Look(texts["certificate_no"], texts["model"], rules.day_of(record.day), route=route)
    if (fault := rules.judged(look, found)) is not None:
        code, shown, wanted = fault
        return Fault("model" if code is RejectCode.OTHER_MODEL else "certificate_no", code, wanted, shown)
    return receipt_line(
        record,
        around,
        certificates=(f"green_product_route_{route}",),
        more=(("certificate_no", texts["certificate_no"]), ("model", texts["model"])),
    )


FORM = FeedForm(
    kind="certified_purchases",
    title=Words(zh="认证绿色产品购买明细", en="Purchases of certified green products"),
    explains=Words(
        zh="小票行另附绿色产品认证的路径（1、2、3）、证书号和型号；按已导入的签名名录核对购买当日是否有效",
        en="Receipt lines with route (1, 2, 3), number and model of the certificate, held against the imported signed "
        "list as of the day of purchase",
    ),
    columns=(
        *RECEIPT_LINE,
        Column("certificate_route", Form.WHOLE, Words(zh="认证路径", en="Route of the certificate")),
        Column("certificate_no", Form.TEXT, Words(zh="证书号", en="Certificate number")),
        Column("model", Form.TEXT, Words(zh="型号", en="Model")),
        CHANNEL,
    ),
    ground=Ground.PURCHASE,
    tier=QualityTier.PLATFORM_RECORD,
    example=RECEIPT_EXAMPLE
    | {
        "receipt_no": "R7",
        "certificate_route": "1",
        "certificate_no": "CGP-示例-0001",
        "model": "示例型号 A1",
    },
    read=read,
    names_merchant=True,
    together=("receipt_no",),
)
