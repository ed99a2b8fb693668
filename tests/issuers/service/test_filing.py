"""Filing: versions, numbers, sections and their reports, notice before a change, and the day that decides."""

from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.issuers import queries, rules, service
from greencredit.issuers.errors import (
    EffectiveTooSoon,
    FilingNumberTaken,
    FilingOvertaken,
    FilingStepNotAllowed,
    ParticularMissing,
    SectionFailed,
    UnknownFiling,
)
from greencredit.kernel.access import AccessDenied, OwnFiling, Role, ScopeKind, operator_at_the_machine
from greencredit.kernel.clock import StandingClock
from greencredit.schemas.issuers import FieldReason, FilingState, IssuerKind, LifeState, SectionName
from tests.factories.documents import example_document
from tests.factories.issuers import (
    WHY,
    admin_of,
    assessor_of,
    make_draft,
    make_filing,
    make_issuer,
    new_scheme,
    regulator,
)
from tests.factories.people import make_actor

WRONG = (FieldReason(path="guarantee.bank", reason="请写明存管银行全称"),)

TODAY = date(2026, 3, 2)
PAPER = example_document("示例材料.pdf").digest


@pytest.mark.proves("ISS-4")
def test_the_first_filing_is_accepted_under_a_number_and_holds_at_once(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ASSESSED)
    filed = make_filing(session, issuer.issuer_id)

    accepted = service.accept_filing(
        session, regulator(), filed.filing_id, "示例备2026-1", digest=filed.digest, reason=WHY
    )

    assert (filed.state, filed.number, filed.version) == (FilingState.SUBMITTED, None, 1)
    assert accepted.model_dump(include={"state", "number", "effective_on", "digest", "scheme"}) == {
        "state": FilingState.EFFECTIVE,
        "number": "示例备2026-1",
        "effective_on": TODAY,
        "digest": filed.digest,
        "scheme": new_scheme().model_dump(),
    }
    assert queries.issuer(session, issuer.issuer_id).state is LifeState.FILED
    assert queries.filing_in_force(session, issuer.issuer_id, TODAY) == accepted
    assert queries.filing_in_force(session, issuer.issuer_id, TODAY - timedelta(days=1)) is None


def test_every_section_is_a_document_with_its_own_digest(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ASSESSED)

    filed = make_filing(session, issuer.issuer_id)

    assert [one.name for one in filed.sections] == [one for one in SectionName if one is not SectionName.PROMISES]
    assert [one.digest for one in filed.sections] == [rules.digest_of(one.document) for one in filed.sections]
    assert filed.digest == rules.filing_digest({one.name: one.digest for one in filed.sections})


@pytest.mark.proves("ISS-4")
def test_a_filing_that_was_returned_is_answered_with_a_new_version(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ASSESSED)
    first = make_filing(session, issuer.issuer_id)

    returned = service.return_filing(session, regulator(), first.filing_id, reason="补充保障说明", fields=WRONG)
    second = make_filing(session, issuer.issuer_id, new_scheme(fen_per_100=120))

    assert (returned.state, second.state, second.version) == (FilingState.RETURNED, FilingState.SUBMITTED, 2)
    assert queries.history(session, issuer.issuer_id)[-4].reason == "补充保障说明"
    assert queries.issuer(session, issuer.issuer_id).state is LifeState.ASSESSED


@pytest.mark.proves("ISS-4")
def test_a_refused_filing_leaves_the_issuer_where_it_was(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ASSESSED)

    refused = service.refuse_filing(session, regulator(), make_filing(session, issuer.issuer_id).filing_id, reason=WHY)

    assert (refused.state, refused.number, refused.effective_on) == (FilingState.REFUSED, None, None)
    assert queries.issuer(session, issuer.issuer_id).state is LifeState.ASSESSED


def test_nobody_accepts_what_he_filed(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ASSESSED)
    filed = make_filing(session, issuer.issuer_id, actor=admin_of(issuer.issuer_id, "acc_two"))
    two_hats = make_actor(Role.REGULATOR, ScopeKind.REGION, "CN-SH", account_id="acc_two")

    with pytest.raises(OwnFiling) as no:
        service.accept_filing(session, two_hats, filed.filing_id, "示例备2026-1", digest=filed.digest, reason=WHY)

    assert no.value.facts == {"filed_by": "acc_two", "account_id": "acc_two"}
    assert queries.filing(session, filed.filing_id) == filed


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.REGULATOR])
def test_only_a_regulator_accepts(session: Session, role: Role) -> None:
    issuer = make_issuer(session, LifeState.ASSESSED)
    filed = make_filing(session, issuer.issuer_id)

    with pytest.raises(AccessDenied):
        service.accept_filing(
            session, make_actor(role, account_id="acc_x"), filed.filing_id, "1", digest=filed.digest, reason=WHY
        )

    assert queries.filing(session, filed.filing_id) == filed


def test_a_filing_number_names_one_filing(session: Session) -> None:
    first, second = make_issuer(session, LifeState.ASSESSED), make_issuer(session, LifeState.ASSESSED, number=2)
    taken = make_filing(session, first.issuer_id)
    service.accept_filing(session, regulator(), taken.filing_id, "示例备2026-1", digest=taken.digest, reason=WHY)
    filed = make_filing(session, second.issuer_id)

    with pytest.raises(FilingNumberTaken) as no:
        service.accept_filing(session, regulator(), filed.filing_id, "示例备2026-1", digest=filed.digest, reason=WHY)

    assert no.value.facts == {"number": "示例备2026-1", "found": taken.filing_id}
    assert queries.filing(session, filed.filing_id) == filed


@pytest.mark.proves("ISS-4")
def test_a_change_of_terms_takes_effect_after_its_notice_and_the_old_terms_hold_until_then(
    session: Session, clock: StandingClock
) -> None:
    issuer = make_issuer(session, LifeState.ACTIVE)
    old = queries.filing_in_force(session, issuer.issuer_id, TODAY)
    change = make_filing(session, issuer.issuer_id, new_scheme(fen_per_100=150))
    effective_on = TODAY + timedelta(days=7)

    with pytest.raises(EffectiveTooSoon) as no:
        service.accept_filing(
            session,
            regulator(),
            change.filing_id,
            "N2",
            digest=change.digest,
            effective_on=effective_on - timedelta(days=1),
            reason=WHY,
        )
    accepted = service.accept_filing(session, regulator(), change.filing_id, "N2", digest=change.digest, reason=WHY)

    assert no.value.facts == {"found": "2026-03-08", "wanted": "2026-03-09"}
    assert (accepted.state, accepted.effective_on) == (FilingState.ACCEPTED, effective_on)
    assert queries.filing_in_force(session, issuer.issuer_id, effective_on - timedelta(days=1)) == old
    assert queries.filing_in_force(session, issuer.issuer_id, effective_on) == accepted
    assert queries.issuer(session, issuer.issuer_id).state is LifeState.ACTIVE

    machine = operator_at_the_machine(clock.now())
    assert service.bring_into_effect(session, machine) == []
    clock.move(timedelta(days=7))
    machine = operator_at_the_machine(clock.now())
    assert [one.version for one in service.bring_into_effect(session, machine)] == [2]
    assert service.bring_into_effect(session, machine) == []
    assert [one.state for one in queries.filings(session, issuer.issuer_id)] == [
        FilingState.SUPERSEDED,
        FilingState.EFFECTIVE,
    ]
    assert queries.may_issue(session, issuer.issuer_id).allowed


def test_two_changes_never_take_effect_on_one_day(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ACTIVE)
    late = TODAY + timedelta(days=30)
    second = make_filing(session, issuer.issuer_id)
    service.accept_filing(
        session, regulator(), second.filing_id, "N2", digest=second.digest, effective_on=late, reason=WHY
    )
    third = make_filing(session, issuer.issuer_id)

    with pytest.raises(EffectiveTooSoon) as no:
        service.accept_filing(
            session, regulator(), third.filing_id, "N3", digest=third.digest, effective_on=late, reason=WHY
        )

    assert no.value.facts == {"found": "2026-04-01", "wanted": "2026-04-02"}


def test_a_version_overtaken_by_a_later_one_is_not_submitted(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ASSESSED)
    admin = admin_of(issuer.issuer_id)
    draft = make_draft(session, issuer.issuer_id, actor=admin)
    later = make_filing(session, issuer.issuer_id)
    service.return_filing(session, regulator(), later.filing_id, reason=WHY, fields=WRONG)

    with pytest.raises(FilingOvertaken) as no:
        service.submit_filing(session, admin, draft.filing_id, reason=WHY)

    assert no.value.facts == {"filing_id": draft.filing_id, "found": 1, "wanted": 2}
    assert queries.filing(session, draft.filing_id) == draft


@pytest.mark.parametrize("state", sorted(set(LifeState) - rules.FILING_OPEN - rules.ENDED))
def test_a_filing_is_drafted_early_and_submitted_only_when_the_issuer_is_assessed(
    session: Session, state: LifeState
) -> None:
    issuer = make_issuer(session, state)
    admin = admin_of(issuer.issuer_id)
    draft = make_draft(session, issuer.issuer_id, actor=admin)

    with pytest.raises(FilingStepNotAllowed) as no:
        service.submit_filing(session, admin, draft.filing_id, reason=WHY)

    assert (no.value.facts["state"], no.value.facts["step"]) == (state, "submit")
    assert queries.filing(session, draft.filing_id) == draft


@pytest.mark.parametrize("state", sorted(rules.ENDED))
def test_whose_life_has_ended_drafts_nothing(session: Session, state: LifeState) -> None:
    issuer = make_issuer(session, state)
    before = queries.filings(session, issuer.issuer_id)

    with pytest.raises(FilingStepNotAllowed):
        service.draft_filing(session, admin_of(issuer.issuer_id), issuer.issuer_id, new_scheme(), reason=WHY)

    assert queries.filings(session, issuer.issuer_id) == before


def test_a_section_that_failed_its_check_stops_the_filing_until_it_passes(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ASSESSED)
    admin = admin_of(issuer.issuer_id)
    draft = make_draft(session, issuer.issuer_id, actor=admin)
    attach = partial(service.attach_report, session, admin, draft.filing_id, SectionName.GUARANTEE, report_digest=PAPER)
    attach(passed=False, summary="规则无上限")

    with pytest.raises(SectionFailed) as no:
        service.submit_filing(session, admin, draft.filing_id, reason=WHY)
    again = attach(passed=True, summary="试算通过")
    submitted = service.submit_filing(session, admin, draft.filing_id, reason=WHY)

    assert no.value.facts == {"filing_id": draft.filing_id, "found": ["guarantee"], "said": ["规则无上限"]}
    reports = {one.name: one.report for one in again.sections if one.report}
    of_guarantee = reports[SectionName.GUARANTEE]
    assert (of_guarantee.passed, of_guarantee.summary) == (True, "试算通过")
    assert submitted.state is FilingState.SUBMITTED


def test_nothing_is_attached_to_a_filing_that_was_submitted(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ASSESSED)
    filed = make_filing(session, issuer.issuer_id)

    with pytest.raises(FilingStepNotAllowed):
        service.attach_report(
            session,
            admin_of(issuer.issuer_id),
            filed.filing_id,
            SectionName.RULES,
            passed=True,
            report_digest=PAPER,
            summary="示例",
        )

    assert queries.filing(session, filed.filing_id) == filed


@pytest.mark.proves("ISS-4")
def test_an_airline_that_leaves_out_its_accrual_ratio_files_nothing(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ASSESSED, kind=IssuerKind.AIRLINE)

    with pytest.raises(ParticularMissing), session.begin_nested():
        make_filing(session, issuer.issuer_id)

    assert queries.filings(session, issuer.issuer_id) == []


def test_a_filing_nobody_knows_is_not_found(session: Session) -> None:
    with pytest.raises(UnknownFiling) as no:
        service.return_filing(session, regulator(), "fil_nobody", reason=WHY)

    assert no.value.facts == {"filing_id": "fil_nobody"}


def test_an_assessor_can_not_file(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ASSESSED)

    with pytest.raises(AccessDenied):
        service.draft_filing(session, assessor_of(issuer.issuer_id), issuer.issuer_id, new_scheme(), reason=WHY)

    assert queries.filings(session, issuer.issuer_id) == []


def test_the_database_itself_keeps_filing_numbers_apart(session: Session) -> None:
    make_issuer(session, LifeState.FILED)
    make_issuer(session, LifeState.FILED, number=2)

    numbers = session.execute(text("SELECT number FROM issuers_filing")).scalars().all()

    assert len(set(numbers)) == len(numbers) == 2
