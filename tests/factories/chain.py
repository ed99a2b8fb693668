"""A certificate, the one above it, and their root; always the same."""

from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

CHAIN_KEYS: Final = [ec.derive_private_key(number, ec.SECP256R1()) for number in (1, 2, 3)]
_NAMES: Final = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"示例 {number}")]) for number in (1, 2, 3)]
_SINCE: Final = datetime(2026, 1, 1, tzinfo=UTC)


def _certificate(of: int, by: int) -> bytes:
    """Make the certificate of one of three, issued by another; the third is the root."""
    made = x509.CertificateBuilder(_NAMES[by], _NAMES[of], CHAIN_KEYS[of].public_key(), of + 1)
    made = made.not_valid_before(_SINCE).not_valid_after(_SINCE + timedelta(days=365))
    return made.sign(CHAIN_KEYS[by], hashes.SHA256(), ecdsa_deterministic=True).public_bytes(Encoding.DER)


def list_by(by: int, revoked: tuple[int, ...] = ()) -> bytes:
    """Write the list of the certificates that one of the three has revoked, named by their places."""
    made = x509.CertificateRevocationListBuilder(_NAMES[by], _SINCE, _SINCE + timedelta(days=3650))
    for place in revoked:
        one = x509.RevokedCertificateBuilder().serial_number(place + 1).revocation_date(_SINCE).build()
        made = made.add_revoked_certificate(one)
    return made.sign(CHAIN_KEYS[by], hashes.SHA256(), ecdsa_deterministic=True).public_bytes(Encoding.DER)


CHAIN: Final = (_certificate(0, 1), _certificate(1, 2), _certificate(2, 2))
"""In DER, the lowest first."""
