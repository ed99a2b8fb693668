"""Signing in and out; the server keeps the session, the browser only a random token."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from greencredit.kernel import access
from greencredit.kernel.access import Actor, Deed, Outcome
from greencredit.kernel.clock import now
from greencredit.kernel.database import Database, is_sqlite
from greencredit.kernel.ids import base32, new_id
from greencredit.people import queries, rules
from greencredit.people.errors import TooManyAttempts, WrongCredentials
from greencredit.people.service.audit import record_audit
from greencredit.people.service.passwords import hashed, is_outdated, matches
from greencredit.people.tables import PeopleAccount, PeopleAttempt, PeopleSession
from greencredit.schemas.people import NewSession, SignedIn

_TOKEN_BYTES: Final = 32
_LOG_DIGITS: Final = 16


def sign_in(database: Database, wanted: NewSession, *, hours: int) -> SignedIn:
    """Open a session for the right password; every wrong login and wrong password looks and lasts the same.

    The one verb that opens its own transactions: the attempt is counted before the password is looked at, and stays
    counted when it is refused (else guesses in parallel would be free), and nobody else's writing waits for the hash.
    """
    login = rules.normal_login(wanted.login)
    password = rules.normal_password(wanted.password.get_secret_value())
    with database.writing() as session:
        _count_attempt(session, login)
    with database.reading() as session:
        kept = _kept(session, login)
    if not matches(kept, password):
        raise WrongCredentials
    assert kept is not None, "a password that matches was kept"
    newer = hashed(password, database.entropy) if is_outdated(kept) else kept
    with database.writing() as session:
        return _open(session, login, kept=kept, newer=newer, hours=hours)


def sign_out(session: Session, actor: Actor) -> None:
    """End the session the actor came with; ending it again changes nothing."""
    session.execute(
        update(PeopleSession)
        .where(PeopleSession.id == actor.credential_id, PeopleSession.revoked_at.is_(None))
        .values(revoked_at=now(session))
    )


def _kept(session: Session, login: str) -> str | None:
    if not rules.is_login(login):
        return None
    return session.scalar(select(PeopleAccount.password_hash).where(PeopleAccount.login == login))


def _count_attempt(session: Session, login: str) -> None:
    at = now(session)
    who = _digest(session, login)
    locked = session.scalar(select(PeopleAttempt.locked_until).where(PeopleAttempt.login_digest == who))
    if locked is not None and locked > at:
        raise TooManyAttempts(locked)
    session.execute(delete(PeopleAttempt).where(PeopleAttempt.last_at < at - rules.FORGETS_AFTER))
    failures = _one_more(session, who, at)
    if (rests := rules.locked_until(failures, at)) is not None:
        session.execute(update(PeopleAttempt).where(PeopleAttempt.login_digest == who).values(locked_until=rests))
        deed = Deed("session.open", who.hex()[:_LOG_DIGITS], Outcome.DENIED, {"attempts": failures, "until": rests})
        record_audit(session, access.anonymous(at), deed)


def _one_more(session: Session, who: bytes, at: datetime) -> int:
    """Count in the statement itself, so that two attempts at once are two."""
    insert: Any = sqlite.insert if is_sqlite(session) else postgresql.insert
    counted: int = session.execute(
        insert(PeopleAttempt)
        .values(login_digest=who, failures=1, last_at=at)
        .on_conflict_do_update(
            index_elements=[PeopleAttempt.login_digest],
            set_={"failures": PeopleAttempt.failures + 1, "last_at": at},
        )
        .returning(PeopleAttempt.failures)
    ).scalar_one()
    return counted


def _open(session: Session, login: str, *, kept: str, newer: str, hours: int) -> SignedIn:
    at = now(session)
    account = queries.account_by_login(session, login)
    if account is None or _kept(session, login) != kept:
        raise WrongCredentials  # the password was changed while it was being checked
    session.execute(update(PeopleAccount).where(PeopleAccount.id == account.id).values(password_hash=newer))
    session.execute(delete(PeopleAttempt).where(PeopleAttempt.login_digest == _digest(session, login)))
    token = base32(session.info["entropy"](_TOKEN_BYTES))
    row = PeopleSession(
        id=new_id(session, "ses", at),
        token_digest=rules.digest(session.info["keys"].for_purpose("people.session"), token),
        account_id=account.id,
        opened_at=at,
        expires_at=at + timedelta(hours=hours),
        revoked_at=None,
    )
    session.add(row)
    session.flush()
    actor = Actor(at=at, via=access.Via.SESSION, account_id=account.id, credential_id=row.id)
    record_audit(session, actor, Deed("session.open", row.id))
    return SignedIn(session_id=row.id, account=account, token=token, expires_at=row.expires_at)


def _digest(session: Session, login: str) -> bytes:
    return rules.digest(session.info["keys"].for_purpose("people.login"), login)
