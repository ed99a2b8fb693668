"""Reads of people: who asks, accounts, consumers, cards, grants, keys, consents, the audit log."""

import hmac
import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from greencredit.kernel import access
from greencredit.kernel.access import PLATFORM, Actor, Credentials, Grant, Role, Scope, ScopeKind, Via
from greencredit.kernel.clock import now
from greencredit.people import rules
from greencredit.people.errors import UnknownAccount, UnknownConsumer
from greencredit.people.queries.everyone import ERASED_NAME as ERASED_NAME
from greencredit.people.queries.everyone import consumer_ids_after as consumer_ids_after
from greencredit.people.queries.everyone import consumers_of_accounts as consumers_of_accounts
from greencredit.people.queries.everyone import guardians_of as guardians_of
from greencredit.people.queries.everyone import registered as registered
from greencredit.people.tables import (
    PeopleAccount,
    PeopleApiKey,
    PeopleAudit,
    PeopleConsent,
    PeopleConsumer,
    PeopleEnterprise,
    PeopleGrant,
    PeopleMembershipCard,
    PeopleSession,
)
from greencredit.schemas.people import (
    Account,
    AccountState,
    ApiKey,
    AuditEntry,
    AuditPage,
    Consent,
    Consumer,
    Enterprise,
    GrantRecord,
    GrantSeen,
    Me,
)

Asked = TypeVar("Asked", str, bytes)


_ASKED_AT_ONCE: Final = 10_000
"""Both engines bind far more values in one statement; the plan stays the same."""


# ---- Who asks ------------------------------------------------------------------------------------------------------


def identify(session: Session, credentials: Credentials) -> Actor:
    """Find who shows these credentials; whatever is unknown, expired or revoked is nobody."""
    at = now(session)
    if credentials.api_key is not None:
        return _by_key(session, credentials.api_key, at) or access.anonymous(at)
    if credentials.session_token is not None:
        return _by_token(session, credentials.session_token, at) or access.anonymous(at)
    return access.anonymous(at)


def actor_of(session: Session, account_id: str) -> Actor:
    """Give the actor that an account is at the command line, where the machine vouches for it."""
    return _actor(session, account(session, account_id), now(session), via=Via.COMMAND, credential_id=None)


def _by_token(session: Session, token: str, at: datetime) -> Actor | None:
    found = session.execute(
        select(PeopleSession.id, *_ACCOUNT_COLUMNS)
        .join(PeopleAccount, PeopleAccount.id == PeopleSession.account_id)
        .where(
            PeopleSession.token_digest == rules.digest(_key(session, "people.session"), token),
            PeopleSession.revoked_at.is_(None),
            PeopleSession.expires_at > at,
        )
    ).one_or_none()
    if found is None:
        return None
    return _actor(session, _account(found), at, via=Via.SESSION, credential_id=found[0])


def _by_key(session: Session, text: str, at: datetime) -> Actor | None:
    if (read := rules.read_key(text)) is None:
        return None
    key_id, secret = read
    found = session.execute(
        select(PeopleApiKey.scopes, PeopleApiKey.secret_digest, *_ACCOUNT_COLUMNS)
        .join(PeopleAccount, PeopleAccount.id == PeopleApiKey.account_id)
        .where(PeopleApiKey.id == key_id, PeopleApiKey.revoked_at.is_(None), PeopleApiKey.expires_at > at)
    ).one_or_none()
    shown = rules.digest(_key(session, "people.api_key"), key_id, secret)
    if found is None or not hmac.compare_digest(found.secret_digest, shown):
        return None
    scopes = frozenset(json.loads(found.scopes))
    return _actor(session, _account(found), at, via=Via.API_KEY, credential_id=key_id, api_scopes=scopes)


def _actor(
    session: Session,
    account: Account,
    at: datetime,
    *,
    via: Via,
    credential_id: str | None,
    api_scopes: frozenset[str] | None = None,
) -> Actor:
    grants = [
        Grant(found.role, Scope(found.scope_kind, found.scope_id), found.since, _end(found))
        for found in grants_of(session, account.id)
    ]
    subject = session.execute(
        select(PeopleConsumer.id, PeopleConsumer.registered_at).where(PeopleConsumer.account_id == account.id)
    ).one_or_none()
    if subject is not None:
        grants.append(rules.own_grant(subject.id, subject.registered_at))
    return Actor(
        at=at,
        via=via,
        account_id=account.id,
        subject_id=None if subject is None else subject.id,
        grants=tuple(grant for grant in grants if grant.in_force(at)),
        api_scopes=api_scopes,
        credential_id=credential_id,
        suspended=account.state is AccountState.SUSPENDED,
    )


def _end(grant: GrantRecord) -> datetime | None:
    return min((end for end in (grant.until, grant.revoked_at) if end is not None), default=None)


def _key(session: Session, purpose: str) -> bytes:
    key: bytes = session.info["keys"].for_purpose(purpose)
    return key


def me(session: Session, actor: Actor) -> Me:
    """Give whoever asks, as we see him."""
    assert actor.account_id is not None, "only the signed-in ask who they are"
    return Me(
        account=account(session, actor.account_id),
        consumer_id=actor.subject_id,
        via=actor.via,
        grants=tuple(
            GrantSeen(role=grant.role, scope_kind=grant.scope.kind, scope_id=grant.scope.id) for grant in actor.grants
        ),
        actions=tuple(action for action in access.POLICY if access.may_somewhere(actor, action)),
    )


# ---- Accounts, grants, keys ----------------------------------------------------------------------------------------

_ACCOUNT_COLUMNS: Final = (
    PeopleAccount.id.label("account_id"),
    PeopleAccount.login,
    PeopleAccount.display_name,
    PeopleAccount.state,
    PeopleAccount.registered_at,
)


def _account(row: Row[*tuple[Any, ...]]) -> Account:
    return Account(
        id=row.account_id,
        login=row.login,
        display_name=row.display_name,
        state=row.state,
        registered_at=row.registered_at,
    )


def account(session: Session, account_id: str) -> Account:
    """Give an account, or refuse an id that is nobody's."""
    found = session.execute(select(*_ACCOUNT_COLUMNS).where(PeopleAccount.id == account_id)).one_or_none()
    if found is None:
        raise UnknownAccount(account_id)
    return _account(found)


def account_by_login(session: Session, login: str) -> Account | None:
    """Give the account that signs in with this login, written in whatever form."""
    normal = rules.normal_login(login)
    if not rules.is_login(normal):
        return None
    found = session.execute(select(*_ACCOUNT_COLUMNS).where(PeopleAccount.login == normal)).one_or_none()
    return None if found is None else _account(found)


def accounts(session: Session, *, after: str = "", limit: int = 100) -> list[Account]:
    """Give accounts by id, those after the cursor."""
    statement = select(*_ACCOUNT_COLUMNS).where(PeopleAccount.id > after).order_by(PeopleAccount.id).limit(limit)
    return [_account(row) for row in session.execute(statement)]


def grants_of(session: Session, account_id: str) -> list[GrantRecord]:
    """Give every grant an account ever had, oldest first."""
    statement = (
        select(PeopleGrant).where(PeopleGrant.account_id == account_id).order_by(PeopleGrant.since, PeopleGrant.id)
    )
    return [grant_record(row) for row in session.scalars(statement)]


def office_holders(session: Session, roles: Collection[Role], places: Collection[Scope]) -> list[str]:
    """List the accounts that hold one of these roles now in a grant that reaches one of these places, or the platform.

    Notices go to them; what they may do is decided by the policy alone.
    """
    at = now(session)
    rows = session.scalars(
        select(PeopleGrant)
        .join(PeopleAccount, PeopleAccount.id == PeopleGrant.account_id)
        .where(
            PeopleGrant.role.in_(sorted(role.value for role in roles)),
            PeopleGrant.revoked_at.is_(None),
            PeopleGrant.since <= at,
            or_(PeopleGrant.until.is_(None), PeopleGrant.until > at),
        )
        .order_by(PeopleGrant.account_id, PeopleGrant.id)
    )
    found = [
        row.account_id
        for row in rows
        if any(Scope(ScopeKind(row.scope_kind), row.scope_id).covers(place) for place in (PLATFORM, *places))
    ]
    return list(dict.fromkeys(found))


def known_accounts(session: Session, account_ids: Collection[str]) -> set[str]:
    """Give those of these ids that are accounts."""
    return set(session.scalars(select(PeopleAccount.id).where(PeopleAccount.id.in_(sorted(account_ids)))))


def grant_record(row: PeopleGrant) -> GrantRecord:
    """Give the shape of a grant's row."""
    return GrantRecord(
        id=row.id,
        account_id=row.account_id,
        role=access.Role(row.role),
        scope_kind=ScopeKind(row.scope_kind),
        scope_id=row.scope_id,
        since=row.since,
        until=row.until,
        because=row.because,
        granted_by=row.granted_by,
        revoked_at=row.revoked_at,
    )


def api_keys(session: Session, account_id: str) -> list[ApiKey]:
    """Give an account's API keys without their secrets, oldest first."""
    statement = (
        select(PeopleApiKey)
        .where(PeopleApiKey.account_id == account_id)
        .order_by(PeopleApiKey.made_at, PeopleApiKey.id)
    )
    return [api_key(row) for row in session.scalars(statement)]


def api_key(row: PeopleApiKey) -> ApiKey:
    """Give the shape of a key's row."""
    return ApiKey(
        id=row.id,
        account_id=row.account_id,
        name=row.name,
        scopes=tuple(json.loads(row.scopes)),
        made_at=row.made_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )


# ---- Consumers -----------------------------------------------------------------------------------------------------

_CONSUMER_COLUMNS: Final = (
    PeopleConsumer.id,
    PeopleConsumer.display_name,
    PeopleConsumer.account_id,
    PeopleConsumer.registered_at,
)


def consumer(session: Session, consumer_id: str) -> Consumer:
    """Give a consumer, or refuse an id that is nobody's."""
    found = consumers(session, [consumer_id])
    if not found:
        raise UnknownConsumer(consumer_id)
    return found[consumer_id]


def consumers(session: Session, consumer_ids: Iterable[str]) -> dict[str, Consumer]:
    """Give many consumers at once, by id; ids that are nobody's are left out."""
    found: dict[str, Consumer] = {}
    for some in _parts(list(consumer_ids)):
        there = PeopleConsumer.id.in_(some), PeopleConsumer.display_name != ERASED_NAME
        for row in session.execute(select(*_CONSUMER_COLUMNS).where(*there)):
            found[row.id] = Consumer(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    return found


def enterprises(session: Session, enterprise_ids: Collection[str]) -> dict[str, Enterprise]:
    """Give enterprises by id; ids that are nobody's are left out."""
    rows = session.scalars(select(PeopleEnterprise).where(PeopleEnterprise.id.in_(sorted(enterprise_ids))))
    return {
        row.id: Enterprise(id=row.id, name=row.name, code=row.code, registered_at=row.registered_at) for row in rows
    }


def consumer_ids(session: Session) -> list[str]:
    """List every consumer who was not erased, by id."""
    there = PeopleConsumer.display_name != ERASED_NAME
    return list(session.scalars(select(PeopleConsumer.id).where(there).order_by(PeopleConsumer.id)))


def consumers_by_card(session: Session, owner_id: str, card_refs: Collection[str]) -> dict[str, str]:
    """Give the consumer behind each card number of an issuer or merchant; unknown cards are left out."""
    key = _key(session, "people.card")
    refs = {rules.digest(key, owner_id, ref): ref for ref in card_refs}
    found: dict[str, str] = {}
    for some in _parts(list(refs)):
        statement = select(PeopleMembershipCard.card_digest, PeopleMembershipCard.consumer_id).where(
            PeopleMembershipCard.owner_id == owner_id, PeopleMembershipCard.card_digest.in_(some)
        )
        found |= {refs[bytes(card_digest)]: consumer_id for card_digest, consumer_id in session.execute(statement)}
    return found


def card_owners(session: Session, consumer_id: str) -> tuple[str, ...]:
    """List the issuers and merchants that know a consumer by a card."""
    owners = select(PeopleMembershipCard.owner_id).where(PeopleMembershipCard.consumer_id == consumer_id).distinct()
    return tuple(sorted(session.scalars(owners)))


def _parts(everything: Sequence[Asked]) -> list[Sequence[Asked]]:
    return [everything[first : first + _ASKED_AT_ONCE] for first in range(0, len(everything), _ASKED_AT_ONCE)]


def consents(session: Session, consumer_id: str) -> list[Consent]:
    """Give every consent of a consumer, oldest first, with its withdrawal if there was one."""
    statement = (
        select(PeopleConsent)
        .where(PeopleConsent.consumer_id == consumer_id)
        .order_by(PeopleConsent.purpose, PeopleConsent.step)
    )
    given: list[Consent] = []
    for row in session.scalars(statement):
        if given and given[-1].purpose == row.purpose and given[-1].withdrawn_at is None:
            # Giving again, under another version, ends the older consent just as a withdrawal does.
            given[-1] = given[-1].model_copy(update={"withdrawn_at": row.at})
        if row.given:
            given.append(
                Consent(
                    consumer_id=consumer_id,
                    purpose=row.purpose,
                    version=row.version,
                    given_at=row.at,
                    withdrawn_at=None,
                )
            )
    return sorted(given, key=lambda consent: consent.given_at)


# ---- The audit log -------------------------------------------------------------------------------------------------


def audit_page(
    session: Session, *, before: int | None = None, limit: int = 100, object_id: str | None = None
) -> AuditPage:
    """Give lines of the audit log, newest first, those before the cursor."""
    statement = select(PeopleAudit).order_by(PeopleAudit.id.desc()).limit(limit + 1)
    if before is not None:
        statement = statement.where(PeopleAudit.id < before)
    if object_id is not None:
        statement = statement.where(PeopleAudit.object_id == object_id)
    found = list(session.scalars(statement))
    shown = found[:limit]
    return AuditPage(
        entries=tuple(_entry(row) for row in shown),
        next_cursor=shown[-1].id if len(found) > limit else None,
    )


def _entry(row: PeopleAudit) -> AuditEntry:
    return AuditEntry(
        seq=row.id,
        at=row.at,
        account_id=row.account_id,
        via=row.via,
        credential_id=row.credential_id,
        action=row.action,
        object_id=row.object_id,
        outcome=row.outcome,
        facts=json.loads(row.facts),
        request_id=row.request_id,
    )
