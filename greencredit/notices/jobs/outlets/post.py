"""One HTTP POST to an address of the settings: no redirects, no proxies, encrypted unless it stays on this machine."""

from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

from greencredit.notices.errors import SettingsIncomplete
from greencredit.notices.jobs.outlets import Unsent

_TIMEOUT_SECONDS: Final = 20.0
_OK: Final = range(200, 300)
_AGAIN: Final = frozenset({408, 409, 425, 429})
"""Answers below 500 that say "not now" rather than "not this"."""
_SERVER_FAULTS: Final = 500
_UNREACHABLE: Final = "unreachable"
_HERE: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def require_address(url: str, setting: str) -> None:
    """Refuse an address that is none, or over which others could read what is sent."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and parts.hostname in _HERE:
        return
    raise SettingsIncomplete(setting=setting, wanted="an https address (http only on this machine)")


def post(url: str, body: bytes, headers: dict[str, str]) -> str:
    """Post JSON and give the status; a redirect is not followed, since what is sent was meant for one address."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(str(parts.hostname), parts.port, timeout=_TIMEOUT_SECONDS)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, body, {"Content-Type": "application/json", **headers})
        status = connection.getresponse().status
    except (OSError, HTTPException):
        raise Unsent(_UNREACHABLE, for_good=False) from None
    finally:
        connection.close()
    if status not in _OK:
        raise Unsent(str(status), for_good=status < _SERVER_FAULTS and status not in _AGAIN)
    return str(status)
