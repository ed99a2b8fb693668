"""What the demonstration states about itself: dates, places, and the notices printed wherever its data show."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from greencredit.schemas.values import Period, Words

SHIFT: Final = timedelta(weeks=417)
"""The purchases are of 2017; so many weeks later the weekdays fall alike and one grid-factor window holds them all."""

REGION: Final = "CN-SH"
"""Assumed: the data do not tell where the grocer is."""

YEAR: Final = Period(since=date(2024, 12, 29), until=date(2025, 12, 30))

REGISTERED_AT: Final = datetime(2024, 11, 4, 1, 0, tzinfo=UTC)
CERTIFIED_AT: Final = datetime(2024, 11, 12, 2, 30, tzinfo=UTC)
ASSESSED_AT: Final = datetime(2024, 11, 26, 6, 0, tzinfo=UTC)
FILED_AT: Final = datetime(2024, 12, 6, 3, 0, tzinfo=UTC)
ACCEPTED_AT: Final = datetime(2024, 12, 13, 7, 15, tzinfo=UTC)
ACTIVE_AT: Final = datetime(2024, 12, 28, 16, 0, tzinfo=UTC)
IMPORTED_AT: Final = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
REPORTED_AT: Final = datetime(2026, 1, 6, 1, 0, tzinfo=UTC)
PAPERS_VALID: Final = Period(since=date(2024, 11, 12), until=date(2027, 11, 12))

PURCHASES_NOTICE: Final = Words(
    zh="演示数据：购物记录为 2017 年一家零售商的真实记录（公开数据集 The Complete Journey），日期整体后移 417 周，"
    "美元金额按人民币元读取，所在地区为假定；发行主体、人名、绿色品类对照表均为演示而设。",
    en="Demonstration data: the purchases are real records of a grocer in 2017 (public data set The Complete Journey), "
    "their dates moved by 417 weeks, dollars read as yuan, the region assumed; issuer, names of people and the mapping "
    "of green kinds are made for the demonstration.",
)

ACTIVITIES_NOTICE: Final = Words(
    zh="演示数据：出行、回收和节能改造记录为合成数据，并非真实行为。",
    en="Demonstration data: the trips, recycling and retrofits are synthetic and did not happen.",
)

ISSUER_NAME: Final = "示例生鲜超市有限公司"
ISSUER_CODE_INNER: Final = 10_000_001
"""The subject part of the code; its region 000000 is no region, so it can be nobody's."""

PURCHASES: Final = "demo_receipts"
ACTIVITIES: Final = "demo_activities"

PORTAL_HOUSEHOLDS: Final = {
    "1527": "household-1527",
    "1": "household-0001",
    "973": "household-0973",
    "3": "household-0003",
}
"""Card number → login of the households that can sign in: much of both, rare characters, purchases only, nothing."""
