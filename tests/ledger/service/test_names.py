"""Names are interned: the same name has the same number for ever, and no number is used up by asking."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from greencredit.ledger import service
from greencredit.proofs import queries as proofs
from tests.factories.ledger import make_terms
from tests.ledger.ground import refused


def test_names_are_interned_once(session: Session) -> None:
    assert service.caller(session, "pos") == service.caller(session, "pos")
    assert service.series(session, make_terms()) == service.series(session, make_terms())
    both = service.holders(session, ["con_li", "con_wu"])
    assert service.holders(session, ["con_wu", "con_li"]) == both
    assert len(set(both.values())) == 2


def test_a_caller_that_asks_again_uses_up_no_number(session: Session) -> None:
    first = service.caller(session, "one")
    for _ in range(20):
        service.caller(session, "one")

    assert service.caller(session, "two") == first + 1


def test_every_holder_has_a_secret_of_his_own(session: Session) -> None:
    service.holders(session, [f"con_{n}" for n in range(5)])

    secrets = session.execute(text("SELECT secret FROM ledger_holder")).scalars().all()

    assert len(secrets) == len(set(secrets)) == 5
    assert {len(secret) for secret in secrets} == {16}


def test_another_version_payer_month_or_end_is_another_series(session: Session) -> None:
    terms = make_terms()
    others = [
        terms.model_copy(update={"issuer_id": "iss_other"}),
        terms.model_copy(update={"terms_version": 2}),
        terms.model_copy(update={"funding": "merchant"}),
        terms.model_copy(update={"award_month": 202604}),
        terms.model_copy(update={"expires_at": datetime(2027, 1, 1, tzinfo=UTC)}),
    ]

    numbers = [service.series(session, one) for one in (terms, *others)]

    assert len(set(numbers)) == 6


@pytest.mark.proves("LED-3", "ISS-3")
@pytest.mark.parametrize("change", [{"cap": 5}, {"clawback_cap": 0}, {"refund_grace_days": 7}])
def test_a_version_of_a_filing_says_cap_clawback_and_grace_once(session: Session, change: dict[str, int]) -> None:
    number = service.series(session, make_terms())
    ((name, found),) = change.items()

    refusal = refused(session, lambda: service.series(session, make_terms().model_copy(update=change)))

    facts = {"series_id": number, "found": {name: found}, "wanted": {name: getattr(make_terms(), name)}}
    assert refusal == ("ledger.terms_differ", facts)


@pytest.mark.proves("LED-5", "ISS-3")
def test_the_log_says_which_terms_a_series_was_opened_with_once(session: Session) -> None:
    life = service.series(session, make_terms())
    ends = service.series(session, make_terms(expires_at=datetime(2027, 1, 1, tzinfo=UTC), refund_grace_days=30))
    service.series(session, make_terms())
    service.take_facts_in(session)

    facts = [json.loads(body) for _, body in proofs.entries_of(session, ("series",))]

    same = {"v": 1, "kind": "series", "issuer": "iss_example", "version": 1, "funding": "issuer", "month": 202603}
    same |= {"at": facts[0]["at"], "cap": "1000000", "clawback_cap": "1000"}
    assert facts == [
        same | {"series": life, "ends": "never", "refund_grace_days": 0},
        same | {"series": ends, "ends": "2027-01-01T00:00:00.000000Z", "refund_grace_days": 30},
    ]


@pytest.mark.parametrize(
    "change",
    ["cap = cap + 1", "clawback_cap = 0", "refund_grace_days = 9", "expires_at = 1", "issuer_id = 'iss_x'"],
)
def test_the_terms_of_a_series_never_change(session: Session, change: str) -> None:
    service.series(session, make_terms())

    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text(f"UPDATE ledger_series SET {change}"))
