"""Data Integrity proofs: the W3C's own vector comes out byte for byte, and nothing that was changed passes."""

import copy
from typing import Any

import pytest

from greencredit.proofs.errors import (
    ContextUnknown,
    CredentialMalformed,
    CredentialSignatureWrong,
    MultikeyMalformed,
    SuiteUnusable,
)
from greencredit.proofs.rules.canonical import canonical
from greencredit.proofs.rules.data_integrity import CredentialSigner, require_proof
from greencredit.proofs.rules.multikey import base58_decoded, base58_encoded, multikey_of, public_of
from tests.factories.credentials import W3C

PUBLIC = public_of(W3C["publicKeyMultibase"])
SIGNED: dict[str, Any] = W3C["signed"]


@pytest.mark.proves("REP-11")
def test_the_vector_of_the_standard_is_signed_byte_for_byte() -> None:
    unsecured = {name: value for name, value in SIGNED.items() if name != "proof"}
    signer = CredentialSigner(
        base58_decoded(W3C["privateKeyMultibase"])[2:], method=SIGNED["proof"]["verificationMethod"]
    )

    signed = signer.signed(unsecured, created=SIGNED["proof"]["created"])

    assert canonical(unsecured).decode() == W3C["canonDoc"]
    assert signer.multikey == W3C["publicKeyMultibase"]
    assert signed == SIGNED
    assert base58_decoded(signed["proof"]["proofValue"]).hex() == W3C["sigHex"]


@pytest.mark.proves("REP-11")
def test_the_vector_of_the_standard_verifies() -> None:
    require_proof(SIGNED, PUBLIC)


@pytest.mark.proves("REP-11")
@pytest.mark.parametrize("member", [name for name in SIGNED if name not in {"proof", "@context"}])
def test_a_changed_member_is_found(member: str) -> None:
    changed = {**SIGNED, member: f"{SIGNED[member]}."}

    with pytest.raises(CredentialSignatureWrong):
        require_proof(changed, PUBLIC)


@pytest.mark.parametrize("member", ["created", "verificationMethod", "proofValue"])
def test_a_changed_proof_is_found(member: str) -> None:
    changed = copy.deepcopy(SIGNED)
    told = changed["proof"][member]
    changed["proof"][member] = f"{told[:-1]}{'5' if told[-1] != '5' else '6'}"

    with pytest.raises(CredentialSignatureWrong):
        require_proof(changed, PUBLIC)


def test_another_key_does_not_fit() -> None:
    with pytest.raises(CredentialSignatureWrong):
        require_proof(SIGNED, bytes(32))


def test_contexts_that_the_proof_does_not_name_are_refused() -> None:
    changed = {**SIGNED, "@context": SIGNED["@context"][::-1]}

    with pytest.raises(ContextUnknown):
        require_proof(changed, PUBLIC)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"cryptosuite": "eddsa-rdfc-2022"}, SuiteUnusable),
        ({"proofPurpose": "authentication"}, SuiteUnusable),
        ({"type": "Ed25519Signature2020"}, SuiteUnusable),
        ({"proofValue": "z111"}, CredentialSignatureWrong),
        ({"proofValue": "u0OIl"}, MultikeyMalformed),
        ({"proofValue": 5}, CredentialMalformed),
    ],
)
def test_other_suites_and_forms_are_refused(change: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        require_proof({**SIGNED, "proof": {**SIGNED["proof"], **change}}, PUBLIC)


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0\x01", b"\xff" * 40])
def test_bytes_and_letters_go_both_ways(data: bytes) -> None:
    assert base58_decoded(base58_encoded(data)) == data


@pytest.mark.parametrize("text", ["6Mk", "z0", "zO", "z" + "2" * 300, W3C["privateKeyMultibase"]])
def test_what_is_no_multikey_is_refused(text: str) -> None:
    with pytest.raises(MultikeyMalformed):
        public_of(text)


def test_a_multikey_holds_the_key() -> None:
    assert multikey_of(PUBLIC) == W3C["publicKeyMultibase"]
