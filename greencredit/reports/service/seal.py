"""Who signs reports: the certificate of this installation, made by it or handed to it, and how it is changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID
from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from greencredit.kernel.clock import now
from greencredit.kernel.database import is_sqlite
from greencredit.kernel.keys import Keys
from greencredit.kernel.settings import Settings
from greencredit.proofs import queries as proofs
from greencredit.proofs.rules.exchange import origin_of
from greencredit.proofs.rules.note import Signer
from greencredit.proofs.service import note_fact
from greencredit.reports.errors import CertificateUnusable, SealKeyLost
from greencredit.reports.rules.signature.chain import UNREADABLE, is_gapless
from greencredit.reports.rules.signature.cms import Signatory, is_the_key_of, key_bytes
from greencredit.reports.service.stamping import Authority, authority_of
from greencredit.reports.tables import SealRow

VALID_FOR: Final = timedelta(days=3653)
"""How long a certificate made here is good for: a report must be checkable for years."""

_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""How many keys the curve P-256 has, plus one."""

_NAME_LETTERS_MAX: Final = 64


@dataclass(frozen=True)
class SealSource:
    """Where certificate and key come from: two files, or this installation's own secret."""

    public_url: str
    certificate: Path | None = None
    key: Path | None = None
    stamp: Authority | None = None
    """Who stamps each signature with the time; none means level B-B."""

    @property
    def place(self) -> str:
        """Name the installation as its log does."""
        return origin_of(self.public_url).removesuffix("/log")


class Seal(NamedTuple):
    """A certificate in use."""

    number: int
    signatory: Signatory
    name: str


def seal_source(settings: Settings) -> SealSource:
    """Read from the settings who signs."""
    stamp = authority_of(settings)
    return SealSource(settings.public_url, settings.report_certificate, settings.report_key, stamp)


def open_seal(session: Session, source: SealSource) -> Seal:
    """Give the certificate that signs now; on first use, and when another is handed in, it is told to the log."""
    newest = session.scalar(select(SealRow).order_by(SealRow.number.desc()).limit(1))
    if source.certificate is not None:
        signatory = _handed_in(source)
        if newest is not None and newest.fingerprint == signatory.fingerprint:
            return Seal(newest.number, signatory, source.place)
        return _take_up(session, source, (newest.number if newest else 0) + 1, signatory, is_own=False)
    if newest is None or not newest.is_own:
        return _make(session, source, (newest.number if newest else 0) + 1)
    return Seal(newest.number, _own(session, newest), source.place)


def rotate_seal(session: Session, source: SealSource) -> Seal:
    """Make a new certificate and sign with it from now on; what was signed before stays checkable (更换签章证书).

    A certificate that is handed in is changed by handing in another one.
    """
    if source.certificate is not None:
        raise CertificateUnusable(found="a certificate named by the settings", wanted="another file there")
    newest: int = session.scalar(select(func.coalesce(func.max(SealRow.number), 0))) or 0
    return _make(session, source, newest + 1)


def status_signer(session: Session, source: SealSource) -> Signer:
    """Give the key that signs the list of withdrawn reports; it never changes with the certificate."""
    keys: Keys = session.info["keys"]
    return Signer(f"{source.place}/reports", keys.for_purpose("reports.status"))


def _make(session: Session, source: SealSource, number: int) -> Seal:
    key = _derived(session, number)
    at = now(session).replace(microsecond=0)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{source.place} #{number}"[:_NAME_LETTERS_MAX])])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(number)
        .not_valid_before(at)
        .not_valid_after(at + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256(), ecdsa_deterministic=True)
    )
    signatory = Signatory(key_bytes(key), (made.public_bytes(Encoding.DER),))
    return _take_up(session, source, number, signatory, is_own=True)


def _take_up(session: Session, source: SealSource, number: int, signatory: Signatory, *, is_own: bool) -> Seal:
    at = now(session)
    first = x509.load_der_x509_certificate(signatory.certificates[0])
    if not first.not_valid_before_utc <= at < first.not_valid_after_utc:
        raise CertificateUnusable(
            found=f"one valid {first.not_valid_before_utc:%F} to {first.not_valid_after_utc:%F}",
            wanted=f"one valid on {at:%F}",
        )
    status_key = status_signer(session, source).verifier.text
    insert: Any = sqlite.insert if is_sqlite(session) else postgresql.insert
    row = insert(SealRow).values(
        number=number,
        fingerprint=signatory.fingerprint,
        certificates="".join(
            x509.load_der_x509_certificate(one).public_bytes(Encoding.PEM).decode() for one in signatory.certificates
        ),
        is_own=is_own,
        status_key=status_key,
        log_from=proofs.size(session),
        made_at=at,
    )
    if session.scalar(row.on_conflict_do_nothing().returning(SealRow.number)) is None:
        return open_seal(session, source)  # another process was first, just now
    note_fact(
        session,
        "seal",
        {
            "certificate": signatory.fingerprint,
            "status_key": status_key,
            "valid_from": _second(first.not_valid_before_utc),
            "valid_until": _second(first.not_valid_after_utc),
        },
    )
    return Seal(number, signatory, source.place)


def _own(session: Session, row: SealRow) -> Signatory:
    key = _derived(session, row.number)
    certificates = x509.load_pem_x509_certificates(row.certificates.encode())
    if not is_the_key_of(certificates[0], key):
        raise SealKeyLost(row.fingerprint)
    return Signatory(key_bytes(key), tuple(one.public_bytes(Encoding.DER) for one in certificates))


def _handed_in(source: SealSource) -> Signatory:
    assert source.certificate is not None, "only asked where there is one"
    if source.key is None:
        raise CertificateUnusable(found="a certificate without a key", wanted="both files")
    try:
        certificates = x509.load_pem_x509_certificates(source.certificate.read_bytes())
        key = load_pem_private_key(source.key.read_bytes(), password=None)
    except (OSError, *UNREADABLE) as fault:
        raise CertificateUnusable(found=f"files that cannot be read ({fault})", wanted="PEM, unencrypted") from fault
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise CertificateUnusable(found=f"a key of the kind {type(key).__name__}", wanted="ECDSA on P-256")
    if not is_the_key_of(certificates[0], key):
        raise CertificateUnusable(found="a certificate of another key", wanted="the one of the key beside it")
    if not is_gapless(certificates):
        raise CertificateUnusable(
            found=f"{len(certificates)} certificates with a gap between them", wanted="each with its issuer next"
        )
    return Signatory(key_bytes(key), tuple(one.public_bytes(Encoding.DER) for one in certificates))


def _derived(session: Session, number: int) -> ec.EllipticCurvePrivateKey:
    """Derive a key of this installation; the secret half exists only in memory."""
    keys: Keys = session.info["keys"]
    secret = int.from_bytes(keys.for_purpose(f"reports.seal.{number}"), "big")
    return ec.derive_private_key(secret % (_ORDER - 1) + 1, ec.SECP256R1())


def _second(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
