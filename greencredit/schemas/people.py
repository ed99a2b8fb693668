"""People as they cross a door: accounts, consumers, cards, grants, sign-ins, API keys, consents, the audit log."""

import unicodedata
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, SecretStr

from greencredit.kernel.policy import Role, ScopeKind
from greencredit.schemas.values import Instant, Record

_LONGEST_NAME: Final = 200


def _as_written(name: str) -> str:
    """Keep a name exactly as it was given; only what no name contains is refused."""
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        message = "a name holds no control characters and no halves of characters"
        raise ValueError(message)
    if not name.strip():
        message = "a name says something, found only spaces"
        raise ValueError(message)
    return name


PersonName = Annotated[str, Field(min_length=1, max_length=_LONGEST_NAME), AfterValidator(_as_written)]
"""A name as its bearer writes it: 𠮷 and 䶮 stay what they are, and so does `<script>`; pages escape it."""


class AccountState(StrEnum):
    """Whether an account may change things; the suspended still sign in and read."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class NewAccount(Record):
    """Somebody who will sign in."""

    login: str
    """Kept in one form: NFKC, without case, without spaces around it."""
    display_name: PersonName
    password: SecretStr | None = None
    """None for an account that only holds API keys or acts from the command line."""


class Account(Record):
    """Somebody who signs in (账户)."""

    id: str
    login: str
    display_name: str
    state: AccountState
    registered_at: Instant


class NewConsumer(Record):
    """A consumer as a scheme reports him."""

    display_name: PersonName
    account_id: str | None = None


class Consumer(Record):
    """Somebody who earns credits (消费者); what he is called here and nothing more."""

    id: str
    display_name: str
    account_id: str | None
    registered_at: Instant


class HolderKind(StrEnum):
    """Who holds credits (持有人类别): a person's are his to use, an enterprise's are only there to be given."""

    CONSUMER = "consumer"
    ENTERPRISE = "enterprise"

    @classmethod
    def of(cls, subject_id: str) -> "HolderKind | None":
        """Tell the kind of holder from an id; none: nobody of this kind holds credits."""
        return {"con_": cls.CONSUMER, "ent_": cls.ENTERPRISE}.get(subject_id[:4])


class NewEnterprise(Record):
    """An enterprise as it is registered as a holder of credits."""

    name: PersonName
    code: Annotated[str, Field(min_length=1, max_length=40)]
    """Its unified social credit code (统一社会信用代码), checked by whoever registers it."""


class Enterprise(NewEnterprise):
    """An enterprise that may hold credits (企业持有人), as far as a filing provides for it."""

    id: str
    registered_at: Instant


class CardLink(Record):
    """The number by which an issuer or merchant knows a consumer, on its way in; only a keyed digest is kept."""

    card_ref: Annotated[str, Field(min_length=1, max_length=200)]
    consumer_id: str


class NewGrant(Record):
    """A role that somebody is to hold in a place."""

    account_id: str
    role: Role
    scope_kind: ScopeKind
    scope_id: str = ""
    until: Instant | None = None
    because: Annotated[str, Field(min_length=1, max_length=400)]


class GrantRecord(NewGrant):
    """A role that somebody holds or held, and who gave it (授权)."""

    id: str
    since: Instant
    granted_by: str | None
    """None when the machine's own operator gave it."""
    revoked_at: Instant | None


class NewSession(Record):
    """A sign-in as it is tried; the lengths only keep a flood out."""

    login: Annotated[str, Field(max_length=400)]
    password: Annotated[SecretStr, Field(max_length=1000)]


class SignedIn(Record):
    """A sign-in that worked; the token is shown once and kept by us only as a keyed digest."""

    session_id: str
    account: Account
    token: SecretStr
    expires_at: Instant


class SessionOpened(Record):
    """A sign-in that worked, as the API tells it: the token travels in the cookie alone."""

    account: Account
    expires_at: Instant


class ApiScopes(Record):
    """What an API key may do: action names of the policy."""

    scopes: Annotated[tuple[str, ...], Field(min_length=1, max_length=100)]


class NewApiKey(ApiScopes):
    """An API key as it is asked for; it can do less than its owner, never more."""

    name: PersonName
    valid_days: Annotated[int, Field(ge=1, le=366)] = 90


class ApiKey(ApiScopes):
    """An API key without its secret."""

    id: str
    account_id: str
    name: str
    made_at: Instant
    expires_at: Instant
    revoked_at: Instant | None


class MadeApiKey(Record):
    """A new API key with its text, which is shown this one time."""

    key: ApiKey
    text: str


class GrantSeen(Record):
    """A role and the place in which it is held."""

    role: Role
    scope_kind: ScopeKind
    scope_id: str


class Me(Record):
    """Whoever asks, as we see him."""

    account: Account
    consumer_id: str | None
    via: str
    grants: tuple[GrantSeen, ...]
    actions: tuple[str, ...]
    """What he may do in some place at least."""


ConsentPurpose = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{2,40}$")]
"""What personal data would be used for, as the privacy notice names it."""


class Consent(Record):
    """One consent of one person to one purpose, under one version of the notice (同意)."""

    consumer_id: str
    purpose: ConsentPurpose
    version: Annotated[str, Field(min_length=1, max_length=40)]
    given_at: Instant
    withdrawn_at: Instant | None


class AuditEntry(Record):
    """One line of the audit log (审计日志): who did what to which object, and how it ended."""

    seq: int
    at: Instant
    account_id: str | None
    via: str
    credential_id: str | None
    action: str
    object_id: str
    outcome: str
    facts: dict[str, Any]
    request_id: str


class AuditPage(Record):
    """Lines of the audit log, newest first; `next_cursor` asks for those before."""

    entries: tuple[AuditEntry, ...]
    next_cursor: int | None
