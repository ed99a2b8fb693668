"""Is a list of certificates its publisher's, and does a certificate hold for what was bought on a day?"""

import base64
import binascii
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from greencredit.evidence.rules.values import plain_name
from greencredit.proofs.rules.canonical import canonical
from greencredit.schemas.certificates import SIGNED_AS, Algorithm, FoundCertificate
from greencredit.schemas.evidence import RejectCode

_ED25519_BYTES: Final = 32


class Look(NamedTuple):
    """What a purchase says of its certificate, held against what was found."""

    number: str
    model: str
    on: date
    route: int | None = None
    grade: int | None = None


def list_bytes(document: Mapping[str, Any]) -> bytes:
    """Give the bytes of a list that are signed: what they are for, then the canonical JSON (RFC 8785)."""
    return SIGNED_AS + canonical(document)


def verified(algorithm: Algorithm, public_key: str, signature: str, message: bytes) -> bool:
    """Tell whether a signature is of this key over this message; what is no key or no signature is of nobody."""
    try:
        key, value = base64.b64decode(public_key, validate=True), base64.b64decode(signature, validate=True)
        if algorithm is Algorithm.ED25519:
            if len(key) != _ED25519_BYTES:
                return False
            Ed25519PublicKey.from_public_bytes(key).verify(value, message)
        else:
            point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
            point.verify(value, message, ec.ECDSA(hashes.SHA256()))
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True


def judged(look: Look, found: FoundCertificate | None) -> tuple[RejectCode, str, str] | None:
    """Give the first thing that speaks against a certificate on the day of purchase: code, found, wanted."""
    if found is None:
        return RejectCode.UNKNOWN_CERTIFICATE, look.number, "a certificate on the imported list"
    one, on = found.certificate, look.on
    if look.route is not None and one.route != look.route:
        return RejectCode.UNKNOWN_CERTIFICATE, f"{look.number} of route {look.route}", f"route {one.route}"
    models = {plain_name(model) for model in one.models}
    checks = (
        (on >= one.valid_from, RejectCode.CERTIFICATE_NOT_YET_VALID, str(on), f"not before {one.valid_from}"),
        (on <= one.valid_until, RejectCode.CERTIFICATE_EXPIRED, str(on), f"not after {one.valid_until}"),
        (
            one.withdrawn_on is None or on < one.withdrawn_on,
            RejectCode.CERTIFICATE_WITHDRAWN,
            str(on),
            f"before {one.withdrawn_on}",
        ),
        (plain_name(look.model) in models, RejectCode.OTHER_MODEL, look.model, "a model that the certificate covers"),
        (look.grade in {None, one.grade}, RejectCode.GRADE_DIFFERS, str(look.grade), f"grade {one.grade}"),
    )
    return next(((code, shown, wanted) for ok, code, shown, wanted in checks if not ok), None)
