"""Credentials as JSON Web Tokens (VC-JWT of Open Badges 3.0): a compact JWS signed by RS256, read strictly."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from greencredit.proofs.errors import (
    CredentialMalformed,
    CredentialSignatureWrong,
    MultikeyMalformed,
    ProofRefused,
    SuiteUnusable,
)
from greencredit.proofs.rules.canonical import canonical, parse_plain
from greencredit.proofs.rules.multikey import base64url_decoded, base64url_encoded

ALGORITHM: Final = "RS256"
_HEADERS: Final = frozenset({"alg", "kid", "typ"})
_PARTS: Final = 3
_LEAST_BITS: Final = 2048
_MOST_BITS: Final = 8192
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class Token(NamedTuple):
    """A token that was taken apart; nothing in it is believed yet."""

    kid: str
    payload: dict[str, Any]
    signed: bytes
    signature: bytes


class TokenSigner:
    """An RSA key under the address at which others find its public half."""

    def __init__(self, key: RSAPrivateKey, *, kid: str) -> None:
        self._key = key
        self.kid = kid

    @property
    def jwk(self) -> dict[str, str]:
        """Give the public half as a JSON Web Key."""
        numbers = self._key.public_key().public_numbers()
        return {
            "kty": "RSA",
            "kid": self.kid,
            "use": "sig",
            "alg": ALGORITHM,
            "n": _number(numbers.n),
            "e": _number(numbers.e),
        }

    def signed(self, payload: Mapping[str, Any]) -> str:
        """Give the token; the same payload and key give the same characters (PKCS #1 v1.5 draws nothing)."""
        header = {"alg": ALGORITHM, "kid": self.kid, "typ": "JWT"}
        told = ".".join(base64url_encoded(canonical(part)) for part in (header, dict(payload)))
        return f"{told}.{base64url_encoded(self._key.sign(told.encode(), PKCS1v15(), SHA256()))}"


def token_of(text: str) -> Token:
    """Take a compact JWS apart; refuses other algorithms, other headers and other spellings."""
    parts = text.strip().split(".")
    if len(parts) != _PARTS:
        raise CredentialMalformed(found=f"{len(parts)} parts", wanted="header.payload.signature")
    header, payload = (_object(base64url_decoded(part)) for part in parts[:2])
    if header.get("alg") != ALGORITHM:
        raise SuiteUnusable(found=f"alg {header.get('alg')!r}", wanted=ALGORITHM)
    if strange := sorted(header.keys() - _HEADERS):
        raise CredentialMalformed(found=f"header {', '.join(strange)}", wanted="alg, kid and typ alone")
    if header.get("typ", "JWT") != "JWT" or not isinstance(header.get("kid"), str):
        raise CredentialMalformed(found="a header without kid, or of another typ", wanted="kid, and typ JWT")
    return Token(header["kid"], payload, ".".join(parts[:2]).encode(), base64url_decoded(parts[2]))


def require_signature(token: Token, jwk: Mapping[str, Any]) -> None:
    """Refuse a token whose signature does not fit it under this key."""
    try:
        _public(jwk).verify(token.signature, token.signed, PKCS1v15(), SHA256())
    except InvalidSignature as error:
        raise CredentialSignatureWrong(
            found="another token or another key", wanted="the token as it was signed"
        ) from error


def thumbprint_of(jwk: Mapping[str, Any]) -> str:
    """Name an RSA key by what it is (RFC 7638)."""
    return base64url_encoded(sha256(canonical({name: jwk[name] for name in ("e", "kty", "n")})).digest())


def _public(jwk: Mapping[str, Any]) -> Any:  # noqa: ANN401 - an RSA public key
    if jwk.get("kty") != "RSA" or jwk.get("alg", ALGORITHM) != ALGORITHM or _PRIVATE & jwk.keys():
        raise MultikeyMalformed(found=f"a key of the kind {jwk.get('kty')}", wanted="a public RSA key for RS256")
    e, n = (int.from_bytes(base64url_decoded(str(jwk.get(name, ""))), "big") for name in ("e", "n"))
    if not _LEAST_BITS <= n.bit_length() <= _MOST_BITS or e < 3 or e % 2 == 0:  # noqa: PLR2004 - the least exponent
        raise MultikeyMalformed(found=f"{n.bit_length()} bits", wanted=f"{_LEAST_BITS} to {_MOST_BITS} bits")
    try:
        return RSAPublicNumbers(e, n).public_key()
    except ValueError as error:
        raise MultikeyMalformed(found=str(error), wanted="a public RSA key") from error


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = parse_plain(data)
    except ProofRefused as refusal:
        raise CredentialMalformed(found=refusal.facts["found"], wanted=refusal.facts["wanted"]) from refusal
    if not isinstance(found, dict):
        raise CredentialMalformed(found=type(found).__name__, wanted="a JSON object")
    return found


def _number(value: int) -> str:
    return base64url_encoded(value.to_bytes(-(-value.bit_length() // 8), "big"))
