"""One step: the whole product of states, steps and roles against the database, history that stays, the audit log."""

from itertools import product

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from greencredit.issuers import queries, rules, service
from greencredit.issuers.errors import ReasonMissing, StepNotAllowed, UnknownIssuer
from greencredit.issuers.service.steps import open_turn
from greencredit.kernel.access import AccessDenied, Role, Scope, ScopeKind
from greencredit.kernel.errors import Refusal
from greencredit.schemas.issuers import LifeState, LifeStep
from tests.factories.documents import example_document, hand_in
from tests.factories.issuers import WHY, actor_in, admin_of, make_issuer, regulator
from tests.factories.people import make_account_with

STEPS = tuple(step for step in LifeStep if step is not LifeStep.REGISTER)


@pytest.mark.proves("ISS-5")
@pytest.mark.parametrize("state", LifeState)
def test_from_a_state_only_what_the_life_table_allows_is_opened_to_each_role(
    session: Session, state: LifeState
) -> None:
    issuer = make_issuer(session, state)
    before = queries.history(session, issuer.issuer_id)

    opened = {}
    refused: dict[tuple[LifeStep, Role], type[Refusal]] = {}
    for step, role in product(STEPS, Role):
        try:
            opened[step, role] = open_turn(session, actor_in(role, issuer), issuer.issuer_id, step, reason=WHY).to
        except (StepNotAllowed, AccessDenied) as no:
            refused[step, role] = type(no)

    carried = {(step, role) for _, step, role in rules.LIFE}
    assert opened == {(step, role): to for (at, step, role), to in rules.LIFE.items() if at is state}
    assert refused == {
        (step, role): StepNotAllowed if (step, role) in carried else AccessDenied
        for step, role in product(STEPS, Role)
        if (state, step, role) not in rules.LIFE
    }
    assert queries.history(session, issuer.issuer_id) == before


@pytest.mark.parametrize("state", LifeState)
def test_the_state_of_an_issuer_is_that_of_its_last_step(session: Session, state: LifeState) -> None:
    issuer = make_issuer(session, state)

    last = [step for step in queries.history(session, issuer.issuer_id) if step.subject == "issuer"][-1]
    assert (issuer.state, last.to_state) == (state, state)


@pytest.mark.proves("ISS-5")
def test_every_change_says_who_when_why_on_what_document(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ACTIVE)
    paper = example_document("示例投诉.pdf")
    hand_in(session, "acc_regulator", paper)

    service.suspend(session, regulator(), issuer.issuer_id, reason="示例：投诉核查", document_digest=paper.digest)

    step = queries.history(session, issuer.issuer_id)[-1]
    assert step.model_dump(exclude={"at"}) == {
        "issuer_id": issuer.issuer_id,
        "number": 14,
        "subject": "issuer",
        "step": "suspend",
        "from_state": "active",
        "to_state": "suspended",
        "about": None,
        "actor_id": "acc_regulator",
        "role": "regulator",
        "reason": "示例：投诉核查",
        "document_digest": paper.digest,
    }
    assert step.at == session.info["clock"].now()


def test_a_life_is_numbered_from_one_without_a_gap(session: Session) -> None:
    history = queries.history(session, make_issuer(session, LifeState.ACTIVE).issuer_id)

    assert [(step.number, step.subject, step.step, step.to_state) for step in history] == [
        (1, "issuer", "register", "draft"),
        (2, "issuer", "submit", "submitted"),
        (3, "issuer", "certify", "certified"),
        (4, "issuer", "assess", "assessed"),
        (5, "filing", "draft", "draft"),
        (6, "filing", "pass_section", "draft"),
        (7, "filing", "submit", "submitted"),
        (8, "filing", "admit", "admitted"),
        (9, "filing", "accept", "accepted"),
        (10, "issuer", "accept_filing", "filed"),
        (11, "filing", "take_effect", "effective"),
        (12, "issuer", "state_guarantee", "filed"),
        (13, "issuer", "activate", "active"),
    ]


def test_a_step_without_a_reason_is_refused_and_changes_nothing(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ACTIVE)
    before = queries.dossier(session, issuer.issuer_id)

    with pytest.raises(ReasonMissing) as no:
        service.restrict(session, regulator(), issuer.issuer_id, reason="  ")

    assert (no.value.code, no.value.facts) == ("issuers.reason_missing", {"step": "restrict"})
    assert queries.dossier(session, issuer.issuer_id) == before


def test_an_issuer_nobody_knows_is_not_found(session: Session) -> None:
    with pytest.raises(UnknownIssuer) as no:
        service.submit(session, admin_of("iss_nobody"), "iss_nobody", reason=WHY)

    assert no.value.facts == {"issuer_id": "iss_nobody"}


def test_the_administrator_of_another_issuer_has_no_say(session: Session) -> None:
    own, other = make_issuer(session, LifeState.DRAFT), make_issuer(session, LifeState.DRAFT, number=2)

    with pytest.raises(AccessDenied):
        service.submit(session, admin_of(other.issuer_id), own.issuer_id, reason=WHY)

    assert queries.issuer(session, own.issuer_id) == own


def test_the_regulator_of_another_region_has_no_say(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ACTIVE)

    with pytest.raises(AccessDenied):
        service.suspend(session, regulator("CN-BJ"), issuer.issuer_id, reason=WHY)

    assert queries.issuer(session, issuer.issuer_id) == issuer


@pytest.mark.parametrize("table", ["issuers_step", "issuers_section", "issuers_certificate", "issuers_assessment"])
@pytest.mark.parametrize("change", ["UPDATE {} SET issuer_id = issuer_id", "DELETE FROM {}"])
def test_history_papers_and_sections_can_not_be_changed(session: Session, table: str, change: str) -> None:
    make_issuer(session, LifeState.ACTIVE)
    statement = change.format(table)
    if table == "issuers_section":
        statement = statement.replace("issuer_id", "name")

    with pytest.raises(DBAPIError, match=f"{table} is append-only"), session.begin_nested():
        session.execute(text(statement))


@pytest.mark.proves("SEC-1")
def test_a_command_leaves_a_line_in_the_audit_log(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ACTIVE)
    someone = make_account_with(session, Role.REGULATOR, Scope(ScopeKind.REGION, "CN-SH"), login="示例监管")

    service.restrict(session, someone, issuer.issuer_id, reason=WHY)

    line = session.execute(
        text("SELECT account_id, action, object_id, facts FROM people_audit ORDER BY id DESC LIMIT 1")
    ).one()
    assert tuple(line) == (someone.account_id, "issuer.supervise", issuer.issuer_id, '{"step":"restrict"}')
