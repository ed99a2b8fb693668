"""Green-electricity certificates (绿证) retired in a consumer's name: each serial counts once, whoever hands it in."""

from greencredit.actions import queries as actions
from greencredit.evidence.catalogue import Around, Column, Draft, Fault, FeedForm, Form, Ground, Record, Refund
from greencredit.schemas.attributes import Attributes
from greencredit.schemas.evidence import QualityTier
from greencredit.schemas.values import Words

_PRODUCT = "green_certificate"
_ACTION = "green_power_purchase"


def read(record: Record, around: Around) -> Draft | Refund | Fault:
    """Take the certificate's serial; the electricity it stands for is what is quantified."""
    registry, serial = record.texts["registry"], record.texts["serial_no"]
    return Draft(
        scope=f"certificate:{registry}",
        same=(serial,),
        subject=_ACTION,
        quantity=record.texts["kwh"],
        unit=around.units[_ACTION],
        attributes=Attributes(
            certificates=(_PRODUCT,),
            more=(
                ("certificate_product", _PRODUCT),
                ("certificate_registry", registry),
                ("certificate_serial", serial),
            ),
        ),
        dated=False,
    )


FORM = FeedForm(
    kind="green_certificates",
    title=Words(zh="绿证核销记录", en="Retired green-electricity certificates"),
    explains=Words(
        zh="以会员名义核销的绿色电力证书；证书编号在所有发行主体之间只能使用一次，只留加密摘要",
        en="Green-electricity certificates retired in a member's name; a serial is used once across issuers, and only "
        "its keyed digest is kept",
    ),
    columns=(
        Column(
            "registry",
            Form.TEXT,
            Words(zh="登记系统", en="Register"),
            one_of=tuple(actions.reduction_product(_PRODUCT).registries),
        ),
        Column("serial_no", Form.TEXT, Words(zh="证书编号", en="Serial")),
        Column("card_no", Form.CARD, Words(zh="会员号", en="Card number")),
        Column("retired_at", Form.TIME, Words(zh="核销时间", en="Time of retirement")),
        Column("kwh", Form.DECIMAL, Words(zh="电量（千瓦时）", en="Electricity, in kWh")),
    ),
    ground=Ground.ACTION,
    tier=QualityTier.PLATFORM_RECORD,
    example={
        "registry": "green_certificate",
        "serial_no": "GEC-示例-0001",
        "card_no": "CARD-0001",
        "retired_at": "2026-01-05T10:00:00",
        "kwh": "100",
    },
    read=read,
    no_places=True,
)
