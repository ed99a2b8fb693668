"""The addresses under which others find what a portable proof names: issuer, keys, lists, the achievement."""

import re
from typing import Final
from urllib.parse import urlsplit

from greencredit.schemas.badges import Suite

KEY_PATHS: Final[dict[Suite, str]] = {"eddsa-jcs-2022": "ed25519", "RS256": "rs256"}
"""How the keys of a suite are called in addresses."""

_LIST: Final = re.compile(r"[1-9][0-9]{0,6}")
"""The number of a status list: there is one for every 65,536 proofs, so none is longer."""


def did_of(public_url: str) -> str:
    """Name the issuer after the address that the platform is served under (did:web)."""
    parts = urlsplit(public_url)
    place = parts.netloc.replace(":", "%3A")
    return ":".join(("did:web", place, *filter(None, parts.path.split("/"))))


def key_name(suite: Suite, number: int) -> str:
    """Name a key in addresses, such as `rs256-1`."""
    return f"{KEY_PATHS[suite]}-{number}"


def method_of(public_url: str, suite: Suite, number: int) -> str:
    """Give the address of a key inside the DID document."""
    return f"{did_of(public_url)}#{key_name(suite, number)}"


def key_url(public_url: str, suite: Suite, number: int) -> str:
    """Give the address at which a key stands by itself, as Open Badges asks of the `kid` of a token."""
    return f"{public_url}/badges/keys/{key_name(suite, number)}"


def list_url(public_url: str, number: int) -> str:
    """Give the address of a status list."""
    return f"{public_url}/badges/status/{number}"


def list_number(public_url: str, address: str) -> int | None:
    """Read which of our status lists an address names; none where it is not ours."""
    number = address.removeprefix(f"{public_url}/badges/status/")
    return int(number) if number != address and _LIST.fullmatch(number) else None


def achievement_url(public_url: str) -> str:
    """Give the address of what is achieved."""
    return f"{public_url}/badges/achievements/participation"


def verify_url(public_url: str, report_number: str, facts_sha256: str) -> str:
    """Give the page at which the report is checked; the digest stays in the reader's browser."""
    return f"{public_url}/verify/{report_number}#{facts_sha256}"
