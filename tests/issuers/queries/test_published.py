"""What others see: the public register, the dossier, and papers about to run out."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from greencredit.issuers import queries, rules, service
from greencredit.issuers.errors import UnknownIssuer
from greencredit.kernel.clock import StandingClock, now
from greencredit.schemas.issuers import LifeState
from tests.factories.issuers import WHY, make_filing, make_issuer, new_scheme, regulator

TODAY = date(2026, 3, 2)


def test_the_public_register_shows_whoever_ever_issued_and_nobody_else(session: Session) -> None:
    made = [make_issuer(session, state, number=number) for number, state in enumerate(LifeState, start=1)]

    shown = queries.issuers_public(session)

    wanted = [one.issuer_id for one in made if one.state in rules.PUBLIC]
    assert sorted(one.issuer_id for one in shown) == sorted(wanted)
    assert sorted(one.state.value for one in shown) == ["active", "closed", "restricted", "suspended", "withdrawing"]
    assert {one.state for one in shown if one.may_issue} == {LifeState.ACTIVE}


def test_a_line_of_the_register_tells_state_number_and_terms(session: Session) -> None:
    issuer = make_issuer(session)

    line = queries.public_issuer(session, issuer.issuer_id)

    (filed,) = queries.filings(session, issuer.issuer_id)
    scheme = new_scheme()
    assert line.coverage == queries.newest_coverage(session, issuer.issuer_id)
    assert line.model_dump(
        exclude={"coverage", "spending_order", "standards", "redemption_terms", "complaints", "clawback", "refund"}
    ) == {
        "issuer_id": issuer.issuer_id,
        "name": "示例零售有限公司",
        "english_name": "Example Retail Co., Ltd.",
        "code": issuer.code,
        "kind": "retailer",
        "kind_title": {"zh": "零售企业", "en": "Retailer"},
        "region": "CN-SH",
        "state": "active",
        "state_title": {"zh": "正常发行", "en": "Active"},
        "since": now(session),
        "may_issue": True,
        "bars": (),
        "reasons": (),
        "filing_number": filed.number,
        "filing_version": 1,
        "effective_on": TODAY,
        "scheme_title": scheme.title.model_dump(),
        "face_value_fen_per_100_credits": 100,
        "validity": {"zh": "终身有效", "en": "Valid for life"},
        "certificate_title": {"zh": "信用评价", "en": "Credit evaluation"},
    }
    assert (line.standards, line.redemption_terms, line.complaints) == (
        scheme.standards,
        scheme.redemption_terms,
        scheme.complaints,
    )
    assert (line.clawback, line.refund) == (scheme.clawback.title, scheme.refund_title)


def test_the_time_in_a_state_is_not_restarted_by_a_renewal(session: Session, clock: StandingClock) -> None:
    issuer = make_issuer(session)
    active_since = now(session)
    clock.move(timedelta(days=3))
    filed = make_filing(session, issuer.issuer_id)

    service.accept_filing(session, regulator(), filed.filing_id, "N2", digest=filed.digest, reason=WHY)

    assert queries.public_issuer(session, issuer.issuer_id).since == active_since


def test_whoever_never_issued_is_not_found_in_the_register(session: Session) -> None:
    issuer = make_issuer(session, LifeState.FILED)

    with pytest.raises(UnknownIssuer):
        queries.public_issuer(session, issuer.issuer_id)


@pytest.mark.proves("SUP-5")
def test_the_register_tells_terms_in_force_and_past_and_a_life_without_naming_anybody(
    session: Session, clock: StandingClock
) -> None:
    issuer_id = make_issuer(session).issuer_id
    change = make_filing(session, issuer_id, new_scheme(fen_per_100=150))
    service.accept_filing(session, regulator(), change.filing_id, "N2", digest=change.digest, reason=WHY)
    make_filing(session, issuer_id, new_scheme(fen_per_100=160))  # waits: nobody's business
    clock.move(timedelta(days=7))

    entry = queries.register_entry(session, issuer_id)

    assert entry.issuer == queries.public_issuer(session, issuer_id)
    assert [
        (one.version, one.face_value_fen_per_100_credits, one.effective_on, one.ended_on) for one in entry.terms
    ] == [(2, 150, TODAY + timedelta(days=7), None), (1, 100, TODAY, TODAY + timedelta(days=7))]
    assert [one.step for one in entry.history] == [
        *("register", "submit", "certify", "assess", "accept", "accept_filing", "take_effect"),
        *("state_guarantee", "activate", "accept", "accept_filing"),
    ]
    assert "acc_" not in entry.model_dump_json()
    with pytest.raises(UnknownIssuer):
        queries.register_entry(session, make_issuer(session, LifeState.FILED, number=2).issuer_id)


def test_a_dossier_holds_everything_on_file(session: Session) -> None:
    issuer = make_issuer(session)

    dossier = queries.dossier(session, issuer.issuer_id)

    assert dossier.issuer == issuer
    assert dossier.as_of == now(session)
    assert dossier.certificates == (dossier.certificate,) == tuple(queries.certificates(session, issuer.issuer_id))
    assert dossier.assessments == (dossier.assessment,) == tuple(queries.assessments(session, issuer.issuer_id))
    assert dossier.filings == (dossier.filing,) == tuple(queries.filings(session, issuer.issuer_id))
    assert dossier.history == tuple(queries.history(session, issuer.issuer_id))
    assert dossier.may_issue == queries.may_issue(session, issuer.issuer_id)


def test_the_dossier_of_a_draft_is_honest_about_what_is_not_there(session: Session) -> None:
    dossier = queries.dossier(session, make_issuer(session, LifeState.DRAFT).issuer_id)

    assert (dossier.certificate, dossier.assessment, dossier.filing, dossier.may_issue.allowed) == (
        None,
        None,
        None,
        False,
    )


@pytest.mark.parametrize(("days_on", "seen"), [(304, []), (305, [60, 60]), (364, [1, 1]), (366, [-1, -1])])
def test_papers_are_listed_from_sixty_days_before_they_run_out(session: Session, days_on: int, seen: list[int]) -> None:
    make_issuer(session)
    make_issuer(session, LifeState.REFUSED, number=2)

    listed = queries.running_out(session, TODAY + timedelta(days=days_on - 1))

    assert [one.days_left for one in listed] == seen
    assert [one.what for one in listed] == ["assessment", "certificate"][: len(seen)]
