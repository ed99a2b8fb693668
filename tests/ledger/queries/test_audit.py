"""The audit: every promise is checked by name, holds of books in which everything happened, and says what is frozen."""

from typing import Final, NamedTuple

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from greencredit.kernel.database import Database
from greencredit.ledger import queries, rules, service
from greencredit.proofs import queries as proofs
from greencredit.schemas.ledger import Finding, Verb
from tests.conftest import require_books
from tests.factories.books import broken_by, burgled, flip_a_byte, lift_guards
from tests.factories.ledger import earn, make_earning


def _broken(session: Session) -> dict[str, tuple[str, ...]]:
    findings = [*queries.audit(session), *proofs.audit(session)]
    return {one.name: one.broken for one in findings if not one.holds}


def test_every_invariant_that_is_promised_is_checked(session: Session) -> None:
    findings = queries.audit(session)

    assert set(queries.CHECKS) == set(rules.INVARIANTS)
    assert {one.name: one.sentence for one in findings} == dict(rules.INVARIANTS)


@pytest.mark.proves("LED-1", "LED-3", "LED-5")
def test_books_in_which_everything_happened_hold(lived: Database) -> None:
    with lived.reading() as session:
        kinds = set(session.execute(text("SELECT DISTINCT kind FROM ledger_event")).scalars())
        broken = _broken(session)

    assert kinds == {verb.value for verb in Verb}
    assert broken == {}


def test_books_without_a_line_hold(session: Session) -> None:
    assert _broken(session) == {}


def test_a_batch_of_many_chunks_is_hashed_chunk_by_chunk(session: Session, connection: Connection) -> None:
    earn(session, *(make_earning(session, f"con_{n % 7}", credits_=1, key=f"k{n}") for n in range(700)))
    earn(session, make_earning(session, key="one more"))
    session.flush()
    assert _broken(session) == {}

    with burgled(connection):
        connection.execute(text("UPDATE ledger_event SET caller = caller + 1 WHERE id IN (128, 600)"))
        found = {one.name: one.broken for one in queries.audit(session) if not one.holds}

    assert found["batches_are_sealed"] == (
        "batch 1: events 1 to 128 do not hash to what is kept",
        "batch 1: events 513 to 640 do not hash to what is kept",
        "batch 1 and its record in the log at 0 differ in root",
    )


def test_sums_beyond_63_bits_are_a_finding_and_not_a_fault(lived: Database) -> None:
    planted = "UPDATE ledger_event SET amount = 9223372036854775807 WHERE id IN (1, 2)"

    found = broken_by(lived, {"serials_are_issued": [planted]})["serials_are_issued"]

    credits_ = 9223372036854775807 * 2 + 167 - 42 - 1
    assert found[planted] in (["sums go beyond 63 bits"], [f"series=1, credits={credits_}, serials=166"])


@pytest.mark.proves("LED-5")
def test_the_audit_reports_what_is_frozen(lived: Database) -> None:
    with lived.reading() as session:
        found = next(one for one in queries.audit(session) if one.name == "erased_is_frozen")

    assert found == Finding(
        name="erased_is_frozen",
        sentence=rules.INVARIANTS["erased_is_frozen"],
        looked_at=9,
        broken=(),
        note="已注销 1 人，冻结事件 2 条，账上余 11 积分 · 1 erased, 2 events frozen, 11 credits left on their leaves",
    )


def test_whoever_is_erased_without_a_single_event_breaks_nothing(session: Session) -> None:
    earn(session, make_earning(session))
    service.holders(session, ["con_idle"])

    service.erase(session, "con_idle")

    assert _broken(session) == {}


class _Drill(NamedTuple):
    """One byte, or one bit of a number, and what it brings to light."""

    table: str
    column: str
    where: str
    broken: dict[str, tuple[str, ...]]


_SEAL: Final = "batches_are_sealed"
_DRILLS: Final = {
    "an event": _Drill(
        "ledger_event",
        "key",
        "id = 11",
        {
            _SEAL: (
                "batch 7: event 11 does not hash to what is kept",
                "batch 7 and its record in the log at 12 differ in root",
            )
        },
    ),
    "a balance": _Drill(
        "ledger_balance",
        "posted",
        "leaf_id = 268435473",
        {
            "zero_sum": ("series=1, total=-1",),
            "balances_equal_events": ("leaf=268435473, posted=58, events=59",),
        },
    ),
    "a batch": _Drill(
        "ledger_batch", "hashes", "id = 7", {_SEAL: ("batch 7: event 11 does not hash to what is kept",)}
    ),
    "a block": _Drill(
        "ledger_block",
        "last",
        "series_id = 2",
        {
            "serials_are_issued": ("series=2, credits=20, serials=21",),
            "serials_follow_in_blocks": (
                "series=2, serial=1, wrong=the block is not what its batch gave out, event=3",
            ),
        },
    ),
    "a secret": _Drill(
        "ledger_holder",
        "secret",
        "id = 6",
        {
            _SEAL: (
                "batch 19: event 26 does not hash to what is kept",
                "batch 19 and its record in the log at 31 differ in root",
            ),
            "notes_are_sealed": ("note 26 is not what its digest was taken of",),
        },
    ),
    "a kept hash of an erased holder": _Drill(
        "ledger_frozen",
        "hash",
        "event_id = 40",
        {
            _SEAL: (
                "batch 29: event 40 does not hash to what is kept",
                "batch 29 and its record in the log at 45 differ in root",
            )
        },
    ),
    "a record in the log": _Drill(
        "proofs_entry",
        "body",
        "position = 12",
        {
            _SEAL: ("batch 7 and its record in the log at 12 differ in everything: the entry cannot be read",),
            "log_entries_hash": ("entry 12",),
        },
    ),
}


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize("what", _DRILLS)
@pytest.mark.breaks_invariants("a byte is flipped, and stays so")
def test_one_flipped_bit_is_found_and_named(lived: Database, what: str) -> None:
    drill = _DRILLS[what]
    with lived.connection() as connection:
        lift_guards(connection)
        flip_a_byte(connection, drill.table, drill.column, drill.where)

    with lived.reading() as session:
        assert _broken(session) == drill.broken


def test_a_test_that_leaves_the_books_wrong_fails(
    session: Session, connection: Connection, request: pytest.FixtureRequest
) -> None:
    earn(session, make_earning(session))
    session.flush()
    require_books(request, session)

    with burgled(connection):
        connection.execute(text("UPDATE ledger_event SET amount = 31"))
        with pytest.raises(AssertionError, match="the test leaves the books wrong") as no:
            require_books(request, session)

    assert "serials_are_issued" in str(no.value)
