"""Receipts and statements that the ledger hands out are checked with the rules alone, and name what was altered."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock, civil_date
from greencredit.ledger import queries, service
from greencredit.ledger.queries import receipts
from greencredit.ledger.queries.receipts import STATEMENT_EVENTS_MOST
from greencredit.ledger.rules import key_of
from greencredit.proofs import queries as proofs
from greencredit.proofs import service as proving
from greencredit.proofs.rules.base64_text import decoded, encoded
from greencredit.proofs.rules.policy import Policy
from greencredit.proofs.rules.receipt import LogProof
from greencredit.proofs.rules.verify import verify_receipt
from greencredit.schemas.ledger import Allotment, Earning, Funding
from greencredit.schemas.proofs import EventRow
from greencredit.schemas.values import Period
from tests.factories.books import flip_a_byte, lift_guards
from tests.factories.ledger import because, earn, hold, holder_of, make_earning, make_terms, redeem, reverse
from tests.factories.paper_log import failing, holding
from tests.factories.proofs import log_policy
from tests.ledger.ground import post, refused
from tests.ledger.queries.proving import STATED, STEPS, checked, sign, stated, this_year


def _many(session: Session, count: int, *, holders: int = 7, key: str = "many") -> None:
    """Book so many awards as one batch, of several persons in turn."""
    numbers = service.holders(session, [f"con_{one}" for one in range(holders)])
    series = service.series(session, make_terms(terms_version=2, cap=10_000_000))
    earn(
        session,
        *(
            Earning(numbers[f"con_{one % holders}"], series, 1 + one % 5, key_of(f"{key} {one}"))
            for one in range(count)
        ),
    )


@pytest.mark.proves("LED-5")
def test_the_receipt_of_an_event_holds_step_by_step(session: Session) -> None:
    earn(session, make_earning(session, credits_=30))
    redeem(session, 10)
    sign(session)

    steps = checked(session, queries.receipt(session, 2))

    assert holding(steps) == STEPS
    assert re.fullmatch(r"event 2: kind 9, series \d+, 10 credits", steps[-1].found)


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize("count", [1, 2, 127, 128, 129, 700])
def test_every_place_of_a_batch_leads_to_its_root(session: Session, count: int) -> None:
    _many(session, 3, key="before")
    _many(session, count)
    sign(session)

    for event_id in {1, 3, 4, 4 + count // 2, min(3 + 128, 3 + count), min(4 + 128, 3 + count), 3 + count}:
        assert holding(checked(session, queries.receipt(session, event_id))) == STEPS


def _of(told: dict[str, Any], session: Session, issuer_id: str = "iss_example") -> tuple[int, int]:
    """Give what a statement says one had before and after, of the first series of an issuer."""
    series = session.execute(
        text("SELECT MIN(id) FROM ledger_series WHERE issuer_id = :issuer"), {"issuer": issuer_id}
    ).scalar_one()
    return told["opening"].get(str(series), 0), told["closing"].get(str(series), 0)


def _fields(told: str) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(told)
    return fields


def _flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def _flip_row(told: dict[str, Any]) -> None:
    told["row"] = encoded(_flipped(decoded(told["row"]), 47))  # the amount's last byte


def _flip_salt(told: dict[str, Any]) -> None:
    told["salt"] = encoded(_flipped(decoded(told["salt"]), 0))


def _flip_path(told: dict[str, Any]) -> None:
    told["path"][-1] = encoded(_flipped(decoded(told["path"][-1]), 31))


def _flip_entry(told: dict[str, Any]) -> None:
    told["entry"] = told["entry"].replace('"batch":2', '"batch":3')


def _flip_log_path(told: dict[str, Any]) -> None:
    proof = LogProof.parse(told["proof"])
    told["proof"] = proof._replace(path=(_flipped(proof.path[0], 3), *proof.path[1:])).text


def _flip_signature(told: dict[str, Any]) -> None:
    told["proof"] = told["proof"][:-6] + ("A" if told["proof"][-6] != "A" else "B") + told["proof"][-5:]


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize(
    ("flip", "step", "code"),
    [
        (_flip_row, "event_in_batch", "proofs.row_altered"),
        (_flip_salt, "event_in_batch", "proofs.row_altered"),
        (_flip_path, "event_in_batch", "proofs.row_altered"),
        (_flip_entry, "entry_in_log", "proofs.root_differs"),
        (_flip_log_path, "entry_in_log", "proofs.root_differs"),
        (_flip_signature, "checkpoint_signature", "proofs.signature_wrong"),
    ],
)
def test_a_receipt_of_which_one_byte_was_altered_fails_at_that_step(
    session: Session, flip: Callable[[dict[str, Any]], None], step: str, code: str
) -> None:
    earn(session, make_earning(session, credits_=30))
    _many(session, 300)
    sign(session)
    told = _fields(queries.receipt(session, 100))

    flip(told)

    assert failing(checked(session, json.dumps(told))) == (step, code)


def test_an_event_that_no_checkpoint_holds_is_refused_with_the_time_to_wait(
    session: Session, clock: StandingClock
) -> None:
    earn(session, make_earning(session, credits_=30))
    never = refused(session, lambda: queries.receipt(session, 1))
    sign(session)
    earn(session, make_earning(session, credits_=30, key="later"))
    clock.move(timedelta(seconds=45))

    later = refused(session, lambda: queries.receipt(session, 2))
    too_small = refused(session, lambda: queries.receipt(session, 2, checkpoint=2))
    not_signed = refused(session, lambda: queries.receipt(session, 1, checkpoint=3))
    statement = refused(session, lambda: queries.statement(session, "con_li", this_year(session)))

    assert never == ("ledger.not_signed_yet", {"entry": 0, "signed": None, "retry_after_seconds": 60})
    assert later == ("ledger.not_signed_yet", {"entry": 2, "signed": 2, "retry_after_seconds": 15})
    assert too_small == ("ledger.checkpoint_too_small", {"entry": 2, "size": 2})
    assert not_signed == ("proofs.no_such_checkpoint", {"size": 3})
    assert statement == later


def test_an_event_that_is_not_there_and_one_of_somebody_else_are_unknown_alike(session: Session) -> None:
    earn(session, make_earning(session, credits_=30), make_earning(session, "con_wu", key="wu"))
    sign(session)

    for event_id in (0, 2, 3):
        found = refused(session, partial(queries.receipt, session, event_id, of="con_li"))
        assert found == ("ledger.no_such_event", {"event_id": event_id})
    assert holding(checked(session, queries.receipt(session, 2, of="con_wu"))) == STEPS


@pytest.mark.proves("LED-5")
def test_receipts_lead_over_a_change_of_the_log_s_key(session: Session) -> None:
    earn(session, make_earning(session, credits_=30))
    sign(session)
    first_key = log_policy(session)
    before = queries.receipt(session, 1)
    proving.rotate_key(session)
    earn(session, make_earning(session, credits_=5, key="with the change"))
    proving.checkpoint(session)
    earn(session, make_earning(session, credits_=6, key="after it"))
    sign(session)
    newest = Policy.parse(f"log {proofs.key_lines(session)[-1].vkey}\nquorum none\n".encode())

    after = [queries.receipt(session, number) for number in (1, 3)]

    assert holding(verify_receipt(before.encode(), first_key)) == STEPS
    for policy in (first_key, newest):
        assert [holding(verify_receipt(one.encode(), policy)) for one in after] == [
            ["form", "key_changes", *STEPS[1:]]
        ] * 2


@pytest.mark.proves("LED-5")
def test_a_statement_adds_up_from_what_one_had_to_what_one_has(session: Session, clock: StandingClock) -> None:
    other = make_terms("iss_other")
    earn(session, make_earning(session, credits_=30), make_earning(session, credits_=9, key="o", terms=other))
    clock.move(timedelta(days=40))
    _many(session, 300)
    redeem(session, 10, issuer_id="iss_example")
    hold(session, 5)
    reverse(session, 2, 4)
    sign(session)
    since = civil_date(clock.now())
    period = Period(since=since, until=since.replace(day=since.day + 1))

    told = _fields(queries.statement(session, "con_li", period))

    steps = stated(session, json.dumps(told))
    assert holding(steps) == STATED
    rows = [EventRow.unpack(decoded(event["row"])) for event in told["events"]]
    had = {row.series for row in rows}
    assert (_of(told, session), _of(told, session, "iss_other")) == ((30, 20), (9, 5))
    assert (len(rows), len(told["batches"]), len(had)) == (3, 3, 2)


@pytest.mark.proves("LED-5")
def test_a_statement_of_a_period_without_events_says_what_one_had(session: Session, clock: StandingClock) -> None:
    earn(session, make_earning(session, credits_=30))
    clock.move(timedelta(days=40))
    _many(session, 2)
    sign(session)
    today = civil_date(clock.now())

    now_ = _fields(queries.statement(session, "con_li", Period(since=today, until=today.replace(day=28))))
    ago = _fields(
        queries.statement(session, "con_li", Period(since=today.replace(year=2020), until=today.replace(year=2021)))
    )
    to_come = _fields(
        queries.statement(session, "con_li", Period(since=today.replace(year=2030), until=today.replace(year=2031)))
    )

    assert [(*_of(told, session), told["events"]) for told in (now_, ago, to_come)] == [
        (30, 30, []),
        (0, 0, []),
        (30, 30, []),
    ]
    assert [holding(stated(session, json.dumps(told))) for told in (now_, ago, to_come)] == [STATED] * 3


@pytest.mark.proves("LED-5")
def test_an_enterprise_s_statement_counts_what_it_gave(session: Session) -> None:
    mill, wu = holder_of(session, "ent_mill"), holder_of(session, "con_wu")
    series = service.series(session, make_terms())
    post(session, Funding(mill, series, 50, key_of("fund"), because()))
    post(session, Allotment(mill, wu, 20, key_of("allot"), because()))
    sign(session)

    told = _fields(queries.statement(session, "ent_mill", this_year(session)))

    assert (*_of(told, session), len(told["events"])) == (0, 30, 2)
    assert holding(stated(session, json.dumps(told))) == STATED


def _drop_event(told: dict[str, Any]) -> None:
    del told["events"][0]


def _flip_statement_row(told: dict[str, Any]) -> None:
    _flip_row(told["events"][0])


def _flip_statement_path(told: dict[str, Any]) -> None:
    _flip_path(told["events"][0])


def _flip_statement_entry(told: dict[str, Any]) -> None:
    told["batches"][0]["entry"] = told["batches"][0]["entry"].replace('"batch":2', '"batch":3')


def _flip_statement_proof(told: dict[str, Any]) -> None:
    _flip_path(told["batches"][0])


def _flip_closing(told: dict[str, Any]) -> None:
    told["closing"] = {series: total + 1 for series, total in told["closing"].items()}


def _flip_checkpoint(told: dict[str, Any]) -> None:
    told["checkpoint"] = told["checkpoint"].replace("\n4\n", "\n5\n")


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize(
    ("flip", "step", "code"),
    [
        (_drop_event, "totals", "proofs.totals_differ"),
        (_flip_statement_row, "events_in_batches", "proofs.row_altered"),
        (_flip_statement_path, "events_in_batches", "proofs.row_altered"),
        (_flip_statement_entry, "batches_in_log", "proofs.root_differs"),
        (_flip_statement_proof, "batches_in_log", "proofs.root_differs"),
        (_flip_closing, "totals", "proofs.totals_differ"),
        (_flip_checkpoint, "checkpoint_signature", "proofs.signature_wrong"),
    ],
)
def test_a_statement_of_which_something_was_altered_fails_at_that_step(
    session: Session, flip: Callable[[dict[str, Any]], None], step: str, code: str
) -> None:
    earn(session, make_earning(session, "con_wu", key="wu"))
    earn(session, make_earning(session, credits_=30), make_earning(session, "con_wu", key="wu 2"))
    redeem(session, 10)
    sign(session)
    told = _fields(queries.statement(session, "con_li", this_year(session)))

    flip(told)

    assert failing(stated(session, json.dumps(told))) == (step, code)


def test_a_statement_of_more_events_than_it_may_have_is_refused(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert STATEMENT_EVENTS_MOST == 10_000
    monkeypatch.setattr(receipts, "STATEMENT_EVENTS_MOST", 2)
    _many(session, 3, holders=1)
    sign(session)

    found = refused(session, lambda: queries.statement(session, "con_0", this_year(session)))

    assert found == ("ledger.statement_too_long", {"most": 2})


@pytest.mark.proves("LED-5")
@pytest.mark.breaks_invariants("an event is changed behind the verbs' backs")
def test_an_event_changed_in_the_database_is_named_by_the_audit_and_by_a_receipt_made_now(session: Session) -> None:
    earn(session, make_earning(session, credits_=30))
    _many(session, 300)
    sign(session)
    before = queries.receipt(session, 100)
    lift_guards(session.connection())

    flip_a_byte(session.connection(), "ledger_event", "amount", "id = 100")

    (found,) = [one for one in queries.audit(session) if one.name == "batches_are_sealed"]
    assert any(line.startswith("batch 2: events 2 to 129 do not hash") for line in found.broken)
    assert holding(checked(session, before)) == STEPS
    assert failing(checked(session, queries.receipt(session, 100))) == ("event_in_batch", "proofs.row_altered")
    assert failing(checked(session, queries.receipt(session, 101))) == ("event_in_batch", "proofs.row_altered")
    assert holding(checked(session, queries.receipt(session, 290))) == STEPS
