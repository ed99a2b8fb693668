"""How long the yearly report of a district of 100,000 residents takes to gather, and that of the region it lies in.

The district's figures were published month by month and for the year, as a district would; its report reads what was
published. The report of the region adds everything up out of the ledger, so it hangs on how much was done.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert

from benchmarks import Asked, Row
from benchmarks.reports.proving import database
from greencredit.awards import jobs
from greencredit.kernel.clock import StandingClock, now
from greencredit.kernel.database import Database
from greencredit.kernel.ids import new_id
from greencredit.organisations import queries, service
from greencredit.organisations.tables import MembershipRow
from greencredit.people import service as people
from greencredit.reports.catalogue import community, region
from greencredit.schemas.organisations import AgeBand, Figures, OrganisationKind
from greencredit.schemas.people import NewConsumer
from greencredit.schemas.values import Period
from tests.factories.awards import publish_factors
from tests.factories.evidence import Shop, activities_parquet, did, make_shop
from tests.factories.organisations import RULES, add, make_organisation

YEAR: Final = Period(since=date(2025, 1, 1), until=date(2026, 1, 1))
_BEGINS: Final = datetime(2024, 12, 1, 4, 0, tzinfo=UTC)
_REGISTERED: Final = datetime(2025, 6, 2, 4, 0, tzinfo=UTC)
"""Within the year, and late enough for the issuer's certificates to hold when the feeds are taken in."""

_MUST_SECONDS: Final = 3.0
_DEEDS: Final = (("metro_trip_km", 0), ("recycle_pet", 4), ("reusable_cup", 8))
"""What every resident does in a year, and how many months after his neighbours' first."""

_RESIDENTS: Final = 100
"""How many live in a building."""


def measure(asked: Asked) -> list[Row]:
    """Found the district, let everybody do something three times, publish, and gather both reports."""
    communities, buildings, months = (2, 2, 2) if asked.quick else (20, 50, 12)
    with tempfile.TemporaryDirectory() as folder, database(Path(folder)) as (kept, _settings):
        clock = kept.clock
        assert isinstance(clock, StandingClock), "the benchmark's own"
        organisation_id, shop = _founded(kept, clock, communities, buildings)
        awards = _lived(kept, Path(folder), shop)
        publishing = [_timed(lambda one=one: _published(kept, organisation_id, one))[0] for one in _months(months)]  # type: ignore[misc]
        last, figures = _timed(lambda: _published(kept, organisation_id, YEAR))
        gathering, report = _timed(lambda: _read(kept, community, organisation_id))
        whole, of_region = _timed(lambda: _read(kept, region, "CN-SH"))
    residents = communities * buildings * _RESIDENTS
    [own] = [one for one in figures.units if one.parent_id is None]
    assert (own.members, own.participants, own.actions) == (residents, residents, awards), "everybody was counted"
    assert (report.own.participants, report.own.actions) == (residents, awards), "and is told of"
    assert sum(one.awards for one in of_region.uptake) == awards, "in the region, too"
    must = f"< {_MUST_SECONDS:.0f}"
    what = f"facts of a district of {residents:,} residents, a year and its months, as published: s"
    return [
        Row(what, gathering, last, None, must, "–", gathering < _MUST_SECONDS),
        Row(
            f"facts of its region, a year, {awards:,} awards, out of the ledger: s",
            whole,
            sum(publishing) / len(publishing),
            None,
            must,
            "–",
            whole < _MUST_SECONDS,
        ),
    ]


def _founded(kept: Database, clock: StandingClock, communities: int, buildings: int) -> tuple[str, Shop]:
    """Found a district whose residents all live there since before the year."""
    later, clock.at = clock.at, _BEGINS
    cards: dict[str, str] = {}
    with kept.writing() as session:
        publish_factors(session)
        whole = make_organisation(session, OrganisationKind.DISTRICT, name="示例街道")
        for one in range(communities):
            inside = add(session, whole.organisation_id, whole.units[0].unit_id, f"示例社区 {one}")
            for other in range(buildings):
                unit_id = add(session, whole.organisation_id, inside, f"{one}-{other} 号楼")
                new = [NewConsumer(display_name=f"示例住户 {one}-{other}-{number}") for number in range(_RESIDENTS)]
                residents = people.register_consumers(session, new)
                cards |= {f"CARD-{one}-{other}-{number}": resident for number, resident in enumerate(residents)}
                session.execute(insert(MembershipRow), _memberships(session, whole.organisation_id, unit_id, residents))
    clock.at = _REGISTERED
    with kept.writing() as session:
        shop = make_shop(session, *RULES, consumers=cards)
    clock.at = later
    return whole.organisation_id, shop


def _memberships(session: Any, organisation_id: str, unit_id: str, residents: list[str]) -> list[dict[str, Any]]:  # noqa: ANN401 - rows of a table
    at = now(session)
    version = queries.notice().version
    return [
        {
            "id": new_id(session, "mem", at),
            "organisation_id": organisation_id,
            "unit_id": unit_id,
            "consumer_id": resident,
            "since": at.date(),
            "until": None,
            "age": AgeBand.FROM_14.value,
            "by_guardian": False,
            "agreed_by": "acc_example",
            "notice_version": version,
            "joined_at": at,
            "left_at": None,
        }
        for resident in residents
    ]


def _lived(kept: Database, folder: Path, shop: Shop) -> int:
    """Let everybody do three things in the year; gives how many awards came of it."""
    awarded = 0
    for number, (action, later) in enumerate(_DEEDS):
        path = activities_parquet(folder / f"{action}.parquet", _deeds(shop, number, action, later))
        outcome = jobs.import_file(kept, shop.activities, path)
        assert outcome.awarded == len(shop.consumers), outcome
        awarded += outcome.awarded
    return awarded


def _deeds(shop: Shop, number: int, action: str, later: int) -> Iterator[dict[str, object]]:
    for place, card in enumerate(shop.consumers):
        on = YEAR.since + timedelta(days=(place * 7 + later * 30) % 360)
        facts = did(record_no=f"{number}-{place}", card_no=card, action=action, quantity=str(4 + place % 5))
        yield facts | {"done_at": f"{on.isoformat()}T08:00:00"}


def _months(count: int) -> list[Period]:
    starts = [date(2025, month, 1) for month in range(1, 13)]
    return [Period(since=since, until=until) for since, until in pairwise([*starts, YEAR.until])][:count]


def _published(kept: Database, organisation_id: str, period: Period) -> Figures:
    with kept.writing() as session:
        return service.publish(session, organisation_id, period)


def _read(kept: Database, kind: Any, subject_id: str) -> Any:  # noqa: ANN401 - a file of the catalogue and its facts
    with kept.reading() as session:
        return kind.gather(session, subject_id, YEAR)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.process_time()
    found = work()
    return time.process_time() - began, found
