"""How long the report of a school takes to gather once its figures are published, and how long publishing takes."""

import tempfile
import time
from pathlib import Path

from benchmarks import Asked, Row
from benchmarks.reports.proving import database
from greencredit.kernel.clock import StandingClock
from greencredit.organisations import service
from greencredit.reports.catalogue import school
from tests.factories.organisations import TWO_MONTHS, make_school

_MUST_SECONDS = 0.3
_PUPILS = 40


def measure(asked: Asked) -> list[Row]:
    """Let every pupil ride every week of two months; publish; gather."""
    grades, each = (2, 1) if asked.quick else (6, 8)
    weeks = (5, 12, 19, 26)
    names = {f"{grade}年级": {f"{grade}.{one}": _PUPILS for one in range(each)} for grade in range(1, grades + 1)}
    with tempfile.TemporaryDirectory() as folder, database(Path(folder)) as (kept, _settings):
        clock = kept.clock
        assert isinstance(clock, StandingClock), "the benchmark's own"
        found = make_school(kept, clock, Path(folder), names)
        for below in names.values():
            for name, count in below.items():
                for month in (1, 2):
                    for day in weeks:
                        found.ride(name, range(count), on=f"2026-{month:02}-{day:02}")
        began = time.process_time()
        with kept.writing() as session:
            service.publish(session, found.organisation_id, TWO_MONTHS)
        publishing = time.process_time() - began
        took = []
        for _ in range(5):
            began = time.process_time()
            with kept.reading() as session:
                report = school.gather(session, found.organisation_id, TWO_MONTHS)
            took.append(time.process_time() - began)
    pupils = grades * each * _PUPILS
    assert sum(len(one) for one in found.pupils.values()) == pupils
    assert report.period == TWO_MONTHS
    gathering = sorted(took)[len(took) // 2]
    return [
        Row(
            f"facts of a school of {pupils:,} pupils, {pupils * 8:,} actions, as published: s",
            gathering,
            publishing,
            None,
            f"< {_MUST_SECONDS}",
            "–",
            gathering < _MUST_SECONDS,
        )
    ]
