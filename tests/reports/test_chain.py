"""Certificates above each other, and a signature that names each of them."""

from hashlib import sha256

import pytest
from cryptography import x509

from greencredit.kernel.errors import Refusal
from greencredit.reports.rules.signature.chain import climb, is_gapless
from greencredit.reports.rules.signature.cms import Signatory, key_bytes, require_signature, signature_over
from tests.factories.chain import CHAIN, CHAIN_KEYS

LEAF, MIDDLE, ROOT = (x509.load_der_x509_certificate(one) for one in CHAIN)
DIGEST = sha256(b"a file").digest()


def _signed(*certificates: bytes) -> bytes:
    return signature_over(DIGEST, Signatory(key_bytes(CHAIN_KEYS[0]), certificates))


@pytest.mark.parametrize(
    ("chain", "gapless"),
    [
        ((LEAF,), True),
        ((LEAF, MIDDLE), True),
        ((LEAF, MIDDLE, ROOT), True),
        ((LEAF, ROOT), False),
        ((MIDDLE, LEAF, ROOT), False),
        ((LEAF, MIDDLE, ROOT, ROOT), False),
    ],
)
def test_a_chain_has_each_issuer_next_and_none_twice(chain: tuple[x509.Certificate, ...], gapless: bool) -> None:
    assert is_gapless(chain) == gapless


def test_whoever_climbs_stops_at_the_root_or_where_nobody_is_known() -> None:
    assert climb(LEAF, [ROOT, LEAF, MIDDLE]) == [LEAF, MIDDLE, ROOT]
    assert climb(LEAF, [ROOT]) == [LEAF]
    assert climb(LEAF, [MIDDLE]) == [LEAF, MIDDLE]
    assert climb(ROOT, [LEAF, MIDDLE, ROOT]) == [ROOT]


@pytest.mark.proves("REP-9")
def test_a_signature_names_the_certificates_above_its_own_and_holds_with_these_alone() -> None:
    whole = _signed(*CHAIN)
    stripped = [_signed(*CHAIN[:1]), _signed(*CHAIN[:2]), _signed(*CHAIN, CHAIN[2])]

    assert require_signature(whole, DIGEST).certificates == CHAIN
    for other in stripped:  # each holds by itself; none holds with the signature of another
        held = require_signature(other, DIGEST)
        mixed = other.replace(held.signature, require_signature(whole, DIGEST).signature)
        with pytest.raises(Refusal):
            require_signature(mixed, DIGEST)


@pytest.mark.proves("REP-9")
def test_no_bit_of_a_signature_and_its_certificates_can_be_changed() -> None:
    whole, held = _signed(*CHAIN), []
    for at in range(len(whole)):
        for bit in range(8):
            changed = bytearray(whole)
            changed[at] ^= 1 << bit
            try:
                require_signature(bytes(changed), DIGEST)
            except Refusal:
                continue
            held.append((at, bit))

    assert held == []
