"""Who may do what, where: the policy's roles × scopes, decided by pure functions (权限)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, false, func, or_, true

from greencredit.kernel.errors import Denied
from greencredit.kernel.policy import APART, POLICY, Audience, Role, Rule, ScopeKind

__all__ = [
    "APART",
    "PLATFORM",
    "POLICY",
    "AccessDenied",
    "Actor",
    "Audience",
    "Credentials",
    "Deed",
    "Grant",
    "Outcome",
    "OwnFiling",
    "Role",
    "Rule",
    "Scope",
    "ScopeKind",
    "SignInFirst",
    "Via",
    "anonymous",
    "clockwork",
    "may",
    "may_somewhere",
    "operator_at_the_machine",
    "require",
    "require_another",
    "require_somewhere",
    "serving",
    "visible",
]


@dataclass(frozen=True, slots=True)
class Scope:
    """One place. The id of a region is its code (`CN-SH`); the platform has none."""

    kind: ScopeKind
    id: str = ""

    def covers(self, place: "Scope") -> bool:
        """Tell whether a grant on this scope reaches that place; a region reaches the regions inside it."""
        if self.kind is ScopeKind.PLATFORM:
            return True
        if self.kind is not place.kind:
            return False
        inside = self.kind is ScopeKind.REGION and place.id.startswith(f"{self.id}-")
        return place.id == self.id or inside


PLATFORM: Final = Scope(ScopeKind.PLATFORM)


@dataclass(frozen=True, slots=True)
class Grant:
    """Somebody holds a role in a place, from an instant until another (or until it is revoked)."""

    role: Role
    scope: Scope
    since: datetime
    until: datetime | None = None

    def in_force(self, at: datetime) -> bool:
        """Tell whether the grant counts at an instant."""
        return self.since <= at and (self.until is None or at < self.until)


class Via(StrEnum):
    """How somebody reached us."""

    NOTHING = "nothing"
    SESSION = "session"
    API_KEY = "api_key"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks, with everything the policy needs to know about him at that instant."""

    at: datetime
    via: Via = Via.NOTHING
    account_id: str | None = None
    subject_id: str | None = None
    """The consumer he is, if he is one."""
    grants: tuple[Grant, ...] = ()
    api_scopes: frozenset[str] | None = None
    """The only actions his API key carries; a session or a command carries all of his."""
    credential_id: str | None = None
    """The session or key he came with."""
    suspended: bool = False

    @property
    def signed_in(self) -> bool:
        """Tell whether we know who asks."""
        return self.via is not Via.NOTHING

    def as_of(self, at: datetime) -> "Actor":
        """Give the same actor at another instant; written out, because every request of a program pays it."""
        return Actor(
            at,
            self.via,
            self.account_id,
            self.subject_id,
            self.grants,
            self.api_scopes,
            self.credential_id,
            self.suspended,
        )


def anonymous(at: datetime) -> Actor:
    """Give the actor of whom nothing is known."""
    return Actor(at=at)


def operator_at_the_machine(at: datetime) -> Actor:
    """Give the actor of a command or job without an account: whoever runs the process operates the platform."""
    return Actor(at=at, via=Via.COMMAND, grants=(Grant(Role.OPERATOR, PLATFORM, at),))


def clockwork(at: datetime) -> Actor:
    """Give the actor of what follows from dates and sums alone; no person, no account and no key can be it."""
    return Actor(at=at, via=Via.COMMAND, grants=(Grant(Role.SYSTEM, PLATFORM, at),))


class AccessDenied(Denied):
    """权限不足: no grant of the asker allows this action in this place."""

    code = "access.denied"

    def __init__(self, actor: Actor, action: str, scope_path: tuple[Scope, ...]) -> None:
        places = ", ".join(f"{scope.kind} {scope.id}".strip() for scope in scope_path) or "any place"
        held = sorted(f"{grant.role} of {grant.scope.kind} {grant.scope.id}".strip() for grant in actor.grants)
        super().__init__(
            f"{action} needs a grant in {places}, found {', '.join(held) or 'none'}",
            action=action,
            places=[f"{scope.kind}:{scope.id}" for scope in scope_path],
            via=actor.via,
            suspended=actor.suspended,
        )


class SignInFirst(Denied):
    """请先登录: the action is not open to strangers."""

    code = "access.sign_in_first"

    def __init__(self, action: str) -> None:
        super().__init__(f"{action} needs a signed-in account or an API key, found neither", action=action)


class OwnFiling(Denied):
    """不得审批本人提交的事项: nobody approves what he filed."""

    code = "access.own_filing"

    def __init__(self, actor: Actor, filed_by: str | None) -> None:
        filer, approver = filed_by or "nobody named", actor.account_id or "nobody named"
        super().__init__(
            f"filed by {filer}, to be approved by {approver}: two people are needed",
            filed_by=filed_by,
            account_id=actor.account_id,
        )


def may(actor: Actor, action: str, *scope_path: Scope) -> bool:
    """Tell whether the actor may do this to a thing that lies in all the places of `scope_path`."""
    rule = POLICY[action]
    if rule.audience is not Audience.HOLDERS:
        return _may_at_all(actor, action)
    return any(grant.scope.covers(place) for grant in serving(actor, action) for place in (PLATFORM, *scope_path))


def may_somewhere(actor: Actor, action: str) -> bool:
    """Tell whether there can be any place in which the actor may do this."""
    if POLICY[action].audience is not Audience.HOLDERS:
        return _may_at_all(actor, action)
    return next(serving(actor, action), None) is not None


def serving(actor: Actor, action: str) -> Iterator[Grant]:
    """Give the actor's grants that allow the action, each in its own place."""
    if not _may_at_all(actor, action):
        return
    for grant in actor.grants:
        if (grant.role, grant.scope.kind) in POLICY[action].holders and grant.in_force(actor.at):
            yield grant


def require(actor: Actor, action: str, *scope_path: Scope) -> None:
    """Refuse unless `may`; strangers are asked to sign in first."""
    if may(actor, action, *scope_path):
        return
    if not actor.signed_in:
        raise SignInFirst(action)
    raise AccessDenied(actor, action, scope_path)


def require_somewhere(actor: Actor, action: str) -> None:
    """Refuse unless the actor may do this in some place at least."""
    if may_somewhere(actor, action):
        return
    require(actor, action)


def require_another(actor: Actor, filed_by: str | None) -> None:
    """Refuse an approval by whoever filed it, and by anybody without an account to tell them apart."""
    if actor.account_id is None or filed_by is None or actor.account_id == filed_by:
        raise OwnFiling(actor, filed_by)


def visible(actor: Actor, action: str, columns: Mapping[ScopeKind, Any]) -> ColumnElement[bool]:
    """Give `may` as a filter over rows: which column of the row holds its place of each kind."""
    if POLICY[action].audience is not Audience.HOLDERS:
        return true() if _may_at_all(actor, action) else false()
    found = [_seen_through(grant.scope, columns) for grant in serving(actor, action)]
    return or_(false(), *found)


def _may_at_all(actor: Actor, action: str) -> bool:
    """Check what does not depend on grants: being known, the key's scopes, suspension."""
    rule = POLICY[action]
    if rule.audience is Audience.ANYONE:
        return True
    if not actor.signed_in or (actor.suspended and rule.writes):
        return False
    if actor.api_scopes is None:
        return True
    return rule.by_key and action in actor.api_scopes


def _seen_through(scope: Scope, columns: Mapping[ScopeKind, Any]) -> ColumnElement[bool]:
    if scope.kind is ScopeKind.PLATFORM:
        return true()
    column = columns.get(scope.kind)
    if column is None:
        return false()
    here: ColumnElement[bool] = column == scope.id
    if scope.kind is not ScopeKind.REGION:
        return here
    # substr, not LIKE: SQLite's LIKE ignores case, and the answer must be the one `Scope.covers` gives.
    inside = f"{scope.id}-"
    return or_(here, func.substr(column, 1, len(inside)) == inside)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request showed us: the cookie of a session, or an API key."""

    session_token: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)


class Outcome(StrEnum):
    """How something ended that the audit log tells of."""

    DONE = "done"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Deed:
    """What the audit log says that an actor did; the facts are ids, counts and codes, never personal data."""

    action: str
    object_id: str
    outcome: Outcome = Outcome.DONE
    facts: Mapping[str, object] = field(default_factory=dict)
    request_id: str = ""
