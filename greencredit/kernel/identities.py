"""Who an API key is, remembered for some seconds, so that a busy program does not ask the database each time."""

import hashlib
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from greencredit.kernel.access import Actor
from greencredit.kernel.database import after_commit

OLDEST: Final = timedelta(seconds=5)
"""How long another process may still believe what was revoked here; this process forgets with the commit."""
CARRIED: Final = "identities"
"""Under this name a database hands them to its sessions."""
_MOST: Final = 4_096


class Identities:
    """The actors of API keys as the database had them at most five seconds ago; bounded, by digest, never by text.

    Whatever changes what an actor may do (a key revoked, an account suspended, a grant given or taken) calls `forget`
    with its session: with the commit this process knows nobody any more. Other processes believe the old state for
    at most `OLDEST`. Sessions of browsers are never kept here, and strangers neither.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[datetime, Actor]] = {}
        self._lock = threading.Lock()
        self._edition = 0

    def of_key(self, api_key: str, at: datetime) -> Actor | None:
        """Give the actor of a key as of now, if he was looked up a short while ago."""
        found = self._known.get(_digest(api_key))
        if found is None:
            return None
        since, actor = found
        return actor.as_of(at) if since <= at < since + OLDEST else None

    def look_up(self, api_key: str, at: datetime, ask: Callable[[], Actor]) -> Actor:
        """Ask the database and remember the answer, unless something was changed meanwhile."""
        edition = self._edition
        actor = ask()
        if actor.signed_in:
            with self._lock:
                if edition == self._edition:
                    self._keep(_digest(api_key), at, actor)
        return actor

    def clear(self) -> None:
        """Know nobody any more."""
        with self._lock:
            self._edition += 1
            self._known.clear()

    def _keep(self, digest: bytes, at: datetime, actor: Actor) -> None:
        self._known.pop(digest, None)
        if len(self._known) >= _MOST:
            del self._known[next(iter(self._known))]  # the one that was looked up first
        self._known[digest] = (at, actor)


def _digest(api_key: str) -> bytes:
    # A key holds 32 random bytes: nobody guesses it from its digest.
    return hashlib.blake2b(api_key.encode(), digest_size=16).digest()


def forget(session: Session) -> None:
    """Let this process know nobody any more as soon as the session has committed a change of what somebody may do."""
    known: Identities | None = session.info.get(CARRIED)
    if known is not None:
        after_commit(session, known.clear)
