"""What a login, a password, a grant, an API key and an audit fact may be; and how long a failed sign-in rests."""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from greencredit.kernel.access import APART, PLATFORM, POLICY, Actor, Grant, Role, Scope, ScopeKind, serving
from greencredit.people.errors import (
    BadLogin,
    EndlessGrant,
    NotGrantable,
    OneAgency,
    OwnGrant,
    RolesApart,
    WeakPassword,
)

# ---- Logins and passwords ------------------------------------------------------------------------------------------

_LOGIN_LENGTHS: Final = range(3, 101)
_PASSWORD_LENGTHS: Final = range(12, 201)
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"})


def normal_login(login: str) -> str:
    """Give the one form of a login: wide letters, capitals and small ones are the same person."""
    # Folding can undo the normal form, and the normal form can bring a space: both again until nothing changes.
    while (normal := unicodedata.normalize("NFKC", login).casefold().strip()) != login:
        login = normal
    return normal


def require_login(login: str) -> str:
    """Give the one form of a login, or refuse it."""
    normal = normal_login(login)
    if not is_login(normal):
        raise BadLogin(login)
    return normal


def is_login(normal: str) -> bool:
    """Tell whether a login in its one form can be anybody's; what can't be is never looked up."""
    return len(normal) in _LOGIN_LENGTHS and not any(unicodedata.category(one) in _INVISIBLE for one in normal)


def require_password(password: str, *, login: str) -> str:
    """Give the one form of a password (two keyboards may write one character in two ways), or refuse it."""
    normal = normal_password(password)
    if len(normal) not in _PASSWORD_LENGTHS or normal_login(normal) == login:
        raise WeakPassword(found_characters=len(normal))
    return normal


def normal_password(password: str) -> str:
    """Give the one form of a password; half characters, which no keyboard writes, become question marks."""
    return unicodedata.normalize("NFKC", password).encode(errors="replace").decode()


# ---- Digests -------------------------------------------------------------------------------------------------------


def digest(key: bytes, *parts: str) -> bytes:
    """Give the keyed digest under which a token, a card number or a login is kept; it can't be turned back."""
    return hmac.digest(key, "\0".join(parts).encode(errors="surrogatepass"), hashlib.sha256)


# ---- Failed sign-ins -----------------------------------------------------------------------------------------------

FORGETS_AFTER: Final = timedelta(hours=1)
"""A login without attempts for so long begins again at nought."""

_FREE_FAILURES: Final = 5
_FIRST_REST: Final = timedelta(minutes=1)
_LONGEST_REST: Final = timedelta(minutes=15)


def locked_until(failures: int, at: datetime) -> datetime | None:
    """Tell until when a login rests after that many failures: a minute at first, doubling, never over a quarter."""
    beyond = failures - _FREE_FAILURES
    if beyond < 0:
        return None
    doublings = min(beyond, 4)  # the longest rest is reached by then; a larger power would only overflow
    return at + min(_FIRST_REST * (1 << doublings), _LONGEST_REST)


# ---- Grants --------------------------------------------------------------------------------------------------------

_DELEGATED: Final[Mapping[Role, frozenset[Role]]] = {
    Role.OPERATOR: frozenset(Role) - {Role.CONSUMER, Role.SYSTEM},
    Role.ISSUER_ADMIN: frozenset({Role.ISSUER_MANAGER, Role.ISSUER_VIEWER}),
    Role.ORGANISATION_ADMIN: frozenset({Role.UNIT_KEEPER}),
}
"""Who may give which role. Nobody is granted to be a consumer: that follows from the consumer's own account."""

_LONGEST_AUDIT: Final = timedelta(days=366)


def require_place(role: Role, scope: Scope) -> None:
    """Refuse a role in a kind of place where the policy gives it nothing, and a place without a name."""
    somewhere = any((role, scope.kind) in rule.holders for rule in POLICY.values())
    named = bool(scope.id) is (scope.kind is not ScopeKind.PLATFORM)
    if not (somewhere and named) or role in {Role.CONSUMER, Role.SYSTEM}:
        raise NotGrantable(role, scope.kind, scope.id)


def require_giver(
    actor: Actor, action: str, *, account_id: str, role: Role, scope: Scope, within: Iterable[Scope] = ()
) -> None:
    """Refuse a change of one's own roles, and a role that is not this giver's to give in this place.

    `within` names the places in which the very place lies, as the room that owns them knows.
    """
    if actor.account_id == account_id:
        raise OwnGrant(account_id)
    givers = [grant.role for grant in serving(actor, action) if grant.scope in (PLATFORM, scope, *within)]
    if not any(role in _DELEGATED[giver] for giver in givers):
        raise NotGrantable(role, scope.kind, scope.id)


def require_apart(account_id: str, role: Role, held: Iterable[Role]) -> None:
    """Refuse a role that one account never holds together with another it has."""
    for other in held:
        if frozenset({role, other}) in APART:
            raise RolesApart(account_id, wanted=role, held=other)


def require_one_agency(account_id: str, scope: Scope, held: Iterable[Scope]) -> None:
    """Refuse a second agency: whoever signs papers of two would judge for competitors."""
    for other in held:
        if scope.kind is other.kind is ScopeKind.AGENCY and other.id != scope.id:
            raise OneAgency(account_id, found=other.id, wanted=scope.id)


def require_end(role: Role, *, at: datetime, until: datetime | None) -> None:
    """Refuse an auditor without an end; an audit is a visit, not an office."""
    if role is Role.AUDITOR and (until is None or not at < until <= at + _LONGEST_AUDIT):
        raise EndlessGrant(until)


def own_grant(consumer_id: str, since: datetime) -> Grant:
    """Give what follows from being a consumer with an account: being oneself."""
    return Grant(Role.CONSUMER, Scope(ScopeKind.CONSUMER, consumer_id), since)


# ---- API keys ------------------------------------------------------------------------------------------------------

_KEY_TEXT: Final = re.compile(r"gc_(?P<environment>[a-z]{1,20})_(?P<id>[0-9a-z]{26})_(?P<secret>[0-9a-z]{52})")


def key_text(environment: str, key_id: str, secret: str) -> str:
    """Write an API key: `gc_`, where it belongs, its public id, its secret."""
    text = f"gc_{environment}_{key_id.removeprefix('key_')}_{secret}"
    assert _KEY_TEXT.fullmatch(text), "a key can be read again"
    return text


def read_key(text: str) -> tuple[str, str] | None:
    """Give the id and the secret of an API key, or None for what is no key."""
    found = _KEY_TEXT.fullmatch(text)
    return None if found is None else (f"key_{found['id']}", found["secret"])


# ---- The audit log -------------------------------------------------------------------------------------------------

WITHHELD: Final = "(withheld)"
_IMPERSONAL: Final = re.compile(r"[A-Za-z0-9_.:/+-]{0,100}")
_SHORTEST_PERSONAL: Final = 10**10
"""A mobile number has eleven digits, an identity number eighteen: what is smaller is neither."""
_PERSONAL_NUMBER: Final = re.compile(r"(?<!\d)(1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")


def impersonal(facts: Mapping[str, object]) -> dict[str, object]:
    """Keep ids, codes, counts and instants; anything that could name a person is withheld from the log.

    Names, addresses and mail never look like an id; mobile and identity numbers do, and are looked for.
    """
    return {name: _impersonal(fact) for name, fact in sorted(facts.items())}


def _impersonal(fact: object) -> object:
    if fact is None or isinstance(fact, bool) or (type(fact) is int and abs(fact) < _SHORTEST_PERSONAL):
        return fact
    if isinstance(fact, list | tuple):
        return [_impersonal(part) for part in fact]
    text = fact.isoformat() if isinstance(fact, datetime) else str(fact)
    if not _IMPERSONAL.fullmatch(text) or _PERSONAL_NUMBER.search(text):
        return WITHHELD
    return fact if isinstance(fact, int) else text
