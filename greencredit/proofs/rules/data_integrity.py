"""Data Integrity proofs by `eddsa-jcs-2022` (W3C vc-di-eddsa): canonical JSON, hashed in two halves, is signed."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from greencredit.proofs.errors import ContextUnknown, CredentialMalformed, CredentialSignatureWrong, SuiteUnusable
from greencredit.proofs.rules.canonical import canonical
from greencredit.proofs.rules.multikey import base58_decoded, base58_encoded, multikey_of

SUITE: Final = "eddsa-jcs-2022"
PURPOSE: Final = "assertionMethod"
_TYPE: Final = "DataIntegrityProof"
_SIGNATURE_BYTES: Final = 64
_NEEDED: Final = ("type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue")


class CredentialSigner:
    """An Ed25519 key under the address at which others find its public half."""

    def __init__(self, seed: bytes, *, method: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.method = method

    @property
    def multikey(self) -> str:
        """Give the public half."""
        return multikey_of(self._key.public_key().public_bytes_raw())

    def signed(self, document: Mapping[str, Any], *, created: str) -> dict[str, Any]:
        """Give the document with its proof; the same document, key and instant give the same bytes."""
        options = {
            "@context": document["@context"],
            "type": _TYPE,
            "created": created,
            "cryptosuite": SUITE,
            "proofPurpose": PURPOSE,
            "verificationMethod": self.method,
        }
        value = base58_encoded(self._key.sign(hash_data(document, options)))
        return {**document, "proof": {**options, "proofValue": value}}


def hash_data(document: Mapping[str, Any], options: Mapping[str, Any]) -> bytes:
    """Give the 64 bytes that are signed: the hash of the proof's options, then that of the document without proof."""
    return sha256(canonical(dict(options))).digest() + sha256(canonical(dict(document))).digest()


def proof_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give the one proof of a document, of the one suite that is read here; nothing in it is believed yet."""
    proof = document.get("proof")
    if not isinstance(proof, dict) or any(not isinstance(proof.get(name), str) for name in _NEEDED):
        raise CredentialMalformed(found="no proof with its members", wanted=", ".join(_NEEDED))
    if (proof["type"], proof["cryptosuite"]) != (_TYPE, SUITE):
        raise SuiteUnusable(found=f"{proof['type']} {proof['cryptosuite']}", wanted=f"{_TYPE} {SUITE}")
    if proof["proofPurpose"] != PURPOSE:
        raise SuiteUnusable(found=f"a proof for {proof['proofPurpose']}", wanted=PURPOSE)
    return proof


def require_proof(document: Mapping[str, Any], public: bytes) -> None:
    """Refuse a document whose proof does not fit it under this key."""
    proof = proof_of(document)
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    if "@context" in options:
        # The suite signs the document under the proof's contexts, which must stand first in the document's own.
        signed, found = _listed(options["@context"]), _listed(document.get("@context"))
        if found[: len(signed)] != signed:
            raise ContextUnknown(found="contexts that the proof does not name", wanted="those of the proof, in order")
        unsecured["@context"] = options["@context"]
    value = base58_decoded(proof["proofValue"])
    if len(value) != _SIGNATURE_BYTES:
        raise CredentialSignatureWrong(found=f"{len(value)} bytes", wanted=f"{_SIGNATURE_BYTES} bytes")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(value, hash_data(unsecured, options))
    except (InvalidSignature, ValueError) as error:
        raise CredentialSignatureWrong(
            found="another document or another key", wanted="the document as it was signed"
        ) from error


def _listed(contexts: object) -> list[object]:
    return contexts if isinstance(contexts, list) else [contexts]
