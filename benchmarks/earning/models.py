"""Fitting a building: a year of days against every candidate; the limit is one plain least squares per candidate.

The limit solves as many small systems as there are candidates and looks for no change point at all: nothing that
searches for one can be faster. The must is a time, since a fit happens once a project and not a million times.
"""

import math
import time
from datetime import date, timedelta
from typing import Final

import numpy as np

from benchmarks import Asked, Row
from greencredit.projects import rules
from greencredit.projects.catalogue import uncertainty
from greencredit.schemas.projects import Form, Interval, ModelGrain

_DAYS: Final = 365
_MUST_MS: Final = 100.0
_AIM_MS: Final = 25.0
_SINCE: Final = date(2025, 1, 1)
_CANDIDATES: Final = 2 * len(Form)
_WIDEST: Final = 6


def measure(asked: Asked) -> list[Row]:
    """Fit a year of days again and again, in turn with the limit, and give the best of each: a machine is shared."""
    year, terms = _year(), uncertainty(ModelGrain.DAY)
    rules.fit(year, terms=terms)  # the libraries are loaded once a process
    ours: list[float] = []
    limit: list[float] = []
    for _ in range(5 if asked.quick else 60):
        began = time.perf_counter()
        found = rules.fit(year, terms=terms)
        ours.append(time.perf_counter() - began)
        limit.append(_least_squares(year))
        assert (found.model.form, found.model.with_occupancy) == (Form.FIVE, True), "the form that made the data"
        assert len(found.candidates) == _CANDIDATES, "all candidates were tried"
    mine, plain = (min(times) * 1000 for times in (ours, limit))
    what = f"fit {_DAYS} days, all {_CANDIDATES} candidates, ms | one lstsq each"
    return [Row(what, mine, plain, mine / plain, f"< {_MUST_MS:g} ms", f"< {_AIM_MS:g} ms", mine < _MUST_MS)]


def _year() -> tuple[Interval, ...]:
    """Give a year of a building that heats below 12 °C, cools above 22 °C, and works from Monday to Friday."""
    found = []
    for place in range(_DAYS):
        day = _SINCE + timedelta(days=place)
        outside = 14 - 15 * math.cos(2 * math.pi * place / _DAYS) + 3 * math.cos(place * 1.7)
        working = day.weekday() < 5
        use = 500 + 20 * max(0.0, 12 - outside) + 30 * max(0.0, outside - 22) + 120 * working
        found.append(
            Interval(
                since=day,
                used_milli=round(use * (1 + 0.02 * math.sin(place * 2.3)) * 1000),
                temperatures_milli=(round(outside * 1000),),
                occupied_percent=(100 * working,),
            )
        )
    return tuple(found)


def _least_squares(year: tuple[Interval, ...]) -> float:
    """Solve one system of the candidates' greatest width for each of them."""
    use = np.array([one.used_milli for one in year]) / 1000
    outside = np.array([one.temperatures_milli[0] for one in year]) / 1000
    design = np.column_stack([np.ones(_DAYS), *(np.maximum(outside - at, 0.0) for at in range(_WIDEST - 1))])
    began = time.perf_counter()
    for _ in range(_CANDIDATES):
        np.linalg.lstsq(design, use, rcond=None)
    return time.perf_counter() - began
