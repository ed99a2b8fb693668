"""Purchases of appliances with an energy label (能效标识): the grade is the filed one, by an imported signed list."""

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
    """Hold filing, model and grade against the list; the line is the very line that the receipt may tell of, too."""
    texts, numbers = record.texts, record.numbers
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
    return receipt_line(
        record,
        around,
        certificates=("energy_label",),
        energy_grade=grade,
        more=(("label_no", texts["label_no"]), ("model", texts["model"])),
    )


FORM = FeedForm(
    kind="energy_labels",
    title=Words(zh="能效标识产品购买明细", en="Purchases of appliances with an energy label"),
    explains=Words(
        zh="小票行另附能效标识备案号、型号和等级；按已导入的签名名录核对",
        en="Receipt lines with number, model and grade of the energy label, held against the imported signed list",
    ),
    columns=(
        *RECEIPT_LINE,
        Column("label_no", Form.TEXT, Words(zh="能效标识备案号", en="Number of the energy label")),
        Column("model", Form.TEXT, Words(zh="型号", en="Model")),
        Column("energy_grade", Form.WHOLE, Words(zh="能效等级", en="Energy grade")),
        CHANNEL,
    ),
    ground=Ground.PURCHASE,
    tier=QualityTier.PLATFORM_RECORD,
    example=RECEIPT_EXAMPLE
    | {
        "receipt_no": "R8",
        "amount_yuan": "3650.00",
        "label_no": "CEL-示例-0001",
        "model": "示例型号 K1",
        "energy_grade": "1",
    },
    read=read,
    names_merchant=True,
    together=("receipt_no",),
)
