"""People over HTTP: signing in and out, oneself, API keys, the audit log."""

from typing import Annotated

from fastapi import Path, Query, Response, status

from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Configured, Permit, Reading, Store, Writing, hand_cookie, requires, take_cookie
from greencredit.people import queries, service
from greencredit.schemas.people import ApiKey, AuditPage, MadeApiKey, Me, NewApiKey, NewSession, SessionOpened

_NAME = r"^[A-Za-z0-9_.:/-]{1,100}$"
Named = Annotated[str, Path(pattern=_NAME)]

router = Doors(tags=["people 账户与授权"])


@router.post("/sessions", status_code=status.HTTP_201_CREATED, dependencies=[requires("session.open")])
def open_session(wanted: NewSession, store: Store, settings: Configured, response: Response) -> SessionOpened:
    """Sign in with login and password; the session is a cookie (登录)."""
    signed_in = service.sign_in(store, wanted, hours=settings.session_hours)
    hand_cookie(response, settings, signed_in.token.get_secret_value())
    return SessionOpened(account=signed_in.account, expires_at=signed_in.expires_at)


@router.delete("/sessions/current", status_code=status.HTTP_204_NO_CONTENT)
def close_session(
    permit: Annotated[Permit, requires("session.close")], session: Writing, settings: Configured, response: Response
) -> None:
    """Sign out (退出)."""
    service.sign_out(session, permit.actor)
    take_cookie(response, settings)


@router.get("/me")
def me(permit: Annotated[Permit, requires("me.read")], session: Reading) -> Me:
    """Tell who asks and what he may do (当前用户)."""
    return queries.me(session, permit.actor)


@router.post("/api-keys", status_code=status.HTTP_201_CREATED)
def make_api_key(
    permit: Annotated[Permit, requires("key.make")], wanted: NewApiKey, session: Writing, settings: Configured
) -> MadeApiKey:
    """Make an API key; its text is shown this one time (创建密钥)."""
    made = service.make_api_key(session, permit.actor, wanted, environment=settings.environment)
    permit.concerns(made.key.id, scopes=made.key.scopes)
    return made


@router.get("/api-keys")
def api_keys(permit: Annotated[Permit, requires("key.read")], session: Reading) -> list[ApiKey]:
    """List one's own API keys (密钥列表)."""
    return queries.api_keys(session, str(permit.actor.account_id))


@router.delete("/api-keys/{key_id}")
def revoke_api_key(permit: Annotated[Permit, requires("key.revoke")], key_id: Named, session: Writing) -> ApiKey:
    """End an API key at once (吊销密钥)."""
    return service.revoke_api_key(session, permit.actor, key_id)


@router.get("/audit")
def audit(
    permit: Annotated[Permit, requires("audit.read")],
    session: Reading,
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    object_id: Annotated[str | None, Query(pattern=_NAME)] = None,
) -> AuditPage:
    """Read the audit log, newest first; reading it is in the log, too (审计日志)."""
    permit.concerns(object_id or "", before=before, limit=limit)
    return queries.audit_page(session, before=before, limit=limit, object_id=object_id)
