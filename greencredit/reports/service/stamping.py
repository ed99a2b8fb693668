"""Asks a time-stamp authority for a stamp over a signature, and others for their lists of revoked certificates.

Without an answer nothing is issued, at no other level.
"""

import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from greencredit.kernel.settings import Settings
from greencredit.reports.errors import TimeStampUnavailable, TimeStampWrong
from greencredit.reports.rules.signature.cms import Signed
from greencredit.reports.rules.signature.material import Material
from greencredit.reports.rules.signature.stamp import require_stamp, roots_in
from greencredit.reports.rules.signature.unrevoked import needed_of, require_unrevoked

_SECONDS: Final = 10
_ANSWER_BYTES_MAX: Final = 64 * 1024
_LIST_BYTES_MAX: Final = 4_000_000
_WEB: Final = ("http://", "https://")


@dataclass(frozen=True)
class Authority:
    """A time-stamp authority, and the certificates that its stamps must lead to; it can be handed to a process."""

    url: str
    roots: bytes
    lists: tuple[str, ...] = ()
    """Where lists of revoked certificates are had; none means that nothing is kept for long after (level B-T)."""

    def __call__(self, signature: bytes) -> bytes:
        """Give the token over a signature, checked before it is used."""
        from rfc3161_client import (
            HashAlgorithm,
            TimestampRequestBuilder,
            VerificationError,
            VerifierBuilder,
            decode_timestamp_response,
        )

        wanted = (
            TimestampRequestBuilder()
            .data(signature)
            .hash_algorithm(HashAlgorithm.SHA256)
            .cert_request(cert_request=True)
            .nonce(nonce=True)
            .build()
        )
        try:
            response = decode_timestamp_response(self._stamped(wanted.as_bytes()))
            roots = list(roots_in(self.roots))
            VerifierBuilder(roots=roots, nonce=wanted.nonce).build().verify_message(response, signature)
            token = bytes(response.time_stamp_token())
            require_stamp(token, signature, roots)
        except (VerificationError, ValueError, TimeStampWrong) as fault:
            raise TimeStampUnavailable(self.url, found=f"an answer that does not hold: {fault}") from fault
        return token

    def material(self, signed: Signed) -> Material:
        """Give what the stamped signature needs to be checked long after, checked before it is used."""
        assert signed.token is not None, "a stamp was asked for first"
        roots = roots_in(self.roots)
        try:
            found = needed_of(signed, self._lists, roots)
            require_unrevoked(signed, found, require_stamp(signed.token, signed.signature, roots), roots)
        except TimeStampWrong as fault:
            raise TimeStampUnavailable(", ".join(self.lists), found=str(fault.facts["found"])) from fault
        return found

    @cached_property
    def _lists(self) -> tuple[bytes, ...]:
        """Ask for the lists, once for all reports that are signed together."""
        return tuple(_list_in(url, _asked(urllib.request.Request(url), _LIST_BYTES_MAX)) for url in self.lists)  # noqa: S310 - addresses of the settings, checked

    def _stamped(self, question: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query"}
        return _asked(urllib.request.Request(self.url, question, headers), _ANSWER_BYTES_MAX)  # noqa: S310 - as above


def _asked(request: urllib.request.Request, most_bytes: int) -> bytes:
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - an address of the settings, checked
            return bytes(answer.read(most_bytes))
    except (urllib.error.URLError, OSError) as fault:
        raise TimeStampUnavailable(request.full_url, found=str(fault)) from fault


def _list_in(url: str, answer: bytes) -> bytes:
    """Read a list of revoked certificates, in DER or PEM; gives it in DER."""
    try:
        read = x509.load_pem_x509_crl if answer.lstrip().startswith(b"-----") else x509.load_der_x509_crl
        return read(answer).public_bytes(Encoding.DER)
    except ValueError as fault:
        raise TimeStampUnavailable(url, found="no list of revoked certificates") from fault


def authority_of(settings: Settings) -> Authority | None:
    """Give the authority that the settings name; none means level B-B, one without lists B-T, one with lists B-LT."""
    if not settings.timestamp_url:
        return None
    lists = tuple(settings.timestamp_lists.split())
    if not all(url.startswith(_WEB) for url in (settings.timestamp_url, *lists)) or settings.timestamp_roots is None:
        raise TimeStampUnavailable(settings.timestamp_url, found="no address of the web, or no roots to check it by")
    return Authority(settings.timestamp_url, settings.timestamp_roots.read_bytes(), lists)
