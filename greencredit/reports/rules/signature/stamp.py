"""A time stamp over a signature (RFC 3161): what an outside authority says about when it existed."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from cryptography import x509

from greencredit.reports.errors import TimeStampWrong
from greencredit.reports.rules.signature.chain import UNREADABLE
from greencredit.reports.rules.signature.der import SEQUENCE, integer, tlv


def roots_in(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Read the certificates that a time stamp must lead to."""
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except UNREADABLE as fault:
        raise TimeStampWrong(found="no certificates", wanted="PEM") from fault


class Stamping(NamedTuple):
    """The certificates inside a time-stamp token: the stamping one, and what was sent along."""

    own: x509.Certificate
    others: tuple[x509.Certificate, ...]


def certificates_of(token: bytes) -> Stamping:
    """Give the certificates inside a token, once it was found to hold."""
    from rfc3161_client import decode_timestamp_response

    try:
        signed = decode_timestamp_response(_answered(token)).signed_data
        [signer] = signed.signer_infos
        inside = sorted(signed.certificates)
        certificates = [x509.load_der_x509_certificate(one) for one in inside]
    except UNREADABLE as fault:
        raise TimeStampWrong(found="a token that cannot be read", wanted="a time stamp") from fault
    own = [one for one in certificates if (one.issuer, one.serial_number) == (signer.issuer, signer.serial_number)]
    if len(own) != 1:
        raise TimeStampWrong(found=f"{len(own)} certificates of whoever stamped", wanted="one")
    return Stamping(own[0], tuple(one for one in certificates if one != own[0]))


def _answered(token: bytes) -> bytes:
    """Put around a token what the answer of the authority had around it."""
    return tlv(SEQUENCE, tlv(SEQUENCE, integer(0)), token)


def require_stamp(token: bytes, signature: bytes, roots: Sequence[x509.Certificate]) -> datetime:
    """Give the time that a token shows a signature to have existed at; refuses one that leads to none of the roots."""
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        response = decode_timestamp_response(_answered(token))
        VerifierBuilder(roots=list(roots)).build().verify_message(response, signature)
        at: datetime = response.tst_info.gen_time
    except (VerificationError, *UNREADABLE) as fault:
        raise TimeStampWrong(found=str(fault) or "no time stamp", wanted="a stamp over this very signature") from fault
    return at
