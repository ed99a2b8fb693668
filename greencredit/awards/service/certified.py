"""Spends the serials that a chunk's evidence rests on, once for ever; the serial itself is kept nowhere."""

from typing import Final

from sqlalchemy.orm import Session

from greencredit.actions import service as acting
from greencredit.actions.errors import CertificateUsed, SerialUnfit
from greencredit.evidence import rules as evidence
from greencredit.evidence.service import Reading
from greencredit.kernel.errors import Refusal
from greencredit.schemas.actions import NewCertificateUse
from greencredit.schemas.evidence import Item, Reject, RejectCode

_PRODUCT: Final = "certificate_product"
_REGISTRY: Final = "certificate_registry"
_SERIAL: Final = "certificate_serial"


def spend_serials(session: Session, issuer_id: str, reading: Reading) -> Reading:
    """Use the serial of each piece of evidence that names one; what was used elsewhere is sent back with its line.

    The same line again is the same use, so that an import can be killed and run again. In place of the serial the
    evidence keeps its keyed digest.
    """
    if not any(_REGISTRY in dict(item.attributes.more) for item in reading.items):
        return reading
    items: list[Item] = []
    rejects: list[Reject] = []
    for item in reading.items:
        try:
            items.append(_spent(session, issuer_id, item))
        except (CertificateUsed, SerialUnfit) as refusal:
            rejects.append(_sent_back(item, refusal))
    return reading._replace(items=items).without(rejects)


def _spent(session: Session, issuer_id: str, item: Item) -> Item:
    more = dict(item.attributes.more)
    if _REGISTRY not in more:
        return item
    wanted = NewCertificateUse(
        product=more[_PRODUCT],
        registry=more[_REGISTRY],
        serial=more[_SERIAL],
        issuer_id=issuer_id,
        reference=item.fingerprint.hex(),
    )
    used = acting.use_certificate(session, wanted)
    kept = tuple(sorted((more | {_SERIAL: used.fingerprint}).items()))
    return item._replace(attributes=item.attributes._replace(more=kept))


def _sent_back(item: Item, refusal: Refusal) -> Reject:
    _, line = evidence.place_of(item.evidence_id)
    unfit = isinstance(refusal, SerialUnfit)
    code = RejectCode.NOT_A_TEXT if unfit else RejectCode.CERTIFICATE_USED
    wanted = "letters or digits" if unfit else "a serial that was never used, here or with another issuer"
    return Reject(line, code.value, "serial_no", "–", wanted)
