"""Asks a time-stamp authority for a stamp over a signature; without an answer nothing is issued, at no other level."""

import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Final

from greencredit.kernel.settings import Settings
from greencredit.reports.errors import TimeStampUnavailable
from greencredit.reports.rules.signature.stamp import require_stamp, roots_in

_SECONDS: Final = 10
_ANSWER_BYTES_MAX: Final = 64 * 1024


@dataclass(frozen=True)
class Authority:
    """A time-stamp authority, and the certificates that its stamps must lead to; it can be handed to a process."""

    url: str
    roots: bytes

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
            response = decode_timestamp_response(self._asked(wanted.as_bytes()))
            roots = list(roots_in(self.roots))
            VerifierBuilder(roots=roots, nonce=wanted.nonce).build().verify_message(response, signature)
        except (VerificationError, ValueError) as fault:
            raise TimeStampUnavailable(self.url, found=f"an answer that does not hold: {fault}") from fault
        token = bytes(response.time_stamp_token())
        require_stamp(token, signature, roots)
        return token

    def _asked(self, question: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query"}
        request = urllib.request.Request(self.url, question, headers)  # noqa: S310 - an address of the settings, checked
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - as above
                return bytes(answer.read(_ANSWER_BYTES_MAX))
        except (urllib.error.URLError, OSError) as fault:
            raise TimeStampUnavailable(self.url, found=str(fault)) from fault


def authority_of(settings: Settings) -> Authority | None:
    """Give the authority that the settings name; none means level B-B."""
    if not settings.timestamp_url:
        return None
    if not settings.timestamp_url.startswith(("http://", "https://")) or settings.timestamp_roots is None:
        raise TimeStampUnavailable(settings.timestamp_url, found="no address of the web, or no roots to check it by")
    return Authority(settings.timestamp_url, settings.timestamp_roots.read_bytes())
