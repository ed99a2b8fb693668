"""Which lists of certificates are in force, how old they are, and what they say of a certificate."""

from typing import Final, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.evidence import catalogue
from greencredit.evidence.tables import EvidenceCertificate, EvidenceList, EvidenceSigner
from greencredit.kernel.catalogue import data_files
from greencredit.kernel.clock import civil_date, now
from greencredit.schemas.certificates import Algorithm, Certificate, FoundCertificate, ImportedList, ListKind, Signer

_LIMITS: Final = "certificate_lists"


def stale_after_days() -> int:
    """Give how old a list may be."""
    limits = dict(data_files(catalogue.__name__))[_LIMITS]
    return cast("int", limits["stale_after_days"])


class ImportedCertificates:
    """Looks certificates up in the newest imported list of each publisher; a list that is too old is not asked.

    Whatever else can answer `find` and `fault` (`evidence.catalogue.Certificates`) may take its place.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lists: dict[ListKind, list[ImportedList]] = {}
        self._met: dict[tuple[ListKind, str, int | None], FoundCertificate | None] = {}

    def fault(self, kind: ListKind) -> tuple[str, str] | None:
        """Say why nothing can be looked up: no list, or only lists that are too old."""
        known = self._of(kind)
        if any(not one.stale for one in known):
            return None
        most = stale_after_days()
        found = f"a list {min(one.age_days for one in known)} days old" if known else "no list"
        return found, f"a list of at most {most} days"

    def find(self, kind: ListKind, number: str, route: int | None) -> FoundCertificate | None:
        """Give what the lists say of a certificate."""
        asked = (kind, number, route)
        if asked not in self._met:
            self._met[asked] = self._looked_up(kind, number)
        return self._met[asked]

    def _looked_up(self, kind: ListKind, number: str) -> FoundCertificate | None:
        for one in self._of(kind):
            if one.stale:
                continue
            row = self._session.get(EvidenceCertificate, (list_id(kind, one.publisher, one.number), number))
            if row is not None:
                certificate = Certificate.model_validate_json(row.document)
                return FoundCertificate(certificate=certificate, publisher=one.publisher, listed_on=one.listed_on)
        return None

    def _of(self, kind: ListKind) -> list[ImportedList]:
        if kind not in self._lists:
            self._lists[kind] = [one for one in lists_in_force(self._session) if one.kind is kind]
        return self._lists[kind]


def list_id(kind: ListKind, publisher: str, number: int) -> str:
    """Give the id of a list: a publisher gives a number once."""
    return f"{kind.value}/{number}/{publisher}"


def lists_in_force(session: Session) -> list[ImportedList]:
    """List the newest list of each publisher and kind, with its age as of today."""
    newest = (
        select(EvidenceList.kind, EvidenceList.publisher, func.max(EvidenceList.number).label("number"))
        .group_by(EvidenceList.kind, EvidenceList.publisher)
        .subquery()
    )
    rows = session.scalars(
        select(EvidenceList)
        .join(
            newest,
            (EvidenceList.kind == newest.c.kind)
            & (EvidenceList.publisher == newest.c.publisher)
            & (EvidenceList.number == newest.c.number),
        )
        .order_by(EvidenceList.kind, EvidenceList.publisher)
    )
    return [imported(session, row) for row in rows]


def imported(session: Session, row: EvidenceList, *, repeated: bool = False) -> ImportedList:
    """Tell of a list on file as of today."""
    age_days, most = (civil_date(now(session)) - row.listed_on).days, stale_after_days()
    return ImportedList(
        publisher=row.publisher,
        kind=ListKind(row.kind),
        number=row.number,
        listed_on=row.listed_on,
        age_days=age_days,
        stale_after_days=most,
        stale=age_days > most,
        digest=row.digest,
        key_id=row.key_id,
        certificates=row.certificates,
        imported_at=row.imported_at,
        repeated=repeated,
    )


def signers(session: Session) -> list[Signer]:
    """List the keys of publishers, those no longer trusted included."""
    return [signer_of(row) for row in session.scalars(select(EvidenceSigner).order_by(EvidenceSigner.key_id))]


def signer_of(row: EvidenceSigner) -> Signer:
    """Give a key as doors tell of it."""
    return Signer(
        key_id=row.key_id,
        publisher=row.publisher,
        algorithm=Algorithm(row.algorithm),
        public_key=row.public_key,
        trusted_at=row.trusted_at,
        ended_at=row.ended_at,
    )
