"""The public register page by page: what is remembered is what would be worked out, and nobody's draft is in it."""

import csv
import io

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from greencredit.issuers import queries, service
from greencredit.kernel.clock import civil_date, now
from greencredit.schemas.issuers import LifeState
from tests.factories.issuers import WHY, admin_of, make_issuer, new_statement, regulator


@pytest.mark.proves("SUP-5")
def test_pages_follow_each_other_and_whoever_never_issued_is_on_none(session: Session) -> None:
    ids = [make_issuer(session, number=number, name=f"示例{number}零售").issuer_id for number in (1, 2, 3)]
    make_issuer(session, LifeState.ASSESSED, number=4)

    pages = [queries.listed(session, offset=offset, limit=2) for offset in (0, 2, 4)]

    assert sorted(one.issuer_id for page in pages for one in page.issuers) == sorted(ids)
    assert [(len(page.issuers), page.total) for page in pages] == [(2, 3), (1, 3), (0, 3)]


@pytest.mark.proves("SUP-5")
def test_name_code_and_filing_number_are_looked_for_as_they_are_written(session: Session) -> None:
    one = make_issuer(session, number=1, name="示例东方100%零售")
    make_issuer(session, number=2, name="示例西方零售")
    number = queries.public_issuer(session, one.issuer_id).filing_number or ""

    found = [
        [each.issuer_id for each in queries.listed(session, wanted).issuers]
        for wanted in ("东方", one.code.lower(), number, "100%", "_", "没有这家")
    ]

    assert found == [[one.issuer_id]] * 4 + [[], []]


@pytest.mark.proves("SUP-5")
def test_a_page_that_is_remembered_takes_one_statement(session: Session) -> None:
    for number in (1, 2, 3):
        make_issuer(session, number=number)
    queries.listed(session)
    asked: list[str] = []
    bind = session.get_bind()

    def note(*execution: object) -> None:
        asked.append(str(execution[2]))

    event.listen(bind, "before_cursor_execute", note)
    try:
        page = queries.listed(session)
    finally:
        event.remove(bind, "before_cursor_execute", note)

    assert (page.total, len(page.issuers)) == (3, 3)
    assert len(asked) == 1


@pytest.mark.proves("SUP-5")
def test_a_line_is_worked_out_again_when_something_changed_and_only_then(session: Session) -> None:
    issuer_id = make_issuer(session).issuer_id
    shown = [queries.listed(session).issuers[0], queries.listed(session).issuers[0]]
    today = civil_date(now(session))

    service.state_guarantee(
        session, admin_of(issuer_id), issuer_id, new_statement(today, amount_fen=77_700), reason=WHY
    )
    stated, worked_out = queries.listed(session), queries.public_issuer(session, issuer_id)
    service.suspend(session, regulator(), issuer_id, reason=WHY)
    suspended = queries.listed(session)

    assert shown[0] is shown[1]
    assert stated.issuers == (worked_out,)
    assert worked_out.coverage is not None
    assert worked_out.coverage.guarantee_fen == 77_700
    assert suspended.issuers == (queries.public_issuer(session, issuer_id),)
    assert suspended.text.decode() == f"[{suspended.issuers[0].model_dump_json()}]"


@pytest.mark.proves("SUP-5")
def test_the_table_holds_every_line_and_nothing_that_a_spreadsheet_would_carry_out(session: Session) -> None:
    issuer = make_issuer(session, name="=1+1 示例")

    header, line = csv.reader(io.StringIO(queries.register_csv(session).removeprefix("\ufeff")))

    row = dict(zip(header, line, strict=True))
    assert (row["issuer_id"], row["name"], row["state"]) == (issuer.issuer_id, "'=1+1 示例", "active")
    assert row["standards"] == "绿色消费积分技术规范（编号待核实）"


def test_who_stands_in_the_register_is_counted_without_reading_it(session: Session) -> None:
    make_issuer(session, number=1)
    make_issuer(session, LifeState.SUSPENDED, number=2)
    make_issuer(session, LifeState.DRAFT, number=3)

    assert queries.tally(session) == (2, 1)
