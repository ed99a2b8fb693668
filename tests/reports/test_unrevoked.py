"""What is kept of a stamped signature for long after: all that is needed, and nothing else."""

import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import NamedTuple

import pytest
from cryptography import x509

from greencredit.reports.errors import TimeStampWrong
from greencredit.reports.rules.signature.cms import Signatory, Signed, key_bytes, require_signature, signature_over
from greencredit.reports.rules.signature.material import Material
from greencredit.reports.rules.signature.stamp import require_stamp, roots_in
from greencredit.reports.rules.signature.unrevoked import needed_of, require_unrevoked
from greencredit.reports.service.stamping import Authority
from tests.factories.chain import CHAIN, CHAIN_KEYS, list_by
from tests.factories.stamping import make_authority, make_list, serving

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl, the authority, is not installed")

DIGEST = sha256(b"a file").digest()
BY_OTHERS = (list_by(1), list_by(2))
"""Lists of whoever issued the signer's certificate, and of the root above."""

Stamped = Callable[[int], Signed]


class Ground(NamedTuple):
    """An authority, its root, its list, and the root of somebody else."""

    stamp: Authority
    roots: tuple[x509.Certificate, ...]
    list: bytes
    other: tuple[x509.Certificate, ...]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Give an authority that answers."""
    folder, other = tmp_path_factory.mktemp("authority"), tmp_path_factory.mktemp("other")
    root = make_authority(folder).read_bytes()
    make_list(folder)
    strange = roots_in(make_authority(other).read_bytes())
    with serving(folder) as url:
        yield Ground(Authority(url, root), roots_in(root), (folder / "revoked").read_bytes(), strange)


@pytest.fixture(scope="module")
def stamped(ground: Ground) -> Stamped:
    """Give a stamped signature whose signer sends along some of the chain."""

    def signed(certificates: int) -> Signed:
        signatory = Signatory(key_bytes(CHAIN_KEYS[0]), CHAIN[:certificates])
        return require_signature(signature_over(DIGEST, signatory, ground.stamp), DIGEST)

    return signed


def _cleared(signed: Signed, material: Material, roots: tuple[x509.Certificate, ...]) -> str:
    assert signed.token is not None
    return require_unrevoked(signed, material, require_stamp(signed.token, signed.signature, roots), roots)


@pytest.mark.proves("REP-9")
@pytest.mark.parametrize(
    ("certificates", "said"),
    [
        (1, "3 certificates and 1 lists for long after; 1 cleared"),
        (2, "4 certificates and 2 lists for long after; 2 cleared"),
        (3, "5 certificates and 3 lists for long after; 3 cleared"),
    ],
)
def test_a_signer_alone_or_with_those_above_is_kept_with_all_that_is_needed(
    ground: Ground, stamped: Stamped, certificates: int, said: str
) -> None:
    signed = stamped(certificates)

    # Of an authority whose list does not matter nothing is kept, nor of a root that nobody leads to.
    material = needed_of(signed, (*BY_OTHERS, ground.list, ground.list), (*ground.other, *ground.roots))

    assert _cleared(signed, material, ground.roots) == said
    assert _cleared(signed, material, (*ground.roots, *ground.other)) == said


@pytest.mark.proves("REP-9")
def test_a_signer_who_was_revoked_by_whom_is_above_is_refused(ground: Ground, stamped: Stamped) -> None:
    signed = stamped(3)
    material = needed_of(signed, (list_by(1, revoked=(0,)), BY_OTHERS[1], ground.list), ground.roots)

    with pytest.raises(TimeStampWrong) as revoked:
        _cleared(signed, material, ground.roots)
    with pytest.raises(TimeStampWrong) as unlisted:
        _cleared(signed, needed_of(signed, (BY_OTHERS[1], ground.list), ground.roots), ground.roots)

    assert revoked.value.facts["found"] == "CN=示例 1, revoked 2026-01-01"
    assert unlisted.value.facts["found"] == "no list that says whether CN=示例 1 was revoked"


@pytest.mark.proves("REP-9")
def test_material_with_more_less_or_in_another_order_is_refused(ground: Ground, stamped: Stamped) -> None:
    signed = stamped(3)
    good = needed_of(signed, (*BY_OTHERS, ground.list), ground.roots)
    certificates, lists = good
    other = needed_of(stamped(1), (ground.list,), ground.roots).certificates[-1:]
    spoilt = {
        "one twice": Material((*certificates, certificates[0]), lists),
        "one more": Material((*certificates, list_by(0)), lists),
        "the root alone": Material(other, lists),
        "without the last": Material(certificates[:-1], lists),
        "another order": Material(certificates[::-1], lists),
        "a list twice": Material(certificates, (*lists, lists[0])),
        "a list of nobody above": Material(certificates, (*lists, list_by(0))),
        "a second list": Material(certificates, (*lists, list_by(1, revoked=(2,)))),
        "without lists": Material(certificates, ()),
        "very many": Material(certificates * 8, lists),
    }

    held = []
    for name, material in spoilt.items():
        try:
            _cleared(signed, material, ground.roots)
        except TimeStampWrong:
            continue
        held.append(name)

    assert held == ["a second list"]  # which is the same authority's, and clears as well
    assert _cleared(signed, good, ground.roots).endswith("3 cleared")


@pytest.mark.proves("REP-9")
def test_whoever_trusts_another_root_is_told_that_nothing_leads_there(ground: Ground, stamped: Stamped) -> None:
    signed = stamped(1)
    material = needed_of(signed, (ground.list,), ground.roots)

    with pytest.raises(TimeStampWrong) as no:
        require_unrevoked(signed, material, ground.other[0].not_valid_before_utc, ground.other)

    assert no.value.facts["found"] == "nothing above CN=Example root"
