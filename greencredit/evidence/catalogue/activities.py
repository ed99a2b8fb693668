"""Measured green actions (绿色行为): whatever no other source fits; never a track."""

from greencredit.evidence import rules
from greencredit.evidence.catalogue import Around, Column, Draft, Fault, FeedForm, Form, Ground, Record, Refund
from greencredit.schemas.evidence import QualityTier
from greencredit.schemas.values import Words


def read(record: Record, around: Around) -> Draft | Refund | Fault:
    """Take the record's own number; with the name of who recorded it, it is known to every issuer."""
    action, origin = record.texts["action"], record.texts.get("origin", "")
    return Draft(
        scope=f"activities:{rules.plain_name(origin)}" if origin else around.feed.name,
        same=(record.texts["record_no"],),
        subject=action,
        quantity=record.texts["quantity"],
        unit=around.units[action],
        inputs=record.inputs.get("inputs", {}),
    )


FORM = FeedForm(
    kind="activities",
    title=Words(zh="绿色行为记录", en="Records of green actions"),
    explains=Words(
        zh="任何绿色行动的记录，按行动目录的单位给出数量；有专门来源的（出行、回收、表计、组织活动）请用专门来源",
        en="Records of any green action, in the unit of the catalogue; trips, weigh-ins, meters and organisations have "
        "sources of their own",
    ),
    columns=(
        Column("record_no", Form.TEXT, Words(zh="记录号", en="Record number")),
        Column("card_no", Form.CARD, Words(zh="会员号", en="Card number")),
        Column("action", Form.ACTION, Words(zh="行动代码", en="Action")),
        Column("done_at", Form.TIME, Words(zh="发生时间", en="Time")),
        Column("quantity", Form.DECIMAL, Words(zh="数量", en="Quantity")),
        Column("inputs", Form.INPUTS, Words(zh="其他活动数据", en="Further inputs"), required=False),
        Column("origin", Form.TEXT, Words(zh="记录方", en="Who recorded it"), required=False),
    ),
    ground=Ground.ACTION,
    tier=QualityTier.PLATFORM_RECORD,
    example={
        "record_no": "T1",
        "card_no": "CARD-0001",
        "action": "metro_trip_km",
        "done_at": "2026-01-05T08:10:00",
        "quantity": "12",
    },
    read=read,
    no_places=True,
)
