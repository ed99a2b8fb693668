"""The signature itself: CMS as PAdES B-B wants it (ETSI EN 319 142-1), ECDSA P-256 with SHA-256, one signer.

It is written in one way only. Whoever reads it takes certificate, signature and time stamp out, writes the whole anew
from them, and compares the bytes: what is not of this one form is refused, so nothing can hide in it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from greencredit.reports.errors import SignatureMalformed, SignatureWrong
from greencredit.reports.rules.signature.chain import UNREADABLE
from greencredit.reports.rules.signature.der import (
    INTEGER,
    OCTETS,
    OID,
    SEQUENCE,
    SET,
    all_of,
    inside,
    integer,
    oid,
    tlv,
)

Stamp = Callable[[bytes], bytes]
"""Gives a time-stamp token (RFC 3161) over the SHA-256 of what it is handed."""

_DATA: Final = oid("1.2.840.113549.1.7.1")
_SIGNED_DATA: Final = oid("1.2.840.113549.1.7.2")
_CONTENT_TYPE: Final = oid("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST: Final = oid("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE: Final = oid("1.2.840.113549.1.9.16.2.47")
_TIME_STAMP: Final = oid("1.2.840.113549.1.9.16.2.14")
_SHA256: Final = tlv(SEQUENCE, oid("2.16.840.1.101.3.4.2.1"))
_ECDSA: Final = tlv(SEQUENCE, oid("1.2.840.10045.4.3.2"))

_FIRST: Final = 0xA0
_SECOND: Final = 0xA1
_BEFORE_THE_SIGNATURE: Final = 5  # version, signer, digest, attributes, algorithm
_HEAD: Final = 16  # bytes in which the kind of an attribute stands
_SIGNATURE_BYTES_MAX: Final = 72
_TOKEN_BYTES_MAX: Final = 12_000

_EACH_TIME: Final = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)  # RFC 6979: same input, same signature
_CHECK: Final = ec.ECDSA(hashes.SHA256())


@dataclass(frozen=True)
class Signatory:
    """Who signs: a key and its certificate, as bytes, so that a pool of processes can be handed them."""

    key: bytes
    """PKCS #8, in DER."""
    certificates: tuple[bytes, ...]
    """The signer's own first, then those above it."""

    @cached_property
    def fingerprint(self) -> str:
        """Give the SHA-256 of the certificate."""
        return sha256(self.certificates[0]).hexdigest()

    def sign(self, message: bytes) -> bytes:
        """Sign: the same message always has the same signature."""
        return self._loaded.sign(message, _EACH_TIME)

    @cached_property
    def _loaded(self) -> ec.EllipticCurvePrivateKey:
        key = load_der_private_key(self.key, password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey), "reports are signed with an elliptic curve"
        return key

    def __getstate__(self) -> tuple[bytes, tuple[bytes, ...]]:
        """Leave out what cannot be handed over: the loaded key."""
        return self.key, self.certificates

    def __setstate__(self, state: tuple[bytes, tuple[bytes, ...]]) -> None:
        """Take what was handed over."""
        object.__setattr__(self, "key", state[0])
        object.__setattr__(self, "certificates", state[1])


@dataclass(frozen=True)
class Signed:
    """What a signature that holds says."""

    certificates: tuple[bytes, ...]
    signature: bytes
    token: bytes | None
    """The time-stamp token over the signature; none at level B-B. It is not believed yet."""

    @cached_property
    def fingerprint(self) -> str:
        """Give the SHA-256 of the signer's certificate."""
        return sha256(self.certificates[0]).hexdigest()

    @cached_property
    def certificate(self) -> x509.Certificate:
        """Give the signer's certificate."""
        return x509.load_der_x509_certificate(self.certificates[0])


def key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Write a private key the way a signatory keeps it."""
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def is_the_key_of(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> bool:
    """Tell whether a certificate is about this key."""
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return certificate.public_key().public_bytes(*form) == key.public_key().public_bytes(*form)


def room_for(signatory: Signatory, *, stamped: bool) -> int:
    """Say how many bytes a signature may take; the place for it is left free before anything is signed."""
    longest = _cms(signatory.certificates, bytes(32), bytes(_SIGNATURE_BYTES_MAX), None)
    return len(longest) + (_TOKEN_BYTES_MAX if stamped else 0)


def signature_over(digest: bytes, signatory: Signatory, stamp: Stamp | None = None) -> bytes:
    """Sign the SHA-256 of a file; with `stamp`, the signature is stamped with the time as well (B-T)."""
    signature = signatory.sign(tlv(SET, *_attributes(signatory.certificates, digest)))
    return _cms(signatory.certificates, digest, signature, None if stamp is None else stamp(signature))


def require_signature(cms: bytes, digest: bytes) -> Signed:
    """Give whose signature this is; refuses another form, and one that does not fit the digest of the file."""
    certificates, found, signature, token = _parts(cms)
    try:
        certificate = x509.load_der_x509_certificate(certificates[0])
        key = certificate.public_key()
        if cms != _cms(certificates, found, signature, token):
            raise SignatureMalformed(found="a signature in another form", wanted="PAdES B-B or B-T as written here")
    except UNREADABLE as error:
        raise SignatureMalformed(found="a certificate that cannot be read", wanted="an X.509 certificate") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SignatureMalformed(found=f"a key of the kind {type(key).__name__}", wanted="ECDSA on P-256")
    if found != digest:
        raise SignatureWrong(found=f"a file of the digest {digest.hex()}", wanted=found.hex())
    try:
        key.verify(signature, tlv(SET, *_attributes(certificates, digest)), _CHECK)
    except InvalidSignature as error:
        raise SignatureWrong(
            found="a signature that does not fit", wanted="one by the key of its certificate"
        ) from error
    return Signed(certificates, signature, token)


def _cms(certificates: tuple[bytes, ...], digest: bytes, signature: bytes, token: bytes | None) -> bytes:
    certificate = x509.load_der_x509_certificate(certificates[0])
    signer = tlv(
        SEQUENCE,
        integer(1),
        tlv(SEQUENCE, certificate.issuer.public_bytes(), integer(certificate.serial_number)),
        _SHA256,
        tlv(_FIRST, *_attributes(certificates, digest)),
        _ECDSA,
        tlv(OCTETS, signature),
        b"" if token is None else tlv(_SECOND, _attribute(_TIME_STAMP, token)),
    )
    signed = tlv(
        SEQUENCE, integer(1), tlv(SET, _SHA256), tlv(SEQUENCE, _DATA), tlv(_FIRST, *certificates), tlv(SET, signer)
    )
    return tlv(SEQUENCE, _SIGNED_DATA, tlv(_FIRST, signed))


def _attributes(certificates: tuple[bytes, ...], digest: bytes) -> list[bytes]:
    """Give the signed attributes in the order that DER wants of a set; they name each certificate (RFC 5035, 3)."""
    named = [tlv(SEQUENCE, tlv(OCTETS, sha256(one).digest())) for one in certificates]
    which = tlv(SEQUENCE, tlv(SEQUENCE, *named))
    return sorted(
        (
            _attribute(_CONTENT_TYPE, _DATA),
            _attribute(_MESSAGE_DIGEST, tlv(OCTETS, digest)),
            _attribute(_SIGNING_CERTIFICATE, which),
        )
    )


def _attribute(kind: bytes, value: bytes) -> bytes:
    return tlv(SEQUENCE, kind, tlv(SET, value))


def _parts(cms: bytes) -> tuple[tuple[bytes, ...], bytes, bytes, bytes | None]:
    """Take out what changes from signature to signature: certificates, digest, signature, time stamp."""
    [content] = inside(cms, SEQUENCE)
    _, wrapped = inside(content.body, OID, _FIRST)
    [signed] = inside(wrapped.body, SEQUENCE)
    *_, given, signers = inside(signed.body, INTEGER, SET, SEQUENCE, _FIRST, SET)
    [signer] = inside(signers.body, SEQUENCE)
    *parts, last = all_of(signer.body)
    token = None
    if last.tag == _SECOND:
        token = _value(last.body, _TIME_STAMP)
        *parts, last = parts
    if len(parts) != _BEFORE_THE_SIGNATURE or last.tag != OCTETS:
        raise SignatureMalformed(found=f"{len(parts) + 1} parts of a signer", wanted=str(_BEFORE_THE_SIGNATURE + 1))
    attributes = [node.whole for node in all_of(parts[3].body)]
    digests = [node for node in attributes if _MESSAGE_DIGEST in node[:_HEAD]]
    certificates = tuple(node.whole for node in all_of(given.body))
    if not certificates or len(digests) != 1:
        raise SignatureMalformed(found="no certificate or no digest", wanted="both")
    [digest] = inside(_value(digests[0], _MESSAGE_DIGEST), OCTETS)
    return certificates, digest.body, last.body, token


def _value(attribute: bytes, kind: bytes) -> bytes:
    """Give the one value of an attribute of this kind."""
    [whole] = inside(attribute, SEQUENCE)
    named, values = inside(whole.body, OID, SET)
    if named.whole != kind:
        raise SignatureMalformed(found=f"an attribute {named.body.hex()}", wanted=kind.hex())
    return values.body
