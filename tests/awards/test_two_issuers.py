"""The same evidence sent to two issuers at the same moment earns once."""

from pathlib import Path

import pytest

from greencredit.awards import jobs
from greencredit.evidence import queries as evidence
from greencredit.evidence.service import files
from greencredit.kernel.database import Database
from tests.awards.test_jobs import both_at_once
from tests.awards.test_sources import ACTIONS
from tests.factories.awards import action_rule, credits_of, publish_factors, require_sound
from tests.factories.evidence import make_shop, open_feed
from tests.factories.sources import example_of, write_csv


@pytest.mark.proves("ACT-5")
def test_the_same_trips_sent_to_two_issuers_at_once_earn_once(
    twins: tuple[Database, Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CHUNK_LINES", 5)
    database, _ = twins
    with database.writing() as session:
        publish_factors(session)
        first = make_shop(session, action_rule(actions=ACTIONS))
        second = make_shop(session, action_rule(actions=ACTIONS), number=2, consumers=first.consumers)
        for number, shop in enumerate((first, second), start=1):
            open_feed(session, f"trips_{number}", "trips", shop.issuer_id)
    path = write_csv(tmp_path / "t.csv", "trips", [example_of("trips", trip_no=f"M-{count}") for count in range(20)])

    both_at_once(
        lambda: jobs.import_file(database, "trips_1", path), lambda: jobs.import_file(database, "trips_2", path)
    )

    with database.reading() as session:
        one, other = (evidence.status_of(session, name) for name in ("trips_1", "trips_2"))
    assert (one.lines, other.lines) == (20, 20)
    assert one.qualifying + other.qualifying == 20
    assert (one.put_aside, other.put_aside) == (20 - one.qualifying, 20 - other.qualifying)
    each = credits_of(database, first.consumers["CARD-0001"])
    assert (each % 20, each > 0) == (0, True)
    require_sound(database)
