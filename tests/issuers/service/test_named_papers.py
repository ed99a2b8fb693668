"""Steps of a life and decisions on filings name only papers that were handed in, and from then on they belong there."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from sqlalchemy.orm import Session

from greencredit.documents import queries as documents
from greencredit.documents.errors import NotHandedIn
from greencredit.issuers import queries, service
from greencredit.kernel.access import Actor
from greencredit.kernel.clock import civil_date
from greencredit.schemas.issuers import FieldReason, Filing, FilingState, LifeState
from tests.conftest import NOON
from tests.factories.documents import example_document, hand_in
from tests.factories.issuers import (
    WHY,
    admin_of,
    make_draft,
    make_filing,
    make_issuer,
    new_statement,
    regulator,
)

PAPER: Final = example_document("示例决定书.pdf")
FIELDS: Final = (FieldReason(path="guarantee.bank", reason="请写明存管银行全称"),)

_Verb = Callable[..., Any]
_Who = Callable[[str], Actor]


def _regulator(_issuer_id: str) -> Actor:
    return regulator()


LIFE: Final[list[tuple[LifeState, _Verb, _Who]]] = [
    (LifeState.SUBMITTED, service.refuse, _regulator),
    (LifeState.DRAFT, service.lapse, _regulator),
    (LifeState.FILED, service.activate, _regulator),
    (LifeState.ACTIVE, service.restrict, _regulator),
    (LifeState.ACTIVE, service.suspend, _regulator),
    (LifeState.RESTRICTED, service.lift, _regulator),
    (LifeState.SUSPENDED, service.lift, _regulator),
    (LifeState.SUSPENDED, service.withdraw, admin_of),
]


def _digests(session: Session, place: str) -> set[str]:
    return {one.digest for one in documents.kept_at(session, place)}


@pytest.mark.proves("ISS-5")
@pytest.mark.parametrize(("state", "verb", "who"), LIFE, ids=[f"{state}-{verb.__name__}" for state, verb, _ in LIFE])
def test_a_step_names_only_a_paper_that_was_handed_in(
    session: Session, state: LifeState, verb: _Verb, who: _Who
) -> None:
    issuer_id = make_issuer(session, state).issuer_id
    actor = who(issuer_id)
    if state is LifeState.FILED:
        statement = new_statement(civil_date(NOON))
        service.state_guarantee(session, admin_of(issuer_id), issuer_id, statement, reason=WHY)
    before = queries.history(session, issuer_id)

    with pytest.raises(NotHandedIn) as no:
        verb(session, actor, issuer_id, reason=WHY, document_digest=PAPER.digest)
    unchanged = (queries.issuer(session, issuer_id).state, queries.history(session, issuer_id))
    hand_in(session, str(actor.account_id), PAPER)
    verb(session, actor, issuer_id, reason=WHY, document_digest=PAPER.digest)

    assert (no.value.code, no.value.facts) == ("documents.not_handed_in", {"found": [PAPER.digest], "wanted": []})
    assert unchanged == (state, before)
    assert queries.history(session, issuer_id)[len(before)].document_digest == PAPER.digest
    assert PAPER.digest in _digests(session, issuer_id)


@pytest.mark.proves("ISS-5")
def test_a_suspension_that_is_eased_names_only_a_paper_that_was_handed_in(session: Session) -> None:
    issuer_id = make_issuer(session, LifeState.RESTRICTED).issuer_id
    service.suspend(session, regulator(), issuer_id, reason=WHY)

    with pytest.raises(NotHandedIn):
        service.ease(session, regulator(), issuer_id, reason=WHY, document_digest=PAPER.digest)
    state = queries.issuer(session, issuer_id).state
    hand_in(session, "acc_regulator", PAPER)
    eased = service.ease(session, regulator(), issuer_id, reason=WHY, document_digest=PAPER.digest)

    assert (state, eased.state) == (LifeState.SUSPENDED, LifeState.RESTRICTED)
    assert PAPER.digest in _digests(session, issuer_id)


def _accept(session: Session, filing: Filing, **more: Any) -> Filing:  # noqa: ANN401 - any argument
    return service.accept_filing(
        session, regulator(), filing.filing_id, "示例备字 1 号", digest=filing.digest, reason=WHY, **more
    )


def _return(session: Session, filing: Filing, **more: Any) -> Filing:  # noqa: ANN401 - any argument
    return service.return_filing(session, regulator(), filing.filing_id, fields=FIELDS, reason=WHY, **more)


def _refuse(session: Session, filing: Filing, **more: Any) -> Filing:  # noqa: ANN401 - any argument
    return service.refuse_filing(session, regulator(), filing.filing_id, reason=WHY, **more)


@pytest.mark.proves("ISS-4")
@pytest.mark.parametrize("decide", [_accept, _return, _refuse])
def test_a_decision_names_only_a_paper_that_was_handed_in(session: Session, decide: _Verb) -> None:
    filing = make_filing(session, make_issuer(session, LifeState.ASSESSED).issuer_id)

    with pytest.raises(NotHandedIn) as no:
        decide(session, filing, document_digest=PAPER.digest)
    unchanged = queries.filing(session, filing.filing_id)
    hand_in(session, "acc_regulator", PAPER)
    decided = decide(session, filing, document_digest=PAPER.digest)

    assert no.value.facts["found"] == [PAPER.digest]
    assert (unchanged, decided.state is FilingState.SUBMITTED) == (filing, False)
    assert PAPER.digest in _digests(session, filing.issuer_id)


@pytest.mark.proves("ISS-4")
def test_a_filing_is_handed_in_with_a_paper_that_was_handed_in(session: Session) -> None:
    issuer_id = make_issuer(session, LifeState.ASSESSED).issuer_id
    draft = make_draft(session, issuer_id)
    named = {"reason": WHY, "document_digest": PAPER.digest}

    with pytest.raises(NotHandedIn):
        service.submit_filing(session, admin_of(issuer_id), draft.filing_id, **named)
    state = queries.filing(session, draft.filing_id).state
    hand_in(session, str(admin_of(issuer_id).account_id), PAPER)
    submitted = service.submit_filing(session, admin_of(issuer_id), draft.filing_id, **named)

    assert (state, submitted.state) == (FilingState.DRAFT, FilingState.SUBMITTED)
    assert PAPER.digest in _digests(session, issuer_id)
