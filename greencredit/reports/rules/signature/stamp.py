"""A time stamp over a signature (RFC 3161): what an outside authority says about when it existed."""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509

from greencredit.reports.errors import TimeStampWrong
from greencredit.reports.rules.signature.der import SEQUENCE, integer, tlv


def roots_in(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Read the certificates that a time stamp must lead to."""
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError as fault:
        raise TimeStampWrong(found="no certificates", wanted="PEM") from fault


def require_stamp(token: bytes, signature: bytes, roots: Sequence[x509.Certificate]) -> datetime:
    """Give the time that a token shows a signature to have existed at; refuses one that leads to none of the roots."""
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    granted = tlv(SEQUENCE, tlv(SEQUENCE, integer(0)), token)  # the answer of the authority, as it was around the token
    try:
        response = decode_timestamp_response(granted)
        VerifierBuilder(roots=list(roots)).build().verify_message(response, signature)
        at: datetime = response.tst_info.gen_time
    except (VerificationError, ValueError) as fault:
        raise TimeStampWrong(found=str(fault) or "no time stamp", wanted="a stamp over this very signature") from fault
    return at
