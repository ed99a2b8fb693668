"""What every route is handed: sessions that end before the answer leaves, settings, and whoever asks, let in or not."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from fastapi import Depends
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import Response

from greencredit.kernel import access
from greencredit.kernel.access import Actor, Credentials, Deed, Outcome, Scope, ScopeKind, Via
from greencredit.kernel.database import Database
from greencredit.kernel.errors import Denied, NotFound
from greencredit.kernel.identities import CARRIED, Identities
from greencredit.kernel.settings import Settings
from greencredit.kernel.writer import Command, Follow, Verb, Writer


def database_of(connection: HTTPConnection) -> Database:
    """Give the database of the process that answers this request."""
    database: Database = connection.app.state.database
    return database


def settings_of(connection: HTTPConnection) -> Settings:
    """Give the settings of the process that answers this request."""
    settings: Settings = connection.app.state.settings
    return settings


def _reading(connection: HTTPConnection) -> Iterator[Session]:
    with database_of(connection).reading() as session:
        yield session


def _writing(connection: HTTPConnection) -> Iterator[Session]:
    with database_of(connection).writing() as session:
        yield session


# scope="function": the transaction ends when the route returns, so an answer never runs ahead of its commit.
Reading = Annotated[Session, Depends(_reading, scope="function")]
Writing = Annotated[Session, Depends(_writing, scope="function")]
Configured = Annotated[Settings, Depends(settings_of)]
Store = Annotated[Database, Depends(database_of)]
"""The database itself, for the one verb that must remember a refusal: signing in."""


# ---- Who asks ----------------------------------------------------------------------------------------------------

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_BEARER: Final = "bearer "
_LARGEST_NUMBER: Final = 2**63 - 1

Identify = Callable[[Session, Credentials], Actor]
"""Looks up a session or key; the application puts the lookup of `people` on `app.state.identify`."""


RecordAudit = Callable[[Session, Actor, Deed], None]
"""Appends to the audit log; the application puts the verb of `people` on `app.state.record_audit`."""


class CrossSite(Denied):
    """跨站请求: a browser sent this write from a page of another site."""

    code = "access.cross_site"

    def __init__(self, origin: str) -> None:
        super().__init__(f"a write must come from this site's own pages, found {origin}", origin=origin)


def credentials_of(connection: HTTPConnection) -> Credentials:
    """Read what the request shows; an API key, if there is one, counts alone."""
    authorization = connection.headers.get("authorization", "")
    if authorization[: len(_BEARER)].lower() == _BEARER:
        return Credentials(api_key=authorization[len(_BEARER) :].strip())
    return Credentials(session_token=connection.cookies.get(_cookie_name(settings_of(connection))))


def current_actor(connection: HTTPConnection) -> Actor:
    """Find out who asks; whoever shows nothing valid is anonymous."""
    database = database_of(connection)
    credentials = credentials_of(connection)
    if credentials == Credentials():
        return access.anonymous(database.clock.now())
    identify: Identify = connection.app.state.identify
    with database.reading() as session:
        return identify(session, credentials)


async def current_actor_async(connection: HTTPConnection) -> Actor:
    """Find out who asks without leaving the event loop, if his API key was looked up in the last seconds."""
    database = database_of(connection)
    credentials = credentials_of(connection)
    known: Identities | None = database.carried.get(CARRIED)
    if credentials.api_key is None or known is None:
        return await run_in_threadpool(current_actor, connection)
    at = database.clock.now()
    found = known.of_key(credentials.api_key, at)
    if found is not None:
        return found
    return await run_in_threadpool(known.look_up, credentials.api_key, at, lambda: current_actor(connection))


CurrentActor = Annotated[Actor, Depends(current_actor)]


# ---- The cookie ----------------------------------------------------------------------------------------------------


def _cookie_name(settings: Settings) -> str:
    # Browsers tie a __Host- cookie to this very host, but only over https.
    return "__Host-greencredit" if _is_https(settings) else "greencredit"


def _is_https(settings: Settings) -> bool:
    return settings.public_url.startswith("https://")


def hand_cookie(response: Response, settings: Settings, token: str) -> None:
    """Give the browser its session token; scripts can't read it and other sites' forms don't carry it."""
    response.set_cookie(
        _cookie_name(settings),
        token,
        max_age=settings.session_hours * 3600,
        path="/",
        secure=_is_https(settings),
        httponly=True,
        samesite="lax",
    )


def take_cookie(response: Response, settings: Settings) -> None:
    """Let the browser forget its session token."""
    response.delete_cookie(_cookie_name(settings), path="/", secure=_is_https(settings), httponly=True, samesite="lax")


class NoSuchNumber(NotFound):
    """查无此编号: what stands in the address is no number that anything could have."""

    code = "access.no_such_number"

    def __init__(self, found: str) -> None:
        super().__init__(f"a whole number above zero was wanted in the address, found {found[:40]}", found=found[:40])


def number_in(parameters: Mapping[str, Any], name: str) -> int:
    """Read a number from the path for a gate, which looks before the route's own types are checked."""
    text = str(parameters[name])
    if (
        not (text.isascii() and text.isdigit())
        or not 0 < int(text[:20]) <= _LARGEST_NUMBER
        or len(text) > len(str(_LARGEST_NUMBER))
    ):
        raise NoSuchNumber(text)
    return int(text)


# ---- Being let in --------------------------------------------------------------------------------------------------

Whereabouts = Callable[[Session, Mapping[str, Any]], Iterable[Scope]]
"""Tells, from the path's parameters, in which places the thing lies that the request is about."""


@dataclass(slots=True)
class Permit:
    """The policy lets this actor do this; the route may say to which object, for the audit log."""

    actor: Actor
    action: str
    object_id: str = ""
    facts: dict[str, object] = field(default_factory=dict)

    def concerns(self, object_id: str, **facts: object) -> None:
        """Name the object and facts without personal data (ids, counts, codes) for the audit log."""
        self.object_id = object_id
        self.facts.update(facts)

    def require(self, *scope_path: Scope) -> None:
        """Refuse unless the actor may do this in these places; for routes whose places the body decides."""
        access.require(self.actor, self.action, *scope_path)


@dataclass(frozen=True)
class _Named:
    """A place that the path itself names, so that nobody is asked."""

    kind: ScopeKind
    parameter: str

    def __call__(self, _session: Session | None, parameters: Mapping[str, Any]) -> Iterable[Scope]:
        return (Scope(self.kind, str(parameters[self.parameter])),)


def of(kind: ScopeKind, parameter: str) -> Whereabouts:
    """Say that a parameter of the path is the id of the place itself."""
    return _Named(kind, parameter)


@dataclass(frozen=True)
class Gate:
    """Lets a request in or refuses it; refusals of known actors are written to the audit log."""

    action: str
    at: Whereabouts | None

    def __call__(self, connection: HTTPConnection, actor: CurrentActor) -> Iterator[Permit]:
        """Stand around the route: FastAPI calls it, and throws into it what the route refuses."""
        permit = Permit(actor, self.action, object_id="/".join(map(str, connection.path_params.values())))
        try:
            _refuse_cross_site(connection)
            self._require(connection, actor)
            yield permit
        except Denied as refusal:
            if access.POLICY[self.action].logged and actor.signed_in:
                _remember_refusal(connection, permit, refusal)
            raise

    def _require(self, connection: HTTPConnection, actor: Actor) -> None:
        # Whoever may not do this anywhere is refused before we look for the thing, so he can't learn what exists.
        access.require_somewhere(actor, self.action)
        if isinstance(self.at, _Named):
            access.require(actor, self.action, *self.at(None, connection.path_params))
        elif self.at is not None:
            with database_of(connection).reading() as session:
                access.require(actor, self.action, *self.at(session, connection.path_params))


# ---- Writing through the process's writer ----------------------------------------------------------------------------

RecordDeeds = Verb
"""Appends `Line`s to the audit log; the application puts the batch verb of `people` on `app.state.record_deeds`."""

Line = tuple[Actor, Deed]
Concern = Callable[[Any], tuple[str, Mapping[str, object]]]
"""Names, from a result, the object and the facts that the audit log shall tell of."""


@dataclass(slots=True)
class Posting:
    """The policy lets this actor do this; what he writes goes through the writer, with its line of the audit log."""

    actor: Actor
    action: str
    object_id: str
    writer: Writer
    record: RecordDeeds
    request_id: str
    facts: dict[str, object] = field(default_factory=dict)

    async def submit(self, verb: Verb, item: object, *, concerns: Concern | None = None) -> Any:  # noqa: ANN401 - the verb's
        """Carry out one command and wait for its commit; gives the verb's result or raises its refusal."""
        try:
            return await self.writer.submit_async(verb, item, follow=self._line(concerns))
        except Denied as refusal:
            await self.remember(refusal)
            raise

    async def submit_many(
        self, verb: Verb, items: Sequence[object], *, atomic: bool, concerns: Concern | None = None
    ) -> list[Any]:
        """Carry out many items and wait for their commit; gives an outcome for each, with one line for all."""
        return await self.writer.submit_many_async(verb, items, atomic=atomic, follow=self._line(concerns))

    async def require(self, *scope_path: Scope) -> None:
        """Refuse unless the actor may do this in these places; for routes whose places the body decides."""
        try:
            access.require(self.actor, self.action, *scope_path)
        except Denied as refusal:
            await self.remember(refusal)
            raise

    async def remember(self, refusal: Denied) -> None:
        """Write down that a known actor was refused."""
        if self.actor.signed_in:
            command = self._deed(self.object_id, self.facts | {"code": refusal.code}, Outcome.DENIED)
            await self.writer.submit_async(command.verb, command.item)

    def _line(self, concerns: Concern | None) -> Follow:
        def line(result: object) -> Command:
            object_id, facts = (self.object_id, self.facts) if concerns is None else concerns(result)
            return self._deed(object_id, facts, Outcome.DONE)

        return line

    def _deed(self, object_id: str, facts: Mapping[str, object], outcome: Outcome) -> Command:
        deed = Deed(self.action, object_id or self.object_id, outcome, facts, self.request_id)
        return Command(self.record, (self.actor, deed))


class PostingGate(Gate):
    """The gate of an `async def` route; everything it needs is in memory, if the caller asked shortly before.

    A route that stands outside of FastAPI awaits it itself: `posting = await gate(request)`.
    """

    async def __call__(self, connection: HTTPConnection) -> Posting:  # type: ignore[override]
        """Let a request in or refuse it, in the event loop."""
        state = connection.app.state
        posting = Posting(
            await current_actor_async(connection),
            self.action,
            "/".join(map(str, connection.path_params.values())),
            state.writer,
            state.record_deeds,
            getattr(connection.state, "request_id", ""),
        )
        try:
            if posting.actor.via is not Via.API_KEY:
                _refuse_cross_site(connection)
            if self.at is None or isinstance(self.at, _Named):
                self._require(connection, posting.actor)
            else:
                await run_in_threadpool(self._require, connection, posting.actor)
        except Denied as refusal:
            await posting.remember(refusal)
            raise
        return posting


def posts(action: str, *, at: Whereabouts | None = None) -> Any:  # noqa: ANN401 - as FastAPI's own Depends
    """Give the gate of an `async def` route that writes through the writer, annotated `Posting`.

    What the route submits and its line in the audit log are one transaction. A route submits once.
    """
    assert access.POLICY[action].logged, "who writes nothing that is logged needs no writer"
    return Depends(PostingGate(action, at))


def requires(action: str, *, at: Whereabouts | None = None) -> Any:  # noqa: ANN401 - as FastAPI's own Depends
    """Give the gate that every route declares as its first argument, annotated `Permit`.

    A write that succeeds is in the audit log in the same transaction; a watched read, right after it.

    Args:
        action: a name of the policy.
        at: where the thing lies; without it the route itself calls `permit.require(…)` or filters by `visible`.
    """
    rule = access.POLICY[action]
    gate = Gate(action, at)
    if not rule.logged:
        return Depends(gate, scope="function")
    permitted = Annotated[Permit, Depends(gate, scope="function")]

    def logged_write(connection: HTTPConnection, permit: permitted, session: Writing) -> Iterator[Permit]:
        yield permit
        _record(connection, session, permit, Outcome.DONE)

    def watched_read(connection: HTTPConnection, permit: permitted) -> Iterator[Permit]:
        yield permit
        if not _looks_at_himself(permit):
            with database_of(connection).writing() as session:
                _record(connection, session, permit, Outcome.DONE)

    return Depends(logged_write if rule.writes else watched_read, scope="function")


def _looks_at_himself(permit: Permit) -> bool:
    return {grant.role for grant in access.serving(permit.actor, permit.action)} == {access.Role.CONSUMER}


def _record(connection: HTTPConnection, session: Session, permit: Permit, outcome: Outcome) -> None:
    record: RecordAudit = connection.app.state.record_audit
    request_id = getattr(connection.state, "request_id", "")
    record(session, permit.actor, Deed(permit.action, permit.object_id, outcome, permit.facts, request_id))


def _remember_refusal(connection: HTTPConnection, permit: Permit, refusal: Denied) -> None:
    permit.facts["code"] = refusal.code
    with database_of(connection).writing() as session:
        _record(connection, session, permit, Outcome.DENIED)


def _refuse_cross_site(connection: HTTPConnection) -> None:
    """Refuse a browser's write that began on another site; same-site lax cookies are the first lock, this the second.

    Every browser of the last years sends `Sec-Fetch-Site`, older ones `Origin`; a program sends neither and carries no
    ambient cookie that could be abused. A request with an API key needs no such check.
    """
    method = connection.scope.get("method", "GET")
    if method in _SAFE_METHODS or credentials_of(connection).api_key is not None:
        return
    fetch_site = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin")
    if fetch_site is not None:
        if fetch_site not in {"same-origin", "none"}:
            raise CrossSite(origin or fetch_site)
        return
    if origin is not None and not _is_ours(origin, connection):
        raise CrossSite(origin)


def _is_ours(origin: str, connection: HTTPConnection) -> bool:
    own = settings_of(connection).public_url
    return origin == own or urlsplit(origin).netloc == connection.headers.get("host")
