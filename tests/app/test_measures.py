"""What Prometheus reads about the writer is what the writer counted."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from greencredit.app.measures import Measures
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.writer import QueueFull, Writer
from tests.conftest import NOON
from tests.factories.evidence import keep_file, make_shop, open_feed
from tests.factories.sources import example_of, write_csv
from tests.factories.writer import echo


@pytest.mark.proves("LED-3")
def test_batches_items_the_queue_and_the_time_of_commits_are_measured(shared: Database, clock: StandingClock) -> None:
    times: Iterator[float] = iter([0.0, 0.003, 1.0, 1.02])
    writer = Writer(shared, by_hand=True, queue_limit=3, stopwatch=lambda: next(times))
    for _ in range(3):
        writer.submit(echo, "x")
    with pytest.raises(QueueFull):
        writer.submit(echo, "x")
    writer.step()
    writer.submit(echo, "x")
    writer.submit(echo, "x", deadline=NOON)
    clock.move(timedelta(seconds=1))
    writer.step()
    writer.submit(echo, "x")

    told = Measures(shared, writer).text().decode()

    wanted = [
        "greencredit_writer_healthy 1.0",
        "greencredit_writer_waiting 1.0",
        'greencredit_writer_items_total{end="committed"} 4.0',
        'greencredit_writer_items_total{end="late"} 1.0',
        'greencredit_writer_items_total{end="turned_away"} 1.0',
        "greencredit_writer_retries_total 0.0",
        'greencredit_writer_batch_items_bucket{le="1.0"} 1.0',
        'greencredit_writer_batch_items_bucket{le="4.0"} 2.0',
        'greencredit_writer_batch_items_bucket{le="+Inf"} 2.0',
        "greencredit_writer_batch_items_sum 4.0",
        'greencredit_writer_batch_seconds_bucket{le="0.0025"} 0.0',
        'greencredit_writer_batch_seconds_bucket{le="0.005"} 1.0',
        'greencredit_writer_batch_seconds_bucket{le="0.025"} 2.0',
    ]
    assert [line for line in wanted if line not in told.splitlines()] == []


def test_a_writer_that_stopped_is_measured_as_such(shared: Database) -> None:
    writer = Writer(shared)
    writer.stop()

    assert b"greencredit_writer_healthy 0.0" in Measures(shared, writer).text()


@pytest.mark.proves("AWD-3")
def test_what_came_of_a_feed_and_how_late_is_measured(shared: Database, tmp_path: Path, clock: StandingClock) -> None:
    with shared.writing() as session:
        shop = make_shop(session)
        open_feed(session, "trips_1", "trips", shop.issuer_id)
        late, bad = example_of("trips", ended_at="2026-03-02T11:00:00"), example_of("trips", mode="rocket")
        keep_file(session, "trips_1", write_csv(tmp_path / "t.csv", "trips", [late, late, bad]))
    clock.move(timedelta(minutes=1))
    writer = Writer(shared)
    writer.stop()

    told = Measures(shared, writer).text().decode().splitlines()

    wanted = [
        'greencredit_feed_records_total{end="read",feed="trips_1",kind="trips"} 3.0',
        'greencredit_feed_records_total{end="qualifying",feed="trips_1",kind="trips"} 1.0',
        'greencredit_feed_records_total{end="duplicate",feed="trips_1",kind="trips"} 1.0',
        'greencredit_feed_records_total{end="rejected",feed="trips_1",kind="trips"} 1.0',
        'greencredit_feed_lag_seconds{feed="trips_1",kind="trips"} 3600.0',
        'greencredit_feed_silent_seconds{feed="trips_1",kind="trips"} 60.0',
    ]
    assert [line for line in wanted if line not in told] == []
