"""Certificates, and who may judge at all: in date, good enough, by agencies of the register without a tie."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from greencredit.issuers import queries, service
from greencredit.issuers.errors import (
    AgencyAlreadyListed,
    AgencyUnknown,
    AgencyWithdrawn,
    AlreadyOver,
    CertificateNotInDate,
    FeesTooHigh,
    GradeBelowFloor,
    NotIndependent,
)
from greencredit.kernel.access import AccessDenied, OwnFiling, Role, ScopeKind
from greencredit.kernel.clock import StandingClock, now
from greencredit.kernel.errors import Refused
from greencredit.schemas.issuers import (
    Agency,
    AgencyKind,
    Fees,
    Grade,
    LifeState,
    NewCertificate,
)
from greencredit.schemas.values import Fen, Period
from tests.factories.issuers import (
    APPROVAL,
    WHY,
    admin_of,
    anybody,
    certifier_of,
    make_assessed,
    make_issuer,
    new_agency,
    new_assessment,
    new_certificate,
    new_issuer,
    operator,
    regulator,
    synthetic_code,
)
from tests.factories.people import make_actor

TODAY = date(2026, 3, 2)


@pytest.mark.proves("ISS-2")
def test_a_certificate_moves_a_submitted_issuer_on_and_is_kept_whole(session: Session) -> None:
    issuer = make_issuer(session, LifeState.SUBMITTED)
    paper = new_certificate(TODAY, approval_number=APPROVAL)

    certified = service.certify(session, certifier_of(issuer.issuer_id, 902), issuer.issuer_id, paper, reason=WHY)

    (kept,) = queries.certificates(session, issuer.issuer_id)
    last = queries.history(session, issuer.issuer_id)[-1]
    assert certified.state is LifeState.CERTIFIED
    assert NewCertificate(**kept.model_dump(include=set(NewCertificate.model_fields))) == paper
    assert (kept.recorded_at, kept.body_name) == (now(session), "示例认证有限公司")
    assert (kept.approval_number, kept.title.zh, kept.lapsed_on) == (APPROVAL, "信用认证", None)
    assert (last.about, last.document_digest) == (kept.certificate_id, paper.document.digest)


@pytest.mark.proves("ISS-2")
@pytest.mark.parametrize(
    ("paper", "kind", "facts"),
    [
        (
            new_certificate(TODAY, days=0),
            AlreadyOver,
            {"found": "2026-03-01", "wanted": "2026-03-02"},
        ),
        (
            new_certificate(TODAY, grade=Grade.BB),
            GradeBelowFloor,
            {"found": "BB", "wanted": "BBB"},
        ),
        (
            new_certificate(TODAY + timedelta(days=60)),
            CertificateNotInDate,
            {"found": "示例-XY-0001 valid until 2027-04-30", "wanted": "2026-03-02"},
        ),
    ],
)
def test_a_certificate_that_is_over_too_low_or_too_early_certifies_nobody(
    session: Session, paper: NewCertificate, kind: type[Refused], facts: dict[str, object]
) -> None:
    issuer = make_issuer(session, LifeState.SUBMITTED)
    before = queries.dossier(session, issuer.issuer_id)

    with pytest.raises(kind) as no:
        service.certify(session, certifier_of(issuer.issuer_id), issuer.issuer_id, paper, reason=WHY)

    assert {name: fact for name, fact in no.value.facts.items() if name != "issuer_id"} == facts
    assert queries.dossier(session, issuer.issuer_id) == before


def test_the_last_day_of_a_certificate_still_counts(session: Session) -> None:
    issuer = make_issuer(session, LifeState.SUBMITTED)

    paper = new_certificate(TODAY, days=1)

    assert paper.valid.last_day == TODAY
    assert (
        service.certify(session, certifier_of(issuer.issuer_id), issuer.issuer_id, paper, reason=WHY).state
        == "certified"
    )


def _judge(session: Session, issuer_id: str, agency: Agency) -> None:
    if agency.kind is AgencyKind.ASSESSMENT:
        make_assessed(session, issuer_id, new_assessment(TODAY, assessor_code=agency.code))
        return
    paper = new_certificate(TODAY).model_copy(update={"body_code": agency.code})
    service.certify(session, certifier_of(issuer_id, agency.code), issuer_id, paper, reason=WHY)


@pytest.mark.proves("ISS-2", "ISS-3")
@pytest.mark.parametrize("kind", AgencyKind)
@pytest.mark.parametrize(
    ("tie", "code", "found"),
    [
        ({"number": 1}, "issuers.tie_same_code", synthetic_code(1)),
        (
            {"number": 910, "controlling_code": synthetic_code(1)},
            "issuers.tie_controlling_shareholder",
            synthetic_code(1),
        ),
        ({"number": 800}, "issuers.tie_controlling_shareholder", synthetic_code(800)),
        (
            {"number": 910, "controlling_code": synthetic_code(800)},
            "issuers.tie_controlling_shareholder",
            synthetic_code(800),
        ),
        ({"number": 910, "legal_representative": "示例 法人"}, "issuers.tie_legal_representative", "the same"),
    ],
)
def test_an_agency_tied_to_the_issuer_judges_nobody(
    session: Session, kind: AgencyKind, tie: dict[str, Any], code: str, found: str
) -> None:
    owned = new_issuer().model_copy(update={"controlling_code": synthetic_code(800)})
    issuer = make_issuer(session, LifeState.RETURNED)
    service.amend(session, admin_of(issuer.issuer_id), issuer.issuer_id, owned, reason=WHY)
    service.submit(session, admin_of(issuer.issuer_id), issuer.issuer_id, reason=WHY)
    agency = service.list_agency(session, operator(), new_agency(kind=kind, **tie), reason=WHY)
    if kind is AgencyKind.ASSESSMENT:
        service.certify(session, certifier_of(issuer.issuer_id), issuer.issuer_id, new_certificate(TODAY), reason=WHY)
    before = queries.dossier(session, issuer.issuer_id)

    with pytest.raises(NotIndependent) as no:
        _judge(session, issuer.issuer_id, agency)

    assert (no.value.code, no.value.facts["found"]) == (code, found)
    assert queries.dossier(session, issuer.issuer_id) == before
    assert queries.scored_assessments(session, issuer.issuer_id) == []


@pytest.mark.proves("ISS-3")
def test_an_agency_that_lives_on_the_issuer_judges_nobody(session: Session) -> None:
    issuer = make_issuer(session, LifeState.CERTIFIED)
    much = Fees(from_issuer_fen=Fen(15_01), income_fen=Fen(100_00))

    with pytest.raises(FeesTooHigh) as no:
        make_assessed(session, issuer.issuer_id, new_assessment(TODAY).model_copy(update={"fees": much}))

    assert no.value.facts == {"body": "示例评估有限公司", "found": "15.01%", "wanted": "at most 15.00%"}
    assert queries.scored_assessments(session, issuer.issuer_id) == []


# ---- The register of agencies ----------------------------------------------------------------------------------------


@pytest.mark.proves("ISS-2")
def test_a_withdrawn_agency_gives_no_new_certificate_and_what_it_gave_lapses(
    session: Session, clock: StandingClock
) -> None:
    issuer = make_issuer(session, LifeState.ACTIVE)
    agency = queries.agency_with_code(session, AgencyKind.CREDIT, synthetic_code(900))
    assert agency is not None
    since = TODAY + timedelta(days=3)

    service.withdraw_agency(session, operator(), agency.agency_id, since=since, reason="示例：资质被撤销")

    noted = queries.history(session, issuer.issuer_id)[-1]
    assert (noted.step, noted.about, noted.from_state, noted.to_state) == (
        "note_agency",
        agency.agency_id,
        "active",
        "active",
    )
    clock.move(timedelta(days=2))
    assert queries.may_issue(session, issuer.issuer_id).allowed
    clock.move(timedelta(days=1))
    (bar,) = queries.may_issue(session, issuer.issuer_id).bars
    assert (bar.code, bar.found) == (
        "issuers.certificate_lapsed",
        "示例-XY-0001, whose agency was withdrawn from 2026-03-05 on",
    )
    with pytest.raises(AgencyWithdrawn) as no:
        service.certify(session, certifier_of(issuer.issuer_id), issuer.issuer_id, new_certificate(since), reason=WHY)
    assert no.value.facts == {
        "agency": agency.agency_id,
        "found": "withdrawn since 2026-03-05",
        "wanted": "2026-03-05",
    }
    renewed = new_certificate(since, approval_number=APPROVAL)
    service.certify(session, certifier_of(issuer.issuer_id, 902), issuer.issuer_id, renewed, reason="换证")
    assert queries.may_issue(session, issuer.issuer_id).allowed


@pytest.mark.proves("ISS-3")
def test_an_assessment_lapses_with_its_assessor(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ACTIVE)
    agency = queries.agency_with_code(session, AgencyKind.ASSESSMENT, synthetic_code(901))
    assert agency is not None

    service.withdraw_agency(session, operator(), agency.agency_id, since=TODAY, reason="示例：除名")

    papers = queries.papers_in_force(session, issuer.issuer_id, TODAY)
    assert [bar.code for bar in papers.bars] == ["issuers.assessment_lapsed"]
    assert papers.assessment_last_day == TODAY - timedelta(days=1)
    with pytest.raises(AgencyWithdrawn):
        make_assessed(session, issuer.issuer_id, new_assessment(TODAY))


def test_a_certificate_of_nobody_in_the_register_is_refused(session: Session) -> None:
    issuer = make_issuer(session, LifeState.SUBMITTED)
    # The assessor is in the register, yet not as one who judges credit standing.
    paper = new_certificate(TODAY).model_copy(update={"body_code": synthetic_code(901)})

    with pytest.raises(AgencyUnknown) as no:
        service.certify(session, certifier_of(issuer.issuer_id), issuer.issuer_id, paper, reason=WHY)

    assert no.value.facts == {"found": synthetic_code(901), "wanted": "credit"}
    assert queries.certificates(session, issuer.issuer_id) == []


def test_an_agency_is_entered_once_for_each_kind_of_work_and_by_operator_or_regulator_only(session: Session) -> None:
    first = service.list_agency(session, operator(), new_agency(950), reason=WHY)

    with pytest.raises(AgencyAlreadyListed) as no:
        service.list_agency(session, operator(), new_agency(950), reason=WHY)
    service.list_agency(session, make_actor(Role.REGULATOR), new_agency(950, kind=AgencyKind.ASSESSMENT), reason=WHY)
    for actor in (anybody(), certifier_of("iss_1"), regulator()):
        with pytest.raises(AccessDenied):
            service.withdraw_agency(session, actor, first.agency_id, since=TODAY, reason=WHY)

    assert no.value.facts == {"uscc": synthetic_code(950), "found": first.agency_id}
    assert {one.kind for one in queries.agencies(session) if one.code == first.code} == {"credit", "assessment"}
    assert queries.agency(session, first.agency_id) == first


def test_an_agency_that_is_listed_again_may_certify_again_under_its_approval(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ACTIVE)
    agency = queries.agency_with_code(session, AgencyKind.CREDIT, synthetic_code(900))
    assert agency is not None
    service.withdraw_agency(session, operator(), agency.agency_id, since=TODAY - timedelta(days=9), reason=WHY)

    service.relist_agency(
        session,
        operator(),
        agency.agency_id,
        since=TODAY - timedelta(days=1),
        reason=WHY,
        approval_number="示例-新批准",
    )

    assert not queries.may_issue(session, issuer.issuer_id).allowed
    fresh = new_certificate(TODAY).model_copy(update={"valid": Period(since=TODAY, until=TODAY + timedelta(days=30))})
    service.certify(session, certifier_of(issuer.issuer_id), issuer.issuer_id, fresh, reason=WHY)
    assert queries.may_issue(session, issuer.issuer_id).allowed
    assert queries.certificates(session, issuer.issuer_id)[-1].title.zh == "信用认证"


# ---- Certification ---------------------------------------------------------------------------------------------------


@pytest.mark.proves("ISS-2")
def test_whoever_works_for_another_agency_or_for_none_brings_no_certificate(session: Session) -> None:
    issuer = make_issuer(session, LifeState.SUBMITTED)
    merely_asked = make_actor(Role.CERTIFIER, ScopeKind.ISSUER, issuer.issuer_id, account_id="acc_certifier")
    merely_employed = replace(certifier_of(issuer.issuer_id), grants=certifier_of(issuer.issuer_id).grants[1:])
    assessor_there = make_actor(Role.ASSESSOR, ScopeKind.AGENCY, synthetic_code(900), account_id="acc_certifier")
    wrong_role = replace(merely_asked, grants=(*merely_asked.grants, *assessor_there.grants))

    for actor in (merely_asked, merely_employed, certifier_of(issuer.issuer_id, 902), wrong_role):
        with pytest.raises(AccessDenied):
            service.certify(session, actor, issuer.issuer_id, new_certificate(TODAY), reason=WHY)
    with pytest.raises(AccessDenied) as no:
        service.return_(session, merely_asked, issuer.issuer_id, reason=WHY)

    assert no.value.facts["action"] == "agency.certify"
    assert queries.certificates(session, issuer.issuer_id) == []
    assert queries.issuer(session, issuer.issuer_id) == issuer
    assert service.return_(session, certifier_of(issuer.issuer_id), issuer.issuer_id, reason=WHY).state is (
        LifeState.RETURNED
    )


def test_whoever_submitted_can_not_certify(session: Session) -> None:
    issuer = make_issuer(session, LifeState.SUBMITTED)
    two_hats = replace(certifier_of(issuer.issuer_id), account_id="acc_admin")

    with pytest.raises(OwnFiling) as no:
        service.certify(session, two_hats, issuer.issuer_id, new_certificate(TODAY), reason=WHY)

    assert no.value.facts == {"filed_by": "acc_admin", "account_id": "acc_admin"}
    assert queries.certificates(session, issuer.issuer_id) == []


def test_a_renewal_is_taken_in_while_the_issuer_stays_where_it_is(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ACTIVE)
    paper = new_certificate(TODAY, grade=Grade.AAA, days=700)

    renewed = service.certify(session, certifier_of(issuer.issuer_id), issuer.issuer_id, paper, reason="年度换证")

    assert renewed.state is LifeState.ACTIVE
    assert [one.grade for one in queries.certificates(session, issuer.issuer_id)] == [Grade.AA, Grade.AAA]
