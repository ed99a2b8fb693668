"""Signing in is slow for everybody, counted, ended by the clock, and never tells which half was wrong."""

import statistics
import time
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.access import (
    Actor,
    Credentials,
    Via,
    anonymous,
)
from greencredit.kernel.clock import StandingClock, now
from greencredit.kernel.database import Database
from greencredit.people import queries, service
from greencredit.people.errors import (
    TooManyAttempts,
    WrongCredentials,
)
from greencredit.schemas.people import (
    NewSession,
    SignedIn,
)
from tests.factories.people import PASSWORD, make_account


def _sign_in(database: Database, login: str = "example", password: str = PASSWORD) -> SignedIn:
    return service.sign_in(database, NewSession(login=login, password=SecretStr(password)), hours=12)


def _count(session: Session, table: str) -> int:
    found: int = session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    return found


def _deeds(session: Session) -> list[tuple[str, str, dict[str, Any]]]:
    return [(line.action, line.outcome, line.facts) for line in reversed(queries.audit_page(session).entries)]


@pytest.mark.proves("SEC-1")
def test_the_right_password_opens_a_session_that_ends_by_the_clock(
    database: Database, session: Session, clock: StandingClock
) -> None:
    account = make_account(session, password=PASSWORD)

    signed_in = _sign_in(database, "EXAMPLE")

    shown = Credentials(session_token=signed_in.token.get_secret_value())
    assert (signed_in.account, signed_in.expires_at) == (account, now(session) + timedelta(hours=12))
    assert queries.identify(session, shown) == Actor(
        at=now(session), via=Via.SESSION, account_id=account.id, credential_id=signed_in.session_id
    )
    clock.move(timedelta(hours=12) - timedelta(microseconds=1))
    assert queries.identify(session, shown).account_id == account.id
    clock.move(timedelta(microseconds=1))
    assert queries.identify(session, shown) == anonymous(now(session))


@pytest.mark.proves("SEC-1")
def test_the_token_is_not_in_the_database(database: Database, session: Session) -> None:
    make_account(session, password=PASSWORD)

    token = _sign_in(database).token.get_secret_value()

    kept = session.execute(text("SELECT token_digest FROM people_session")).scalar_one()
    assert len(kept) == 32
    assert token.encode() not in bytes(kept)
    for anything in (Credentials(session_token=bytes(kept).hex()), Credentials(session_token="x"), Credentials()):
        assert queries.identify(session, anything) == anonymous(now(session))


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize(
    ("login", "password"), [("example", "wrong-but-long"), ("nobody.here", PASSWORD), ("unlockable", ""), ("", "")]
)
def test_wrong_login_and_wrong_password_are_refused_alike(
    database: Database, session: Session, login: str, password: str
) -> None:
    make_account(session, password=PASSWORD)
    make_account(session, login="unlockable")

    with pytest.raises(WrongCredentials) as no:
        _sign_in(database, login, password)

    assert (no.value.code, no.value.facts) == ("people.wrong_credentials", {})
    assert no.value.message == "the login or the password is wrong"
    assert _count(session, "people_session") == 0


@pytest.mark.proves("SEC-1")
def test_an_unknown_login_is_answered_as_slowly_as_a_wrong_password(database: Database, session: Session) -> None:
    make_account(session, password=PASSWORD)

    def seconds(login: str) -> float:
        began = time.perf_counter()
        with pytest.raises(WrongCredentials):
            _sign_in(database, login, "wrong-but-long")
        return time.perf_counter() - began

    tried = [(seconds("example"), seconds(f"nobody{n}")) for n in range(4)]
    known, unknown = (statistics.median(column) for column in zip(*tried, strict=True))

    # Without the comparison against nobody's hash the unknown login is answered some ten times faster.
    assert 0.5 < unknown / known < 2


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize("login", ["example", "nobody.here"])
def test_after_five_failures_a_login_rests_whether_or_not_it_exists(
    database: Database, session: Session, clock: StandingClock, login: str
) -> None:
    make_account(session, password=PASSWORD)
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            _sign_in(database, login, "wrong-but-long")

    with pytest.raises(TooManyAttempts) as no:
        _sign_in(database, login)

    until = now(session) + timedelta(minutes=1)
    assert (no.value.code, no.value.facts) == ("people.too_many_attempts", {"until": until})
    assert _count(session, "people_session") == 0
    assert _deeds(session) == [("session.open", "denied", {"attempts": 5, "until": until.isoformat()})]

    clock.move(timedelta(minutes=1))
    with pytest.raises(WrongCredentials):
        _sign_in(database, login, "wrong-but-long")
    with pytest.raises(TooManyAttempts) as again:
        _sign_in(database, login)
    assert again.value.facts == {"until": now(session) + timedelta(minutes=2)}


@pytest.mark.proves("SEC-1")
def test_a_success_or_an_hour_of_peace_forgets_earlier_failures(
    database: Database, session: Session, clock: StandingClock
) -> None:
    make_account(session, password=PASSWORD)
    for _ in range(4):
        with pytest.raises(WrongCredentials):
            _sign_in(database, "example", "wrong-but-long")

    _sign_in(database)

    assert _count(session, "people_attempt") == 0
    with pytest.raises(WrongCredentials):
        _sign_in(database, "nobody.here", "wrong-but-long")
    clock.move(timedelta(hours=1, microseconds=1))
    with pytest.raises(WrongCredentials):
        _sign_in(database, "example", "wrong-but-long")
    assert session.execute(text("SELECT failures FROM people_attempt")).scalars().all() == [1]


@pytest.mark.proves("SEC-1")
def test_whoever_signed_out_or_changed_his_password_is_signed_out_everywhere_he_should(
    database: Database, session: Session
) -> None:
    account = make_account(session, password=PASSWORD)
    here, there = (Credentials(session_token=_sign_in(database).token.get_secret_value()) for _ in range(2))

    service.sign_out(session, queries.identify(session, here))

    assert [queries.identify(session, one).signed_in for one in (here, there)] == [False, True]
    service.set_password(session, account.id, "another-示例-password")
    assert not queries.identify(session, there).signed_in
    with pytest.raises(WrongCredentials):
        _sign_in(database)
    assert _sign_in(database, "example", "another-示例-password").account == account


@pytest.mark.proves("SEC-1")
def test_an_old_hash_is_renewed_when_its_owner_signs_in(database: Database, session: Session) -> None:
    from argon2 import PasswordHasher

    make_account(session, password=PASSWORD)
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    session.execute(text("UPDATE people_account SET password_hash = :cheap"), {"cheap": cheap})

    _sign_in(database)

    kept = session.execute(text("SELECT password_hash FROM people_account")).scalar_one()
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    _sign_in(database)
