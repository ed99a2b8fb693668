"""Keys that sign portable proofs: made on first use, listed for ever, named in the log when they begin."""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from greencredit.badges.errors import SigningKeyLost
from greencredit.badges.rules.addresses import key_url, method_of
from greencredit.badges.tables import BadgesKey
from greencredit.kernel import sealing
from greencredit.kernel.clock import now
from greencredit.kernel.keys import Keys
from greencredit.proofs import service as proofs
from greencredit.proofs.rules.canonical import canonical
from greencredit.proofs.rules.data_integrity import SUITE, CredentialSigner
from greencredit.proofs.rules.multikey import base64url_encoded
from greencredit.proofs.rules.token import ALGORITHM, TokenSigner, thumbprint_of
from greencredit.proofs.rules.verify_credential import KEY_FACT
from greencredit.schemas.badges import Suite

_BITS: Final = 2048
_EXPONENT: Final = 65537


def credential_signer(session: Session, public_url: str) -> CredentialSigner:
    """Give the signer of Data Integrity proofs that is in force."""
    row = _current(session, "eddsa-jcs-2022", public_url)
    signer = CredentialSigner(_seed(session, row.number), method=method_of(public_url, "eddsa-jcs-2022", row.number))
    if signer.multikey != row.public:
        raise SigningKeyLost(row.suite, row.number)
    return signer


def token_signer(session: Session, public_url: str) -> TokenSigner:
    """Give the signer of tokens that is in force."""
    row = _current(session, "RS256", public_url)
    assert row.sealed is not None, "an RSA key is sealed"
    try:
        text = sealing.opened(_sealer(session), row.sealed, bound_to=_bound(row.number))
    except InvalidTag as error:
        raise SigningKeyLost(row.suite, row.number) from error
    key = load_der_private_key(bytes.fromhex(text), password=None)
    assert isinstance(key, rsa.RSAPrivateKey), "the key of a token is an RSA key"
    return TokenSigner(key, kid=key_url(public_url, "RS256", row.number))


def rotate_key(session: Session, suite: Suite, public_url: str) -> str:
    """Sign with a new key from now on, and give its thumbprint; what the old one signed still stands under it."""
    return _made(session, suite, _current(session, suite, public_url).number + 1, public_url).thumbprint


def _current(session: Session, suite: Suite, public_url: str) -> BadgesKey:
    newest = session.scalars(
        select(BadgesKey).where(BadgesKey.suite == suite).order_by(BadgesKey.number.desc()).limit(1)
    ).first()
    return newest or _made(session, suite, 1, public_url)


def _made(session: Session, suite: Suite, number: int, public_url: str) -> BadgesKey:
    if suite == SUITE:
        public = CredentialSigner(_seed(session, number), method="").multikey
        thumbprint, sealed = public, None
    else:
        assert suite == ALGORITHM, "there are two suites"
        # Prime numbers are drawn by the cryptographic library itself: a reproducible RSA key would be a home-made one.
        key = rsa.generate_private_key(_EXPONENT, _BITS)
        jwk = TokenSigner(key, kid=key_url(public_url, suite, number)).jwk
        public, thumbprint = canonical(jwk).decode(), thumbprint_of(jwk)
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        sealed = sealing.sealed(_sealer(session), der.hex(), bound_to=_bound(number), entropy=session.info["entropy"])
    session.execute(
        insert(BadgesKey).values(
            suite=suite, number=number, public=public, thumbprint=thumbprint, sealed=sealed, since=now(session)
        )
    )
    proofs.note_fact(session, KEY_FACT, {"suite": suite, "number": number, "key": thumbprint})
    return session.get_one(BadgesKey, (suite, number))


def _seed(session: Session, number: int) -> bytes:
    keys: Keys = session.info["keys"]
    return keys.for_purpose(f"badges.{SUITE}.{number}")


def _sealer(session: Session) -> bytes:
    keys: Keys = session.info["keys"]
    return keys.for_purpose(f"badges.{ALGORITHM}")


def _bound(number: int) -> str:
    return f"badges_key {ALGORITHM} {number}"


def drawn_uuid(session: Session) -> str:
    """Draw an address that leads nowhere and tells nothing (RFC 9562, version 4)."""
    raw = bytearray(session.info["entropy"](16))
    raw[6], raw[8] = raw[6] & 0x0F | 0x40, raw[8] & 0x3F | 0x80
    text = raw.hex()
    return f"urn:uuid:{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def drawn_salt(session: Session) -> str:
    """Draw the salt of one proof."""
    return base64url_encoded(session.info["entropy"](16))
