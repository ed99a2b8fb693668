"""Small, obviously synthetic feeds of trips, recycling and home retrofits for some of the households."""

import csv
import random
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from demo import facts
from greencredit.kernel.clock import SHANGHAI

_SEED: Final = 20250101
_EVERY: Final = 12
"""One household in twelve takes part."""

_TRIPS: Final = (("metro_trip_km", 4, 22), ("bus_trip", 2, 12), ("bike_shared_trip", 1, 5), ("walk_trip", 1, 3))
_RECYCLING: Final = (("recycle_paper_mixed", 1, 8), ("recycle_pet", 1, 3), ("recycle_glass", 1, 5))


def participants(households: list[str]) -> list[str]:
    """Give the households for which activities are made up."""
    return households[::_EVERY]


def write_activities(into: Path, households: list[str]) -> int:
    """Write the feed file and count its records; the same households always give the same file."""
    chance = random.Random(_SEED)  # noqa: S311 - made-up data, reproducible on purpose
    rows = [
        (moment, card, action, quantity, inputs)
        for card in participants(households)
        for moment, action, quantity, inputs in _year_of(chance)
    ]
    rows.sort(key=lambda row: (row[0], row[1], row[2]))
    into.parent.mkdir(parents=True, exist_ok=True)
    with into.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("record_no", "card_no", "action", "done_at", "quantity", "inputs"))
        for number, (moment, card, action, quantity, inputs) in enumerate(rows, start=1):
            writer.writerow((f"SYN-{number:06d}", card, action, moment.isoformat(), quantity, inputs))
    return len(rows)


def _year_of(chance: random.Random) -> list[tuple[datetime, str, str, str]]:
    days = (facts.YEAR.until - facts.YEAR.since).days
    records = []
    for _ in range(chance.randint(15, 90)):
        action, least, most = chance.choice(_TRIPS)
        records.append((_moment(chance, days), action, f"{chance.randint(least * 10, most * 10) / 10:.1f}", ""))
    for _ in range(chance.randint(2, 14)):
        action, least, most = chance.choice(_RECYCLING)
        records.append((_moment(chance, days), action, f"{chance.randint(least * 10, most * 10) / 10:.1f}", ""))
    if chance.random() < 0.35:
        baseline, led, hours = chance.choice((36, 28)), chance.choice((16, 12)), chance.choice((3, 4, 5))
        inputs = f'{{"baseline_w": "{baseline}", "led_w": "{led}", "hours_per_day": "{hours}"}}'
        records.append((_moment(chance, days), "led_lamp", str(chance.randint(2, 12)), inputs))
    if chance.random() < 0.25:
        records.append((_moment(chance, days), "household_electricity_saving", str(chance.randint(40, 260)), ""))
    return records


def _moment(chance: random.Random, days: int) -> datetime:
    day: date = facts.YEAR.since + timedelta(days=chance.randrange(days))
    return datetime.combine(day, time(chance.randint(7, 21), chance.randrange(60)), tzinfo=SHANGHAI)
