"""Doors of the ledger's verbs: holds, spending, refunds, freezes, corrections; once for each key, refused by name."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from tests.ledger.routes.conftest import LI, Till


def _told(answer: Any) -> tuple[int, str]:  # noqa: ANN401 - the client's own
    return answer.status_code, answer.json()["code"]


@pytest.mark.proves("LED-1", "LED-3", "UX-2")
def test_a_hold_is_captured_in_part_and_the_rest_released(till: Till) -> None:
    held = till.ask("holds", "h", consumer=LI, credits=40)
    number = held.json()["event_id"]
    captured = till.ask(f"holds/{number}/captures", "c", credits=25, party="mer_tea")
    released = till.ask(f"holds/{number}/releases", "r", credits=15)

    assert [one.status_code for one in (held, captured, released)] == [201] * 3
    assert (till.has(), till.events()) == ((75, 0, 0), 4)
    assert till.logged() == [("ledger.spend", "done")] * 3


@pytest.mark.proves("LED-3", "UX-2")
def test_asked_twice_with_a_key_is_done_once(till: Till) -> None:
    first, again = (till.ask("redemptions", "d", consumer=LI, credits=30, party="mer_tea") for _ in range(2))
    other = till.ask("redemptions", "d", consumer=LI, credits=31, party="mer_tea")
    colleague = till.ask("redemptions", "d", who="second", consumer=LI, credits=1, party="mer_tea")

    assert (first.json(), again.json()) == ({"event_id": 2, "repeated": False}, {"event_id": 2, "repeated": True})
    assert (_told(other), colleague.json()) == ((409, "ledger.key_reused"), {"event_id": 3, "repeated": False})
    assert till.has() == (69, 0, 0)


@pytest.mark.proves("LED-1", "LED-2")
def test_what_was_spent_is_given_back_and_no_more(till: Till) -> None:
    spent = till.ask("redemptions", "d", consumer=LI, credits=30, party="mer_tea").json()["event_id"]

    back = till.ask(f"redemptions/{spent}/refunds", "b", credits=30)
    again = till.ask(f"redemptions/{spent}/refunds", "b", credits=30)
    more = till.ask(f"redemptions/{spent}/refunds", "b2", credits=1)

    nothing = {"expired": 0, "revived": 0, "repaid": 0}
    assert back.json() == {"event_id": 3, "repeated": False, "restored": 30, **nothing}
    assert (again.json()["repeated"], _told(more)) == (True, (409, "ledger.nothing_left"))
    assert till.has() == (100, 0, 0)


@pytest.mark.proves("LED-1", "ISS-3")
@pytest.mark.parametrize("choice", [{"grace_days": 30}, {"grace": 30}, {"clawback": {"policy": "shortage"}}])
def test_nobody_who_asks_for_a_refund_chooses_its_terms(till: Till, choice: dict[str, Any]) -> None:
    spent = till.ask("redemptions", "d", consumer=LI, credits=30, party="mer_tea").json()["event_id"]

    answer = till.ask(f"redemptions/{spent}/refunds", "b", credits=30, **choice)

    assert (_told(answer), till.has(), till.events()) == ((422, "app.invalid_request"), (70, 0, 0), 2)


@pytest.mark.proves("LED-1", "LED-3")
@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("holds", {"consumer": LI, "credits": 101}, (422, "ledger.not_enough_credits")),
        ("holds", {"consumer": "con_nobody", "credits": 1}, (404, "ledger.no_such_holder")),
        ("holds", {"consumer": LI, "credits": 0}, (422, "app.invalid_request")),
        ("holds", {"consumer": LI, "credits": 1.5}, (422, "app.invalid_request")),
        ("holds", {"consumer": LI, "credits": 2**63}, (422, "app.invalid_request")),
        ("holds/7/captures", {"credits": 1, "party": "mer_tea"}, (404, "ledger.no_such_hold")),
        ("holds/7/releases", {"credits": 1}, (404, "ledger.no_such_hold")),
        ("redemptions", {"consumer": LI, "credits": 1, "party": "con_wang"}, (422, "app.invalid_request")),
        ("redemptions/1/refunds", {"credits": 1}, (404, "ledger.no_such_redemption")),
        (
            "freezes/7/releases",
            {"credits": 1, "ground": "appeal", "reason": "申诉成立"},
            (404, "ledger.no_such_freeze"),
        ),
        (
            "compensations",
            {"consumer": LI, "series": 9, "credits": 1, "reason": "航班取消"},
            (404, "ledger.no_such_series"),
        ),
        ("adjustments", {"consumer": LI, "series": 1, "credits": 0, "reason": "更正"}, (422, "ledger.not_positive")),
        ("adjustments/7/decision", {"approved": True}, (404, "ledger.no_such_proposal")),
    ],
)
def test_what_can_not_be_done_is_refused_by_name(
    till: Till, path: str, body: dict[str, Any], told: tuple[int, str]
) -> None:
    answer = till.ask(path, **body)

    assert _told(answer) == told
    assert (till.has(), till.events(), till.logged()) == ((100, 0, 0), 1, [])


@pytest.mark.proves("LED-1", "LED-3")
def test_a_hold_is_captured_once_and_never_after_its_release(till: Till) -> None:
    number = till.ask("holds", "h", consumer=LI, credits=40).json()["event_id"]
    till.ask(f"holds/{number}/captures", "c1", credits=40, party="mer_tea")

    twice = till.ask(f"holds/{number}/captures", "c2", credits=1, party="mer_tea")
    released = till.ask(f"holds/{number}/releases", "r", credits=1)

    assert [_told(one) for one in (twice, released)] == [(409, "ledger.nothing_left")] * 2
    assert till.has() == (60, 0, 0)


@pytest.mark.proves("LED-1")
def test_a_regulator_freezes_and_gives_free_and_the_reason_is_kept(till: Till) -> None:
    frozen = till.ask(
        "freezes",
        "f",
        who="regulator",
        consumer=LI,
        credits=20,
        ground="court",
        reason="法院通知",
        document="示例 1 号",
    )
    during = till.has()
    freed = till.ask(
        f"freezes/{frozen.json()['event_id']}/releases",
        "u",
        who="regulator",
        credits=20,
        ground="court",
        reason="裁定撤销",
    )

    assert (frozen.status_code, freed.status_code, during, till.has()) == (201, 201, (80, 0, 20), (100, 0, 0))
    assert till.logged() == [("ledger.freeze", "done")] * 2
    with till.database.reading() as session:
        kept = session.execute(text("SELECT reason, document, ground, office FROM ledger_note ORDER BY event_id")).all()
    assert kept == [("法院通知", "示例 1 号", "court", "regulator"), ("裁定撤销", None, "court", "regulator")]


@pytest.mark.proves("LED-1")
def test_a_correction_takes_two_persons(till: Till) -> None:
    proposed = till.ask("adjustments", consumer=LI, series=1, credits=-10, reason="重复入账").json()
    path = f"adjustments/{proposed['proposal_id']}/decision"

    own = till.ask(path, approved=True)
    approved = till.ask(path, who="second", approved=True)
    again = till.ask(path, who="second", approved=True)

    other = till.ask(path, who="second", approved=False)

    assert (_told(own), _told(other)) == ((403, "ledger.second_person_needed"), (409, "ledger.already_decided"))
    assert approved.json() == {"proposal_id": proposed["proposal_id"], "approved": True, "event_id": 2}
    assert again.json() == approved.json()
    assert till.has() == (90, 0, 0)


@pytest.mark.proves("LED-3", "UX-2")
def test_a_correction_is_proposed_once_for_each_key(till: Till) -> None:
    first, again = (till.ask("adjustments", "p", consumer=LI, series=1, credits=-10, reason="示例") for _ in range(2))
    other = till.ask("adjustments", "p", consumer=LI, series=1, credits=-11, reason="示例")
    colleague = till.ask("adjustments", "p", who="second", consumer=LI, series=1, credits=-11, reason="示例")

    assert first.json() == again.json() == {"proposal_id": 1}
    assert (_told(other), colleague.json()) == ((409, "ledger.key_reused"), {"proposal_id": 2})


@pytest.mark.proves("LED-1")
def test_a_compensation_is_given_with_its_reason(till: Till) -> None:
    given = till.ask("compensations", "c", consumer=LI, series=1, credits=12, reason="航班取消", document="示例通知")

    assert (given.status_code, till.has()) == (201, (112, 0, 0))


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize("path", ["holds", "redemptions", "freezes", "compensations", "adjustments"])
def test_whoever_may_not_is_let_nowhere(till: Till, path: str) -> None:
    answer = till.ask(path, who="issuer", consumer=LI, credits=1)
    stranger = till.client.post(f"/api/v1/ledger/{path}", json={})

    assert (_told(answer), _told(stranger)) == ((403, "access.denied"), (401, "access.sign_in_first"))
    assert till.events() == 1


@pytest.mark.proves("UX-2")
def test_a_key_is_needed(till: Till) -> None:
    headers = {"Authorization": f"Bearer {till.keys['operator']}"}
    answer = till.client.post("/api/v1/ledger/holds", json={"consumer": LI, "credits": 1}, headers=headers)

    assert (_told(answer), till.events()) == ((422, "app.invalid_request"), 1)


@pytest.mark.proves("LED-3")
def test_fifty_at_once_spend_the_last_credit_once(till: Till) -> None:
    till.ask("redemptions", "most", consumer=LI, credits=99, party="mer_tea")

    def spend(number: int) -> int:
        return till.ask("redemptions", f"last-{number}", consumer=LI, credits=1, party="mer_tea").status_code

    with ThreadPoolExecutor(10) as threads:
        told = sorted(threads.map(spend, range(50)))

    assert told == [201] + [422] * 49
    assert (till.has(), till.events()) == ((0, 0, 0), 3)
