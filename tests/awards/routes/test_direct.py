"""The door for single awards: once for each key, under a promotion in force, refused by name."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from greencredit.issuers import service as issuing
from greencredit.kernel.access import Role
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.writer import Writer
from greencredit.ledger import queries as ledger
from greencredit.ledger import service as ledger_service
from greencredit.schemas.ledger import Following
from tests.awards.routes.conftest import Shop
from tests.factories.direct import make_key, make_promoter
from tests.factories.issuers import WHY, regulator


def _told(answer: Any) -> tuple[int, str, dict[str, Any]]:  # noqa: ANN401 - the client's own
    return answer.status_code, answer.json()["code"], answer.json()["facts"]


@pytest.mark.proves("LED-3", "UX-2")
def test_an_award_is_there_when_it_is_answered_and_once_for_each_key(shop: Shop) -> None:
    li = shop.consumers[0]

    first = shop.give(li, 30, "order-1")
    again = shop.give(li, 30, "order-1")
    other = shop.give(li, 5, "order-2")

    assert [(one.status_code, one.json()) for one in (first, again, other)] == [
        (201, {"event_id": 1, "repeated": False}),
        (201, {"event_id": 1, "repeated": True}),
        (201, {"event_id": 2, "repeated": False}),
    ]
    assert (shop.has(li), shop.events()) == (35, 2)
    assert shop.logged() == [(shop.issuer_id, "done")] * 3


@pytest.mark.proves("LED-4")
def test_the_trajectory_says_who_gave_it_and_on_which_promotion(shop: Shop) -> None:
    li = shop.consumers[0]
    shop.give(li, 30, "order-1")

    with shop.database.reading() as session:
        (movement,) = ledger.movements_of(session, li)
        page = ledger.trajectory(session, Following.of_issuer(shop.issuer_id))
        actor, filing = session.execute(
            text("SELECT a.id, f.id FROM people_account a, issuers_filing f WHERE a.login = 'till'")
        ).one()

    ground = (actor, "入会礼 · Welcome gift", f"{filing}#welcome_gift")
    assert (movement.actor_id, movement.reason, movement.document, movement.caller) == (*ground, "awards.promotion")
    (line,) = page.lines
    assert (line.actor_id, line.reason, line.document) == ground


@pytest.mark.proves("LED-3", "UX-2")
@pytest.mark.parametrize(
    ("credits_", "code", "facts"),
    [
        (0, "ledger.not_positive", {"found": 0}),
        (-3, "ledger.not_positive", {"found": -3}),
        (1_001, "awards.more_than_filed", {"promotion": "welcome_gift", "found": 1_001, "wanted": 1_000}),
        (2**63, "awards.more_than_filed", {"promotion": "welcome_gift", "found": 2**63, "wanted": 1_000}),
        (1.5, "kernel.unfit_cell", {"column": "credits", "found": "1.5", "wanted": "a whole number"}),
        ("30", "kernel.unfit_cell", {"column": "credits", "found": "30", "wanted": "a whole number"}),
        (True, "kernel.unfit_cell", {"column": "credits", "found": "true", "wanted": "a whole number"}),
        (None, "kernel.unfit_cell", {"column": "credits", "found": "null", "wanted": "a whole number"}),
    ],
)
def test_what_is_no_number_of_credits_is_refused_by_name(
    shop: Shop, credits_: object, code: str, facts: dict[str, object]
) -> None:
    answer = shop.give(shop.consumers[0], credits_, "order-1")

    assert _told(answer) == (422, code, facts)
    assert (shop.events(), shop.logged()) == (0, [])


@pytest.mark.proves("LED-3", "UX-2")
def test_a_key_that_stands_for_another_award_is_refused(shop: Shop) -> None:
    li, wang, _ = shop.consumers
    shop.give(li, 30, "order-1")

    refused = [shop.give(li, 31, "order-1"), shop.give(wang, 30, "order-1")]

    assert [(one.status_code, one.json()["code"], one.json()["facts"]["event_id"]) for one in refused] == [
        (409, "ledger.key_reused", 1)
    ] * 2
    assert (shop.has(li), shop.has(wang), shop.events()) == (30, 0, 1)


@pytest.mark.proves("LED-3", "UX-2")
def test_whom_and_what_nobody_knows_is_refused(shop: Shop) -> None:
    nobody = shop.give("con_nobody", 30, "order-1")
    strange = shop.give("con_\u0000", 30, "order-1")
    unfiled = shop.give(shop.consumers[0], 30, "order-1", promotion="autumn_gift")
    over = shop.give(shop.consumers[0], 30, "order-1", promotion="spring_gift")

    assert _told(nobody) == (404, "people.unknown_consumer", {"consumer_id": "con_nobody"})
    assert (strange.status_code, strange.json()["code"]) == (422, "kernel.unfit_cell")
    assert _told(unfiled) == (
        404,
        "awards.no_such_promotion",
        {"issuer_id": shop.issuer_id, "found": "autumn_gift", "wanted": ["welcome_gift", "spring_gift"]},
    )
    assert _told(over) == (
        422,
        "awards.promotion_not_in_force",
        {"promotion": "spring_gift", "found": "2026-03-02", "since": "2026-02-01", "until": "2026-03-01"},
    )
    assert (shop.events(), shop.logged()) == (0, [])


@pytest.mark.proves("LED-3", "UX-2")
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"\xff\xfe", "kernel.unfit_columns"),
        (b"[1]", "kernel.unfit_columns"),
        (b"{", "kernel.unfit_columns"),
        (b'{"consumer":"con_a","credits":1}', "kernel.unfit_columns"),
        (b'{"consumer":"con_a","credits":1,"promotion":"welcome_gift","more":1}', "kernel.unfit_columns"),
        (b'{"consumer":["con_a"],"credits":1,"promotion":"welcome_gift"}', "kernel.unfit_cell"),
    ],
)
def test_a_body_that_is_none_is_refused(shop: Shop, body: bytes, code: str) -> None:
    answer = shop.client.post(shop.path, content=body, headers={"Idempotency-Key": "k"})

    assert (answer.status_code, answer.json()["code"], shop.events()) == (422, code, 0)


@pytest.mark.proves("LED-3", "UX-2")
def test_a_write_names_its_key(shop: Shop) -> None:
    body = {"consumer": shop.consumers[0], "credits": 30, "promotion": "welcome_gift"}

    without = shop.client.post(shop.path, json=body)
    too_long = shop.client.post(shop.path, json=body, headers={"Idempotency-Key": "k" * 256})

    assert _told(without) == (422, "kernel.key_missing", {"found": "none", "wanted": "1 to 255 characters"})
    assert (too_long.json()["facts"]["found"], shop.events()) == ("256 characters", 0)


@pytest.mark.proves("SEC-1")
def test_only_the_issuers_own_hands_and_the_operator_award(shop: Shop, app: FastAPI) -> None:
    with shop.database.writing() as session:
        bank = make_promoter(session, number=2)
        keys = {
            "another issuer": make_key(session, Role.ISSUER_MANAGER, bank, login="another"),
            "the operator": make_key(session, Role.OPERATOR, login="operator"),
        }
    told = {}
    body = {"consumer": shop.consumers[0], "credits": 30, "promotion": "welcome_gift"}
    for who, key in keys.items():
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": who}
        told[who] = shop.client.post(shop.path, json=body, headers=headers).status_code
    with TestClient(app, base_url="https://credits.example") as stranger:
        told["nobody"] = stranger.post(shop.path, json=body, headers={"Idempotency-Key": "x"}).status_code

    assert told == {"another issuer": 403, "the operator": 201, "nobody": 401}
    assert (shop.has(shop.consumers[0]), shop.logged()) == (30, [(shop.issuer_id, "denied"), (shop.issuer_id, "done")])


@pytest.mark.proves("LED-3")
def test_two_issuers_use_the_same_keys_without_meeting(shop: Shop) -> None:
    with shop.database.writing() as session:
        other = make_promoter(session, number=2)
        key = make_key(session, Role.ISSUER_MANAGER, other, login="another")
    body = {"consumer": shop.consumers[0], "credits": 7, "promotion": "welcome_gift"}
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "order-1"}

    first = shop.give(shop.consumers[0], 30, "order-1")
    second = shop.client.post(f"/api/v1/issuers/{other}/awards", json=body, headers=headers)

    assert (first.json()["event_id"], second.json()) == (1, {"event_id": 2, "repeated": False})
    assert shop.has(shop.consumers[0]) == 37


@pytest.mark.proves("ISS-5", "LED-3")
def test_a_suspended_issuer_awards_nothing_from_that_moment_on_and_old_keys_keep_their_answer(shop: Shop) -> None:
    li = shop.consumers[0]
    before = shop.give(li, 30, "order-1")
    with shop.database.writing() as session:
        issuing.suspend(session, regulator(), shop.issuer_id, reason=WHY)

    fresh, again = shop.give(li, 30, "order-2"), shop.give(li, 30, "order-1")

    assert (before.status_code, fresh.status_code, fresh.json()["code"]) == (201, 422, "issuers.not_active")
    assert (again.status_code, again.json()) == (201, {"event_id": 1, "repeated": True})
    assert (shop.has(li), shop.events()) == (30, 1)


@pytest.mark.proves("LED-3")
def test_a_key_keeps_its_answer_when_the_month_is_over(shop: Shop, clock: StandingClock) -> None:
    li = shop.consumers[0]
    shop.give(li, 30, "order-1")
    clock.move(timedelta(days=40))

    again, fresh = shop.give(li, 30, "order-1"), shop.give(li, 30, "order-2")

    assert (again.json(), fresh.json()) == ({"event_id": 1, "repeated": True}, {"event_id": 2, "repeated": False})
    with shop.database.reading() as session:
        assert [one.terms.award_month for one in ledger.balances_of(session, li)] == [202603, 202604]


@pytest.mark.proves("SEC-1", "LED-5")
def test_an_erased_person_is_nobody(shop: Shop) -> None:
    li = shop.consumers[0]
    shop.give(li, 30, "order-1")
    with shop.database.writing() as session:
        ledger_service.erase(session, li)
        session.execute(text("DELETE FROM people_consumer WHERE id = :li"), {"li": li})

    fresh, again = shop.give(li, 30, "order-2"), shop.give(li, 30, "order-1")

    assert [_told(one) for one in (fresh, again)] == [(404, "people.unknown_consumer", {"consumer_id": li})] * 2
    assert shop.events() == 1


@pytest.mark.proves("LED-3")
def test_a_full_queue_and_a_stopped_writer_say_when_to_come_back(shop: Shop, app: FastAPI) -> None:
    kept = app.state.writer
    app.state.writer = Writer(shop.database, by_hand=True, queue_limit=100)
    app.state.writer.submit_many(_nothing, ["x"] * 100, atomic=False)
    full = shop.give(shop.consumers[0], 30, "order-1")
    app.state.writer.ask_to_stop()
    stopped = shop.give(shop.consumers[0], 30, "order-1")
    app.state.writer = kept

    assert (full.status_code, full.json()["code"], full.headers["retry-after"]) == (429, "kernel.queue_full", "1")
    assert (stopped.status_code, stopped.json()["code"]) == (503, "kernel.writer_stopped")
    assert shop.events() == 0


def _nothing(_session: object, items: list[str]) -> list[str]:
    return items


@pytest.mark.proves("UX-2")
def test_another_method_is_told_apart(shop: Shop) -> None:
    answer = shop.client.delete(shop.path)

    assert (answer.status_code, answer.json()["code"]) == (405, "app.wrong_method")
