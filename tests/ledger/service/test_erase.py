"""A person who is forgotten: hashes stay, name and secret go, and nothing moves there any more but time."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.ledger import queries, service
from greencredit.ledger.errors import NoSuchHolder
from greencredit.ledger.rules import key_of
from greencredit.schemas.ledger import (
    Accrual,
    Activation,
    Adjustment,
    Allotment,
    Capture,
    Compensation,
    Freeze,
    Funding,
    Hold,
    Posted,
    Redemption,
    Release,
    Restoration,
    Reversal,
    Unfreeze,
    Waiver,
)
from tests.conftest import NOON
from tests.factories.ledger import because, earn, hold, holder_of, make_earning, make_terms, redeem, reverse
from tests.ledger.ground import everything, on_leaves, post, refused

SOON = make_terms(expires_at=NOON + timedelta(days=10))


@pytest.mark.proves("LED-5")
def test_an_erased_holder_leaves_hashes_behind_and_a_number_that_leads_to_nobody(session: Session) -> None:
    earning = make_earning(session, credits_=30)
    earn(session, earning, make_earning(session, "con_wu", credits_=5, key="wu"))
    redeem(session, 10)

    forgotten = service.erase(session, "con_li")

    frozen = session.execute(text("SELECT event_id, length(hash) FROM ledger_frozen ORDER BY event_id")).all()
    assert forgotten == 2
    assert [tuple(row) for row in frozen] == [(1, 32), (3, 32)]
    row = session.execute(
        text("SELECT subject_id, secret FROM ledger_holder WHERE id = :id"), {"id": earning.holder}
    ).one()
    assert tuple(row) == (None, None)
    assert queries.balances_of(session, "con_li") == []
    assert on_leaves(session)["available", earning.series, earning.holder] == 20


@pytest.mark.proves("LED-5")
def test_the_log_says_that_somebody_was_erased_and_not_who(session: Session) -> None:
    earn(session, make_earning(session, credits_=30))
    service.erase(session, "con_li")
    earn(session, make_earning(session, "con_wu", credits_=5, key="wu"))

    entries = [bytes(body) for body in session.scalars(text("SELECT body FROM proofs_entry ORDER BY position"))]

    assert [b'"erasure"' in entry for entry in entries] == [False, False, False, True]
    assert all(b"con_li" not in entry for entry in entries)


@pytest.mark.proves("LED-5")
def test_all_words_about_somebody_go_with_him_and_their_digests_stay(session: Session) -> None:
    earning = make_earning(session, credits_=30)
    earn(session, earning, make_earning(session, "con_wu", key="wu"))
    reverse(session, 1, 5, reason="示例：李某退货")
    reverse(session, 2, 5, key="of wu", reason="示例：吴某退货")
    service.propose(session, earning.holder, earning.series, 3, because("示例：李某来电"))
    told = "SELECT event_id, actor_id, reason, document, digest FROM ledger_note ORDER BY event_id"
    before = session.execute(text(told)).all()

    service.erase(session, "con_li")

    after = session.execute(text(told)).all()
    assert [(row.reason, row.document) for row in after] == [(None, None), ("示例：吴某退货", "a" * 64)]
    assert [(row.event_id, row.actor_id, row.digest) for row in after] == [
        (row.event_id, row.actor_id, row.digest) for row in before
    ]
    assert session.execute(text("SELECT credits, reason, document FROM ledger_proposal")).all() == [(3, None, None)]
    assert [finding for finding in queries.audit(session) if not finding.holds] == []


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize(
    "change",
    [
        "ledger_note SET reason = NULL, document = NULL",  # nobody was erased
        "ledger_note SET reason = 'other'",
        "ledger_note SET actor_id = 'acc_other', reason = NULL, document = NULL",
        "ledger_proposal SET reason = NULL, document = NULL",
        "ledger_proposal SET credits = 4, reason = NULL, document = NULL",
    ],
)
def test_the_database_lets_no_words_go_while_somebody_is_there(session: Session, change: str) -> None:
    earning = make_earning(session, credits_=30)
    earn(session, earning)
    reverse(session, 1, 5)
    service.propose(session, earning.holder, earning.series, 3, because())

    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text(f"UPDATE {change}"))


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize(
    "change",
    [
        "ledger_note SET reason = 'other'",
        "ledger_note SET actor_id = 'acc_other'",
        "ledger_note SET office = 'court'",
        "ledger_proposal SET credits = 4",
        "ledger_proposal SET reason = 'other'",
    ],
)
def test_and_nothing_else_when_he_is_gone(session: Session, change: str) -> None:
    earning = make_earning(session, credits_=30)
    earn(session, earning)
    reverse(session, 1, 5)
    service.propose(session, earning.holder, earning.series, 3, because())
    service.erase(session, "con_li")

    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text(f"UPDATE {change}"))


def test_whoever_held_nothing_or_was_erased_already_is_refused(session: Session) -> None:
    earn(session, make_earning(session, credits_=30))
    service.erase(session, "con_li")

    def erase(subject: str) -> tuple[str, dict[str, str]]:
        before = everything(session)
        refusal = refused_here(session, subject)
        assert everything(session) == before
        return refusal

    assert erase("con_nobody") == ("ledger.no_such_holder", {"subject_id": "con_nobody"})
    assert erase("con_li") == ("ledger.no_such_holder", {"subject_id": "con_li"})


def refused_here(session: Session, subject: str) -> tuple[str, dict[str, str]]:
    """Refuse an erasure, without making anybody."""
    with pytest.raises(NoSuchHolder) as no:
        service.erase(session, subject)
    return no.value.code, no.value.facts


@pytest.mark.proves("LED-3")
def test_nothing_moves_at_an_erased_holder_but_his_keys_still_answer(session: Session) -> None:
    earning = make_earning(session, credits_=30)
    li, series, tea = earning.holder, earning.series, holder_of(session, "mer_tea")
    mill = holder_of(session, "ent_mill")
    earn(session, earning)
    post(session, Funding(mill, series, 50, key_of("fund"), because()))
    waiting = post(session, Accrual(li, series, 5, key_of("w"))).event_id
    held, spent = hold(session, 5).event_id, redeem(session, 5).event_id
    frozen = post(session, Freeze(li, 5, key_of("f"), because())).event_id
    service.erase(session, "con_li")
    key = key_of("late")
    commands = (
        Accrual(li, series, 1, key),
        Activation(waiting, key),
        Hold(li, 1, key),
        Capture(held, 1, tea, key),
        Release(held, 1, key),
        Redemption(li, 1, tea, key),
        Restoration(spent, 1, key),
        Reversal(1, 1, key, because()),
        Waiver(li, series, 1, key, because()),
        Freeze(li, 1, key, because()),
        Unfreeze(frozen, 1, key, because()),
        Compensation(li, series, 1, key, because()),
        Adjustment(li, series, 1, key, because()),
        Allotment(mill, li, 1, key, because()),
    )

    refusals = [refused(session, lambda command=command: post(session, command)) for command in commands]  # type: ignore[misc]
    award = refused(session, lambda: earn(session, earning._replace(key=key)))
    again = earn(session, earning)

    assert refusals == [("ledger.holder_erased", {"holder": li})] * len(commands)
    assert award == ("ledger.holder_erased", {"holder": li})
    assert again == [Posted(1, repeated=True)]


def test_the_same_name_that_comes_back_is_somebody_new(session: Session) -> None:
    before = make_earning(session, credits_=30)
    earn(session, before)
    service.erase(session, "con_li")

    after = make_earning(session, credits_=7, key="new")
    earn(session, after)

    assert after.holder != before.holder
    assert [one.available for one in queries.balances_of(session, "con_li")] == [7]


@pytest.mark.proves("LED-5")
def test_what_an_erased_holder_had_still_expires(session: Session, clock: StandingClock) -> None:
    earning = make_earning(session, credits_=30, terms=SOON)
    earn(session, earning)
    service.erase(session, "con_li")
    clock.move(timedelta(days=11))

    swept = service.expire(session, service.caller(session, "sweep"), until=clock.now())

    assert (swept.leaves, swept.credits) == (1, 30)
    assert on_leaves(session) == {("issued", earning.series, 0): -30, ("expired", earning.series, 0): 30}


def test_a_merchant_that_is_gone_can_take_nothing_in(session: Session) -> None:
    earn(session, make_earning(session, credits_=30))
    li, tea = holder_of(session, "con_li"), holder_of(session, "mer_tea")
    service.erase(session, "mer_tea")

    refusal = refused(session, lambda: post(session, Redemption(li, 1, tea, key_of("x"))))

    assert refusal == ("ledger.holder_erased", {"holder": tea})


@pytest.mark.proves("LED-3")
def test_who_was_remembered_is_found_again_after_somebody_else_was_erased(shared: Database) -> None:
    with shared.writing() as session:
        earn(session, make_earning(session, credits_=30), make_earning(session, "con_wu", credits_=30, key="wu"))
    for key in ("the shop is new", "the shop is known"):  # then the process remembers both
        with shared.writing() as session:
            redeem(session, 1, holder="con_wu", key=key)

    with shared.writing() as session:
        service.erase(session, "con_li")

    with shared.writing() as session:
        assert not redeem(session, 2, holder="con_wu", key="after").repeated
        assert [one.available for one in queries.balances_of(session, "con_wu")] == [26]
