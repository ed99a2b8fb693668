"""Withdrawing reports: nothing is taken back, the log is told, and a signed list says it to whoever is off line."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.keys import Keys
from greencredit.proofs.errors import ProofRefused
from greencredit.proofs.rules.steps import failed_step
from greencredit.reports import queries, rules, service
from greencredit.reports.errors import AlreadyWithdrawn, NotItsSuccessor, StatusListWrong, UnknownNumber
from greencredit.reports.rules.checking.verify import verify_report
from greencredit.reports.rules.status import read_status, status_file
from greencredit.reports.service import Drawing
from greencredit.reports.service.seal import status_signer
from greencredit.schemas.reports import Lang
from greencredit.schemas.reports.proven import ReportStanding, ReportStatus, WithdrawalReason
from tests.conftest import NOON
from tests.factories import reports
from tests.factories.proven import SOURCE
from tests.reports.conftest import Drilled


def issued(session: Session, into: Path, count: int, lang: Lang = "zh") -> str:
    """Issue a report without drawing it, and give its number."""
    facts = reports.consumer_report(count)
    imprint = rules.Imprint("consumer", facts, lang)
    drawing = Drawing(
        number=imprint.number,
        kind="consumer",
        lang=lang,
        subject_id=facts.subject_id,
        period=facts.period,
        facts_sha256=imprint.digest,
        media_type="application/pdf",
        renderer="0123456789abcdef",
        content=f"%PDF {count}".encode(),
    )
    return service.register(session, drawing, into).number


def waiting(session: Session) -> int:
    """Count the facts that wait for the log."""
    found: int = session.execute(text("SELECT count(*) FROM proofs_pending")).scalar_one()
    return found


@pytest.mark.proves("REP-9")
def test_a_revoked_report_says_since_when_and_why(session: Session, tmp_path: Path) -> None:
    number = issued(session, tmp_path, 2)

    standing = service.revoke(session, number.lower(), WithdrawalReason.FACTOR_WITHDRAWN, "operator")

    assert standing == queries.standing_of(session, number)
    assert standing == ReportStanding(
        number=number, status=ReportStatus.REVOKED, since=NOON, reason=WithdrawalReason.FACTOR_WITHDRAWN
    )
    assert list(queries.withdrawn(session)) == [standing]
    assert waiting(session) == 1


@pytest.mark.proves("REP-9")
def test_a_newer_report_takes_the_place_of_an_older_one_and_may_itself_be_revoked(
    session: Session, tmp_path: Path
) -> None:
    old, new = issued(session, tmp_path, 2), issued(session, tmp_path, 3)

    superseded = service.supersede(session, old, new, "operator")
    service.revoke(session, old, WithdrawalReason.FACTS_WRONG, "operator")

    assert (superseded.status, superseded.successor) == (ReportStatus.SUPERSEDED, new)
    assert queries.standing_of(session, old).status is ReportStatus.REVOKED
    assert queries.standing_of(session, new).status is ReportStatus.VALID
    assert [(one.number, one.status) for one in queries.withdrawn(session)] == [(old, ReportStatus.REVOKED)]


def test_what_was_revoked_is_neither_revoked_nor_superseded_again(session: Session, tmp_path: Path) -> None:
    old, new = issued(session, tmp_path, 2), issued(session, tmp_path, 3)
    first = service.revoke(session, old, WithdrawalReason.FACTS_WRONG, "operator")

    with pytest.raises(AlreadyWithdrawn) as revoked:
        service.revoke(session, old, WithdrawalReason.HOLDER_ASKED, "operator")
    with pytest.raises(AlreadyWithdrawn) as superseded:
        service.supersede(session, old, new, "operator")

    for no in (revoked, superseded):
        assert (no.value.code, no.value.facts) == (
            "reports.already_withdrawn",
            {"number": old, "status": "revoked"},
        )
    assert (list(queries.withdrawn(session)), waiting(session)) == ([first], 1)


def test_only_another_report_of_the_same_subject_kind_and_language_takes_a_place(
    session: Session, tmp_path: Path
) -> None:
    old, english = issued(session, tmp_path, 2), issued(session, tmp_path, 3, "en")
    gone = issued(session, tmp_path, 4)
    service.revoke(session, gone, WithdrawalReason.FACTS_WRONG, "operator")

    for successor in (old, english, gone):
        with pytest.raises(NotItsSuccessor) as no:
            service.supersede(session, old, successor, "operator")
        assert no.value.facts == {"number": old, "successor": successor}
    with pytest.raises(UnknownNumber):
        service.supersede(session, old, rules.number_of("c" * 64, "zh", 2026), "operator")
    assert queries.standing_of(session, old).status is ReportStatus.VALID


@pytest.mark.proves("REP-9")
def test_the_list_names_what_was_withdrawn_and_is_refused_when_a_byte_is_changed(
    session: Session, tmp_path: Path, clock: StandingClock
) -> None:
    one, other = issued(session, tmp_path, 2), issued(session, tmp_path, 3)
    service.revoke(session, one, WithdrawalReason.FACTS_WRONG, "operator")
    clock.move(timedelta(hours=3))
    signer = status_signer(session, SOURCE)
    listed = service.status_list(session, SOURCE).encode()

    found = read_status(listed, signer.verifier)

    assert (found.at, found.lines) == (NOON + timedelta(hours=3), 1)
    assert found.standing_of(one) == queries.standing_of(session, one)
    assert found.standing_of(other) == ReportStanding(number=other, status=ReportStatus.VALID)
    for at in range(len(listed)):
        with pytest.raises(ProofRefused):
            read_status(listed[:at] + bytes([listed[at] ^ 1]) + listed[at + 1 :], signer.verifier)


def test_a_list_of_another_installation_is_refused(session: Session) -> None:
    listed = service.status_list(session, SOURCE).encode()
    session.info["keys"] = Keys(b"z" * 32)

    with pytest.raises(StatusListWrong):
        read_status(listed, status_signer(session, SOURCE).verifier)


def _list_of(database: Database, standings: list[ReportStanding], hours: int) -> bytes:
    with database.reading() as session:
        return status_file(standings, status_signer(session, SOURCE), at=NOON + timedelta(hours=hours)).encode()


@pytest.mark.proves("REP-9")
def test_off_line_a_withdrawn_report_fails_at_that_step_and_an_old_list_is_no_answer(drilled: Drilled) -> None:
    number, database = drilled.drawing.number, drilled.database
    gone = ReportStanding(
        number=number, status=ReportStatus.REVOKED, since=NOON, reason=WithdrawalReason.AWARD_REVERSED
    )
    other = gone.model_copy(update={"number": drilled.other.number})
    lists = {
        "not on it": _list_of(database, [other], 1),
        "on it": _list_of(database, [gone], 1),
        "too old": _list_of(database, [], -1),
        "changed": _list_of(database, [gone], 1).replace(number.encode(), drilled.other.number.encode()),
    }

    failed = {
        name: failed_step(verify_report(drilled.drawing.content, drilled.policy, listed, None))
        for name, listed in lists.items()
    }

    assert {name: step and (step.name, step.code) for name, step in failed.items()} == {
        "not on it": None,
        "on it": ("revocation", "reports.withdrawn"),
        "too old": ("revocation", "reports.status_list_too_old"),
        "changed": ("revocation", "reports.status_list_wrong"),
    }
