"""A certificate's serial is used once for ever, across all issuers (证书一次使用)."""

from collections.abc import Iterable

from sqlalchemy import insert
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from greencredit.actions import queries
from greencredit.actions.errors import CertificateUsed
from greencredit.actions.tables import CertificateRow
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.database import is_sqlite
from greencredit.schemas.actions import CertificateUse, NewCertificateUse


def use_certificates(session: Session, wanted: Iterable[NewCertificateUse]) -> list[CertificateUse]:
    """Use serials one after the other; the first that was used before refuses, and the caller's transaction with it."""
    return [use_certificate(session, one) for one in wanted]


def use_certificate(session: Session, wanted: NewCertificateUse) -> CertificateUse:
    """Use a serial; asking again for the same evidence of the same issuer answers the same.

    Only keyed digests are kept, of the serial and of what it was used for: who holds a certificate can be read by
    nobody, and two issuers learn of each other no more than that the serial is spent. The key of the table decides
    between two that come at once.

    Raises:
        NoSuchReductionProduct, RegistryUnknown, SerialUnfit: there is no such serial.
        CertificateUsed: it backed something else before, here or with another issuer.
    """
    fingerprint = queries.certificate_fingerprint(session, wanted.product, wanted.registry, wanted.serial)
    use = queries.certificate_purpose(session, wanted.issuer_id, wanted.reference)
    row = {
        "fingerprint": fingerprint,
        "product": wanted.product,
        "registry_name": wanted.registry,
        "use": use,
        "used_at": now(session),
    }
    added = _write_once(session, row)
    kept = session.get_one(CertificateRow, fingerprint)
    if kept.use != use:
        raise CertificateUsed(product=kept.product, registry=kept.registry_name, used_on=civil_date(kept.used_at))
    return CertificateUse(
        fingerprint=fingerprint,
        product=kept.product,
        registry=kept.registry_name,
        used_at=kept.used_at,
        repeated=not added,
    )


def _write_once(session: Session, row: dict[str, object]) -> bool:
    """Insert a use unless its serial is spent; on PostgreSQL another process may be spending it now."""
    if is_sqlite(session):  # one writer at a time, and the guard of the table refuses what is there
        if session.get(CertificateRow, row["fingerprint"]) is not None:
            return False
        session.execute(insert(CertificateRow).values(row))
        return True
    written = postgresql.insert(CertificateRow).values(row).on_conflict_do_nothing()
    return session.scalar(written.returning(CertificateRow.fingerprint)) is not None
