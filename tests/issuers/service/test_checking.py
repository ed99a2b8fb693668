"""Checks before submission: a fresh report on the very version, kept by its digest, or nothing is handed in."""

from datetime import date, timedelta
from typing import Final

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.issuers import queries, rules, service
from greencredit.issuers.errors import ChecksNotPassed, FilingStepNotAllowed
from greencredit.issuers.tables import CheckRow
from greencredit.kernel.clock import StandingClock
from greencredit.schemas.issuers import Filing, FilingState, LifeState, MarketingText, Scheme
from greencredit.schemas.values import Words
from tests.factories.issuers import WHY, admin_of, example_rule, make_draft, make_filing, make_issuer, new_scheme

TODAY: Final = date(2026, 3, 2)


def bad_scheme() -> Scheme:
    """Give a scheme whose advertising no filing may contain."""
    texts = (MarketingText(place="门店海报", text=Words(zh="最终解释权归本公司", en="x")),)
    return new_scheme().model_copy(update={"marketing": texts})


def waiting(session: Session, scheme: Scheme | None = None) -> Filing:
    """Give a filing that waits for its decision."""
    return make_filing(session, make_issuer(session, LifeState.ASSESSED).issuer_id, scheme)


@pytest.mark.proves("ISS-4", "SUP-1")
def test_a_filing_that_fails_a_check_is_not_submitted_and_the_report_says_why(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ASSESSED)
    admin = admin_of(issuer.issuer_id)
    draft = make_draft(session, issuer.issuer_id, bad_scheme(), actor=admin)

    report = service.check_filing(session, admin, draft.filing_id)
    before = queries.filing(session, draft.filing_id)
    with pytest.raises(ChecksNotPassed) as no:
        service.submit_filing(session, admin, draft.filing_id, reason=WHY)

    assert (report.passed, report.stopping, report.filing_digest) == (False, ("final_interpretation",), draft.digest)
    assert no.value.facts == {
        "filing_id": draft.filing_id,
        "found": ["final_interpretation"],
        "report_digest": rules.report_digest(report),
    }
    assert queries.filing(session, draft.filing_id) == before
    assert (before.state, before.check.stopping if before.check else None) == (
        FilingState.DRAFT,
        ("final_interpretation",),
    )


def test_the_report_on_what_was_submitted_is_attached_by_its_digest(session: Session) -> None:
    filed = waiting(session)

    report = queries.check_report(session, filed.filing_id)

    assert report is not None
    assert filed.check is not None
    assert (filed.check.report_digest, filed.check.passed) == (rules.report_digest(report), True)
    assert (report.filing_digest, report.on) == (filed.digest, TODAY)


def test_the_same_report_is_kept_once(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ASSESSED)
    admin = admin_of(issuer.issuer_id)
    draft = make_draft(session, issuer.issuer_id, actor=admin)

    for _ in range(3):
        service.check_filing(session, admin, draft.filing_id)
    service.submit_filing(session, admin, draft.filing_id, reason=WHY)

    assert len(session.scalars(select(CheckRow)).all()) == 1


def test_a_report_of_yesterday_is_no_licence(session: Session, clock: StandingClock) -> None:
    issuer = make_issuer(session, LifeState.ASSESSED)
    admin = admin_of(issuer.issuer_id)
    draft = make_draft(session, issuer.issuer_id, actor=admin)
    service.check_filing(session, admin, draft.filing_id)
    clock.move(timedelta(days=1))

    service.submit_filing(session, admin, draft.filing_id, reason=WHY)

    report = queries.check_report(session, draft.filing_id)
    assert report is not None
    assert report.on == TODAY + timedelta(days=1)


def test_nothing_is_checked_anew_once_it_is_submitted(session: Session) -> None:
    filed = waiting(session)

    with pytest.raises(FilingStepNotAllowed):
        service.check_filing(session, admin_of(filed.issuer_id), filed.filing_id)

    assert queries.filing(session, filed.filing_id) == filed


def test_a_scheme_is_checked_against_the_version_in_force_and_nothing_is_kept(session: Session) -> None:
    issuer = make_issuer(session)

    report = queries.check_scheme(session, issuer.issuer_id, bad_scheme())

    assert report.stopping == ("final_interpretation",)
    assert report.before_digest == rules.scheme_digest(new_scheme())
    assert len(queries.filings(session, issuer.issuer_id)) == 1


@pytest.mark.proves("ISS-4")
def test_rules_that_overlap_in_time_are_not_submitted(session: Session) -> None:
    overlapping = new_scheme(example_rule(), example_rule().model_copy(update={"since": date(2025, 1, 1)}))

    with pytest.raises(ChecksNotPassed) as no, session.begin_nested():
        waiting(session, overlapping)

    assert no.value.facts["found"] == ["rules_overlap"]
