"""Weigh-ins at recyclers (回收称重), by material."""

from typing import Final

from greencredit.evidence import rules
from greencredit.evidence.catalogue import Around, Column, Draft, Fault, FeedForm, Form, Ground, Record, Refund
from greencredit.schemas.attributes import Attributes
from greencredit.schemas.evidence import QualityTier
from greencredit.schemas.values import Words

ACTIONS: Final = {
    "pet": "recycle_pet",
    "mixed_plastic": "recycle_plastic_avg",
    "paper": "recycle_paper_mixed",
    "glass": "recycle_glass",
    "aluminium_can": "recycle_alu_can",
    "textile": "recycle_textile",
    "ewaste": "recycle_ewaste",
}
"""Material → action; all of them count kilograms."""


def read(record: Record, around: Around) -> Draft | Refund | Fault:
    """Take the recycler's own number of the weigh-in and, as one may hold several materials, the material."""
    action = ACTIONS[record.texts["material"]]
    return Draft(
        scope=f"recycling:{rules.plain_name(record.texts['recycler'])}",
        same=(record.texts["weigh_in_no"], record.texts["material"]),
        subject=action,
        quantity=record.texts["weight_kg"],
        unit=around.units[action],
        inputs=record.inputs.get("inputs", {}),
        attributes=Attributes(channel="recycler"),
    )


FORM = FeedForm(
    kind="recycling",
    title=Words(zh="回收称重记录", en="Weigh-ins of recyclers"),
    explains=Words(
        zh="回收企业的称重记录，按材料分行；电子废弃物另附拆解比例",
        en="Weigh-ins as a recycler writes them, a line for each material; electronics with the dismantler's shares",
    ),
    columns=(
        Column("recycler", Form.TEXT, Words(zh="回收企业", en="Recycler")),
        Column("weigh_in_no", Form.TEXT, Words(zh="称重单号", en="Number of the weigh-in")),
        Column("card_no", Form.CARD, Words(zh="会员号", en="Card number")),
        Column("material", Form.TEXT, Words(zh="材料", en="Material"), one_of=tuple(ACTIONS)),
        Column("weighed_at", Form.TIME, Words(zh="称重时间", en="Time")),
        Column("weight_kg", Form.DECIMAL, Words(zh="重量（千克）", en="Weight, in kilograms")),
        Column("inputs", Form.INPUTS, Words(zh="其他活动数据", en="Further inputs"), required=False),
    ),
    ground=Ground.ACTION,
    tier=QualityTier.MEASURED,
    example={
        "recycler": "示例再生资源",
        "weigh_in_no": "W-0001",
        "card_no": "CARD-0001",
        "material": "pet",
        "weighed_at": "2026-01-05T17:00:00",
        "weight_kg": "2.5",
    },
    read=read,
    no_places=True,
)
