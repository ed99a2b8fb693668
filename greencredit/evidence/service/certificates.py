"""Takes signed lists of certificates in: whose key, does the signature fit, is it newer than what is in force."""

import hashlib
from typing import Any

from pydantic import ValidationError
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from greencredit.evidence import rules
from greencredit.evidence.errors import (
    BadSignature,
    ListTooOld,
    MisshapenList,
    OlderThanInForce,
    SignerDiffers,
    UnknownSigner,
)
from greencredit.evidence.queries.certificates import imported, list_id, signer_of, stale_after_days
from greencredit.evidence.tables import EvidenceCertificate, EvidenceList, EvidenceSigner
from greencredit.kernel.clock import civil_date, now
from greencredit.proofs.errors import NotCanonical
from greencredit.proofs.rules.canonical import parse_plain
from greencredit.schemas.certificates import Algorithm, CertificateList, ImportedList, NewSigner, SignedList, Signer


def trust_signer(session: Session, new: NewSigner) -> Signer:
    """Trust the key of a publisher from now on; trusting it again changes nothing.

    Raises:
        SignerDiffers: the name stands for another key, or for one that is trusted no longer.
    """
    known = session.get(EvidenceSigner, new.key_id)
    if known is not None:
        if NewSigner(**{name: getattr(signer_of(known), name) for name in NewSigner.model_fields}) != new:
            raise SignerDiffers(new.key_id)
        if known.ended_at is not None:
            raise SignerDiffers(new.key_id)
        return signer_of(known)
    facts = new.model_dump(mode="json")
    session.add(EvidenceSigner(**facts, trusted_at=now(session), ended_at=None))
    session.flush()
    return signer_of(session.get_one(EvidenceSigner, new.key_id))


def stop_trusting(session: Session, key_id: str) -> Signer:
    """Trust a key no longer: its lists that were taken in stay, new ones are refused.

    Raises:
        UnknownSigner: nobody trusted it.
    """
    row = session.get(EvidenceSigner, key_id)
    if row is None:
        raise UnknownSigner(key_id, wanted="a key on file")
    if row.ended_at is None:
        row.ended_at = now(session)
        session.flush()
    return signer_of(row)


def import_list(session: Session, data: bytes) -> ImportedList:
    """Take a signed list in whole, or not at all; the same list again changes nothing.

    Raises:
        MisshapenList: it is no signed list.
        UnknownSigner: the key is trusted by nobody here, or is another publisher's.
        BadSignature: the signature does not fit.
        ListTooOld: it is older than a list may be, or lies in the future.
        OlderThanInForce: a newer one is in force, or its number stands for another list.
    """
    document, signed = _shaped(data)
    found, key_id = signed.list, signed.signature.key_id
    signer = session.get(EvidenceSigner, key_id)
    if signer is None or signer.ended_at is not None:
        raise UnknownSigner(key_id, wanted="a key that an operator trusts")
    if signer.publisher != found.publisher:
        raise UnknownSigner(key_id, wanted=f"a key of {found.publisher}")
    message = rules.list_bytes(document["list"])
    if not rules.verified(Algorithm(signer.algorithm), signer.public_key, signed.signature.value, message):
        raise BadSignature(publisher=found.publisher, number=found.number, key_id=key_id)
    digest = hashlib.sha256(message).hexdigest()
    known = session.get(EvidenceList, list_id(found.kind, found.publisher, found.number))
    if known is not None and known.digest == digest:
        return imported(session, known, repeated=True)
    _require_in_order(session, found)
    return _kept(session, found, digest, signed)


def _shaped(data: bytes) -> tuple[dict[str, Any], SignedList]:
    """Read the file strictly: what is signed is the list as it was written, with no name twice."""
    try:
        document = parse_plain(data.removeprefix(b"\xef\xbb\xbf"))
        signed = SignedList.model_validate(document)
    except NotCanonical as fault:
        raise MisshapenList(found=fault.message) from fault
    except ValidationError as fault:
        first = fault.errors(include_input=False)[0]
        raise MisshapenList(found=f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from fault
    numbers = [one.number for one in signed.list.certificates]
    if len(set(numbers)) < len(numbers):
        raise MisshapenList(found="a certificate number that stands twice")
    return document, signed


def _require_in_order(session: Session, found: CertificateList) -> None:
    age_days, most = (civil_date(now(session)) - found.listed_on).days, stale_after_days()
    if not 0 <= age_days <= most:
        raise ListTooOld(listed_on=found.listed_on.isoformat(), age_days=age_days, most_days=most)
    newest = session.scalar(
        select(func.max(EvidenceList.number)).where(
            EvidenceList.kind == found.kind.value, EvidenceList.publisher == found.publisher
        )
    )
    if newest is not None and found.number <= newest:
        raise OlderThanInForce(publisher=found.publisher, found=found.number, wanted=newest)


def _kept(session: Session, found: CertificateList, digest: str, signed: SignedList) -> ImportedList:
    number = list_id(found.kind, found.publisher, found.number)
    row = EvidenceList(
        id=number,
        publisher=found.publisher,
        kind=found.kind.value,
        number=found.number,
        listed_on=found.listed_on,
        digest=digest,
        key_id=signed.signature.key_id,
        signature=signed.signature.value,
        certificates=len(found.certificates),
        imported_at=now(session),
    )
    session.add(row)
    session.flush()
    session.execute(
        insert(EvidenceCertificate),
        [{"list_id": number, "number": one.number, "document": one.model_dump_json()} for one in found.certificates],
    )
    return imported(session, row)
