"""How feeds stand, and that a file in pieces, or told again, is the file."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.evidence import queries
from greencredit.evidence.errors import BatchMovedOn
from tests.evidence.test_sources import opened
from tests.factories.evidence import keep_file
from tests.factories.sources import example_of, write_csv

# ---- How a feed stands ---------------------------------------------------------------------------------------------


@pytest.mark.proves("AWD-3")
def test_a_feed_tells_how_much_came_and_how_late(session: Session, tmp_path: Path, clock: Any) -> None:  # noqa: ANN401 - a clock that is moved
    opened(session, "trips")
    empty = queries.status_of(session, "source_1")
    rows = [
        example_of("trips", ended_at="2026-03-02T11:00:00"),
        example_of("trips", trip_no="2", ended_at="2026-03-01T11:00:00"),
        example_of("trips", trip_no="3", distance_km="far"),
    ]
    rows.append(rows[0])
    keep_file(session, "source_1", write_csv(tmp_path / "t.csv", "trips", rows))
    clock.move(timedelta(minutes=5))

    found = queries.status_of(session, "source_1")

    assert (empty.batches, empty.lines, empty.taken_in_at, empty.lag_seconds, empty.silent_seconds) == (
        0,
        0,
        None,
        None,
        None,
    )
    assert (found.batches, found.lines, found.qualifying, found.duplicates, found.rejected) == (1, 4, 2, 1, 1)
    assert (found.lag_seconds, found.silent_seconds) == (3600, 300)
    assert found in queries.statuses(session)


def test_what_is_older_than_the_newest_changes_no_lag(session: Session, tmp_path: Path, clock: Any) -> None:  # noqa: ANN401 - a clock that is moved
    opened(session, "trips")
    rows = [example_of("trips", ended_at="2026-03-02T11:00:00")]
    keep_file(session, "source_1", write_csv(tmp_path / "a.csv", "trips", rows))
    clock.move(timedelta(hours=1))

    keep_file(session, "source_1", write_csv(tmp_path / "b.csv", "trips", [example_of("trips", trip_no="2")]))

    found = queries.status_of(session, "source_1")
    assert (found.lag_seconds, found.silent_seconds) == (3600, 0)


# ---- Splitting and replaying ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.proves("AWD-3")
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_file_in_pieces_and_pieces_again_is_the_file(session: Session, tmp_path: Path, data: st.DataObject) -> None:
    rows = [
        example_of("trips", trip_no=str(data.draw(st.integers(1, 8))), distance_km=data.draw(st.sampled_from("1x5")))
        for _ in range(data.draw(st.integers(1, 12)))
    ]
    cut = data.draw(st.integers(0, len(rows)))
    pieces = [piece for piece in (rows[:cut], rows[cut:], rows) if piece]
    with session.begin_nested() as whole:
        opened(session, "trips")
        keep_file(session, "source_1", write_csv(tmp_path / "whole.csv", "trips", rows))
        wanted = kept(session)
        whole.rollback()
    with session.begin_nested() as parts:
        opened(session, "trips")
        for number, piece in enumerate(pieces):
            path = write_csv(tmp_path / f"{number}.csv", "trips", piece)
            with suppress(BatchMovedOn):  # the very same file
                keep_file(session, "source_1", path)
        found = kept(session)
        parts.rollback()

    assert found == wanted


def kept(session: Session) -> list[tuple[str, str]]:
    """Give what earns, in no order."""
    rows = session.execute(text("SELECT subject, quantity FROM evidence_item")).all()
    return sorted((str(subject), str(quantity)) for subject, quantity in rows)
