"""Proving reports: into the log first, then drawn with the receipt, then signed; the same bytes whenever it is done."""

import pytest

from greencredit.kernel.database import Database
from greencredit.proofs.rules.steps import failed_step
from greencredit.reports.rules.checking.verify import verify_report
from tests.factories.proven import make_proven


@pytest.mark.proves("REP-9")
def test_a_proven_report_holds_at_every_step(database: Database) -> None:
    report = make_proven(database)

    steps = verify_report(report.content, report.policy, None, None)
    for s in steps: print(s)
    print(len(report.content))

    assert failed_step(steps) is None
