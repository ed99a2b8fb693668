"""Certificates above each other: up to the root without a gap, and each in its one spelling."""

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from greencredit.reports.errors import SignatureMalformed
from greencredit.reports.rules.signature.chain import require_chain
from tests.factories.chain import CHAIN

LEAF, MIDDLE, ROOT = CHAIN


@pytest.mark.proves("REP-9")
@pytest.mark.parametrize("chain", [(LEAF,), (ROOT,), (LEAF, MIDDLE, ROOT)])
def test_a_certificate_alone_and_a_chain_up_to_its_root_are_read(chain: tuple[bytes, ...]) -> None:
    assert [one.public_bytes(Encoding.DER) for one in require_chain(chain)] == [*chain]


@pytest.mark.proves("REP-9")
@pytest.mark.parametrize("chain", [(LEAF, ROOT), (LEAF, MIDDLE), (MIDDLE, LEAF, ROOT), (LEAF, MIDDLE, ROOT, LEAF)])
def test_a_chain_with_a_gap_or_without_its_root_is_refused(chain: tuple[bytes, ...]) -> None:
    with pytest.raises(SignatureMalformed) as no:
        require_chain(chain)

    assert str(no.value.facts["found"]).endswith(f" of {len(chain)} without its issuer")


@pytest.mark.proves("REP-9")
@pytest.mark.parametrize("place", [0, 1, 2])
def test_no_bit_of_a_chain_can_be_changed(place: int) -> None:
    chain = [LEAF, MIDDLE, ROOT]
    held = []
    for at in range(len(chain[place])):
        for bit in range(8):
            changed = bytearray(chain[place])
            changed[at] ^= 1 << bit
            try:
                require_chain([*chain[:place], bytes(changed), *chain[place + 1 :]])
            except SignatureMalformed:
                continue
            held.append((at, bit))

    assert held == []


@pytest.mark.proves("REP-9")
def test_a_certificate_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(SignatureMalformed) as no:
        require_chain([LEAF, b"\x30\x00"])

    assert no.value.facts["found"] == "a certificate that cannot be read"
