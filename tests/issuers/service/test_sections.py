"""Reports on sections: by the room that owns one, by its digest; and papers that stand in for none."""

from datetime import date, timedelta
from typing import Final

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from greencredit.documents.errors import NotHandedIn
from greencredit.issuers import queries, rules, service
from greencredit.issuers.catalogue.sections import owned_sections
from greencredit.issuers.errors import FilingChanged, FilingStepNotAllowed, SectionFailed, SectionReportMissing
from greencredit.kernel.clock import StandingClock
from greencredit.schemas.issuers import Filing, FilingState, LifeState, OwnedSection, SectionFindings, SectionName
from tests.factories.documents import example_document, hand_in
from tests.factories.issuers import WHY, admin_of, make_filing, make_issuer, new_scheme

REPORT: Final = rules.document_of({"cases": 3, "passed": True, "signature": "示例"})
SINCE: Final = date(2026, 3, 1)
PAPER: Final = example_document("示例规则说明.pdf")


def draft(session: Session) -> Filing:
    """Give a draft of an issuer that was assessed."""
    issuer_id = make_issuer(session, LifeState.ASSESSED).issuer_id
    return service.draft_filing(session, admin_of(issuer_id), issuer_id, new_scheme(), reason=WHY)


def found_in(filing: Filing, *, passed: bool = True, report: str = REPORT) -> SectionFindings:
    """Describe what awards found in the rules of a version."""
    (section,) = (one for one in filing.sections if one.name is SectionName.RULES)
    return SectionFindings(
        section=SectionName.RULES,
        section_digest=section.digest,
        made_by="awards",
        passed=passed,
        summary="示例：试算三例均相符",
        report=report,
    )


def attach(session: Session, filing: Filing, found: SectionFindings) -> Filing:
    """Attach findings for the issuer's administrator."""
    return service.attach_findings(session, admin_of(filing.issuer_id), filing.filing_id, found)


def submit(session: Session, filing: Filing) -> Filing:
    """Hand a draft in."""
    return service.submit_filing(session, admin_of(filing.issuer_id), filing.filing_id, reason=WHY)


@pytest.mark.proves("ISS-4")
def test_what_an_owner_found_is_kept_whole_under_its_digest_and_names_the_room(session: Session) -> None:
    filing = draft(session)

    attached = attach(session, filing, found_in(filing))

    (section,) = (one for one in attached.sections if one.name is SectionName.RULES)
    assert section.report is not None
    assert (section.report.passed, section.report.made_by) == (True, "awards")
    assert section.report.report_digest == rules.digest_of(REPORT)
    assert queries.findings(session, filing.filing_id) == [found_in(filing)]
    step = queries.history(session, filing.issuer_id)[-1]
    assert (step.step, step.document_digest) == ("pass_section", rules.digest_of(REPORT))


def test_findings_on_another_document_are_refused_and_nothing_is_kept(session: Session) -> None:
    filing = draft(session)
    stray = found_in(filing).model_copy(update={"section_digest": "0" * 64})

    with pytest.raises(FilingChanged) as no:
        attach(session, filing, stray)

    assert no.value.facts["wanted"] == "0" * 64
    assert (queries.findings(session, filing.filing_id), queries.filing(session, filing.filing_id)) == ([], filing)


def test_a_room_speaks_for_no_section_of_another(session: Session) -> None:
    filing = draft(session)

    with pytest.raises(AssertionError, match="owns it"):
        attach(session, filing, found_in(filing).model_copy(update={"made_by": "redemption"}))

    assert queries.filing(session, filing.filing_id) == filing


def test_findings_are_taken_on_drafts_alone_and_are_never_changed(session: Session) -> None:
    filing = draft(session)
    attach(session, filing, found_in(filing))
    submit(session, filing)

    with pytest.raises(FilingStepNotAllowed):
        attach(session, filing, found_in(filing))
    with pytest.raises(DBAPIError, match="issuers_findings is append-only"), session.begin_nested():
        session.execute(text("UPDATE issuers_findings SET passed = 0"))


@pytest.mark.proves("ISS-4")
def test_the_data_demand_the_report_of_awards_on_the_rules() -> None:
    (owned,) = owned_sections()
    demand = owned.demand_on(date(2026, 3, 2))

    assert demand is not None
    assert (owned.section, owned.owner, demand.fresh_days) == (SectionName.RULES, "awards", 30)


@pytest.mark.proves("ISS-4")
def test_a_section_that_failed_its_owners_check_is_not_submitted(session: Session) -> None:
    filing = draft(session)
    attach(session, filing, found_in(filing, passed=False))

    with pytest.raises(SectionFailed) as no:
        submit(session, filing)
    attach(session, filing, found_in(filing, report=rules.document_of({"cases": 4})))

    assert no.value.facts["found"] == ["rules"]
    assert submit(session, filing).state is FilingState.SUBMITTED


@pytest.mark.proves("ISS-4")
def test_where_a_report_is_demanded_nothing_is_submitted_without_the_owners_fresh_one(
    session: Session, clock: StandingClock
) -> None:
    filing = draft(session)
    wanted = "a report of awards that passed, made on 2026-01-31 or later"

    with pytest.raises(SectionReportMissing) as none:
        submit(session, filing)
    hand_in(session, "acc_admin", PAPER)
    service.attach_report(
        session,
        admin_of(filing.issuer_id),
        filing.filing_id,
        SectionName.RULES,
        passed=True,
        report_digest=PAPER.digest,
        summary="自述合格",
    )
    with pytest.raises(SectionReportMissing) as paper:
        submit(session, filing)
    attach(session, filing, found_in(filing))
    clock.move(timedelta(days=31))
    with pytest.raises(SectionReportMissing) as old:
        submit(session, filing)
    attach(session, filing, found_in(filing))
    submitted = submit(session, filing)

    assert (none.value.code, none.value.facts["found"], none.value.facts["wanted"]) == (
        "issuers.section_report_missing",
        "none",
        wanted,
    )
    assert (paper.value.facts["found"], old.value.facts["found"]) == ("a paper of acc_admin", "one made on 2026-03-02")
    assert submitted.state is FilingState.SUBMITTED


def test_a_demand_holds_from_its_day_and_ends_with_one_that_takes_it_back() -> None:
    (owned,) = owned_sections()
    on = owned.version[0].model_copy(update={"since": SINCE, "demanded": True})
    before = owned.version[0].model_copy(update={"demanded": False})
    off = before.model_copy(update={"since": SINCE + timedelta(days=10)})
    over_time = OwnedSection(**owned.model_dump() | {"version": (before, on, off)})

    found = [over_time.demand_on(SINCE + timedelta(days=days)) for days in (-1, 0, 9, 10)]

    assert found == [None, on, on, None]


@pytest.mark.proves("ISS-1")
def test_a_paper_on_a_section_was_handed_in_and_belongs_to_the_dossier(session: Session) -> None:
    filing = make_filing(session, make_issuer(session).issuer_id)
    service.recall_filing(session, admin_of(filing.issuer_id), filing.filing_id, reason=WHY)
    again = service.draft_filing(session, admin_of(filing.issuer_id), filing.issuer_id, new_scheme(), reason=WHY)

    with pytest.raises(NotHandedIn) as no:
        service.attach_report(
            session,
            admin_of(filing.issuer_id),
            again.filing_id,
            SectionName.RULES,
            passed=True,
            report_digest=PAPER.digest,
            summary="示例",
        )

    assert no.value.facts["found"] == [PAPER.digest]
