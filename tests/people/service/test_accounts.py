"""Accounts are registered once per login, named as written, suspended and reinstated."""

from typing import Final

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.access import (
    AccessDenied,
    Credentials,
    Role,
    Scope,
    ScopeKind,
    may,
    operator_at_the_machine,
)
from greencredit.kernel.clock import now
from greencredit.kernel.database import Database
from greencredit.people import queries, service
from greencredit.people.errors import (
    LoginTaken,
)
from greencredit.people.service import passwords
from greencredit.schemas.people import (
    AccountState,
    NewAccount,
    NewConsumer,
    NewSession,
    SignedIn,
)
from tests.factories.people import PASSWORD, make_account, make_account_with, make_consumer

SHOP: Final = Scope(ScopeKind.ISSUER, "iss_shop")
RARE_NAMES: Final = ("𠮷野示例", "䶮示例", "<script>alert(1)</script>", "示例 O’Neill", "a\u0301", "李\u3000示例")


def _sign_in(database: Database, login: str = "example", password: str = PASSWORD) -> SignedIn:
    return service.sign_in(database, NewSession(login=login, password=SecretStr(password)), hours=12)


@pytest.mark.parametrize("name", RARE_NAMES)
def test_a_name_comes_back_as_it_was_written(session: Session, name: str) -> None:
    account = make_account(session, display_name=name)
    consumer = make_consumer(session, display_name=name)

    assert queries.account(session, account.id).display_name == name
    assert queries.consumer(session, consumer.id).display_name == name


@pytest.mark.parametrize("name", ["", "   ", "nul\x00", "line\nbreak", "half\ud842", "x" * 201])
def test_what_no_name_contains_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        NewConsumer(display_name=name)


@pytest.mark.proves("SEC-1")
def test_one_login_is_one_account_however_it_is_typed(session: Session) -> None:
    first = make_account(session, login="Li.Ming")

    with pytest.raises(LoginTaken) as no:
        make_account(session, login="\uff2cI.ming")

    assert (no.value.code, no.value.facts) == ("people.login_taken", {"login": "li.ming"})
    assert queries.accounts(session) == [first]
    assert queries.account_by_login(session, "LI.MING") == first


@pytest.mark.proves("SEC-1")
def test_a_password_is_kept_only_as_an_argon2id_hash_at_the_profile_of_owasp(session: Session) -> None:
    make_account(session, password=PASSWORD)

    kept = session.execute(text("SELECT password_hash FROM people_account")).scalar_one()

    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not passwords.is_outdated(kept)
    assert not passwords.is_outdated(passwords.NOBODYS)


@pytest.mark.proves("SEC-1")
def test_the_suspended_sign_in_and_read_and_change_nothing_until_reinstated(
    database: Database, session: Session
) -> None:
    actor = make_account_with(session, Role.ISSUER_MANAGER, SHOP, password=PASSWORD)
    operator = operator_at_the_machine(now(session))
    assert actor.account_id is not None

    assert service.suspend(session, operator, actor.account_id).state is AccountState.SUSPENDED

    seen = queries.identify(session, Credentials(session_token=_sign_in(database).token.get_secret_value()))
    assert (may(seen, "evidence.read", SHOP), may(seen, "evidence.take_in", SHOP)) == (True, False)
    assert service.reinstate(session, operator, actor.account_id).state is AccountState.ACTIVE
    assert may(queries.actor_of(session, actor.account_id), "evidence.take_in", SHOP)
    with pytest.raises(AccessDenied):
        service.suspend(session, actor, actor.account_id)


def test_an_account_registered_without_a_shape_of_its_own_is_listed_in_pages(session: Session) -> None:
    made = sorted((make_account(session, login=f"example{number}") for number in range(3)), key=lambda one: one.id)

    first = queries.accounts(session, limit=2)

    assert first == made[:2]
    assert queries.accounts(session, after=first[-1].id) == made[2:]
    assert service.register_account(session, NewAccount(login="last", display_name="示例")).login == "last"
