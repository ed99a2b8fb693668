"""Accounts: registered, given a password, suspended, reinstated."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from greencredit.kernel import access, identities
from greencredit.kernel.access import Actor, Deed
from greencredit.kernel.clock import now
from greencredit.kernel.ids import new_id
from greencredit.people import queries, rules
from greencredit.people.errors import LoginTaken
from greencredit.people.service.audit import record_audit
from greencredit.people.service.passwords import hashed
from greencredit.people.tables import PeopleAccount, PeopleSession
from greencredit.schemas.people import Account, AccountState, NewAccount


def register_account(session: Session, wanted: NewAccount) -> Account:
    """Register somebody who will sign in; without a grant he may do nothing but look at himself."""
    login = rules.require_login(wanted.login)
    if queries.account_by_login(session, login) is not None:
        raise LoginTaken(login)
    at = now(session)
    password = wanted.password and rules.require_password(wanted.password.get_secret_value(), login=login)
    row = PeopleAccount(
        id=new_id(session, "acc", at),
        login=login,
        display_name=wanted.display_name,
        password_hash=hashed(password, session.info["entropy"]) if password else None,
        state=AccountState.ACTIVE.value,
        registered_at=at,
    )
    session.add(row)
    session.flush()
    return queries.account(session, row.id)


def set_password(session: Session, account_id: str, password: str) -> None:
    """Give an account another password; whoever signed in with the old one is signed out."""
    login = queries.account(session, account_id).login
    kept = hashed(rules.require_password(password, login=login), session.info["entropy"])
    session.execute(update(PeopleAccount).where(PeopleAccount.id == account_id).values(password_hash=kept))
    session.execute(
        update(PeopleSession)
        .where(PeopleSession.account_id == account_id, PeopleSession.revoked_at.is_(None))
        .values(revoked_at=now(session))
    )


def suspend(session: Session, actor: Actor, account_id: str) -> Account:
    """Let an account sign in and read, and nothing else (停用)."""
    return _set_state(session, actor, account_id, AccountState.SUSPENDED)


def reinstate(session: Session, actor: Actor, account_id: str) -> Account:
    """Let a suspended account do again what its grants say."""
    return _set_state(session, actor, account_id, AccountState.ACTIVE)


def _set_state(session: Session, actor: Actor, account_id: str, state: AccountState) -> Account:
    access.require(actor, "account.suspend")
    queries.account(session, account_id)
    session.execute(update(PeopleAccount).where(PeopleAccount.id == account_id).values(state=state.value))
    identities.forget(session)
    record_audit(session, actor, Deed("account.suspend", account_id, facts={"state": state.value}))
    return queries.account(session, account_id)
