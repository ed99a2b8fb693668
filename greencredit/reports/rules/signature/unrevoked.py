"""That no certificate behind a time stamp or a signature was revoked when it was used, by lists that are at hand."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from greencredit.reports.errors import TimeStampWrong
from greencredit.reports.rules.signature.chain import UNREADABLE, all_above, is_in_its_one_spelling, issued
from greencredit.reports.rules.signature.cms import Signed
from greencredit.reports.rules.signature.material import Material
from greencredit.reports.rules.signature.stamp import certificates_of

_LONGEST: Final = 8
_UNFIT: Final = (InvalidSignature, *UNREADABLE)


class _Link(NamedTuple):
    """A certificate that is not trusted by itself, and the one above it."""

    one: x509.Certificate
    above: x509.Certificate


def needed_of(signed: Signed, roots: Sequence[x509.Certificate]) -> tuple[bytes, ...]:
    """Give the certificates that a signature and its stamp are checked by, each once."""
    assert signed.token is not None, "only what is stamped is checked long after"
    stamping = certificates_of(signed.token)
    sent = (stamping.own, *stamping.others)
    above = all_above(sent, [*sent, *roots])
    every = (*signed.certificates, *map(_der, sent), *(_der(one) for one in roots if one in above))
    return tuple(dict.fromkeys(every))


def require_unrevoked(signed: Signed, material: Material, at: datetime, roots: Sequence[x509.Certificate]) -> str:
    """Refuse unless the lists in the material clear every certificate below a root at the time of the stamp."""
    assert signed.token is not None, "only what is stamped is checked long after"
    try:
        known = [x509.load_der_x509_certificate(one) for one in material.certificates]
        lists = [x509.load_der_x509_crl(one) for one in material.lists]
        own = [x509.load_der_x509_certificate(one) for one in signed.certificates]
    except UNREADABLE as fault:
        raise TimeStampWrong(found="material that cannot be read", wanted="certificates and lists in DER") from fault
    if not (
        all(map(is_in_its_one_spelling, material.certificates, known))
        and all(map(is_in_its_one_spelling, material.lists, lists))
    ):
        raise TimeStampWrong(found="material in another spelling", wanted="certificates and lists in DER")
    stamping = certificates_of(signed.token)
    needed = all_above((*own, stamping.own, *stamping.others), [*known, *roots])
    for one in known:
        # Whoever's name and key fit stands above; that it is this very certificate is said by its own issuer alone.
        if one not in needed or not any(issued(above, one) for above in needed):
            raise TimeStampWrong(found=f"a certificate above nobody ({one.subject.rfc4514_string()})", wanted="none")
    # The log says whose the signer's certificate is; whoever stands highest in its own chain is asked no further.
    links = [*_links(stamping.own, known, roots), *_links(own[0], own, own[-1:])]
    for link in links:
        _require_cleared(link, lists, at)
    for one_list in lists:
        if not any(_listed_by(one_list, above) for above in known):
            raise TimeStampWrong(found=f"a list by nobody above ({one_list.issuer.rfc4514_string()})", wanted="none")
    return f"{len(material.certificates)} certificates and {len(lists)} lists for long after; {len(links)} cleared"


def _links(
    lowest: x509.Certificate, known: Iterable[x509.Certificate], roots: Sequence[x509.Certificate]
) -> list[_Link]:
    links: list[_Link] = []
    one, every = lowest, (*roots, *known)
    while one not in roots:
        above = next((each for each in every if each != one and issued(each, one)), None)
        if above is None or len(links) == _LONGEST:
            raise TimeStampWrong(found=f"nothing above {one.subject.rfc4514_string()}", wanted="a chain up to a root")
        links.append(_Link(one, above))
        one = above
    return links


def _require_cleared(link: _Link, lists: Iterable[x509.CertificateRevocationList], at: datetime) -> None:
    name = link.one.subject.rfc4514_string()
    good = [one for one in lists if _listed_by(one, link.above) and one.next_update_utc and one.next_update_utc >= at]
    if not good:
        raise TimeStampWrong(found=f"no list that says whether {name} was revoked", wanted=f"one good on {at:%F}")
    for one in good:
        revoked = one.get_revoked_certificate_by_serial_number(link.one.serial_number)
        if revoked is not None and revoked.revocation_date_utc <= at:
            raise TimeStampWrong(found=f"{name}, revoked {revoked.revocation_date_utc:%F}", wanted="one in force")


def _listed_by(one: x509.CertificateRevocationList, above: x509.Certificate) -> bool:
    try:
        return one.issuer == above.subject and bool(one.is_signature_valid(above.public_key()))  # type: ignore[arg-type] # what no list is signed by is a TypeError
    except _UNFIT:
        return False


def _der(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)
