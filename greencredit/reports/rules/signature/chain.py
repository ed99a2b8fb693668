"""Certificates above each other, each in the one spelling that DER has for it.

What a certificate says is covered by the signature of whoever issued it; how that signature itself is written down is
covered by nothing. So it is compared with its one spelling here, and nothing is left of a file that could be changed
without anybody noticing.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.utils import CryptographyDeprecationWarning

from greencredit.reports.errors import SignatureMalformed
from greencredit.reports.rules.signature.der import tlv

UNREADABLE: Final = (
    *(ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.InvalidVersion),
    CryptographyDeprecationWarning,  # where warnings are errors; the library announces that they will be
)
"""What the library of certificates stumbles over: another version, an unknown curve, a negative serial number."""

_BITS: Final = 0x03
_UNFIT: Final = (InvalidSignature, *UNREADABLE)


def is_in_its_one_spelling(raw: bytes, read: x509.Certificate | x509.CertificateRevocationList) -> bool:
    """Tell whether the signature at the end is a whole number of bytes, as DER wants every signature (X.690, 11.2)."""
    return raw.endswith(tlv(_BITS, b"\0", read.signature))


def issued(above: x509.Certificate, one: x509.Certificate) -> bool:
    """Tell whether one certificate was issued by whom another is about."""
    try:
        one.verify_directly_issued_by(above)
    except _UNFIT:
        return False
    return True


def require_chain(certificates: Sequence[bytes]) -> list[x509.Certificate]:
    """Read a signer's certificate and those above it; refuses a gap, another spelling, and a chain without its root.

    A certificate alone needs nothing above it: the log names it.
    """
    try:
        read = [x509.load_der_x509_certificate(one) for one in certificates]
    except UNREADABLE as error:
        raise SignatureMalformed(found="a certificate that cannot be read", wanted="an X.509 certificate") from error
    if not all(map(is_in_its_one_spelling, certificates, read)):
        raise SignatureMalformed(found="a certificate in another spelling", wanted="DER")
    above = [*read, read[-1]] if len(read) > 1 else read
    for number, (one, issuer) in enumerate(pairwise(above), 1):
        if not issued(issuer, one):
            raise SignatureMalformed(
                found=f"certificate {number} of {len(read)} without its issuer",
                wanted="its issuer next, up to the root",
            )
    return read


def all_above(lowest: Iterable[x509.Certificate], known: Sequence[x509.Certificate]) -> set[x509.Certificate]:
    """Give these certificates and all that stand above them, as far as they are known."""
    found: set[x509.Certificate] = set()
    waiting = list(lowest)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += [above for above in known if issued(above, one)]
    return found
