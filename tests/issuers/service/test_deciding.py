"""Decisions: the authority of the size, two people, the version decided on, two at once, the log."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any, Final

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from greencredit.issuers import queries, rules, service
from greencredit.issuers.errors import (
    EffectiveTooSoon,
    FieldUnknown,
    FilingChanged,
    FilingNumberTaken,
    FilingStepNotAllowed,
    FilingWaiting,
    NoFieldNamed,
)
from greencredit.kernel.access import AccessDenied, OwnFiling, Role, ScopeKind
from greencredit.kernel.database import Database
from greencredit.kernel.errors import Refusal
from greencredit.proofs.tables import ProofsPending
from greencredit.schemas.issuers import (
    FieldReason,
    Filing,
    FilingState,
    LifeState,
    NoticePromise,
    Reach,
    Ruling,
    Scheme,
)
from tests.factories.issuers import (
    WHY,
    admin_of,
    example_rule,
    make_draft,
    make_filing,
    make_issuer,
    new_scheme,
    regulator,
)
from tests.factories.people import make_actor

TODAY: Final = date(2026, 3, 2)
TWO_PROVINCES: Final = new_scheme().model_copy(update={"reach": Reach(provinces=("CN-ZJ",))})
NATIONWIDE: Final = new_scheme().model_copy(
    update={"reach": Reach(provinces=("CN-BJ", "CN-GD", "CN-JS", "CN-TJ", "CN-ZJ"))}
)
FIELDS: Final = (FieldReason(path="guarantee.bank", reason="请写明存管银行全称"),)


def person(account_id: str, region: str = "CN-SH") -> Any:  # noqa: ANN401 - an actor
    """Give one of the people of an authority."""
    return make_actor(Role.REGULATOR, ScopeKind.REGION, region, account_id=account_id)


def waiting(session: Session, scheme: Scheme | None = None) -> Filing:
    """Give a filing that waits for its decision."""
    return make_filing(session, make_issuer(session, LifeState.ASSESSED).issuer_id, scheme)


def accept(session: Session, filing: Filing, who: Any = None, **more: Any) -> Filing:  # noqa: ANN401 - any argument
    """Accept a filing under a number of its own."""
    given = {"digest": filing.digest, "reason": WHY} | more
    return service.accept_filing(session, who or regulator(), filing.filing_id, "示例备2026-1", **given)


# ---- Who decides, on what, with whom ---------------------------------------------------------------------------------


@pytest.mark.proves("ISS-4", "SUP-1")
@pytest.mark.parametrize("verb", [service.return_filing, service.refuse_filing])
def test_an_authority_of_another_region_decides_nothing(session: Session, verb: Callable[..., Filing]) -> None:
    filed = waiting(session)

    with pytest.raises(AccessDenied):
        accept(session, filed, person("acc_elsewhere", "CN-BJ"))
    with pytest.raises(AccessDenied):
        verb(session, person("acc_elsewhere", "CN-BJ"), filed.filing_id, reason=WHY, fields=FIELDS)

    assert queries.filing(session, filed.filing_id) == filed


def test_a_filing_for_many_provinces_is_not_decided_by_the_province(session: Session) -> None:
    filed = waiting(session, NATIONWIDE)

    with pytest.raises(AccessDenied) as no:
        accept(session, filed, person("acc_here"))
    first = accept(session, filed, person("acc_nation", "CN"))

    assert no.value.facts["places"] == ["region:CN"]
    assert filed.placing is not None
    assert (filed.placing.tier, filed.placing.authority) == ("nation", "CN")
    assert [one.actor_id for one in first.opinions] == ["acc_nation"]


@pytest.mark.proves("SUP-1")
def test_where_four_eyes_are_asked_for_two_people_accept(session: Session) -> None:
    filed = waiting(session, TWO_PROVINCES)
    issuer_before = queries.issuer(session, filed.issuer_id)

    first = accept(session, filed, person("acc_first"))
    again = accept(session, filed, person("acc_first"))
    issuer_between = queries.issuer(session, filed.issuer_id)
    second = accept(session, filed, person("acc_second"))

    assert (first.state, first.number, first.decided_at) == (FilingState.ADMITTED, None, None)
    assert (again.state, len(again.opinions)) == (FilingState.ADMITTED, 2)
    assert issuer_between == issuer_before
    assert (second.state, second.number) == (FilingState.EFFECTIVE, "示例备2026-1")
    assert [(one.actor_id, one.verdict, one.filing_digest) for one in second.opinions] == [
        ("acc_first", Ruling.ACCEPT, filed.digest),
        ("acc_first", Ruling.ACCEPT, filed.digest),
        ("acc_second", Ruling.ACCEPT, filed.digest),
    ]
    steps = [one.step for one in queries.history(session, filed.issuer_id) if one.about == filed.filing_id]
    assert steps == ["draft", "submit", "admit", "opine", "opine", "accept", "accept_filing", "take_effect"]


def test_two_people_who_disagree_decide_nothing_until_a_third_agrees_with_one(session: Session) -> None:
    filed = waiting(session, TWO_PROVINCES)

    accept(session, filed, person("acc_first"))
    back = service.return_filing(session, person("acc_second"), filed.filing_id, reason=WHY, fields=FIELDS)
    third = service.return_filing(session, person("acc_third"), filed.filing_id, reason=WHY, fields=FIELDS)

    assert (back.state, third.state) == (FilingState.ADMITTED, FilingState.RETURNED)
    assert [one.fields for one in third.opinions] == [(), FIELDS, FIELDS]


def test_whoever_changes_his_mind_counts_once(session: Session) -> None:
    filed = waiting(session, TWO_PROVINCES)

    accept(session, filed, person("acc_first"))
    service.refuse_filing(session, person("acc_first"), filed.filing_id, reason=WHY)
    after = accept(session, filed, person("acc_second"))

    assert after.state is FilingState.ADMITTED


@pytest.mark.parametrize("verb", [service.return_filing, service.refuse_filing])
def test_nobody_decides_against_what_he_filed_either(session: Session, verb: Callable[..., Filing]) -> None:
    issuer = make_issuer(session, LifeState.ASSESSED)
    filed = make_filing(session, issuer.issuer_id, actor=admin_of(issuer.issuer_id, "acc_two"))

    with pytest.raises(OwnFiling):
        verb(session, person("acc_two"), filed.filing_id, reason=WHY)

    assert queries.filing(session, filed.filing_id) == filed


@pytest.mark.proves("ISS-4")
def test_a_return_names_each_field_with_its_reason(session: Session) -> None:
    filed = waiting(session)

    returned = service.return_filing(session, regulator(), filed.filing_id, reason="补正", fields=FIELDS)

    assert returned.state is FilingState.RETURNED
    assert [(one.verdict, one.fields, one.reason) for one in returned.opinions] == [(Ruling.RETURN, FIELDS, "补正")]


@pytest.mark.proves("ISS-4")
def test_a_return_that_names_no_field_is_refused(session: Session) -> None:
    filed = waiting(session)

    with pytest.raises(NoFieldNamed) as no:
        service.return_filing(session, regulator(), filed.filing_id, reason="补正")

    assert (no.value.code, no.value.facts) == (
        "issuers.no_field_named",
        {"filing_id": filed.filing_id, "found": 0, "wanted": 1},
    )
    assert queries.filing(session, filed.filing_id) == filed


def test_a_reason_for_a_field_nobody_filed_is_refused(session: Session) -> None:
    filed = waiting(session)
    stray = (FieldReason(path="guarantee.colour", reason="示例"),)

    with pytest.raises(FieldUnknown) as no:
        service.return_filing(session, regulator(), filed.filing_id, reason=WHY, fields=stray)

    assert no.value.facts == {"filing_id": filed.filing_id, "found": "guarantee.colour"}
    assert queries.filing(session, filed.filing_id) == filed


@pytest.mark.proves("ISS-4", "SUP-1")
def test_a_decision_on_a_version_that_changed_meanwhile_is_refused(session: Session) -> None:
    read = waiting(session)
    service.return_filing(session, regulator(), read.filing_id, reason=WHY, fields=FIELDS)
    filed = make_filing(session, read.issuer_id, new_scheme(fen_per_100=120))

    with pytest.raises(FilingChanged) as no:
        accept(session, filed, digest=read.digest)

    assert no.value.code == "issuers.filing_changed"
    assert no.value.facts == {"filing_id": filed.filing_id, "found": filed.digest, "wanted": read.digest}
    assert queries.filing(session, filed.filing_id) == filed


# ---- Days ------------------------------------------------------------------------------------------------------------


def test_a_longer_notice_that_was_promised_is_kept(session: Session) -> None:
    promised = new_scheme().model_copy(update={"notices": NoticePromise(change_days=30)})
    issuer = make_issuer(session, scheme=promised)
    change = make_filing(session, issuer.issuer_id)
    day = TODAY + timedelta(days=30)

    with pytest.raises(EffectiveTooSoon) as no:
        accept(session, change, effective_on=day - timedelta(days=1))
    accepted = accept(session, change)

    assert no.value.facts == {"found": "2026-03-31", "wanted": "2026-04-01"}
    assert accepted.effective_on == day


# ---- Two at once -----------------------------------------------------------------------------------------------------


def _both(shared: Database, *verbs: Callable[[Session], object]) -> list[str]:
    """Run verbs in threads of their own at the same time; give what became of each, sorted."""

    def run(verb: Callable[[Session], object]) -> str:
        try:
            with shared.writing() as session:
                verb(session)
        except Refusal as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(len(verbs)) as threads:
        return sorted(threads.map(run, verbs))


@pytest.mark.proves("ISS-4")
def test_of_two_submissions_at_once_one_wins(shared: Database) -> None:
    with shared.writing() as session:
        issuer_id = make_issuer(session, LifeState.ASSESSED).issuer_id
        drafts = [make_draft(session, issuer_id).filing_id for _ in range(2)]

    told = _both(
        shared,
        *(
            lambda session, one=one: service.submit_filing(session, admin_of(issuer_id), one, reason=WHY)
            for one in drafts
        ),
    )

    assert told == ["done", FilingWaiting.code]
    with shared.reading() as session:
        states = sorted(queries.filing(session, one).state for one in drafts)
    assert states == [FilingState.DRAFT, FilingState.SUBMITTED]


def test_of_two_who_submit_one_draft_one_wins(shared: Database) -> None:
    with shared.writing() as session:
        issuer_id = make_issuer(session, LifeState.ASSESSED).issuer_id
        draft = make_draft(session, issuer_id).filing_id

    def submit(session: Session) -> object:
        return service.submit_filing(session, admin_of(issuer_id), draft, reason=WHY)

    assert _both(shared, submit, submit) == ["done", FilingStepNotAllowed.code]


def test_of_two_filings_given_one_number_at_once_one_gets_it(shared: Database) -> None:
    with shared.writing() as session:
        filed = [
            make_filing(session, make_issuer(session, LifeState.ASSESSED, number=number).issuer_id) for number in (1, 2)
        ]

    told = _both(shared, *(lambda session, one=one: accept(session, one) for one in filed))

    assert told == ["done", FilingNumberTaken.code]


# ---- What stays ------------------------------------------------------------------------------------------------------


@pytest.mark.proves("ISS-4")
@pytest.mark.parametrize(
    "change",
    [
        "digest = 'x'",
        "version = 9",
        "issuer_id = 'x'",
        "submitted_at = submitted_at + 1",
        "number = 'other'",
        "effective_on = NULL",
        "state = 'draft'",
    ],
)
def test_the_database_itself_keeps_a_version_as_it_was_filed(session: Session, change: str) -> None:
    issuer = make_issuer(session)
    (filed,) = queries.filings(session, issuer.issuer_id)

    with pytest.raises(DBAPIError, match="issuers_filing is sealed"), session.begin_nested():
        session.execute(text(f"UPDATE issuers_filing SET {change}"))
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text("DELETE FROM issuers_filing"))
    with pytest.raises(DBAPIError, match="issuers_section is append-only"), session.begin_nested():
        session.execute(text("UPDATE issuers_section SET document = '{}'"))

    session.expire_all()
    assert queries.filings(session, issuer.issuer_id) == [filed]


@pytest.mark.proves("ISS-4", "LED-5")
def test_an_acceptance_and_each_rule_version_are_facts_of_the_log_without_a_word_about_people(session: Session) -> None:
    filed = waiting(session, new_scheme(example_rule()))

    accept(session, filed)

    facts = [json.loads(body) for kind, body in _pending(session) if kind in {"filing", "rule"}]
    named = [{name: one for name, one in fact.items() if name not in {"at", "v"}} for fact in facts]
    common = {"issuer": filed.issuer_id, "filing": filed.filing_id}
    states = {
        **common,
        "kind": "filing",
        "version": 1,
        "number": "示例备2026-1",
        "digest": filed.digest,
        "effective_on": "2026-03-02",
    }
    rule = example_rule()
    assert named == [
        {**states, "state": "accepted"},
        {
            **common,
            "kind": "rule",
            "rule": rule.name,
            "rule_version": 1,
            "digest": rules.digest_of(rules.document_of(rule.model_dump(mode="json"))),
            "since": "2024-01-01",
        },
        {**states, "state": "effective"},
    ]


def test_a_rule_version_that_was_accepted_before_is_no_new_fact(session: Session) -> None:
    issuer = make_issuer(session)
    change = make_filing(session, issuer.issuer_id, new_scheme(fen_per_100=120))
    before = sum(kind == "rule" for kind, _ in _pending(session))

    accept(session, change)

    assert sum(kind == "rule" for kind, _ in _pending(session)) == before == 1


def _pending(session: Session) -> list[tuple[str, bytes]]:
    return [(row.kind, row.body) for row in session.scalars(select(ProofsPending).order_by(ProofsPending.id))]
