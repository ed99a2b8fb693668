"""Activities that an organisation held and confirmed (组织活动): tree planting, clean-ups, lectures with an action."""

from greencredit.evidence import rules
from greencredit.evidence.catalogue import Around, Column, Draft, Fault, FeedForm, Form, Ground, Record, Refund
from greencredit.schemas.attributes import Attributes
from greencredit.schemas.evidence import QualityTier
from greencredit.schemas.values import Words


def read(record: Record, around: Around) -> Draft | Refund | Fault:
    """Count each participant once for an activity, whoever tells of it."""
    texts = record.texts
    action = texts["action"]
    return Draft(
        scope=f"organisations:{rules.plain_name(texts['organisation'])}",
        same=(texts["activity_no"], action, record.holder),
        subject=action,
        quantity=texts["quantity"],
        unit=around.units[action],
        inputs=record.inputs.get("inputs", {}),
        attributes=Attributes(channel="organisation"),
    )


FORM = FeedForm(
    kind="organisation_activities",
    title=Words(zh="组织活动记录", en="Activities of organisations"),
    explains=Words(
        zh="学校、社区、单位组织并确认的活动，每人一行；属自行申报并经确认的数据",
        en="Activities that a school, community or employer held and confirmed, a line for each person",
    ),
    columns=(
        Column("organisation", Form.TEXT, Words(zh="组织方", en="Organisation")),
        Column("activity_no", Form.TEXT, Words(zh="活动号", en="Activity number")),
        Column("card_no", Form.CARD, Words(zh="会员号", en="Card number")),
        Column("action", Form.ACTION, Words(zh="行动代码", en="Action")),
        Column("held_at", Form.TIME, Words(zh="活动时间", en="Time of the activity")),
        Column("quantity", Form.DECIMAL, Words(zh="数量", en="Quantity")),
        Column("confirmed_by", Form.TEXT, Words(zh="确认人职务", en="Office of who confirmed it")),
        Column("inputs", Form.INPUTS, Words(zh="其他活动数据", en="Further inputs"), required=False),
    ),
    ground=Ground.ACTION,
    tier=QualityTier.SELF_REPORT,
    example={
        "organisation": "示例中学",
        "activity_no": "A-2026-01",
        "card_no": "CARD-0001",
        "action": "recycle_textile",
        "held_at": "2026-01-05T15:00:00",
        "quantity": "3",
        "confirmed_by": "德育处",
    },
    read=read,
    no_places=True,
)
