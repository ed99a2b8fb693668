"""That no certificate behind a time stamp or a signature was revoked when it was used, by lists that are at hand.

What is kept for that is all that is needed and nothing else: whoever reads it works out which certificates these are,
and compares.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from greencredit.reports.errors import TimeStampWrong
from greencredit.reports.rules.signature.chain import UNFIT, UNREADABLE, climb, ends_on_a_byte
from greencredit.reports.rules.signature.cms import Signed
from greencredit.reports.rules.signature.material import Material
from greencredit.reports.rules.signature.stamp import certificates_of

_MOST: Final = 32
"""How many certificates and lists are looked at: more would cost time before anything is known of them."""


class _Link(NamedTuple):
    """A certificate that is not trusted by itself, and the one above it."""

    one: x509.Certificate
    above: x509.Certificate


def needed_of(signed: Signed, lists: Sequence[bytes], roots: Sequence[x509.Certificate]) -> Material:
    """Give what a stamped signature is checked by long after: certificates up to the root, and lists that clear them.

    The list of somebody who issued none of them is left out.
    """
    assert signed.token is not None, "only what is stamped is checked long after"
    stamping = certificates_of(signed.token)
    path = climb(stamping.own, [*roots, *stamping.others])
    links = [*_links_of_stamp(path, roots), *_links_of_signer(signed)]
    read = {raw: x509.load_der_x509_crl(raw) for raw in lists}
    used = tuple(raw for raw, one in read.items() if any(_listed_by(one, link.above) for link in links))
    return Material(_written(signed, path), used)


def require_unrevoked(signed: Signed, material: Material, at: datetime, roots: Sequence[x509.Certificate]) -> str:
    """Refuse unless the lists clear each certificate below a root, or below the signer's highest, when it was stamped.

    The log says whose the signer's certificate is: one that was handed in alone is asked no further.
    """
    assert signed.token is not None, "only what is stamped is checked long after"
    count = len(material.certificates) + len(material.lists)
    if count > _MOST:
        raise TimeStampWrong(found=f"{count} certificates and lists", wanted=f"at most {_MOST}")
    try:
        known = [x509.load_der_x509_certificate(one) for one in material.certificates]
        lists = {one: x509.load_der_x509_crl(one) for one in material.lists}
    except UNREADABLE as fault:
        raise TimeStampWrong(found="material that cannot be read", wanted="certificates and lists in DER") from fault
    plain = [
        *map(ends_on_a_byte, material.certificates, known),
        *(ends_on_a_byte(raw, one) for raw, one in lists.items()),
    ]
    if not all(plain):
        raise TimeStampWrong(found="material in another spelling", wanted="certificates and lists in DER")
    path = climb(certificates_of(signed.token).own, known)
    wanted = _written(signed, path)
    if material.certificates != wanted:
        found = f"{len(known)} certificates, of which {len({*material.certificates} & {*wanted})} are needed"
        raise TimeStampWrong(found=found, wanted=f"the {len(wanted)} that signature and stamp are checked by")
    links = [*_links_of_stamp(path, roots), *_links_of_signer(signed)]
    used = {one for link in links for one in _clearing(link, lists, at)}
    if len(used) != len(material.lists):
        raise TimeStampWrong(found=f"{len(material.lists)} lists, of which {len(used)} are needed", wanted="each once")
    return f"{len(known)} certificates and {len(lists)} lists for long after; {len(links)} cleared"


def _written(signed: Signed, path: Iterable[x509.Certificate]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys((*signed.certificates, *(one.public_bytes(Encoding.DER) for one in path))))


def _links_of_stamp(path: Sequence[x509.Certificate], roots: Sequence[x509.Certificate]) -> list[_Link]:
    trusted = next((number for number, one in enumerate(path) if one in roots), None)
    if trusted is None:
        raise TimeStampWrong(found=f"nothing above {path[-1].subject.rfc4514_string()}", wanted="a chain up to a root")
    return [_Link(*link) for link in pairwise(path[: trusted + 1])]


def _links_of_signer(signed: Signed) -> list[_Link]:
    own = [x509.load_der_x509_certificate(one) for one in signed.certificates]
    return [_Link(*link) for link in pairwise(own)]


def _clearing(link: _Link, lists: Mapping[bytes, x509.CertificateRevocationList], at: datetime) -> list[bytes]:
    """Give the lists that say of a certificate that it was in force; refuses a revoked one, and one without a list."""
    name = link.one.subject.rfc4514_string()
    good = {
        raw: one
        for raw, one in lists.items()
        if _listed_by(one, link.above) and one.next_update_utc and one.next_update_utc >= at
    }
    if not good:
        raise TimeStampWrong(found=f"no list that says whether {name} was revoked", wanted=f"one good on {at:%F}")
    for one in good.values():
        revoked = one.get_revoked_certificate_by_serial_number(link.one.serial_number)
        if revoked is not None and revoked.revocation_date_utc <= at:
            raise TimeStampWrong(found=f"{name}, revoked {revoked.revocation_date_utc:%F}", wanted="one in force")
    return [*good]


def _listed_by(one: x509.CertificateRevocationList, above: x509.Certificate) -> bool:
    try:
        return one.issuer == above.subject and bool(one.is_signature_valid(above.public_key()))  # type: ignore[arg-type] # what no list is signed by is a TypeError
    except UNFIT:
        return False
