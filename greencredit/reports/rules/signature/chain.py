"""Certificates above each other, each issued by whom the next is about."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.utils import CryptographyDeprecationWarning

from greencredit.reports.rules.signature.der import tlv

LONGEST: Final = 8
"""How many certificates a climb gives at most."""

UNREADABLE: Final = (
    *(ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.InvalidVersion),
    CryptographyDeprecationWarning,  # where warnings are errors; the library announces that they will be
)
"""What the library of certificates stumbles over: another version, an unknown curve, a negative serial number."""

UNFIT: Final = (InvalidSignature, *UNREADABLE)
"""What it says of a signature that does not fit."""

_BITS: Final = 0x03


def ends_on_a_byte(raw: bytes, read: x509.Certificate | x509.CertificateRevocationList) -> bool:
    """Tell whether the signature at the end is written as whole bytes; as fewer bits it would be read alike."""
    return raw.endswith(tlv(_BITS, b"\0", read.signature))


def issued(above: x509.Certificate, one: x509.Certificate) -> bool:
    """Tell whether a certificate was issued by whom another is about."""
    try:
        one.verify_directly_issued_by(above)
    except UNFIT:
        return False
    return True


def is_gapless(chain: Sequence[x509.Certificate]) -> bool:
    """Tell whether each certificate was issued by the next, and none comes twice."""
    return len({*chain}) == len(chain) and all(issued(above, one) for one, above in pairwise(chain))


def climb(lowest: x509.Certificate, known: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Give a certificate and those above it, as far as they are known, up to one that issued itself."""
    path = [lowest]
    while path[-1].issuer != path[-1].subject and len(path) < LONGEST:
        above = next((one for one in known if one not in path and issued(one, path[-1])), None)
        if above is None:
            break
        path.append(above)
    return path
