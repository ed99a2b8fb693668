"""Measured green actions (绿色行为): trips, weigh-ins, meter readings, installed devices; never a track."""

from greencredit.evidence.catalogue import Column, FeedForm, Form
from greencredit.schemas.values import Words

FORM = FeedForm(
    kind="activities",
    title=Words(zh="绿色行为记录", en="Records of green actions"),
    columns=(
        Column("record_no", Form.TEXT, Words(zh="记录号", en="Record number")),
        Column("card_no", Form.TEXT, Words(zh="会员号", en="Card number")),
        Column("action", Form.TEXT, Words(zh="行动代码", en="Action")),
        Column("done_at", Form.TIME, Words(zh="发生时间", en="Time")),
        Column("quantity", Form.DECIMAL, Words(zh="数量", en="Quantity")),
        Column("inputs", Form.INPUTS, Words(zh="其他活动数据", en="Further inputs"), required=False),
    ),
)
