"""Who a key is, is believed for five seconds, and not at all once somebody changed it."""

from datetime import timedelta

import pytest

from greencredit.kernel import identities
from greencredit.kernel.access import Actor, Via, anonymous
from greencredit.kernel.database import Database
from greencredit.kernel.identities import CARRIED, Identities
from tests.conftest import NOON

TILL = Actor(at=NOON, via=Via.API_KEY, account_id="acc_1")
SECOND = timedelta(seconds=1)


def _known() -> Identities:
    known = Identities()
    known.look_up("gc_till", NOON, lambda: TILL)
    return known


@pytest.mark.proves("SEC-1")
def test_a_key_is_known_for_five_seconds_with_the_time_of_each_request() -> None:
    known = _known()

    found = [known.of_key("gc_till", NOON + number * SECOND) for number in (0, 4, 5, -1)]

    assert [one and (one.account_id, one.at) for one in found] == [
        ("acc_1", NOON),
        ("acc_1", NOON + 4 * SECOND),
        None,
        None,
    ]
    assert known.of_key("gc_other", NOON) is None


def test_a_key_that_is_nobodys_is_not_kept() -> None:
    known = Identities()

    found = known.look_up("gc_nobody", NOON, lambda: anonymous(NOON))

    assert (found, known.of_key("gc_nobody", NOON)) == (anonymous(NOON), None)


@pytest.mark.proves("SEC-1")
def test_what_was_looked_up_while_something_changed_is_not_kept() -> None:
    known = Identities()

    def ask() -> Actor:
        known.clear()  # somebody commits a revocation while the old state is being read
        return TILL

    known.look_up("gc_till", NOON, ask)

    assert known.of_key("gc_till", NOON) is None


def test_the_first_that_was_looked_up_makes_room() -> None:
    known = _known()
    for number in range(4_096):
        known.look_up(str(number), NOON, lambda: TILL)

    assert known.of_key("gc_till", NOON) is None
    assert known.of_key("0", NOON) == TILL


@pytest.mark.proves("SEC-1")
def test_a_change_is_forgotten_with_the_commit_and_not_before(database: Database) -> None:
    known = database.carried[CARRIED] = _known()

    with database.writing() as session:
        identities.forget(session)
        before = known.of_key("gc_till", NOON)

    assert (before, known.of_key("gc_till", NOON)) == (TILL, None)


def _change_and_fail(database: Database) -> None:
    with database.writing() as session:
        identities.forget(session)
        raise KeyError


def test_a_change_that_is_rolled_back_forgets_nobody(database: Database) -> None:
    known = database.carried[CARRIED] = _known()

    with pytest.raises(KeyError):
        _change_and_fail(database)

    assert known.of_key("gc_till", NOON) == TILL


def test_a_session_that_carries_nobody_has_nothing_to_forget(database: Database) -> None:
    with database.writing() as session:
        identities.forget(session)

    assert CARRIED not in database.carried
