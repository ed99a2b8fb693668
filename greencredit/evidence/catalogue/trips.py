"""Trips by metro, bus, bike and on foot (绿色出行): distance and mode, never the track (个人信息保护法 art. 28, 29)."""

from typing import Final

from greencredit.evidence import rules
from greencredit.evidence.catalogue import Around, Column, Draft, Fault, FeedForm, Form, Ground, Record, Refund
from greencredit.schemas.attributes import Attributes
from greencredit.schemas.evidence import QualityTier
from greencredit.schemas.values import Words

ACTIONS: Final = {
    "metro": "metro_trip_km",
    "bus": "bus_trip",
    "shared_bike": "bike_shared_trip",
    "shared_ebike": "ebike_shared_trip",
    "own_bike": "bike_own_trip",
    "walk": "walk_trip",
    "ev_taxi": "ev_taxi_trip",
}
"""Mode → action; all of them count passenger-kilometres."""


def read(record: Record, around: Around) -> Draft | Refund | Fault:
    """Take the operator's own number of the trip: the same trip told to two issuers is one."""
    action = ACTIONS[record.texts["mode"]]
    return Draft(
        scope=f"trips:{rules.plain_name(record.texts['operator'])}",
        same=(record.texts["trip_no"],),
        subject=action,
        quantity=record.texts["distance_km"],
        unit=around.units[action],
        attributes=Attributes(channel=record.texts["mode"]),
        tier=QualityTier.SELF_REPORT if record.texts["mode"] in {"own_bike", "walk"} else None,
    )


FORM = FeedForm(
    kind="trips",
    title=Words(zh="绿色出行记录", en="Trips"),
    explains=Words(
        zh="公交、地铁、骑行、步行等出行，只收方式和里程；含经纬度、轨迹等字段的文件整份拒收",
        en="Trips with mode and distance alone; a file with columns for coordinates or a track is refused whole",
    ),
    columns=(
        Column("operator", Form.TEXT, Words(zh="运营方", en="Operator")),
        Column("trip_no", Form.TEXT, Words(zh="行程号", en="Trip number")),
        Column("card_no", Form.CARD, Words(zh="会员号", en="Card number")),
        Column("mode", Form.TEXT, Words(zh="出行方式", en="Mode"), one_of=tuple(ACTIONS)),
        Column("ended_at", Form.TIME, Words(zh="结束时间", en="End of the trip")),
        Column("distance_km", Form.DECIMAL, Words(zh="里程（公里）", en="Distance, in kilometres")),
    ),
    ground=Ground.ACTION,
    tier=QualityTier.PLATFORM_RECORD,
    example={
        "operator": "示例地铁",
        "trip_no": "M-20260105-0001",
        "card_no": "CARD-0001",
        "mode": "metro",
        "ended_at": "2026-01-05T08:10:00",
        "distance_km": "12",
    },
    read=read,
    no_places=True,
)
