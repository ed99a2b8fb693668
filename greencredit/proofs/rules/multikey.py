"""Public keys as text: multibase base58btc and base64url, and the multikey of an Ed25519 key (`z6Mk…`)."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from greencredit.proofs.errors import CredentialMalformed, MultikeyMalformed

_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PLACE: Final = {letter: place for place, letter in enumerate(_BASE58)}
_LONGEST_BASE58: Final = 256
_ED25519_PUBLIC: Final = b"\xed\x01"  # multicodec 0xed, as a varint
_KEY_BYTES: Final = 32


def base58_encoded(data: bytes) -> str:
    """Write bytes in multibase base58btc, prefix `z` included."""
    number, digits = int.from_bytes(data, "big"), ""
    while number:
        number, place = divmod(number, 58)
        digits = _BASE58[place] + digits
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + "1" * zeros + digits


def base58_decoded(text: str) -> bytes:
    """Read what `base58_encoded` wrote."""
    if not text.startswith("z") or len(text) > _LONGEST_BASE58 or any(letter not in _PLACE for letter in text[1:]):
        raise MultikeyMalformed(found=f"{len(text)} characters", wanted="z and letters of base58btc")
    number = 0
    for letter in text[1:]:
        number = number * 58 + _PLACE[letter]
    zeros = len(text) - 1 - len(text[1:].lstrip("1"))
    return b"\0" * zeros + number.to_bytes(-(-number.bit_length() // 8), "big")


def multikey_of(public: bytes) -> str:
    """Write an Ed25519 public key as a multikey."""
    assert len(public) == _KEY_BYTES, "an Ed25519 key has 32 bytes"
    return base58_encoded(_ED25519_PUBLIC + public)


def public_of(multikey: str) -> bytes:
    """Read the Ed25519 public key out of a multikey; other kinds are refused."""
    data = base58_decoded(multikey)
    if not data.startswith(_ED25519_PUBLIC) or len(data) != len(_ED25519_PUBLIC) + _KEY_BYTES:
        raise MultikeyMalformed(found=f"{len(data)} bytes from {data[:2].hex()}", wanted="ed01 and 32 bytes (Ed25519)")
    return data[len(_ED25519_PUBLIC) :]


def base64url_encoded(data: bytes) -> str:
    """Write bytes in base64url without padding (RFC 7515 §2)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def base64url_decoded(text: str) -> bytes:
    """Read base64url without padding; refuses every other spelling of the same bytes."""
    try:
        data = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (UnicodeEncodeError, binascii.Error, ValueError) as error:
        raise CredentialMalformed(found=f"{len(text)} characters", wanted="base64url without padding") from error
    if base64url_encoded(data) != text:
        raise CredentialMalformed(found="another spelling of the same bytes", wanted="base64url without padding")
    return data
