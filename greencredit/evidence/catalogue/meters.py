"""Meter readings of households and organisations (表计读数): what was saved against the same month a year before."""

import re
from decimal import Decimal
from typing import Final

from greencredit.evidence import rules
from greencredit.evidence.catalogue import Around, Column, Draft, Fault, FeedForm, Form, Ground, Record, Refund
from greencredit.schemas.attributes import Attributes
from greencredit.schemas.evidence import QualityTier, RejectCode
from greencredit.schemas.values import Words

ACTIONS: Final = {
    "electricity": "household_electricity_saving",
    "gas": "household_gas_saving",
    "heat": "heat_saving",
    "water": "water_saving",
}
"""What is metered → action: kilowatt-hours, cubic metres of gas, gigajoules, cubic metres of water."""

_MONTH: Final = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")


def read(record: Record, around: Around) -> Draft | Refund | Fault:
    """Take what was used less than in the base period; one saving for each meter and month, whoever tells it."""
    texts = record.texts
    if not _MONTH.fullmatch(texts["month"]):
        return Fault("month", RejectCode.NOT_A_TIME, "a month such as 2026-01")
    used = Decimal(texts["reading_after"]) - Decimal(texts["reading_before"])
    if used < 0:
        return Fault("reading_after", RejectCode.RUNS_BACKWARDS, f"not below {texts['reading_before']}")
    saved = Decimal(texts["base_usage"]) - used
    if saved <= 0:
        return Fault("reading_after", RejectCode.NO_SAVING, f"a usage below {texts['base_usage']}", f"{used:f}")
    action = ACTIONS[texts["supply"]]
    quantity = rules.positive_decimal(f"{saved:f}")
    assert quantity is not None, "what is above zero reads as such"
    return Draft(
        scope=f"meters:{rules.plain_name(texts['utility'])}",
        same=(texts["meter_no"], texts["supply"], texts["month"]),
        subject=action,
        quantity=quantity,
        unit=around.units[action],
        attributes=Attributes(channel=texts["account"]),
        dated=False,
    )


FORM = FeedForm(
    kind="meters",
    title=Words(zh="表计读数", en="Meter readings"),
    explains=Words(
        zh="水、电、气、热表按月读数和上年同期用量；少用的部分计为节约，用量未降的行退回并注明",
        en="Monthly readings with the usage of the same month a year before; what was used less is the saving, and a "
        "month without one is sent back and says so",
    ),
    columns=(
        Column("utility", Form.TEXT, Words(zh="供应企业", en="Utility")),
        Column("meter_no", Form.TEXT, Words(zh="表号", en="Meter")),
        Column("card_no", Form.CARD, Words(zh="会员号", en="Card number")),
        Column("account", Form.TEXT, Words(zh="用户类别", en="Kind of account"), one_of=("household", "organisation")),
        Column("supply", Form.TEXT, Words(zh="能源种类", en="What is metered"), one_of=tuple(ACTIONS)),
        Column("month", Form.TEXT, Words(zh="账期（年-月）", en="Month of the bill")),
        Column("read_at", Form.TIME, Words(zh="抄表时间", en="Time of the reading")),
        Column("reading_before", Form.LEVEL, Words(zh="起码", en="Reading before")),
        Column("reading_after", Form.LEVEL, Words(zh="止码", en="Reading after")),
        Column("base_usage", Form.DECIMAL, Words(zh="上年同期用量", en="Usage of the same month a year before")),
    ),
    ground=Ground.ACTION,
    tier=QualityTier.MEASURED,
    example={
        "utility": "示例供电",
        "meter_no": "E-000123",
        "card_no": "CARD-0001",
        "account": "household",
        "supply": "electricity",
        "month": "2026-01",
        "read_at": "2026-02-01T00:00:00",
        "reading_before": "10200",
        "reading_after": "10380.5",
        "base_usage": "210",
    },
    read=read,
    no_places=True,
)
