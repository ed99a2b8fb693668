"""An index of stretches that says something else than the events."""

from typing import Final

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.database import Database
from greencredit.ledger import queries, service
from greencredit.ledger.rules import key_of
from greencredit.schemas.ledger import Earning
from tests.factories.books import broken_by
from tests.factories.ledger import earn, make_earning, make_terms

FAULTS: Final[dict[str, dict[str, list[str]]]] = {
    "stretches_are_whole": {
        "INSERT INTO ledger_touch (series_id, stretch) VALUES (3, 0)": [
            "stretch=0, series=3, wrong=has no event there"
        ],
        "INSERT INTO ledger_touch (series_id, stretch) VALUES (0, 1)": [
            *(f"stretch=0, series={series}, wrong=is not on file" for series in range(1, 8)),
            "stretch=1, series=0, wrong=follows one that is not on file",
            "stretch=1, series=0, wrong=is not complete",
        ],
    },
}
"""Invariant → what is done behind the verbs' backs → what the audit finds, word for word."""


@pytest.mark.proves("LED-4")
def test_what_is_done_behind_the_verbs_backs_is_found_and_named(lived: Database) -> None:
    found = broken_by(lived, FAULTS)

    assert found == FAULTS


@pytest.mark.proves("LED-4")
@pytest.mark.breaks_invariants("a series is left out of the index")
def test_a_series_that_the_index_leaves_out_is_named(session: Session) -> None:
    common, rare = make_earning(session, credits_=1), make_earning(session, credits_=1, terms=make_terms("iss_rare"))
    batch = [Earning(common.holder, common.series, 1, key_of(f"{n}")) for n in range(4_096)]
    earn(session, *batch[:-1], rare._replace(key=key_of("rare")))
    service.touch(session)
    whole = _found(session)

    session.execute(text("DROP TRIGGER IF EXISTS ledger_touch_no_delete") if _sqlite(session) else _LIFTED)
    session.execute(text("DELETE FROM ledger_touch WHERE series_id = :rare"), {"rare": rare.series})

    assert whole == ()
    assert _found(session) == (f"stretch=0, series={rare.series}, wrong=is not on file",)


_LIFTED: Final = text("ALTER TABLE ledger_touch DISABLE TRIGGER ALL")


def _sqlite(session: Session) -> bool:
    return session.connection().dialect.name == "sqlite"


def _found(session: Session) -> tuple[str, ...]:
    (finding,) = [one for one in queries.audit(session) if one.name == "stretches_are_whole"]
    return finding.broken
