"""Energy-saving projects for tests: a real building moved to our years, synthetic meters, projects led to a state."""

import csv
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.actions.rules import FactorBook
from greencredit.actions.rules.factor_file import read_factor_file
from greencredit.kernel.access import Actor, Role, ScopeKind
from greencredit.projects import queries, service
from greencredit.schemas.issuers import LifeState
from greencredit.schemas.projects import (
    Carrier,
    NewProject,
    NewSignOff,
    Part,
    Participant,
    Project,
)
from greencredit.schemas.values import Period, Words
from tests.factories.issuers import make_issuer
from tests.factories.people import make_actor, make_consumer

_FILE: Final = Path(__file__).parents[1] / "projects" / "data" / "commercial_building_daily_2012_2015.csv"

BEFORE: Final = (date(2012, 2, 29), date(2013, 2, 27))
"""The first year of the building: each line of the file is stamped with the end of its day."""
AFTER: Final = (date(2014, 2, 28), date(2015, 2, 27))
"""The third year, after the retrofit."""
MOVED_DAYS: Final = 574 * 7
"""Whole weeks, so that a Sunday stays a Sunday; the third year becomes the one before the tests' clock."""

WHY: Final = "示例原因"
METER: Final = "DEMO-METER-0001"


@cache
def _building() -> tuple[tuple[date, str, str], ...]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            (date.fromisoformat(row["date"]) - timedelta(days=1), row["kwh"], row["tempF"])
            for row in csv.DictReader(file)
        )


def building_csv(first: date, last: date, *, moved_days: int = MOVED_DAYS) -> bytes:
    """Give a part of the real building as a meter file, moved by some days."""
    rows = [
        (on + timedelta(days=moved_days), kwh, fahrenheit) for on, kwh, fahrenheit in _building() if first <= on <= last
    ]
    return meter_csv(("date", "kwh", "temp_f"), rows)


def building_before() -> bytes:
    """Give the baseline year of the building."""
    return building_csv(*BEFORE)


def building_after() -> bytes:
    """Give the reporting year of the building."""
    return building_csv(*AFTER)


def meter_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Write a file."""
    lines = [",".join(header), *(",".join(map(str, row)) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def weather_of(day: date, *, warmest: float = 29.0, coldest: float = -3.0) -> float:
    """Give a temperature that follows the year, with a fixed ripple from day to day."""
    from math import cos, pi

    season = (1 - cos(2 * pi * (day.timetuple().tm_yday - 15) / 365)) / 2
    return round(coldest + (warmest - coldest) * season + 3 * cos(day.toordinal() * 1.7), 3)


Use = Callable[[date, float], float]


def heated(base: float = 200.0, slope: float = 12.0, below: float = 15.0) -> Use:
    """Use that rises when it is colder than a change point."""
    return lambda _day, outside: base + slope * max(0.0, below - outside)


def daily_csv(
    since: date,
    days: int,
    use: Use,
    *,
    noise: float = 0.02,
    seed: int = 1,
    scale: float = 1.0,
    unit: str = "kwh",
    fahrenheit: bool = False,
    changes: Mapping[int, Any] | None = None,
) -> bytes:
    """Write a daily meter file of a synthetic building; `changes` replaces or leaves out (None) lines by place."""
    chance = random.Random(seed)  # noqa: S311 - the same meter every time, not a secret
    rows: list[Sequence[object]] = []
    for place in range(days):
        day = since + timedelta(days=place)
        outside = weather_of(day)
        used = use(day, outside) * (1 + noise * chance.gauss(0, 1)) * scale
        told = outside * 9 / 5 + 32 if fahrenheit else outside
        row: Sequence[object] | None = (day, f"{max(0.0, used):.6f}", f"{told:.6f}")
        if changes is not None and place in changes:
            change = changes[place]
            row = None if change is None else change(row)
        if row is not None:
            rows.append(row)
    return meter_csv(("date", unit, "temp_f" if fahrenheit else "temp_c"), rows)


@cache
def book() -> FactorBook:
    """Give the factors that the platform ships, without a database."""
    return FactorBook(row.factor for row in read_factor_file(actions.shipped_factor_file(), actions.units()))


# ---- Who acts, and projects on their way -------------------------------------------------------------------------


def keeper_of(issuer_id: str, account_id: str = "acc_keeper") -> Actor:
    """Give somebody of the issuer who opens and measures projects."""
    return make_actor(Role.ISSUER_MANAGER, ScopeKind.ISSUER, issuer_id, account_id=account_id)


def verifier_of(issuer_id: str, account_id: str = "acc_verifier") -> Actor:
    """Give somebody asked to verify the issuer's projects."""
    return make_actor(Role.VERIFIER, ScopeKind.ISSUER, issuer_id, account_id=account_id)


def new_project(issuer_id: str, participants: Sequence[Participant] = (), **changes: object) -> NewProject:
    """Describe the retrofit of a synthetic office building."""
    facts: dict[str, Any] = {
        "issuer_id": issuer_id,
        "title": Words(zh="示例办公楼节能改造", en="Example office retrofit"),
        "measures": Words(zh="更换冷热源与照明，优化控制", en="New plant and lighting, better controls"),
        "region": "CN-SH",
        "carrier": Carrier.ELECTRICITY,
        "meter": METER,
        "installed": Period(since=date(2024, 3, 1), until=date(2025, 2, 28)),
        "participants": participants or (Participant(holder_id="ent_example_owner", weight=1),),
    }
    return NewProject.model_validate({**facts, **changes})


def publish_factors(session: Session) -> None:
    """Publish the factors that the platform ships."""
    from greencredit.actions import service as publishing

    publishing.publish_factors(session, actions.shipped_factor_file(), by="tests")


def make_project(
    session: Session,
    *,
    issuer_id: str | None = None,
    weights: Sequence[int] = (3, 2, 2),
    **changes: Any,  # noqa: ANN401 - whatever a project is opened with
) -> Project:
    """Open a project of an active issuer, shared by some households."""
    if not queries_has_factors(session):
        publish_factors(session)
    issuer_id = issuer_id or make_issuer(session, LifeState.ACTIVE).issuer_id
    if "participants" not in changes:
        changes["participants"] = [
            Participant(holder_id=make_consumer(session).id, weight=weight) for weight in weights
        ]
    return service.open_project(session, keeper_of(issuer_id), new_project(issuer_id, **changes))


def queries_has_factors(session: Session) -> bool:
    """Tell whether factors were published."""
    return len(actions.factor_book(session)) > 0


def make_frozen(
    session: Session,
    *,
    before: bytes | None = None,
    issuer_id: str | None = None,
    **changes: Any,  # noqa: ANN401 - whatever a project is opened with
) -> Project:
    """Lead a project to its frozen baseline."""
    opened = make_project(session, issuer_id=issuer_id, **changes)
    keeper = keeper_of(opened.terms.issuer_id)
    service.add_data(session, keeper, opened.project_id, Part.BASELINE, meter=before or building_before())
    service.fit_baseline(session, keeper, opened.project_id)
    return service.freeze_baseline(session, keeper, opened.project_id, reason=WHY)


def make_measured(
    session: Session,
    *,
    before: bytes | None = None,
    after: bytes | None = None,
    issuer_id: str | None = None,
    **changes: Any,  # noqa: ANN401 - whatever a project is opened with
) -> Project:
    """Lead a project to a measured saving."""
    frozen = make_frozen(session, before=before, issuer_id=issuer_id, **changes)
    keeper = keeper_of(frozen.terms.issuer_id)
    service.add_data(session, keeper, frozen.project_id, Part.REPORTING, meter=after or building_after())
    service.measure(session, keeper, frozen.project_id)
    return queries.project(session, frozen.project_id)


def word_for(session: Session, project_id: str) -> NewSignOff:
    """Give the verifier's word to the newest measurement."""
    kept = queries.measurement(session, project_id)
    return NewSignOff(
        measurement_number=kept.measurement.number, digest=kept.digest, statement="示例：经核对，计量可信。"
    )


def make_signed_off(session: Session, **changes: Any) -> Project:  # noqa: ANN401 - whatever a project is opened with
    """Lead a project to its sign-off."""
    measured = make_measured(session, **changes)
    word = word_for(session, measured.project_id)
    return service.sign_off(session, verifier_of(measured.terms.issuer_id), measured.project_id, word)
